"""A book, its fills, and sessions for interleavings."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.concurrency.sessions import LOCK_TIMEOUT, make_book, random_fills, session
from tests.properties.scenarios import INSTRUMENTS, Sent
from tests.properties.sending import Sender


@pytest.fixture
def book(database: str) -> str:
    make_book(database)
    return database


@pytest.fixture
def first(book: str) -> Iterator[Sender]:
    """A session in a transaction: what it sends is not committed until the test says so."""
    with psycopg.connect(book, options=LOCK_TIMEOUT) as connection:
        yield Sender(connection)


@pytest.fixture
def second(book: str) -> Iterator[Sender]:
    """A session on which each statement is a transaction."""
    with session(book) as connection:
        yield Sender(connection)


@pytest.fixture
def third(book: str) -> Iterator[Sender]:
    """Another one like the second."""
    with session(book) as connection:
        yield Sender(connection)


@pytest.fixture
def watcher(book: str) -> Iterator[psycopg.Connection[Any]]:
    with session(book) as connection:
        yield connection


@pytest.fixture
def fills() -> list[Sent]:
    """Of one instrument, in order."""
    found = [fill for fill in random_fills(40, seed=1) if fill.instrument == INSTRUMENTS[0]]
    return sorted(found, key=lambda fill: (fill.executed_at, fill.sequence))
