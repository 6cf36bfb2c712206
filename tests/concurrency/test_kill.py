"""kill -9 of the postmaster while fills come in: what was acknowledged is there, and there once."""

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
from tests.streaming import wait_until
from utl import migrate, server

WRITERS = 4
FILLS_EACH = 300
BATCH = 5
FILLS_BEFORE_A_KILL = 100
KILLS = 2


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
    for kill in range(1, KILLS + 1):
        url = server.start(home)
        with ThreadPoolExecutor(WRITERS) as threads:
            writing = [
                threads.submit(write_until_the_server_is_gone, url, share, done, way)
                for share, done in zip(shares, acknowledged, strict=True)
            ]
            wait_until(
                lambda enough=kill * FILLS_BEFORE_A_KILL: sum(map(len, acknowledged)) >= enough,  # type: ignore[misc]
                "they write",
            )
            kill_server(home)
        for each in writing:
            each.result()
        url = server.start(home)
        booked = identities(url)
        assert len(booked) == len(set(booked))
        assert {f"{BOOK} {fill.identity}" for done in acknowledged for fill in done} <= set(booked)
    assert sum(map(len, acknowledged)) < WRITERS * FILLS_EACH, "it was killed after the work"

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
