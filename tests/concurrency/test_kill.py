"""kill -9 of the postmaster while fills come in: what was acknowledged is there, and there once."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from tests.concurrency.sessions import (
    BOOK,
    assert_right,
    kill_server,
    make_book,
    random_fills,
    session,
)
from tests.properties.scenarios import Sent, Statement
from tests.properties.sending import Sender
from utl import migrate, server

WRITERS = 4
FILLS_EACH = 300
BATCH = 5


@pytest.fixture
def home(folder: Path) -> Iterator[Path]:
    """A server of the test's own, with the book in it."""
    home = folder / "home"
    url = server.start(home)
    try:
        migrate.migrate(url)
        make_book(url)
        yield home
    finally:
        server.stop(home)


@pytest.mark.parametrize("way", ["record", "copy"])
def test_every_acknowledged_fill_survives_a_kill_of_the_server_once(home: Path, way: str) -> None:
    shares = [random_fills(FILLS_EACH, seed) for seed in range(WRITERS)]
    acknowledged: list[list[Sent]] = [[] for _ in shares]
    for delay_s in (0.3, 0.8):
        url = server.start(home)
        with ThreadPoolExecutor(WRITERS) as threads:
            for share, done in zip(shares, acknowledged, strict=True):
                threads.submit(write_until_the_server_is_gone, url, share, done, way)
            time.sleep(delay_s)
            kill_server(home)
        url = server.start(home)
        booked = identities(url)
        assert len(booked) == len(set(booked))
        assert {f"{BOOK} {fill.identity}" for done in acknowledged for fill in done} <= set(booked)
    assert any(acknowledged)
    assert not all(len(done) == FILLS_EACH for done in acknowledged)

    resend_all(url, shares)
    assert_right(url, [fill for share in shares for fill in share])


def write_until_the_server_is_gone(url: str, fills: list[Sent], done: list[Sent], way: str) -> None:
    """Send batch by batch; only what the server has acknowledged counts as done."""
    try:
        with session(url) as connection:
            sender = Sender(connection)
            known = set(sender.identities(BOOK).values())
            left = [fill for fill in fills if f"{BOOK} {fill.identity}" not in known]
            for start in range(0, len(left), BATCH):
                batch = left[start : start + BATCH]
                sender.send(BOOK, Statement(way, batch))
                done.extend(batch)
    except psycopg.OperationalError:
        return


def resend_all(url: str, shares: list[list[Sent]]) -> None:
    """Run the ingest again from its start: what is there already is a duplicate."""
    with session(url) as connection:
        sender = Sender(connection)
        for share in shares:
            assert set(sender.record(BOOK, share)) <= {"booked", "duplicate"}


def identities(url: str) -> list[str]:
    with session(url) as connection:
        return [
            identity for (identity,) in connection.execute("select venue_fill_id from utl.fills")
        ]
