"""Files of transactions and venue statements beside fills, and rejected ones that are mended."""

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from utl.cli import NEEDS_ATTENTION, app
from utl.settings import UtlError

ROWS = """\
{"instrument":"BTCUSDT","side":"buy","quantity":"1","price":"60000","executed_at":"2026-01-05T09:00:00Z","venue_fill_id":"A"}
{"kind":"deposit","asset":"USDT","quantity":"100000","occurred_at":"2026-01-04T09:00:00Z","reference":"d1"}
{"kind":"deposit","asset":"USDT","quantity":"100000","occurred_at":"2026-01-04T09:00:00Z","reference":"d1"}
{"kind":"deposit","asset":"USDX","quantity":"5","occurred_at":"2026-01-04T09:00:00Z","reference":"d2"}
{"kind":"statement","asset":"USDT","quantity":"40000","as_of":"2026-01-05T10:00:00Z"}
{"kind":"statement","asset":"USDX","quantity":"7","as_of":"2026-01-05T11:00:00Z"}
{"kind":"nonsense","asset":"USDX","quantity":"1","as_of":"2026-01-05T10:00:00Z"}
"""
WHERE = ("--book", "main", "--account", "binance:1")

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def utl(connection: psycopg.Connection, database: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command line on the test's database, in which names are set up."""
    connection.execute("select utl.add_book('main'), utl.add_account('binance:1', 'binance')")
    connection.execute("select utl.add_instrument('BTC/USDT')")
    connection.execute("select utl.add_instrument_alias('binance', 'BTCUSDT', 'BTC/USDT')")
    monkeypatch.setenv("DATABASE_URL", database)
    monkeypatch.setenv("COLUMNS", "300")

    def run(*arguments: object) -> tuple[int, str]:
        result = CliRunner().invoke(app, [str(argument) for argument in arguments])
        if isinstance(result.exception, UtlError | psycopg.Error):
            return 1, str(result.exception)
        return result.exit_code, result.output

    return run


def test_facts_of_all_kinds_come_in_one_file(
    utl: Run, connection: psycopg.Connection, tmp_path: Path
) -> None:
    path = tmp_path / "facts.jsonl"
    path.write_text(ROWS)
    dry_code, dry = utl("ingest", path, *WHERE, "--dry-run")
    assert connection.execute("select count(*) from utl.transactions").fetchone() == (0,)
    code, output = utl("ingest", path, *WHERE)
    assert dry_code == code == NEEDS_ATTENTION
    assert output.splitlines()[2].split() == ["7", "3", "1", "0", "3"]
    assert dry.splitlines()[:7] == output.splitlines()[:7]
    assert "1 deposit booked, 1 deposit duplicate, 1 deposit rejected" in output
    assert "line 6: rejected: unknown asset 'USDX'; the nearest known: " in output
    assert utl("ingest", path, *WHERE)[1].splitlines()[2].split() == ["7", "0", "4", "0", "3"]


def test_rejected_facts_of_all_kinds_are_mended_and_retried(
    utl: Run, connection: psycopg.Connection, tmp_path: Path
) -> None:
    path, export = tmp_path / "facts.jsonl", tmp_path / "rejected.csv"
    path.write_text(ROWS)
    utl("ingest", path, *WHERE)
    assert utl("rejected", "export", export)[0] == 0
    export.write_text(export.read_text().replace(",USDX,", ",USDT,"))
    assert utl("rejected", "retry", "--file", export) == (
        NEEDS_ATTENTION,
        "2 booked, 0 duplicates, 0 conflicts, 1 rejected still\n",
    )
    found = connection.execute("select quantity from utl.transactions order by 1").fetchall()
    assert found == [(5,), (100000,)]
    left = connection.execute("select line from utl.rejected_fills where resolved_at is null")
    assert left.fetchall() == [(7,)]
