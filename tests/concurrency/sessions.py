"""Real sessions side by side: threads, each with a connection of its own, and ways to time them."""

import random
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import psutil
import psycopg

from tests.properties.model import Costing
from tests.properties.proof import assert_checks_are_empty, assert_model_agrees
from tests.properties.scenarios import ACCOUNTS, FIRST, INSTRUMENTS, Sent, SentCorrection
from tests.properties.sending import Sender
from utl import server

BOOK = "book"
COSTINGS = [
    Costing("wac", "wac"),
    Costing("fifo by account", "fifo", pool="account"),
    Costing("hifo", "hifo", fees="capitalize", rank_by="unit_cost"),
]
PATIENCE_S = 300.0
MOMENT_S = 0.5
LOCK_TIMEOUT = "-c lock_timeout=300s"


@contextmanager
def session(conninfo: str) -> Iterator[psycopg.Connection[Any]]:
    """A session on which each statement is a transaction. It does not wait for ever."""
    with psycopg.connect(conninfo, autocommit=True, options=LOCK_TIMEOUT) as connection:
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


def kill_server(home: Path) -> None:
    """kill -9 of the postmaster; return when it is gone, for until then it seems to run."""
    pid = server.status(home).pid
    assert pid is not None
    process = psutil.Process(pid)
    process.kill()
    deadline = time.monotonic() + PATIENCE_S
    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def side_by_side(*work: Callable[[], Any]) -> list[Any]:
    """Run all at once, each in a thread; return what each returned, or raise what it raised."""
    with ThreadPoolExecutor(len(work)) as threads:
        return [done.result() for done in [threads.submit(each) for each in work]]


@contextmanager
def meanwhile(work: Callable[[], Any]) -> Iterator[Future[Any]]:
    """Run something in a thread while the block runs; afterwards wait for it."""
    with ThreadPoolExecutor(1) as threads:
        yield threads.submit(work)


def wait_until_blocked(
    connection: psycopg.Connection[Any], by: psycopg.Connection[Any], sessions: int = 1
) -> None:
    """Wait until some sessions wait for a lock that `by` holds."""
    query = "select count(*) from pg_stat_activity where %s = any(pg_blocking_pids(pid))"
    deadline = time.monotonic() + PATIENCE_S
    while connection.execute(query, [by.info.backend_pid]).fetchone() != (sessions,):
        assert time.monotonic() < deadline, "no session came to wait"
        time.sleep(0.01)


def wait_a_moment(work: Future[Any]) -> None:
    """Give work the time to finish, if nothing makes it wait."""
    wait([work], timeout=MOMENT_S)


def random_corrections(
    fills: list[Sent], count: int, chance: random.Random
) -> list[SentCorrection]:
    """Busts and amendments of some of the fills, and some of these again."""
    return [random_correction(chance, chance.choice(fills)) for _ in range(count)]


def random_correction(chance: random.Random, fill: Sent) -> SentCorrection:
    """A bust, or an amendment of one or two values."""
    if chance.random() < 0.4:
        return SentCorrection(fill.account, fill.identity, "bust")
    values: dict[str, Any] = {
        "quantity": Decimal(chance.randint(1, 99)),
        "price": Decimal(chance.randint(1, 9999)).scaleb(-2),
        "fee": Decimal(chance.randint(-9, 99)).scaleb(-3),
        "fee_asset": chance.choice(("USDT", "USD", "BTC")),
        "executed_at": FIRST + timedelta(seconds=chance.randint(0, 60)),
        "sequence": chance.randint(0, 3),
    }
    given = chance.sample(sorted(values), chance.randint(1, 2))
    return replace(
        SentCorrection(fill.account, fill.identity, "amend"), **{n: values[n] for n in given}
    )


def assert_right(
    conninfo: str,
    fills: list[Sent],
    costings: list[Costing] = COSTINGS,
    corrections: Iterable[SentCorrection] = (),
) -> None:
    """Every fill is booked once, as the model would, and all checks are empty."""
    with session(conninfo) as connection:
        sender = Sender(connection)
        identities = sorted(sender.identities(BOOK).values())
        assert identities == sorted(f"{BOOK} {fill.identity}" for fill in fills)
        assert_model_agrees(sender, BOOK, costings, corrections)
        assert_checks_are_empty(connection)


def assert_versions_count_statements(conninfo: str) -> None:
    """A position's version has no gap: what one statement does to it is done at one time."""
    query = """
        select position_id, version, count(distinct moment)
        from utl.unit_costs
        left join lateral (
            select e.booked_at as moment from utl_private.entries as e
            where e.position_id = unit_costs.position_id
            union all
            select unnest(array[s.booked_at, s.believed_until])
            from utl_private.superseded_entries as s
            where s.position_id = unit_costs.position_id
        ) as changes on true
        group by position_id, version
        having version <> count(distinct moment)
    """
    with session(conninfo) as connection:
        assert connection.execute(query).fetchall() == []


def assert_each_moment_knew_one_journal(conninfo: str) -> None:
    """Whatever was believed at any moment: its entries follow each other, and none is missing."""
    query = """
        with believed as (
            select position_id, booked_at, timestamptz 'infinity' as believed_until, effective_at,
                sequence, fill_id, part, quantity, amount, realized_pnl, quantity_after, cost_after
            from utl_private.entries
            union all
            select position_id, booked_at, believed_until, effective_at,
                sequence, fill_id, part, quantity, amount, realized_pnl, quantity_after, cost_after
            from utl_private.superseded_entries
        ),

        moments as (select distinct position_id, booked_at as moment from believed),

        journals as (
            select b.*, m.moment,
                sum(b.quantity) over journal as quantity_summed,
                sum(b.amount + b.realized_pnl) over journal as cost_summed
            from moments as m
            join believed as b using (position_id)
            where b.booked_at <= m.moment and m.moment < b.believed_until
            window journal as (
                partition by m.position_id, m.moment
                order by b.effective_at, b.sequence, b.fill_id, b.part
            )
        )

        select * from journals
        where (quantity_after, cost_after) <> (quantity_summed, cost_summed)
    """
    with session(conninfo) as connection:
        assert connection.execute(query).fetchall() == []
