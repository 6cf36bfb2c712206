"""Two sessions, step by step: each interleaving that could go wrong has a name and a test."""

from functools import partial
from typing import Any

import pytest
from psycopg import errors

from tests.concurrency.sessions import (
    BOOK,
    assert_right,
    meanwhile,
    wait_until_blocked,
)
from tests.properties.scenarios import Sent, Statement
from tests.properties.sending import Sender


@pytest.mark.parametrize("end", ["commit", "rollback"])
def test_a_writer_waits_for_the_one_before_it_and_goes_on_from_its_result(
    book: str, first: Sender, second: Sender, watcher: Any, fills: list[Sent], end: str
) -> None:
    second.send(BOOK, Statement("insert", fills[:2]))
    first.send(BOOK, Statement("insert", fills[2:4]))
    with meanwhile(partial(second.send, BOOK, Statement("insert", fills[4:6]))):
        wait_until_blocked(watcher, by=first.connection)
        getattr(first.connection, end)()
    assert_right(book, fills[:6] if end == "commit" else [*fills[:2], *fills[4:6]])


@pytest.mark.parametrize("end", ["commit", "rollback"])
def test_two_sessions_that_open_one_position_at_once_make_one(
    book: str, first: Sender, second: Sender, watcher: Any, fills: list[Sent], end: str
) -> None:
    first.send(BOOK, Statement("insert", fills[:2]))
    with meanwhile(partial(second.send, BOOK, Statement("copy", fills[2:4]))):
        wait_until_blocked(watcher, by=first.connection)
        getattr(first.connection, end)()
    assert_right(book, fills[:4] if end == "commit" else fills[2:4])


def test_a_late_fill_and_one_in_order_that_meet_are_both_in_their_place(
    book: str, first: Sender, second: Sender, watcher: Any, fills: list[Sent]
) -> None:
    second.send(BOOK, Statement("insert", fills[2:6]))
    first.send(BOOK, Statement("insert", fills[:2]))
    with meanwhile(partial(second.send, BOOK, Statement("insert", fills[6:]))):
        wait_until_blocked(watcher, by=first.connection)
        first.connection.commit()
    assert_right(book, fills)


def test_a_late_fill_waits_for_the_one_in_order_and_restates_it(
    book: str, first: Sender, second: Sender, watcher: Any, fills: list[Sent]
) -> None:
    second.send(BOOK, Statement("insert", fills[2:6]))
    first.send(BOOK, Statement("insert", fills[6:]))
    with meanwhile(partial(second.send, BOOK, Statement("insert", fills[:2]))):
        wait_until_blocked(watcher, by=first.connection)
        first.connection.commit()
    assert_right(book, fills)


def test_one_fill_inserted_by_two_sessions_at_once_is_refused_to_the_second(
    book: str, first: Sender, second: Sender, watcher: Any, fills: list[Sent]
) -> None:
    first.send(BOOK, Statement("insert", fills[:1]))
    with meanwhile(partial(second.send, BOOK, Statement("insert", fills[:1]))) as sent:
        wait_until_blocked(watcher, by=first.connection)
        first.connection.commit()
        with pytest.raises(errors.UniqueViolation, match="fills_are_recorded_once"):
            sent.result()
    assert_right(book, fills[:1])


def test_one_fill_inserted_by_two_sessions_is_booked_when_the_first_gives_up(
    book: str, first: Sender, second: Sender, watcher: Any, fills: list[Sent]
) -> None:
    first.send(BOOK, Statement("insert", fills[:1]))
    with meanwhile(partial(second.send, BOOK, Statement("insert", fills[:1]))) as sent:
        wait_until_blocked(watcher, by=first.connection)
        first.connection.rollback()
        sent.result()
    assert_right(book, fills[:1])


@pytest.mark.parametrize(("end", "outcome"), [("commit", "duplicate"), ("rollback", "booked")])
def test_one_fill_recorded_by_two_sessions_at_once_is_booked_once(
    book: str,
    first: Sender,
    second: Sender,
    watcher: Any,
    fills: list[Sent],
    end: str,
    outcome: str,
) -> None:
    assert first.record(BOOK, fills[:2]) == ["booked", "booked"]
    with meanwhile(partial(second.record, BOOK, fills[:3])) as recorded:
        wait_until_blocked(watcher, by=first.connection)
        getattr(first.connection, end)()
        assert recorded.result() == [outcome, outcome, "booked"]
    assert_right(book, fills[:3])


def test_a_fill_recorded_beside_its_insertion_is_a_duplicate(
    book: str, first: Sender, second: Sender, watcher: Any, fills: list[Sent]
) -> None:
    first.send(BOOK, Statement("copy", fills[:1]))
    with meanwhile(partial(second.record, BOOK, fills[:2])) as recorded:
        wait_until_blocked(watcher, by=first.connection)
        first.connection.commit()
        assert recorded.result() == ["duplicate", "booked"]
    assert_right(book, fills[:2])
