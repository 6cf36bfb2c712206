"""Subscribers that come and go under load: nothing is lost, nothing repeated, all in order."""

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from typing import Any

import psycopg
import pytest

import utl
from tests.concurrency.streams import Got, Session, Writers, assert_complete, make_books
from tests.streaming import PATIENCE_S, in_thread
from utl.bridge import Bridge, Settings
from utl.subscription import Subscription

WRITERS = 24
SUBSCRIBERS = ("risk", "reports", "alerts")
SESSIONS_MIN = 4
IS_ALL_SAFE = "select safe_change_id = last_change_id from utl.stream"
OFFSET = "select change_id from utl.subscribers where subscriber = %s"


@pytest.mark.parametrize(("notify", "seconds"), [("direct", 60), ("ticker", 15)])
def test_three_subscribers_that_come_and_go_get_everything_once_and_in_order(
    database: str, notify: str, seconds: float
) -> None:
    make_books(database)
    writing = threading.Event()
    writing.set()
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("select utl.set_setting('notify', %s)", [notify])

    ticker = Bridge(database, Settings([]))
    ticking = in_thread(ticker.run, ticker.stop) if notify == "ticker" else nullcontext()
    with ticking, ThreadPoolExecutor(len(SUBSCRIBERS)) as threads:
        with Writers(database, WRITERS) as writers:
            followed = [threads.submit(come_and_go, database, n, writing) for n in SUBSCRIBERS]
            time.sleep(seconds)
            writers.wait_for(WRITERS)  # and however slow the machine is
        writing.clear()
        sessions = [each.result() for each in followed]

    for of_one in sessions:
        assert_complete(database, of_one)


def come_and_go(database: str, name: str, writing: threading.Event) -> list[Session]:
    """Follow for a while, leave in one of three ways, and come back; in the end get the rest."""
    chance = random.Random(name)
    sessions: list[Session] = []
    with psycopg.connect(database, autocommit=True) as connection:
        while writing.is_set() or len(sessions) < SESSIONS_MIN:
            session = Session(offset(connection, name))
            sessions.append(session)
            subscription = utl.subscribe(
                database, name=name, starts="oldest", max_changes=chance.choice((3, 50, 1000))
            )
            follow(subscription, session, time.monotonic() + chance.uniform(0.2, 4), chance)
            time.sleep(chance.uniform(0, 1))
        session = Session(offset(connection, name))
        sessions.append(session)
        with utl.subscribe(database, name=name, starts="oldest") as rest:
            follow_to_the_end(rest, session, connection)
    return sessions


def follow_to_the_end(
    rest: Subscription, session: Session, connection: psycopg.Connection[Any]
) -> None:
    """Get what is left, until all can be read and nothing more comes."""
    deadline = time.monotonic() + PATIENCE_S
    is_left = True
    while is_left:
        assert time.monotonic() < deadline, "it did not come to the end"
        is_left = connection.execute(IS_ALL_SAFE).fetchone() != (True,)
        while change := rest.next(wait_s=0.5):
            session.got.append(noted(change))
            is_left = True
    assert rest.gaps == 0


def follow(
    subscription: Subscription, session: Session, until: float, chance: random.Random
) -> None:
    while time.monotonic() < until:
        change = subscription.next(wait_s=0.2)
        if change is not None:
            session.got.append(noted(change))
        if chance.random() < 0.001:
            time.sleep(0.3)  # a slow block
    assert subscription.gaps == 0
    if chance.random() < 0.5:
        subscription.close()
    else:
        subscription._disconnect()  # as if killed: what is done is not acknowledged


def offset(connection: psycopg.Connection[Any], name: str) -> int:
    row = connection.execute(OFFSET, [name]).fetchone()
    return int(row[0]) if row else 0


def noted(change: utl.Change) -> Got:
    return Got(change.change_id, f"{change.book}/{change.instrument}", change.version)
