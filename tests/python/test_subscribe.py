"""The subscriber: what it missed, then live; acknowledged after the caller's block."""

import asyncio
import json
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import psycopg
import pytest

import utl
from tests.database import connect
from tests.streaming import (
    ACCOUNT,
    BOOK,
    INSTRUMENT,
    PATIENCE_S,
    buy,
    in_thread,
    make_book,
    wait_until,
)
from utl import following
from utl.subscription import Subscription

NAME = "risk"


@pytest.fixture
def trading(connection: psycopg.Connection) -> psycopg.Connection:
    make_book(connection, BOOK, "other", instruments=[INSTRUMENT, "ETH/USDT"])
    return connection


@pytest.fixture
def changes(database: str, trading: psycopg.Connection) -> Iterator[Subscription]:
    """A subscriber that is there before anything happens."""
    assert not trading.closed
    with utl.subscribe(database, name=NAME) as subscription:
        assert subscription.next(wait_s=0) is None
        yield subscription


def versions(subscription: Subscription, count: int) -> list[int]:
    found = [subscription.next(wait_s=PATIENCE_S) for _ in range(count)]
    return [change.version for change in found if change]


def offset(connection: psycopg.Connection[Any]) -> int:
    row = connection.execute(
        "select change_id from utl.subscribers where subscriber = %s", [NAME]
    ).fetchone()
    assert row is not None
    return int(row[0])


def test_a_change_says_what_became_of_the_position(
    changes: Subscription, trading: psycopg.Connection
) -> None:
    (fill_id,) = buy(trading, "1")

    change = changes.next(wait_s=PATIENCE_S)

    assert change is not None
    assert (change.book, change.instrument, change.version) == (BOOK, INSTRUMENT, 1)
    assert (change.quantity, change.cost, change.average_cost) == (
        Decimal(1),
        Decimal(100),
        Decimal(100),
    )
    assert (change.cause, change.fact_ids, change.facts) == ("fill", (fill_id,), 1)
    assert isinstance(change.quantity, Decimal)
    assert change.changed_at.tzinfo is not None
    assert json.loads(change.to_json())["average_cost"].startswith("100")


def test_what_was_missed_comes_first_and_then_what_happens_now(
    database: str, changes: Subscription, trading: psycopg.Connection
) -> None:
    changes.close()
    for identity in "12":
        buy(trading, identity)

    with utl.subscribe(database, name=NAME) as again:
        assert versions(again, 2) == [1, 2]
        buy(trading, "3")
        assert versions(again, 1) == [3]


def test_a_live_change_comes_by_the_bell_without_a_look(
    changes: Subscription, trading: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "LOOK_EVERY_S", 2 * PATIENCE_S)
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(changes.next, PATIENCE_S)
        time.sleep(0.2)
        buy(trading, "1")
        change = waiting.result()

    assert change is not None
    assert change.version == 1


def test_a_change_is_acknowledged_when_the_loop_comes_back(
    changes: Subscription, trading: psycopg.Connection
) -> None:
    buy(trading, "1")
    before = offset(trading)

    change = changes.next(wait_s=PATIENCE_S)
    assert change is not None
    assert offset(trading) == before

    assert changes.next(wait_s=0.5) is None
    assert offset(trading) == change.change_id


def test_a_change_whose_block_failed_comes_again(
    database: str, changes: Subscription, trading: psycopg.Connection
) -> None:
    for identity in "123":
        buy(trading, identity)

    def fail_at_the_second() -> None:
        for change in changes:
            if change.version == 2:
                raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_at_the_second()
    changes.close()

    with utl.subscribe(database, name=NAME) as again:
        assert versions(again, 2) == [2, 3]


def test_only_the_books_asked_for_come_and_the_others_leave_no_lag(
    database: str, trading: psycopg.Connection
) -> None:
    with utl.subscribe(database, name=NAME, books=["other"]) as changes:
        assert changes.next(wait_s=0) is None
        buy(trading, "1")
        buy(trading, "2", book="other")
        buy(trading, "3")
        found = changes.next(wait_s=PATIENCE_S)
        assert found is not None
        assert found.book == "other"

        deadline = time.monotonic() + PATIENCE_S
        lag = "select lag_changes from utl.subscribers where subscriber = %s"
        while trading.execute(lag, [NAME]).fetchone() != (0,):
            assert changes.next(wait_s=0.5) is None
            assert time.monotonic() < deadline


def test_a_new_subscriber_can_start_with_the_oldest_change(
    database: str, trading: psycopg.Connection
) -> None:
    for identity in "12":
        buy(trading, identity)

    with utl.subscribe(database, name=NAME, starts="oldest") as changes:
        assert versions(changes, 2) == [1, 2]


def test_an_older_transaction_delays_changes_and_loses_none(
    database: str, changes: Subscription, trading: psycopg.Connection
) -> None:
    with psycopg.connect(database) as slow:
        buy(slow, "1")
        buy(trading, "2", instrument="ETH/USDT")
        assert changes.next(wait_s=1.5) is None
        slow.commit()

    found = [changes.next(wait_s=PATIENCE_S) for _ in range(2)]
    assert [change.instrument for change in found if change] == [INSTRUMENT, "ETH/USDT"]


def test_a_bell_that_says_too_much_loses_nothing(
    database: str, changes: Subscription, trading: psycopg.Connection
) -> None:
    with psycopg.connect(database) as slow:
        buy(slow, "1")
        trading.execute("""select pg_notify('utl_positions', '{"change_id": 1}')""")
        assert changes.next(wait_s=2.5) is None  # time enough to acknowledge what was skipped
        assert offset(trading) == 0
        slow.commit()

    assert versions(changes, 1) == [1]


def test_nobody_is_rewound_while_he_follows(
    changes: Subscription, trading: psycopg.Connection
) -> None:
    buy(trading, "1")
    assert versions(changes, 1) == [1]
    with pytest.raises(psycopg.OperationalError, match="'risk' is being followed") as refused:
        trading.execute("select utl.rewind(%s, 0)", [NAME])
    assert refused.value.sqlstate == "55U09"
    changes.close()
    trading.execute("select utl.rewind(%s, 0)", [NAME])
    assert offset(trading) == 0


def test_it_goes_on_after_its_session_was_ended(
    changes: Subscription, trading: psycopg.Connection
) -> None:
    buy(trading, "1")
    assert versions(changes, 1) == [1]
    end = """
        select pg_terminate_backend(pid) from pg_stat_activity
        where application_name = 'utl subscriber risk' and datname = current_database()
    """
    assert trading.execute(end).fetchall() == [(True,)]
    buy(trading, "2")

    assert versions(changes, 1) == [2]
    assert changes.gaps == 0


def test_a_second_one_of_the_name_waits_until_the_first_is_gone(
    database: str, changes: Subscription, trading: psycopg.Connection
) -> None:
    second = utl.subscribe(database, name=NAME)
    got: list[int] = []

    with in_thread(lambda: got.extend(change.version for change in second), second.stop):
        buy(trading, "1")
        assert versions(changes, 1) == [1]
        assert changes.next(wait_s=0) is None
        buy(trading, "2")
        time.sleep(0.3)
        assert got == []
        changes.close()
        wait_until(lambda: got == [2], "the second one took over")


def test_a_missing_version_is_told(
    changes: Subscription, trading: psycopg.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    for identity in "12":
        buy(trading, identity)
    assert versions(changes, 2) == [1, 2]
    buy(trading, "3")
    trading.execute("delete from utl_private.position_changes where version = 3")
    buy(trading, "4")

    with caplog.at_level(logging.ERROR, "utl.subscribe"):
        assert versions(changes, 1) == [4]

    assert changes.gaps == 1
    assert f"{BOOK}/" in caplog.text
    assert "from version 2 to 4" in caplog.text


def test_an_offset_of_a_server_before_it_was_restored_is_told(
    database: str, changes: Subscription, trading: psycopg.Connection
) -> None:
    buy(trading, "1")
    trading.execute("update utl_private.subscribers set incarnation = 'another life'")

    with pytest.raises(psycopg.OperationalError, match="another life") as told:
        changes.next(wait_s=PATIENCE_S)

    assert told.value.sqlstate == "55U05"
    with (
        utl.subscribe(database, name=NAME) as again,
        pytest.raises(psycopg.OperationalError, match="another life"),
    ):
        again.next(wait_s=PATIENCE_S)
    trading.execute("select utl.rewind(%s, 0)", [NAME])
    with utl.subscribe(database, name=NAME) as again:
        assert versions(again, 1) == [1]


def test_a_position_without_facts_has_no_time(
    changes: Subscription, trading: psycopg.Connection
) -> None:
    buy(trading, "1")
    trading.execute("select utl.bust_fill(%s, '1')", [ACCOUNT])

    found = [changes.next(wait_s=PATIENCE_S) for _ in range(2)]

    assert [(c.cause, c.quantity) for c in found if c] == [
        ("fill", Decimal(1)),
        ("bust", Decimal(0)),
    ]
    assert found[1] is not None
    assert found[1].effective_at is None
    assert json.loads(found[1].to_json())["effective_at"] is None


def test_a_wrong_address_is_told_at_once(database: str) -> None:
    with pytest.raises(psycopg.OperationalError):
        next(utl.subscribe(psycopg.conninfo.make_conninfo(database, dbname="nowhere"), name=NAME))


def test_a_loop_can_be_stopped_from_another_thread(changes: Subscription) -> None:
    threading.Timer(0.2, changes.stop).start()

    assert list(changes) == []


def test_async_gives_the_same(database: str, trading: psycopg.Connection) -> None:
    async def follow() -> list[int]:
        found = []
        async with utl.subscribe_async(database, name=NAME, starts="oldest") as changes:
            async for change in changes:
                found.append(change.version)
                if change.version == 2:
                    await asyncio.to_thread(buy, trading, "3")
                if change.version == 3:
                    return found
        raise AssertionError

    for identity in "12":
        buy(trading, identity)

    assert asyncio.run(follow()) == [1, 2, 3]
    with connect(database) as other:
        buy(other, "4")
    with utl.subscribe(database, name=NAME) as again:
        assert versions(again, 2) == [3, 4]  # the loop was left at 3


def test_importing_utl_imports_no_client() -> None:
    code = "import sys, utl; assert 'psycopg' not in sys.modules; print(utl.subscribe.__name__)"
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    assert (finished.stdout, finished.stderr) == ("subscribe\n", "")
