"""COPY books like INSERT, for the role that records fills."""

from decimal import Decimal

import psycopg
import pytest
from psycopg.rows import TupleRow

COLUMNS = (
    "book_id, account_id, instrument_id, venue_fill_id, "
    "side, quantity, price, executed_at, sequence"
)


@pytest.fixture
def writer(connection: psycopg.Connection) -> psycopg.Connection:
    """A connection in the role utl_writer, and a book to write to."""
    connection.execute("select utl.add_account('main', 'kraken'), utl.add_instrument('BTC/USD')")
    connection.execute("select utl.add_book('desk'), utl.add_book('twin')")
    connection.execute("select utl.add_costing(b, 'fifo') from unnest(array['desk', 'twin']) as b")
    connection.execute("set role utl_writer")
    return connection


def _copy(connection: psycopg.Connection, book: int, first: int, last: int) -> None:
    with connection.cursor().copy(f"copy utl.fills ({COLUMNS}) from stdin") as copy:
        for n in range(first, last + 1):
            side = "sell" if n % 3 == 0 else "buy"
            time = f"2026-01-05 10:{n * 7 % 60:02}:00Z"
            copy.write_row((book, 1, 1, f"{book}-{n}", side, 1 + n % 4, 100 + n % 7, time, n))


def _positions(connection: psycopg.Connection, book: str) -> list[TupleRow]:
    return connection.execute(
        "select costing, quantity, cost, realized_pnl, opened_at, last_fill_at from utl.unit_costs "
        "where book = %s order by costing",
        [book],
    ).fetchall()


def _assert_sound(connection: psycopg.Connection) -> None:
    connection.execute("reset role")
    assert connection.execute("select * from utl.failed_checks()").fetchall() == []
    assert connection.execute("select * from utl.replay_differences()").fetchall() == []


def test_a_copy_books_as_an_insert_does(writer: psycopg.Connection) -> None:
    _copy(writer, 1, 1, 90)
    writer.execute(
        f"""
        insert into utl.fills ({COLUMNS})
        select
            2, 1, 1, '2-' || n, case when n %% 3 = 0 then 'sell' else 'buy' end, 1 + n %% 4,
            100 + n %% 7, '2026-01-05 10:00Z'::timestamptz + n * 7 %% 60 * interval '1 min', n
        from generate_series(1, %s) as n
        """,
        [90],
    )
    assert _positions(writer, "desk") == _positions(writer, "twin")
    assert _positions(writer, "desk")[0][1] == Decimal(71)
    _assert_sound(writer)


def test_several_copies_book_as_one_does(writer: psycopg.Connection) -> None:
    _copy(writer, 1, 1, 90)
    for first in (61, 1, 31):
        _copy(writer, 2, first, first + 29)
    assert _positions(writer, "desk") == _positions(writer, "twin")
    _assert_sound(writer)


def test_a_copy_of_known_fills_is_refused_whole(writer: psycopg.Connection) -> None:
    _copy(writer, 1, 1, 10)
    before = _positions(writer, "desk")
    with pytest.raises(psycopg.errors.UniqueViolation, match="fills_are_recorded_once"):
        _copy(writer, 1, 10, 20)
    assert _positions(writer, "desk") == before
    _assert_sound(writer)


def test_an_empty_copy_books_nothing(writer: psycopg.Connection) -> None:
    _copy(writer, 1, 1, 0)
    assert _positions(writer, "desk") == []


@pytest.mark.parametrize("column", ["fill_id", "recorded_at"])
def test_a_copy_cannot_choose_the_order_of_arrival(writer: psycopg.Connection, column: str) -> None:
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied"),
        writer.cursor().copy(f"copy utl.fills ({COLUMNS}, {column}) from stdin"),
    ):
        pass


def test_errors_are_those_that_psycopg_knows(writer: psycopg.Connection) -> None:
    with pytest.raises(psycopg.IntegrityError, match="a fill refers to unknown book 99"):
        _copy(writer, 99, 1, 1)
    writer.execute("reset role")
    with pytest.raises(psycopg.OperationalError, match="facts are never changed"):
        writer.execute("delete from utl.fills")
    with pytest.raises(psycopg.DataError, match="unknown book: 'x'"):
        writer.execute("select utl.book_id('x')")
