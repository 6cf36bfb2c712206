"""Corrections beside fills and beside each other, step by step, in two sessions and three."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

import psycopg
import pytest

from tests.concurrency.sessions import (
    BOOK,
    COSTINGS,
    add_costing,
    assert_each_moment_knew_one_journal,
    assert_right,
    assert_versions_count_statements,
    meanwhile,
    wait_a_moment,
    wait_until_blocked,
)
from tests.properties.model import Costing
from tests.properties.scenarios import Sent, SentCorrection, Statement
from tests.properties.sending import Sender

LIFO = Costing("lifo", "lifo")


def bust(fill: Sent) -> SentCorrection:
    return SentCorrection(fill.account, fill.identity, "bust")


def amend(fill: Sent, **values: Any) -> SentCorrection:
    return SentCorrection(fill.account, fill.identity, "amend", **values)


def dearer(fill: Sent) -> SentCorrection:
    return amend(fill, price=fill.price + 1)


def larger(fill: Sent) -> SentCorrection:
    return amend(fill, quantity=fill.quantity + 1)


def with_fee_in_coin(fill: Sent) -> SentCorrection:
    return amend(fill, fee=Decimal(7), fee_asset="BNB")


@pytest.mark.parametrize(
    ("correction", "way", "end"),
    [
        (bust, "function", "commit"),
        (bust, "insert", "rollback"),
        (dearer, "insert", "commit"),
        (dearer, "function", "rollback"),
    ],
)
def test_a_correction_waits_for_its_fill_that_is_being_recorded(
    book: str,
    first: Sender,
    second: Sender,
    watcher: Any,
    fills: list[Sent],
    correction: Callable[[Sent], SentCorrection],
    end: str,
    way: str,
) -> None:
    corrections = [correction(fills[1])]
    first.send(BOOK, Statement("insert", fills[:4]))
    with meanwhile(partial(second.correct, BOOK, corrections, way)):
        wait_until_blocked(watcher, by=first.connection)
        getattr(first.connection, end)()
    assert_right(book, fills[:4] if end == "commit" else [], corrections=corrections)
    if end == "rollback":
        second.send(BOOK, Statement("insert", fills[:4]))
        assert_right(book, fills[:4], corrections=corrections)


@pytest.mark.parametrize(
    ("correction", "way", "end"),
    [
        (bust, "insert", "commit"),
        (bust, "copy", "commit"),
        (dearer, "record", "commit"),
        (dearer, "insert", "rollback"),
    ],
)
def test_a_fill_waits_for_its_correction_that_came_before_it(
    book: str,
    first: Sender,
    second: Sender,
    watcher: Any,
    fills: list[Sent],
    correction: Callable[[Sent], SentCorrection],
    end: str,
    way: str,
) -> None:
    corrections = [correction(fills[1])]
    first.correct(BOOK, corrections, "function")
    with meanwhile(partial(second.send, BOOK, Statement(way, fills[:4]))):
        wait_until_blocked(watcher, by=first.connection)
        getattr(first.connection, end)()
    assert_right(book, fills[:4], corrections=corrections if end == "commit" else [])


@pytest.mark.parametrize(
    ("one", "other", "end"),
    [
        (bust, dearer, "commit"),
        (dearer, bust, "commit"),
        (larger, dearer, "commit"),
        (bust, bust, "commit"),
        (bust, dearer, "rollback"),
    ],
)
def test_of_two_corrections_at_once_the_second_goes_on_from_the_first(
    book: str,
    first: Sender,
    second: Sender,
    watcher: Any,
    fills: list[Sent],
    one: Callable[[Sent], SentCorrection],
    other: Callable[[Sent], SentCorrection],
    end: str,
) -> None:
    second.send(BOOK, Statement("insert", fills[:5]))
    first.correct(BOOK, [one(fills[1])], "function")
    with meanwhile(partial(second.correct, BOOK, [other(fills[1])], "function")):
        wait_until_blocked(watcher, by=first.connection)
        getattr(first.connection, end)()
    corrections = [*([one(fills[1])] if end == "commit" else []), other(fills[1])]
    assert_right(book, fills[:5], corrections=corrections)
    assert_each_moment_knew_one_journal(book)


@pytest.mark.parametrize("end", ["commit", "rollback"])
def test_two_corrections_at_once_of_a_fill_that_is_to_come_both_count(
    book: str, first: Sender, second: Sender, watcher: Any, fills: list[Sent], end: str
) -> None:
    first.correct(BOOK, [bust(fills[1])], "function")
    with meanwhile(partial(second.correct, BOOK, [dearer(fills[1])], "function")):
        wait_until_blocked(watcher, by=first.connection)
        getattr(first.connection, end)()
    second.send(BOOK, Statement("insert", fills[:4]))
    corrections = [*([bust(fills[1])] if end == "commit" else []), dearer(fills[1])]
    assert_right(book, fills[:4], corrections=corrections)


def test_corrections_of_the_same_fills_in_opposite_order_do_not_deadlock(
    book: str, first: Sender, second: Sender, watcher: Any, fills: list[Sent]
) -> None:
    corrections = [bust(fills[1]), dearer(fills[2])]
    first.correct(BOOK, corrections, "insert")
    with meanwhile(partial(second.correct, BOOK, corrections[::-1], "insert")):
        wait_until_blocked(watcher, by=first.connection)
        first.connection.commit()
    first.send(BOOK, Statement("insert", fills[:4]))
    first.connection.commit()
    assert_right(book, fills[:4], corrections=corrections)


@pytest.mark.parametrize("end", ["commit", "rollback"])
def test_a_late_fill_and_one_in_order_wait_in_line_for_the_position(
    book: str,
    first: Sender,
    second: Sender,
    third: Sender,
    watcher: Any,
    fills: list[Sent],
    end: str,
) -> None:
    second.send(BOOK, Statement("insert", fills[2:4]))
    first.send(BOOK, Statement("insert", fills[4:6]))
    with meanwhile(partial(second.send, BOOK, Statement("insert", fills[6:]))):
        wait_until_blocked(watcher, by=first.connection)
        with meanwhile(partial(third.send, BOOK, Statement("insert", fills[:2]))):
            wait_until_blocked(watcher, by=first.connection, sessions=2)
            getattr(first.connection, end)()
    assert_right(book, [*fills[:4], *(fills[4:6] if end == "commit" else []), *fills[6:]])
    assert_versions_count_statements(book)
    assert_each_moment_knew_one_journal(book)


def test_a_correction_waits_for_a_late_fill_and_moves_its_fill_before_it(
    book: str, first: Sender, second: Sender, watcher: Any, fills: list[Sent]
) -> None:
    second.send(BOOK, Statement("insert", fills[2:]))
    first.send(BOOK, Statement("insert", fills[:2]))
    corrections = [amend(fills[4], executed_at=fills[0].executed_at, sequence=-1)]
    with meanwhile(partial(second.correct, BOOK, corrections, "insert")):
        wait_until_blocked(watcher, by=first.connection)
        first.connection.commit()
    assert_right(book, fills, corrections=corrections)
    assert_versions_count_statements(book)
    assert_each_moment_knew_one_journal(book)


def test_a_late_fill_waits_for_a_correction_that_moves_the_end_of_its_position(
    book: str, first: Sender, second: Sender, watcher: Any, fills: list[Sent]
) -> None:
    second.send(BOOK, Statement("insert", [*fills[:3], *fills[4:]]))
    corrections = [bust(fill) for fill in fills[4:]]
    first.correct(BOOK, corrections, "insert")
    with meanwhile(partial(second.send, BOOK, Statement("insert", fills[3:4]))):
        wait_until_blocked(watcher, by=first.connection)
        first.connection.commit()
    assert_right(book, fills, corrections=corrections)
    assert_versions_count_statements(book)


@pytest.mark.parametrize("correction", [bust, with_fee_in_coin])
def test_a_costing_that_is_added_beside_a_correction_has_it(
    book: str,
    first: Sender,
    second: Sender,
    fills: list[Sent],
    correction: Callable[[Sent], SentCorrection],
) -> None:
    second.send(BOOK, Statement("insert", fills[:4]))
    first.correct(BOOK, [correction(fills[1])], "function")
    with meanwhile(partial(add_costing, second.connection, LIFO)) as added:
        wait_a_moment(added)
        first.connection.commit()
    assert_right(book, fills[:4], [*COSTINGS, LIFO], [correction(fills[1])])


def test_a_correction_beside_a_costing_that_is_being_added_reaches_it(
    book: str, first: Sender, second: Sender, fills: list[Sent]
) -> None:
    second.send(BOOK, Statement("insert", fills[:4]))
    add_costing(first.connection, LIFO)
    with meanwhile(partial(second.correct, BOOK, [bust(fills[1])], "function")) as corrected:
        wait_a_moment(corrected)
        first.connection.commit()
    assert_right(book, fills[:4], [*COSTINGS, LIFO], [bust(fills[1])])


@pytest.mark.parametrize(
    "level", [psycopg.IsolationLevel.REPEATABLE_READ, psycopg.IsolationLevel.SERIALIZABLE]
)
def test_a_transaction_that_would_not_see_what_others_did_records_nothing(
    book: str,
    first: Sender,
    second: Sender,
    fills: list[Sent],
    level: psycopg.IsolationLevel,
) -> None:
    second.send(BOOK, Statement("insert", fills[:4]))
    first.connection.commit()
    first.connection.isolation_level = level
    for record in (
        partial(first.send, BOOK, Statement("insert", fills[4:])),
        partial(first.correct, BOOK, [bust(fills[1])], "function"),
    ):
        with pytest.raises(psycopg.OperationalError) as refused:
            record()
        assert refused.value.sqlstate == "55U04"
        first.connection.rollback()
    assert_right(book, fills[:4])
