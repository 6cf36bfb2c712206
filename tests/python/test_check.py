"""`utl check`: silent about a ledger that is right, and told apart by its exit code if not."""

import io

import psycopg
import pytest
from rich.console import Console
from typer.testing import CliRunner

from utl.check import check
from utl.cli import app
from utl.ledger import Ledger


@pytest.fixture
def booked(connection: psycopg.Connection, database: str) -> psycopg.Connection:
    connection.execute("select utl.add_book('main', method => 'fifo')")
    rows = [
        {
            "book": "main",
            "account": "binance:1",
            "instrument": "BTC/USDT",
            "venue_fill_id": str(number),
            "side": "sell" if number % 3 else "buy",
            "quantity": number,
            "price": 100,
            "executed_at": 1767268800000 + number,
        }
        for number in range(1, 10)
    ]
    with Ledger(database) as ledger:
        assert ledger.record_fills(rows, create=True).count("booked") == 9
    return connection


def run(database: str, share: float = 1) -> tuple[bool, str]:
    output = io.StringIO()
    right = check(database, share, Console(file=output, width=300))
    return right, output.getvalue()


@pytest.mark.usefixtures("booked")
def test_a_ledger_that_is_right_passes(database: str) -> None:
    assert run(database) == (
        True,
        "every check is empty; replayed 100% of the positions: no difference\n",
    )
    assert run(database, 0) == (
        True,
        "every check is empty; replayed 0% of the positions: no difference\n",
    )


def test_a_figure_that_was_tampered_with_is_found(
    booked: psycopg.Connection, database: str
) -> None:
    booked.execute("update utl_private.positions set cost = cost + 1")
    right, output = run(database)
    assert not right
    assert "entries differ from a replay" in output
    assert "BTC/USDT" in output


def test_the_command_tells_by_its_exit_code(
    booked: psycopg.Connection, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", database)
    assert CliRunner().invoke(app, ["check", "--share", "0.5"]).exit_code == 0
    booked.execute("update utl_private.positions set realized_pnl = realized_pnl + 1")
    assert CliRunner().invoke(app, ["check"]).exit_code == 1
    assert CliRunner().invoke(app, ["check", "--share", "2"]).exit_code == 2
