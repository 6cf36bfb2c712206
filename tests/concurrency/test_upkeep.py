"""Partitions are drained, archived and restored beside booking: nothing is lost, nobody fails."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.concurrency.sessions import BOOK, assert_right, random_fills, session
from tests.properties.scenarios import Sent, Statement
from tests.properties.sending import Sender
from tests.streaming import wait_until
from utl import archive as archiving
from utl import upkeep

WRITERS = 3
BATCH = 5
MONTHS = 8
ROUNDS = 6
WAIT_MAX_S = 30.0  # archiving gives up a lock after two, and a busy machine takes its time
NEW = """
    insert into utl.fills (
        book_id, account_id, instrument_id, venue_fill_id, side, quantity, price, executed_at
    )
    values (
        1, 1, 1, gen_random_uuid(), (array['buy', 'sell'])[1 + floor(2 * random())], 1, 100,
        clock_timestamp()
    )
"""
LATE = NEW.replace("clock_timestamp()", "timestamptz '2024-03-05Z' + random() * interval '20 days'")


def over_months(fills: list[Sent]) -> list[Sent]:
    """The same, some of them in each of several months that have no partition."""
    return [
        replace(fill, executed_at=fill.executed_at + timedelta(days=31 * (number // 7 % MONTHS)))
        for number, fill in enumerate(fills)
    ]


@contextmanager
def again_and_again(work: Callable[[], Any]) -> Iterator[list[Any]]:
    """Do work in a thread while the block runs, and collect what it gives."""
    stopping = threading.Event()
    results: list[Any] = []

    def repeat() -> None:
        while not stopping.is_set():
            results.append(work())

    with ThreadPoolExecutor(1) as threads:
        repeating = threads.submit(repeat)
        try:
            yield results
        finally:
            stopping.set()
            repeating.result()


@pytest.mark.parametrize("way", ["record", "copy"])
def test_default_partitions_are_drained_while_fills_of_their_months_come_in(
    book: str, way: str
) -> None:
    shares = [over_months(random_fills(150, seed)) for seed in range(WRITERS)]

    def write(share: list[Sent]) -> None:
        with session(book) as connection:
            sender = Sender(connection)
            for start in range(0, len(share), BATCH):
                sender.send(BOOK, Statement(way, share[start : start + BATCH]))

    def maintain() -> list[upkeep.Step]:
        with session(book) as connection:
            return list(upkeep.maintain(connection))

    with again_and_again(maintain) as steps, ThreadPoolExecutor(WRITERS) as threads:
        for done in [threads.submit(write, share) for share in shares]:
            done.result()

    def nothing_is_deferred() -> bool:
        steps.append(maintain())
        return all(each.outcome != "deferred" for each in steps[-1])

    wait_until(nothing_is_deferred, "autovacuum, say, lets go of its locks")
    drained = {each.partition for some in steps for each in some if each.outcome == "done"}
    assert len([name for name in drained if name and name.startswith("entries_")]) >= 2
    with session(book) as connection:
        assert connection.execute("table utl_private.entries_default").fetchall() == []
        assert connection.execute("table utl_private.fills_default").fetchall() == []
    assert_right(book, [fill for share in shares for fill in share])


def bust_old_fills(database: str, stopping: threading.Event) -> int:
    """Bust fills of closed months: it works, or is refused because they are archived."""
    old = "select fill_id from utl.fills where executed_at < '2024-03-01Z' order by random()"
    busted = 0
    with session(database) as connection:
        while not stopping.is_set():
            found = connection.execute(f"{old} limit 1").fetchone()
            try:
                if found is not None:
                    connection.execute("select utl.bust_fill(fill_id => %s)", found)
                    busted += 1
            except psycopg.OperationalError as error:
                if error.sqlstate != "55U06":
                    raise
    return busted


def test_months_are_archived_and_restored_while_others_are_booked_and_corrected(
    database: str, tmp_path: Path
) -> None:
    with session(database) as connection:
        connection.execute("select utl.add_book('desk', method => 'fifo')")
        connection.execute("select utl.add_costing('desk', 'wac')")
        connection.execute("select utl.add_account('a', 'v'), utl.add_instrument('BTC/USDT')")
        connection.execute("select utl.add_partitions('2024-01-01', 3)")
        for month in ("01", "02", "03"):
            for _ in range(50):
                connection.execute(LATE.replace("2024-03", f"2024-{month}"))
        connection.execute("select utl.close_period('desk', '2024-03-01Z')")

    def cycle() -> None:
        assert len(list(archiving.archive(database, date(2024, 3, 1), "fills", tmp_path))) == 2
        assert len(list(archiving.restore(database, "2024-01", "fills"))) == 2

    waits: list[float] = []
    stopping = threading.Event()

    def write(statement: str) -> int:
        count = 0
        with session(database) as connection:
            while not stopping.is_set():
                started = time.monotonic()
                connection.execute(statement)
                waits.append(time.monotonic() - started)
                count += 1
        return count

    with ThreadPoolExecutor(4) as threads:
        writing = [threads.submit(write, statement) for statement in (NEW, NEW, LATE)]
        correcting = threads.submit(bust_old_fills, database, stopping)
        try:
            for _ in range(ROUNDS):
                cycle()
        finally:
            stopping.set()
        written = sum(each.result() for each in writing)
    assert correcting.result() > 0
    assert max(waits) < WAIT_MAX_S
    with session(database) as connection:
        assert connection.execute("select count(*) from utl.fills").fetchone() == (150 + written,)
        assert connection.execute("table utl_private.pending_corrections").fetchall() == []
        assert connection.execute("select * from utl.failed_checks()").fetchall() == []
        assert connection.execute("select * from utl.replay_differences()").fetchall() == []
