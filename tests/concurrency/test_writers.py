"""Many writers at once: no deadlock, no lost update, and what serial work would have given."""

import random
from collections.abc import Callable
from functools import partial

import pytest

from tests.concurrency.sessions import (
    BOOK,
    COSTINGS,
    add_costing,
    assert_right,
    assert_versions_count_statements,
    random_fills,
    session,
    side_by_side,
)
from tests.properties.model import Costing
from tests.properties.scenarios import Sent, Statement
from tests.properties.sending import Sender

FILLS_EACH = 60


@pytest.mark.parametrize(("writers", "order"), [(2, "in order"), (8, "shuffled")])
@pytest.mark.parametrize("way", ["insert", "copy", "record", "single", "mixed"])
def test_writers_on_overlapping_positions_give_the_serial_result(
    book: str, writers: int, way: str, order: str
) -> None:
    shares = [random_fills(FILLS_EACH, seed=writer) for writer in range(writers)]
    if order == "shuffled":
        for share in shares:
            random.Random(writers).shuffle(share)
    side_by_side(*(writer(book, share, way) for share in shares))
    assert_right(book, [fill for share in shares for fill in share])
    assert_versions_count_statements(book)


def test_writers_that_touch_positions_in_opposite_order_do_not_deadlock(book: str) -> None:
    shares = [random_fills(FILLS_EACH, seed) for seed in (1, 2)]
    shares[1].sort(key=lambda fill: (fill.instrument.name, fill.account), reverse=True)
    shares[0].sort(key=lambda fill: (fill.instrument.name, fill.account))
    side_by_side(*(writer(book, share, "insert", size=6) for share in shares))
    assert_right(book, [*shares[0], *shares[1]])


def test_writers_that_send_the_same_fills_in_opposite_order_book_each_once(book: str) -> None:
    fills = random_fills(FILLS_EACH, seed=3)
    outcomes = side_by_side(
        *(partial(record, book, batch) for batch in (fills, fills[::-1], fills, fills[::-1]))
    )
    assert sum(each.count("booked") for each in outcomes) == len(fills)
    assert sum(each.count("duplicate") for each in outcomes) == 3 * len(fills)
    assert_right(book, fills)


def test_a_costing_that_is_added_beside_writers_misses_no_fill(book: str) -> None:
    shares = [random_fills(FILLS_EACH, seed) for seed in range(4)]
    lifo = Costing("lifo", "lifo")

    def add() -> None:
        with session(book) as connection:
            add_costing(connection, lifo)

    side_by_side(*(writer(book, share, "single") for share in shares), add)
    assert_right(book, [fill for share in shares for fill in share], [*COSTINGS, lifo])


def writer(book: str, fills: list[Sent], way: str, size: int = 10) -> Callable[[], None]:
    """Work for a session of its own: all fills, a few in a statement."""

    def write() -> None:
        ways = ("insert", "copy", "record", "single")
        with session(book) as connection:
            sender = Sender(connection)
            for number, start in enumerate(range(0, len(fills), size)):
                this_way = ways[number % len(ways)] if way == "mixed" else way
                sender.send(BOOK, Statement(this_way, fills[start : start + size]))

    return write


def record(book: str, fills: list[Sent]) -> list[str]:
    with session(book) as connection:
        return Sender(connection).record(BOOK, fills)
