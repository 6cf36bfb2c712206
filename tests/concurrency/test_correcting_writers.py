"""Many sessions at once send fills, late or not, and correct them, or think better of it."""

import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest

from tests.concurrency.sessions import (
    BOOK,
    COSTINGS,
    LOCK_TIMEOUT,
    add_costing,
    assert_each_moment_knew_one_journal,
    assert_right,
    assert_versions_count_statements,
    random_corrections,
    random_fills,
    session,
    side_by_side,
)
from tests.properties.histories import CORRECTION_WAYS
from tests.properties.model import Costing
from tests.properties.scenarios import ACCOUNTS, INSTRUMENTS, WAYS, Sent, SentCorrection, Statement
from tests.properties.sending import Sender

SEEDS = range(1, 21 if os.environ.get("UTL_PROPERTIES") == "deep" else 2)
WRITERS = 6
FILLS_EACH = 40
STATEMENTS_EACH = 24
FILLS_MAX = 6  # of a statement
CORRECTIONS_MAX = 4
PAUSE_S_MAX = 0.01
ROLLED_BACK = 0.2

Committed = tuple[list[Sent], list[SentCorrection]]


@pytest.mark.parametrize("positions", ["one", "several"])
@pytest.mark.parametrize("seed", SEEDS)
def test_writers_that_correct_late_and_withdrawn_fills_give_the_serial_result(
    book: str, positions: str, seed: int
) -> None:
    shares = [fills_of(positions, WRITERS * seed + writer) for writer in range(WRITERS)]
    done = side_by_side(*(writer(book, shares, number) for number in range(WRITERS)))
    assert_all_is_there(book, done, COSTINGS)


def test_a_costing_that_is_added_beside_correcting_writers_misses_nothing(book: str) -> None:
    shares = [fills_of("several", seed) for seed in range(WRITERS)]
    lifo = Costing("lifo", "lifo")

    def add() -> None:
        time.sleep(PAUSE_S_MAX * STATEMENTS_EACH / 4)
        with session(book) as connection:
            add_costing(connection, lifo)

    *done, _ = side_by_side(*(writer(book, shares, n) for n in range(WRITERS)), add)
    assert_all_is_there(book, done, [*COSTINGS, lifo])


def fills_of(positions: str, seed: int) -> list[Sent]:
    """Fills of one position in each costing, or of many; nearly in order, so that many are late."""
    fills = random_fills(FILLS_EACH * (12 if positions == "one" else 1), seed)
    if positions == "one":
        fills = [f for f in fills if (f.account, f.instrument) == (ACCOUNTS[0], INSTRUMENTS[0])]
    chance = random.Random(seed)
    places = {fill.identity: place + chance.uniform(0, 9) for place, fill in enumerate(fills)}
    return sorted(fills, key=lambda fill: places[fill.identity])


def writer(book: str, shares: list[list[Sent]], number: int) -> Callable[[], Committed]:
    """Work for a session: its fills in its order, and corrections of anybody's fills."""

    def write() -> Committed:
        chance = random.Random(number)
        left = list(shares[number])
        sent: Committed = ([], [])
        with psycopg.connect(book, options=LOCK_TIMEOUT) as connection:
            sender = Sender(connection)
            connection.commit()
            for _ in range(STATEMENTS_EACH):
                is_kept = chance.random() > ROLLED_BACK
                with transaction(connection, chance, is_kept=is_kept):
                    if left and chance.random() < 0.6:
                        fills = left[: chance.randint(1, FILLS_MAX)]
                        sender.send(BOOK, Statement(chance.choice(WAYS[:-1]), fills))
                        if is_kept:
                            sent[0].extend(fills)
                            left = left[len(fills) :]
                    else:
                        corrections = random_corrections(
                            chance.choice(shares), chance.randint(1, CORRECTIONS_MAX), chance
                        )
                        # One statement a transaction: several would lock in any order.
                        sender.correct(BOOK, corrections, chance.choice(CORRECTION_WAYS[1:]))
                        if is_kept:
                            sent[1].extend(corrections)
        return sent

    return write


@contextmanager
def transaction(
    connection: psycopg.Connection, chance: random.Random, *, is_kept: bool
) -> Iterator[None]:
    """The block is a transaction, with a pause before its end, which may be a rollback."""
    yield
    time.sleep(chance.uniform(0, PAUSE_S_MAX))
    if is_kept:
        connection.commit()
    else:
        connection.rollback()


def assert_all_is_there(book: str, done: list[Committed], costings: list[Costing]) -> None:
    """What was committed, and nothing else; and it is booked in the order of the facts."""
    fills = [fill for fills, _ in done for fill in fills]
    corrections = [correction for _, told in done for correction in told]
    assert fills
    with session(book) as connection:
        arrived = Sender(connection).corrections(BOOK)
        restated = connection.execute("select distinct cause from utl.restatements").fetchall()
        assert set(restated) == {("late fill",), ("bust",), ("amendment",)}
    assert sorted(map(repr, arrived)) == sorted(map(repr, corrections))
    assert_right(book, fills, costings, arrived)
    assert_versions_count_statements(book)
    assert_each_moment_knew_one_journal(book)
