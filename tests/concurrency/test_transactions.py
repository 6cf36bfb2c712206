"""Transactions beside fills: lots that move between positions that others book into."""

import random
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from tests.concurrency.sessions import meanwhile, session, side_by_side, wait_until_blocked
from tests.properties.proof import assert_checks_are_empty

FIRST = datetime(2026, 2, 1, tzinfo=UTC)
ACCOUNTS = ("one", "two")
BOOKS = ("left", "right")
EACH = 8

SET_UP = """
    select utl.add_account(a, 'venue') from unnest(array['one', 'two']) as a;
    select utl.add_instrument('BTC/USD');
    select utl.add_book(b) from unnest(array['left', 'right']) as b;
    select utl.add_costing(b, m, pool => 'account')
    from unnest(array['left', 'right']) as b, unnest(array['fifo', 'lifo', 'hifo']) as m;
"""

FILL = """
    insert into utl.fills (
        executed_at, book_id, account_id, instrument_id, side, quantity, price, venue_fill_id
    )
    values (%s, utl.book_id(%s), utl.account_id(%s), utl.instrument_id('BTC/USD'), %s, %s, %s, %s)
"""

TRANSFER = """
    insert into utl.transactions (
        occurred_at, book_id, account_id, instrument_id, kind, quantity,
        to_book_id, to_account_id, to_instrument_id, to_quantity, fee, fee_asset_id, reference
    )
    select
        %(at)s, utl.book_id(%(book)s), utl.account_id(%(account)s), i, 'transfer', -%(quantity)s,
        utl.book_id(%(to_book)s), utl.account_id(%(to_account)s), i, %(quantity)s - %(fee)s,
        %(fee)s, utl.asset_id('BTC'), %(reference)s
    from utl.instrument_id('BTC/USD') as i
"""

SPLIT = """
    insert into utl.transactions (
        occurred_at, book_id, instrument_id, kind, new_units, old_units, reference
    )
    select %s, b.book_id, utl.instrument_id('BTC/USD'), 'split', 2, 1, %s
    from utl.books as b
    order by b.book_id
"""

WITHDRAWAL = "select utl.record_withdrawal('left', 'one', 1, instrument => 'BTC/USD')"

CANCEL = """
    insert into utl.transaction_corrections (transaction_id, kind)
    select t.transaction_id, 'cancel' from utl.transactions as t where t.reference = %s
"""


@pytest.mark.parametrize("moments", [1, 1_000], ids=["at few times", "at many times"])
def test_lots_move_to_and_fro_beside_fills_without_deadlock(database: str, moments: int) -> None:
    with session(database) as connection:
        connection.execute(SET_UP.encode())
    side_by_side(
        *(fills(database, seed, moments) for seed in range(2)),
        *(moves(database, seed, moments) for seed in range(3)),
    )
    with session(database) as connection:
        rows = connection.execute("select count(*) from utl.transactions").fetchone()
        assert rows is not None
        assert rows[0] == 3 * (EACH + 2)
        assert_checks_are_empty(connection)
        assert connection.execute("select * from utl.replay_differences()").fetchall() == []
        for book in BOOKS:
            rebuilt = connection.execute(
                "select digest_before = digest_after from utl.rebuild_book(%s)", [book]
            ).fetchall()
            assert rebuilt == [(True,)] * 4


def test_the_same_transaction_is_cancelled_once_by_two(database: str) -> None:
    with session(database) as connection:
        connection.execute(SET_UP.encode())
        connection.execute(FILL, (FIRST, "left", "one", "buy", 5, 100, "only"))
        connection.execute(TRANSFER, transfer(random.Random(0), 60, "only"))
    side_by_side(*(cancel(database, "only") for _ in range(2)))
    with session(database) as connection:
        assert_checks_are_empty(connection)
        moved = connection.execute("select * from utl.effective_transactions").fetchall()
        assert moved == []


def at(chance: random.Random, moments: int) -> datetime:
    """A moment, so that what comes is often late and often of one time."""
    return FIRST + timedelta(seconds=60 * chance.randrange(moments) / moments)


def fills(conninfo: str, seed: int, moments: int) -> Callable[[], None]:
    """Work for a session: fills of both books and accounts, each a transaction."""

    def write() -> None:
        chance = random.Random(seed)
        with session(conninfo) as connection:
            for number in range(2 * EACH):
                connection.execute(
                    FILL,
                    (
                        *(at(chance, moments), chance.choice(BOOKS), chance.choice(ACCOUNTS)),
                        *(chance.choice(("buy", "buy", "sell")), chance.randint(1, 5)),
                        *(chance.randint(90, 110), f"fill {seed}-{number}"),
                    ),
                )

    return write


def moves(conninfo: str, seed: int, moments: int) -> Callable[[], None]:
    """Work for a session: moves between books and accounts, splits, and moves taken back."""

    def write() -> None:
        chance = random.Random(100 + seed)
        with session(conninfo) as connection:
            for number in range(EACH):
                reference = f"move {seed}-{number}"
                connection.execute(TRANSFER, transfer(chance, moments, reference))
                if number % 5 == 0:
                    connection.execute(CANCEL, [reference])
            connection.execute(SPLIT, (at(chance, moments), f"split {seed}"))

    return write


def cancel(conninfo: str, reference: str) -> Callable[[], None]:
    """Work for a session: take a transaction back."""

    def write() -> None:
        with session(conninfo) as connection:
            connection.execute(CANCEL, [reference])

    return write


def transfer(chance: random.Random, moments: int, reference: str) -> dict[str, object]:
    """A move from one position to another."""
    places = [(book, account) for book in BOOKS for account in ACCOUNTS]
    (book, account), (to_book, to_account) = chance.sample(places, 2)
    return {
        "at": at(chance, moments),
        "book": book,
        "account": account,
        "to_book": to_book,
        "to_account": to_account,
        "quantity": chance.randint(2, 4),
        "fee": chance.choice((0, 0, 1)),
        "reference": reference,
    }


def test_what_is_there_once_is_not_sent_by_two(database: str) -> None:
    with (
        session(database) as first,
        session(database) as second,
        session(database) as watcher,
    ):
        first.execute(SET_UP.encode())
        first.execute(FILL, [FIRST, "left", "one", "buy", 1, 100, "fill"])
        with ExitStack() as stack:
            with first.transaction():
                first.execute(WITHDRAWAL)
                other = stack.enter_context(meanwhile(lambda: second.execute(WITHDRAWAL)))
                wait_until_blocked(watcher, by=first)
            with pytest.raises(psycopg.IntegrityError) as refused:
                other.result()
    assert refused.value.sqlstate == "23U07"


def test_a_late_fill_beside_the_first_transfer_takes_the_locks_of_its_target(database: str) -> None:
    """The fill waits for lots to move on; another transfer waits to move them back."""
    first, second, third = (FIRST + timedelta(seconds=number) for number in (10, 20, 30))
    there = {"book": "left", "account": "one", "to_book": "right", "to_account": "two"}
    back = {"book": "right", "account": "two", "to_book": "left", "to_account": "one"}
    rest = {"quantity": 1, "fee": 0}
    with (
        session(database) as mover,
        session(database) as trader,
        session(database) as other,
        session(database) as watcher,
    ):
        mover.execute(SET_UP.encode())
        for book, account in (("right", "two"), ("left", "one")):  # against the order of locks
            mover.execute(FILL, [FIRST, book, account, "buy", 5, 100, f"{book} opens"])
        late = [first, "left", "one", "buy", 1, 90, "late"]
        with ExitStack() as stack:
            with mover.transaction():
                mover.execute(TRANSFER, {**there, **rest, "at": second, "reference": "there"})
                fill = stack.enter_context(meanwhile(lambda: trader.execute(FILL, late)))
                wait_until_blocked(watcher, by=mover)
                move = {**back, **rest, "at": third, "reference": "back"}
                transfer_back = stack.enter_context(
                    meanwhile(lambda: other.execute(TRANSFER, move))
                )
                wait_until_blocked(watcher, by=mover, sessions=2)
            fill.result()
            transfer_back.result()
        assert_checks_are_empty(watcher)
        assert watcher.execute("select * from utl.replay_differences()").fetchall() == []
