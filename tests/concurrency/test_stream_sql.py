"""The stream beside writers: nothing lost, nothing out of order, and who is notified of what."""

import json
import math
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from threading import Event
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tests.concurrency.sessions import BOOK, session, side_by_side
from tests.properties.proof import assert_checks_are_empty
from tests.properties.sending import Sender
from tests.streaming import PATIENCE_S

WRITERS = 24
STATEMENTS_EACH = 25
INSTRUMENTS_TRADED = 3
INSERT = """
    insert into utl.fills (
        venue_fill_id, executed_at, side, quantity, price, book_id, account_id, instrument_id
    )
    select %(name)s || n, %(at)s::timestamptz, 'buy', 1, 100, utl.book_id(%(book)s),
        (select min(account_id) from utl.accounts),
        (select instrument_id from utl.instruments order by instrument_id
            offset (%(instrument)s + n) %% %(instruments)s limit 1)
    from generate_series(1, %(fills)s) as n
"""
INSERT_INTO_BOOKS = """
    insert into utl.fills (
        venue_fill_id, executed_at, side, quantity, price, book_id, account_id, instrument_id
    )
    select format('%%s %%s', b, i.instrument), now(), 'buy', 1, 100, utl.book_id(b),
        (select min(account_id) from utl.accounts), i.instrument_id
    from unnest(%s::text[]) as b
    cross join utl.instruments as i
    where i.instrument ~ '^N'
"""

Connection = psycopg.Connection[Any]
Position = tuple[int, int]  # position_id, version


@dataclass
class Reader:
    """What a subscriber has got and acknowledged, over all its connections."""

    name: str
    read: list[tuple[int, Position]] = field(default_factory=list)
    repeated: int = 0


def trade(
    connection: Connection, name: str, *, instrument: int = 0, fills: int = 1, instruments: int = 1
) -> None:
    """Record fills in one statement, of one time: now, to the second, so that some are late."""
    values = {"name": name, "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
    counts = {"instrument": instrument, "fills": fills, "instruments": instruments}
    connection.execute(INSERT, {**values, **counts, "book": BOOK})


def write(conninfo: str, number: int) -> None:
    """Statements of some positions each: pauses before the commit, rollbacks, long ones."""
    chance = random.Random(number)
    with psycopg.connect(conninfo, options="-c lock_timeout=300s") as connection:
        for statement in range(STATEMENTS_EACH):
            trade(
                connection,
                f"{number}-{statement}-",
                instrument=chance.randrange(INSTRUMENTS_TRADED),
                instruments=INSTRUMENTS_TRADED,
            )
            if chance.random() < 0.2:
                time.sleep(chance.random() * (0.3 if statement % 10 == 0 else 0.02))
            if chance.random() < 0.1:
                connection.rollback()
            else:
                connection.commit()


def hold_transaction(conninfo: str, ended: Event) -> None:
    """Have transactions that draw an id of a change and dawdle, one after another."""
    while not ended.is_set():
        with psycopg.connect(conninfo) as connection:
            connection.execute("select pg_current_xact_id(), nextval('utl_private.change_ids')")
            time.sleep(0.15)


def follow(conninfo: str, reader: Reader, ended: Event) -> None:
    """Fetch and acknowledge until all has been read; go away in between, often unacknowledged."""
    chance = random.Random(reader.name)
    deadline = math.inf
    seen: dict[int, Position] = {}
    while time.monotonic() < deadline:
        last_round = ended.is_set()
        if last_round:
            deadline = min(deadline, time.monotonic() + PATIENCE_S)
        with session(conninfo) as connection:
            for _ in range(chance.randint(1, 20)):
                nothing_comes = last_round and is_all_read(connection)
                found = fetch(connection, reader.name, chance.choice((1, 7, 1000)))
                is_killed = bool(found) and (not seen or chance.random() < 0.2)
                reader.repeated += sum(change_id in seen for change_id, _ in found)
                seen.update(found)
                if is_killed:
                    break  # before it acknowledged
                if found:
                    acknowledge(connection, reader.name, found[-1][0])
                    reader.read += found
                elif nothing_comes:
                    return
                time.sleep(chance.random() * 0.01)
    raise AssertionError(f"{reader.name} did not come to the end")


def fetch(connection: Connection, subscriber: str, count: int) -> list[tuple[int, Position]]:
    query = "select change_id, position_id, version from utl.fetch_changes(%s, %s)"
    rows = connection.execute(query, [subscriber, count]).fetchall()
    return [(change_id, (position_id, version)) for change_id, position_id, version in rows]


def acknowledge(connection: Connection, subscriber: str, change_id: int) -> None:
    connection.execute("select utl.acknowledge(%s, %s)", [subscriber, change_id])


def is_all_read(connection: Connection) -> bool:
    query = "select safe_change_id = last_change_id from utl.stream"
    return connection.execute(query).fetchone() == (True,)


def logged(connection: Connection) -> list[tuple[int, Position]]:
    query = "select change_id, position_id, version from utl.position_changes order by change_id"
    return [(change_id, (p, v)) for change_id, p, v in connection.execute(query).fetchall()]


def test_readers_beside_24_writers_miss_nothing_and_get_versions_in_order(book: str) -> None:
    readers = [Reader(f"reader {number}") for number in range(3)]
    with session(book) as connection:
        Sender(connection)
        for reader in readers:
            connection.execute("select utl.subscribe(%s, costings => 'all')", [reader.name])
    ended = Event()

    def write_all() -> None:
        try:
            side_by_side(*(partial(write, book, number) for number in range(WRITERS)))
        finally:
            ended.set()

    side_by_side(
        write_all,
        partial(hold_transaction, book, ended),
        *(partial(follow, book, reader, ended) for reader in readers),
    )
    with session(book) as connection:
        changes = logged(connection)
        assert len(changes) > WRITERS * STATEMENTS_EACH  # of three costings, some rolled back
        for reader in readers:
            assert reader.read == changes  # all of it, each once, in order
            assert reader.repeated > 0  # or its coming back has shown nothing
        versions: dict[int, int] = {}
        for _, (position, version) in changes:
            assert version == versions.get(position, 0) + 1
            versions[position] = version
        assert_checks_are_empty(connection)


def test_what_an_open_transaction_may_still_write_before_is_waited_for(
    first: Sender, second: Sender, watcher: Connection
) -> None:
    watcher.execute("select utl.subscribe('reader')")
    trade(first.connection, "early", instrument=0, instruments=9)
    trade(second.connection, "late", instrument=1, instruments=9)
    assert fetch(watcher, "reader", 9) == []
    first.connection.commit()
    tick_to_the_end(watcher)
    assert len(fetch(watcher, "reader", 9)) == 2


def test_a_reader_with_an_old_snapshot_skips_nothing(
    book: str, first: Sender, second: Sender, watcher: Connection
) -> None:
    watcher.execute("select utl.subscribe('reader')")
    trade(first.connection, "early", instrument=0, instruments=9)
    trade(second.connection, "late", instrument=1, instruments=9)
    with psycopg.connect(book) as reading:
        reading.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        reading.execute("select 1 from utl.stream")  # its snapshot: late, without early
        first.connection.commit()
        assert fetch(reading, "reader", 9) == []
    tick_to_the_end(watcher)
    assert len(fetch(watcher, "reader", 9)) == 2


def test_the_stream_names_who_holds_it_up(
    first: Sender, second: Sender, watcher: Connection
) -> None:
    first.connection.execute("set application_name = 'slow gateway'")
    trade(first.connection, "early", instrument=0, instruments=9)
    trade(second.connection, "late", instrument=1, instruments=9)
    query = "select blocked_by_pid, blocked_by, blocked_since <= now() from utl.stream"
    ours = (first.connection.info.backend_pid, "slow gateway", True)
    assert watcher.execute(query).fetchone() == ours
    first.connection.commit()
    watcher.execute("select utl.tick()")
    assert watcher.execute(query).fetchone() == (None, None, None)


def test_who_books_nothing_holds_nothing_up(
    first: Sender, second: Sender, watcher: Connection
) -> None:
    first.connection.execute("select pg_current_xact_id()")
    first.connection.execute("create table elsewhere as select 1 as a")
    trade(second.connection, "a")
    watcher.execute("select utl.tick()")
    assert is_all_read(watcher)


def test_a_transaction_that_has_not_written_yet_is_waited_for_once_it_drew_an_id(
    first: Sender, watcher: Connection
) -> None:
    first.connection.execute("select nextval('utl_private.change_ids')")
    for _ in range(3):
        watcher.execute("select utl.tick()")
    assert not is_all_read(watcher)
    first.connection.rollback()
    watcher.execute("select utl.tick()")
    assert is_all_read(watcher)


def test_what_a_savepoint_took_back_is_waited_for_until_the_transaction_ends(
    first: Sender, watcher: Connection
) -> None:
    first.connection.execute("savepoint before")
    trade(first.connection, "a", instrument=0, instruments=9)
    first.connection.execute("rollback to before")
    watcher.execute("select utl.tick()")
    assert not is_all_read(watcher)
    first.connection.commit()
    watcher.execute("select utl.tick()")
    assert is_all_read(watcher)


def test_ticking_waits_for_no_other_ticker(first: Sender, second: Sender) -> None:
    first.connection.commit()
    trade(second.connection, "a")
    before = second.connection.execute("select safe_change_id from utl.stream").fetchone()
    assert first.connection.execute("select utl.tick()").fetchone() != before
    assert second.connection.execute("select utl.tick()").fetchone() == before
    first.connection.commit()
    assert second.connection.execute("select utl.tick()").fetchone() != before


def test_ticks_behind_a_long_transaction_do_not_pile_up(first: Sender, second: Sender) -> None:
    trade(first.connection, "early", instrument=1, instruments=9)
    for number in range(120):
        trade(second.connection, f"t{number}")
        second.connection.execute("select utl.tick()")
    count = "select count(*) from utl_private.ticks"
    assert second.connection.execute(count).fetchone() == (100,)
    first.connection.commit()
    tick_to_the_end(second.connection)
    assert second.connection.execute(count).fetchone() == (0,)


@pytest.fixture
def listener(book: str) -> Iterator[Connection]:
    """A session that listens to all positions, and to those of the book."""
    with session(book) as connection:
        connection.execute("listen utl_positions")
        connection.execute(sql.SQL("listen {}").format(sql.Identifier(f"utl_positions_{BOOK}")))
        yield connection


def tick_to_the_end(connection: Connection) -> int:
    """Tick, and find that all can be read."""
    connection.execute("select utl.tick()")
    assert is_all_read(connection)
    row = connection.execute("select safe_change_id from utl.stream").fetchone()
    assert row is not None
    return int(row[0])


def heard(listener: Connection) -> dict[str, list[dict[str, Any]]]:
    """What came, by channel, of all that was committed before: notifications keep that order."""
    told: dict[str, list[dict[str, Any]]] = {}
    listener.execute("listen the_end")
    listener.execute("notify the_end")
    for notification in listener.notifies(timeout=PATIENCE_S):
        if notification.channel == "the_end":
            return told
        told.setdefault(notification.channel, []).append(json.loads(notification.payload))
    raise AssertionError


def test_direct_notifies_of_each_position_with_its_state(
    second: Sender, listener: Connection
) -> None:
    trade(second.connection, "a", fills=2)
    told = heard(listener)
    assert set(told) == {"utl_positions", f"utl_positions_{BOOK}"}
    assert told["utl_positions"] == told[f"utl_positions_{BOOK}"]
    [change] = told["utl_positions"]  # the primary costing alone
    row = second.connection.execute(
        "select change_id, instrument from utl.position_changes where is_primary"
    ).fetchone()
    assert row == (change.pop("change_id"), change.pop("instrument"))
    state = {"quantity": 2, "average_cost": 100, "realized_pnl": 0}
    assert change == {"book": BOOK, "version": 1, "cause": "fill", **state}


def test_nobody_is_notified_of_what_is_rolled_back(first: Sender, listener: Connection) -> None:
    trade(first.connection, "a")
    first.connection.rollback()
    assert heard(listener) == {}


def test_of_many_positions_32_are_told_and_that_there_are_more(
    second: Sender, listener: Connection
) -> None:
    for number in range(40):
        second.connection.execute("select utl.add_instrument(%s)", [f"N{number}/USD"])
    trade(second.connection, "many", fills=40, instruments=40)
    told = heard(listener)
    *changes, summary = told["utl_positions"]
    assert len(changes) == 32
    assert summary["change_id"] > max(change["change_id"] for change in changes)
    assert set(summary) == {"change_id", "changes"}
    assert told[f"utl_positions_{BOOK}"] == [*changes, summary]


def test_each_book_hears_of_a_statement_that_has_more_than_32_positions(
    book: str, second: Sender
) -> None:
    books = ("left", "right", "far right")
    for number in range(20):
        second.connection.execute("select utl.add_instrument(%s)", [f"N{number}/USD"])
    with session(book) as listener:
        for name in books:
            second.connection.execute("select utl.add_book(%s)", [name])
            listener.execute(sql.SQL("listen {}").format(sql.Identifier(f"utl_positions_{name}")))
        second.connection.execute(INSERT_INTO_BOOKS, [list(books)])
        told = heard(listener)
    query = "select book, max(change_id) from utl.position_changes group by book"
    last = dict(second.connection.execute(query).fetchall())
    for name in books:
        assert told[f"utl_positions_{name}"][-1]["change_id"] == last[name]
    each = [change for changes in told.values() for change in changes]
    assert len([change for change in each if "version" in change]) == 32
    assert {change["changes"] for change in each if "changes" in change} == {20}


def test_ticker_notifies_of_the_watermark_alone(second: Sender, listener: Connection) -> None:
    second.connection.execute("select utl.set_setting('notify', 'ticker')")
    trade(second.connection, "a")
    assert heard(listener) == {}
    last = tick_to_the_end(second.connection)
    assert heard(listener) == {"utl_positions": [{"change_id": last}]}
    second.connection.execute("select utl.tick()")
    assert heard(listener) == {}


def test_off_notifies_nobody(second: Sender, listener: Connection) -> None:
    second.connection.execute("select utl.set_setting('notify', 'off')")
    trade(second.connection, "a")
    second.connection.execute("select utl.tick()")
    assert heard(listener) == {}
    assert len(logged(second.connection)) == 3  # of each costing one
