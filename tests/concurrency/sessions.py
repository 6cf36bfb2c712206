"""Real sessions side by side: threads, each with a connection of its own, and ways to time them."""

import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any

import psycopg

from tests.properties.model import Costing
from tests.properties.proof import assert_checks_are_empty, assert_model_agrees
from tests.properties.scenarios import ACCOUNTS, FIRST, INSTRUMENTS, Sent
from tests.properties.sending import Sender

BOOK = "book"
COSTINGS = [
    Costing("wac", "wac"),
    Costing("fifo by account", "fifo", pool="account"),
    Costing("hifo", "hifo", fees="capitalize", rank_by="unit_cost"),
]
PATIENCE_S = 30.0


@contextmanager
def session(conninfo: str) -> Iterator[psycopg.Connection[Any]]:
    """A session on which each statement is a transaction."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        yield connection


def make_book(conninfo: str) -> None:
    """The book with its costings, and all that fills refer to."""
    with session(conninfo) as connection:
        Sender(connection)
        primary, *others = COSTINGS
        connection.execute("select utl.add_book(%s, method => %s)", [BOOK, primary.method])
        for costing in others:
            add_costing(connection, costing)


def add_costing(connection: psycopg.Connection[Any], costing: Costing) -> None:
    """Add a costing to the book."""
    connection.execute(
        "select utl.add_costing(%s, %s, %s, %s, %s, %s, %s)",
        [
            *(BOOK, costing.method, costing.name, costing.pool, costing.fees),
            *(costing.rank_by, costing.booking_order),
        ],
    )


def random_fills(count: int, seed: int) -> list[Sent]:
    """Fills of few positions: longs, shorts, flips, equal times, and fees."""
    chance = random.Random(seed)
    return [
        Sent(
            identity=f"fill {seed} {number}",
            account=chance.choice(ACCOUNTS),
            instrument=chance.choice(INSTRUMENTS),
            side=chance.choice(("buy", "sell")),
            quantity=Decimal(chance.randint(1, 99)).scaleb(-chance.randint(0, 2)),
            price=Decimal(chance.randint(1, 9999)).scaleb(-2),
            fee=Decimal(chance.randint(-9, 99)).scaleb(-3),
            fee_asset=chance.choice(("USDT", "USD", "BTC")),
            executed_at=FIRST + timedelta(seconds=number // 2),
            sequence=chance.randint(0, 3),
        )
        for number in range(count)
    ]


def side_by_side(*work: Callable[[], Any]) -> list[Any]:
    """Run all at once, each in a thread; return what each returned, or raise what it raised."""
    with ThreadPoolExecutor(len(work)) as threads:
        return [done.result() for done in [threads.submit(each) for each in work]]


@contextmanager
def meanwhile(work: Callable[[], Any]) -> Iterator[Future[Any]]:
    """Run something in a thread while the block runs; afterwards wait for it."""
    with ThreadPoolExecutor(1) as threads:
        yield threads.submit(work)


def wait_until_blocked(connection: psycopg.Connection[Any], by: psycopg.Connection[Any]) -> None:
    """Wait until some session waits for a lock that `by` holds."""
    query = "select exists (select from pg_stat_activity where %s = any(pg_blocking_pids(pid)))"
    deadline = time.monotonic() + PATIENCE_S
    while connection.execute(query, [by.info.backend_pid]).fetchone() != (True,):
        assert time.monotonic() < deadline, "no session came to wait"
        time.sleep(0.01)


def assert_right(conninfo: str, fills: list[Sent], costings: list[Costing] = COSTINGS) -> None:
    """Every fill is booked once, as the model would, and all checks are empty."""
    with session(conninfo) as connection:
        sender = Sender(connection)
        identities = sorted(sender.identities(BOOK).values())
        assert identities == sorted(f"{BOOK} {fill.identity}" for fill in fills)
        assert_model_agrees(sender, BOOK, costings)
        assert_checks_are_empty(connection)
