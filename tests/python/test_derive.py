"""`utl build` and `utl rebuild`: what is derived comes from the facts, and comes back the same."""

import io

import psycopg
import pytest
from rich.console import Console
from typer.testing import CliRunner

from utl import derive
from utl.cli import app

# More than the 20,000 entries from which on a costing is built in steps.
FILLS = 20_001


@pytest.fixture
def booked(connection: psycopg.Connection) -> psycopg.Connection:
    connection.execute("select utl.add_book('main'), utl.add_book('other')")
    connection.execute("select utl.add_account('a', 'v'), utl.add_instrument('BTC/USDT')")
    connection.execute(
        """
        insert into utl.fills (
            book_id, account_id, instrument_id, venue_fill_id, side, quantity, price, executed_at
        )
        select
            utl.book_id('main'), 1, 1, n, case mod(n, 3) when 0 then 'sell' else 'buy' end,
            1, 100 + mod(n, 7), timestamptz '2026-01-01Z' + n * interval '1 second'
        from generate_series(1, %s) as n
        """,
        [FILLS],
    )
    return connection


def told(call: object, *arguments: object) -> tuple[object, str]:
    output = io.StringIO()
    result = call(*arguments, Console(file=output, width=120))  # type: ignore[operator]
    return result, output.getvalue()


def test_a_costing_of_a_long_history_is_built_when_asked(
    booked: psycopg.Connection, database: str
) -> None:
    booked.execute("select utl.add_costing('main', 'fifo')")
    seen = "select count(*) from utl.unit_costs where costing = 'fifo'"
    assert booked.execute(seen).fetchone() == (0,)
    assert told(derive.build, database)[1] == "built fifo of main\n"
    assert booked.execute(seen).fetchone() == (1,)
    assert booked.execute("select count(*) from utl.replay_differences()").fetchone() == (0,)
    assert told(derive.build, database)[1] == "every costing is built\n"


def test_a_rebuild_of_a_ledger_that_is_right_changes_nothing(
    booked: psycopg.Connection, database: str
) -> None:
    state = "select * from utl_private.positions order by 1"
    before = booked.execute(state).fetchall()
    same, output = told(derive.rebuild, database, None)
    assert same
    assert [line.split() for line in output.splitlines()[2:]] == [
        ["main", "wac", "1", f"{FILLS:,}", "0", "same"],
        ["other", "wac", "0", "0", "0", "same"],
    ]
    assert booked.execute(state).fetchall() == before


def test_a_rebuild_repairs_and_says_so(booked: psycopg.Connection, database: str) -> None:
    booked.execute("delete from utl_private.entries where mod(fill_id, 1000) = 0")
    booked.execute("update utl_private.positions set cost = 0")
    same, output = told(derive.rebuild, database, "main")
    assert not same
    assert output.splitlines()[2].split() == ["main", "wac", "1", f"{FILLS:,}", "1", "other"]
    assert booked.execute("select * from utl.failed_checks()").fetchall() == []
    assert booked.execute("select * from utl.replay_differences()").fetchall() == []
    causes = booked.execute("select distinct cause from utl.restatements").fetchall()
    assert causes == [("rebuild",)]


def test_the_exit_code_tells(
    booked: psycopg.Connection, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", database)
    assert CliRunner().invoke(app, ["build"]).exit_code == 0
    assert CliRunner().invoke(app, ["rebuild", "--book", "main"]).exit_code == 0
    booked.execute("update utl_private.positions set cost = 0")
    assert CliRunner().invoke(app, ["rebuild"]).exit_code == 1
