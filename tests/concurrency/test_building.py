"""Costings that are built, books that are rebuilt and periods that are closed beside booking."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import psycopg
import pytest

from tests.concurrency.sessions import meanwhile, session, side_by_side, wait_until_blocked
from tests.properties.proof import assert_checks_are_empty

LONG = 60_000  # fills: two windows
FILLS_ASIDE = 22_000  # just enough that a costing is built in steps
PATIENCE_S = 300.0
WAIT_MAX_S = 30.0  # of one statement beside a build: milliseconds when it, and we, are alone
FIRST = "timestamptz '2026-01-05Z'"


@pytest.fixture
def long_book(database: str) -> str:
    """A book with a long history, in three positions."""
    make_book(database, "long", LONG)
    return database


@pytest.fixture
def book(database: str) -> str:
    """A book just long enough that a costing of it is built in steps."""
    make_book(database, "long", FILLS_ASIDE)
    return database


def make_book(conninfo: str, book: str, fills: int) -> None:
    """A book by average cost with a fill a second, long and short in turns."""
    with session(conninfo) as connection:
        for instrument in ("A/USD", "B/USD", "C/USD"):
            connection.execute("select utl.add_instrument(%s)", [instrument])
        connection.execute("select utl.add_asset('BNB'), utl.add_account('main', 'venue')")
        connection.execute("select utl.add_book(%s)", [book])
        connection.execute(
            f"""
            insert into utl.fills (
                venue_fill_id, executed_at, side, quantity, price, fee, fee_asset_id,
                book_id, account_id, instrument_id
            )
            select
                %(book)s || n, {FIRST} + n * interval '1 second',
                case when (n * 7919) %% 13 < 6 + n / 1000 %% 2 then 'buy' else 'sell' end,
                1 + n %% 7, 100 + (n * 37) %% 23, n %% 3,
                utl.asset_id(case when n %% 5 = 0 then 'BNB' else 'USD' end),
                utl.book_id(%(book)s), utl.account_id('main'),
                utl.instrument_id((array['A/USD', 'B/USD', 'C/USD'])[1 + n %% 3])
            from generate_series(1, %(fills)s) as n
            """,
            {"book": book, "fills": fills},
        )


class Trader:
    """A session that books in order, late, busts and amends, until it is told to stop."""

    def __init__(self, conninfo: str, book: str, name: str, history: int) -> None:
        self.conninfo, self.book, self.name, self.history = conninfo, book, name, history
        self.stop = threading.Event()
        self.done = 0
        self.longest_s = 0.0

    def run(self) -> None:
        """Trade; what an exception interrupts is told by the thread."""
        chance = random.Random(self.name)
        with session(self.conninfo) as connection:
            while not self.stop.is_set():
                started = time.monotonic()
                self._act(connection, chance)
                self.longest_s = max(self.longest_s, time.monotonic() - started)
                self.done += 1

    def _act(self, connection: psycopg.Connection[Any], chance: random.Random) -> None:
        # Late, but not by so much that each one restates the whole history.
        place = chance.randint(self.history - 300, self.history)
        match chance.choice(("in order", "in order", "late", "bust", "amend", "move")):
            case "in order":
                self.insert(connection, self.history + 10 + self.done, chance)
            case "late":
                self.insert(connection, place, chance)
            case "bust":
                connection.execute("select utl.bust_fill('main', %s)", [f"{self.book}{place}"])
            case "amend":
                connection.execute(
                    "select utl.amend_fill('main', %s, price => %s, fee => %s)",
                    [f"{self.book}{place}", chance.randint(90, 130), chance.randint(0, 3)],
                )
            case _:
                connection.execute(
                    f"select utl.amend_fill('main', %s, executed_at => {FIRST} + %s)",
                    [f"{self.book}{place}", timedelta(seconds=chance.randint(place - 9, place))],
                )

    def insert(
        self, connection: psycopg.Connection[Any], second: int, chance: random.Random
    ) -> None:
        """Book a fill of a second of the history."""
        connection.execute(
            f"""
            insert into utl.fills (
                venue_fill_id, executed_at, side, quantity, price, fee, fee_asset_id,
                book_id, account_id, instrument_id
            )
            values (
                %s, {FIRST} + %s, %s, %s, %s, 1, utl.asset_id(%s), utl.book_id(%s),
                utl.account_id('main'), utl.instrument_id(%s)
            )
            """,
            [
                f"{self.book} {self.name} {self.done}",
                timedelta(seconds=second),
                *(chance.choice(("buy", "sell")), chance.randint(1, 9), chance.randint(90, 130)),
                *(chance.choice(("USD", "BNB")), self.book),
                chance.choice(("A/USD", "B/USD", "C/USD")),
            ],
        )


@contextmanager
def trading(conninfo: str, book: str, history: int, traders: int = 3) -> Iterator[list[Trader]]:
    """Trade in several sessions while the block runs; each has done something before it starts."""
    at_work = [Trader(conninfo, book, f"trader {n}", history) for n in range(traders)]

    def work() -> None:
        side_by_side(*(trader.run for trader in at_work))

    with meanwhile(work) as all_done:
        try:
            wait_until(lambda: all_done.done() or all(trader.done for trader in at_work))
            yield at_work
        finally:
            for trader in at_work:
                trader.stop.set()
        all_done.result()


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.01)


def add_costing(conninfo: str, method: str, *, is_primary: bool = False) -> None:
    with session(conninfo) as connection:
        connection.execute(
            "select utl.add_costing('long', %s, is_primary => %s)", [method, is_primary]
        )


def is_built(conninfo: str, costing: str) -> bool:
    with session(conninfo) as connection:
        query = "select is_built from utl.costings where book = 'long' and costing = %s"
        return connection.execute(query, [costing]).fetchone() == (True,)


def primary_costing(conninfo: str) -> str:
    with session(conninfo) as connection:
        query = "select primary_costing from utl.books where book = 'long'"
        row = connection.execute(query).fetchone()
        assert row is not None
        return str(row[0])


def build(conninfo: str) -> None:
    with session(conninfo) as connection:
        connection.execute("call utl.build_costings()")


def step(connection: psycopg.Connection[Any], costing: str = "fifo") -> tuple[Any, ...]:
    row = connection.execute(
        "select windows_done, windows from utl.build_costing_step('long', %s)", [costing]
    ).fetchone()
    assert row is not None
    return tuple(row)


def assert_sound(conninfo: str) -> None:
    with session(conninfo) as connection:
        connection.execute("analyze")  # a history that came at once has no statistics yet
        assert_checks_are_empty(connection)


def assert_nobody_waited(traders: list[Trader]) -> None:
    assert max(trader.longest_s for trader in traders) < WAIT_MAX_S
    assert min(trader.done for trader in traders) > 0


def test_a_costing_of_a_long_history_is_built_beside_booking(long_book: str) -> None:
    with trading(long_book, "long", LONG) as traders:
        add_costing(long_book, "fifo")
        add_costing(long_book, "hifo")
        assert not is_built(long_book, "fifo")
        done_before = [trader.done for trader in traders]
        build(long_book)
        assert is_built(long_book, "fifo")
        assert is_built(long_book, "hifo")
        done_beside = [trader.done for trader in traders]
        wait_until(lambda: all(t.done > done_beside[n] for n, t in enumerate(traders)))
    assert all(during > before for before, during in zip(done_before, done_beside, strict=True))
    assert_nobody_waited(traders)
    assert_sound(long_book)
    with session(long_book) as connection:
        shown = connection.execute(
            "select costing, count(*) from utl.unit_costs group by costing order by costing"
        ).fetchall()
        deferred = connection.execute("select count(*) from utl_private.deferred_legs").fetchone()
    assert shown == [("fifo", 3), ("hifo", 3), ("wac", 3)]
    assert deferred == (0,)


def test_a_costing_that_is_being_built_is_not_shown(book: str) -> None:
    add_costing(book, "fifo")
    query = "select count(*) from utl.unit_costs where costing = 'fifo'"
    with session(book) as connection:
        assert step(connection) == (0, 1)
        assert step(connection) == (1, 1)
        assert connection.execute(query).fetchone() == (0,)
        assert_checks_are_empty(connection)
        assert step(connection) == (None, None)
        assert connection.execute(query).fetchone() == (3,)
        assert step(connection) == (None, None)
        assert_checks_are_empty(connection)


def test_a_costing_that_is_being_built_cannot_change(book: str) -> None:
    add_costing(book, "fifo")
    with session(book) as connection:
        with pytest.raises(psycopg.Error, match="costing fifo of book long is being built") as told:
            connection.execute(
                "select utl.change_costing('long', 'lifo', now(), 'fifo')",
            )
        assert told.value.sqlstate == "55U03"


def test_a_build_goes_on_after_its_session_was_killed(long_book: str) -> None:
    add_costing(long_book, "fifo")
    with trading(long_book, "long", LONG) as traders, session(long_book) as watcher:
        with psycopg.connect(long_book) as builder:
            assert step(builder) == (0, 2)
            builder.commit()
            assert step(builder) == (1, 2)
            builder.commit()
            with meanwhile(partial(step, builder)) as unfinished:
                wait_until(lambda: is_active(watcher, builder))
                watcher.execute("select pg_terminate_backend(%s)", [builder.info.backend_pid])
                with pytest.raises(psycopg.OperationalError):
                    unfinished.result()
        assert not is_built(long_book, "fifo")
        done = watcher.execute("select windows_done from utl_private.costing_builds").fetchone()
        assert done == (1,)
        build(long_book)
        assert is_built(long_book, "fifo")
    assert_nobody_waited(traders)
    assert_sound(long_book)


def is_active(watcher: psycopg.Connection[Any], other: psycopg.Connection[Any]) -> bool:
    query = "select state = 'active' from pg_stat_activity where pid = %s"
    return watcher.execute(query, [other.info.backend_pid]).fetchone() == (True,)


def test_two_builders_at_once_build_a_costing_once(book: str) -> None:
    add_costing(book, "fifo")
    with trading(book, "long", FILLS_ASIDE) as traders:
        side_by_side(*[partial(build, book)] * 3)
        assert is_built(book, "fifo")
    assert_nobody_waited(traders)
    assert_sound(book)


def test_a_costing_becomes_the_primary_one_when_it_is_built(book: str) -> None:
    add_costing(book, "fifo", is_primary=True)
    with trading(book, "long", FILLS_ASIDE):
        assert primary_costing(book) == "wac"
        build(book)
        assert primary_costing(book) == "fifo"
    with session(book) as connection:
        shown = connection.execute("select distinct costing from utl.positions").fetchall()
    assert shown == [("fifo",)]
    assert_sound(book)


def test_a_period_is_closed_beside_a_build(book: str) -> None:
    add_costing(book, "fifo")
    end = f"{FIRST} + interval '{FILLS_ASIDE - 100} seconds'"
    with trading(book, "long", FILLS_ASIDE) as traders, session(book) as connection:
        assert step(connection) == (0, 1)
        connection.execute(f"select utl.close_period('long', {end})")
        assert step(connection) == (1, 1)
        done = [trader.done for trader in traders]
        wait_until(lambda: all(t.done > done[n] + 5 for n, t in enumerate(traders)))
        build(book)
        connection.execute("select utl.reopen_period('long')")
    assert_sound(book)


def test_a_book_is_rebuilt_beside_booking_in_another(book: str) -> None:
    make_book(book, "other", 1000)
    with session(book) as connection:
        connection.execute("select utl.add_costing('other', 'fifo')")
    with trading(book, "other", 1000) as traders:
        done_before = [trader.done for trader in traders]
        with session(book) as connection:
            rebuilt = connection.execute(
                "select changed_positions, digest_before = digest_after, entries"
                " from utl.rebuild_book('long')"
            ).fetchall()
        done_beside = [trader.done for trader in traders]
    assert [row[:2] for row in rebuilt] == [(0, True)]
    assert rebuilt[0][2] >= FILLS_ASIDE
    assert all(during > before for before, during in zip(done_before, done_beside, strict=True))
    assert_nobody_waited(traders)
    assert_sound(book)


def test_a_fill_waits_for_the_rebuild_of_its_book(book: str) -> None:
    with psycopg.connect(book) as rebuilder, session(book) as watcher:
        rebuilder.execute("select utl.rebuild_book('long')")
        trader = Trader(book, "long", "waiting", FILLS_ASIDE)

        def insert() -> None:
            with session(book) as connection:
                trader.insert(connection, FILLS_ASIDE - 5, random.Random(1))

        with meanwhile(insert) as inserted:
            wait_until_blocked(watcher, by=rebuilder)
            rebuilder.commit()
            inserted.result()
    assert_sound(book)


def test_books_are_rebuilt_closed_and_changed_beside_booking_in_them(database: str) -> None:
    book, fills = database, 2000
    make_book(book, "long", fills)
    add_costing(book, "fifo")
    with trading(book, "long", fills), session(book) as connection:
        for minutes, method in ((1, "lifo"), (2, "hifo")):
            at = f"{FIRST} + interval '{fills - 200} seconds' + interval '{minutes} minutes'"
            connection.execute(f"select utl.change_costing('long', '{method}', {at}, 'fifo')")
            connection.execute(f"select utl.close_period('long', {at})")
            rows = connection.execute(
                "select bool_and(digest_before = digest_after) from utl.rebuild_book('long')"
            ).fetchall()
            assert rows == [(True,)]
            connection.execute(f"select utl.reopen_period('long', {at} - interval '20 seconds')")
    assert_sound(book)


def test_nothing_is_booked_into_a_period_after_it_was_closed(book: str) -> None:
    closings: list[tuple[datetime, datetime]] = []
    with trading(book, "long", FILLS_ASIDE, traders=4), session(book) as connection:
        for seconds in range(-280, 20, 30):
            closed = connection.execute(
                f"select up_to, recorded_at from utl.close_period('long', {FIRST} + %s)",
                [timedelta(seconds=FILLS_ASIDE + seconds)],
            ).fetchone()
            assert closed is not None
            closings.append((closed[0], closed[1]))
            time.sleep(0.1)
    query = """
        select count(*) from utl.position_entries
        where effective_at < %s and booked_at > %s
    """
    with session(book) as connection:
        for closing in closings:
            assert connection.execute(query, closing).fetchone() == (0,)
        kept = connection.execute(
            "select count(distinct kind) from utl.prior_period_bookings"
        ).fetchone()
    assert kept == (4,)
    assert_sound(book)
