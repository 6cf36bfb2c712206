"""One database for all examples of a file, most of which roll back."""

from collections.abc import Iterator
from contextlib import ExitStack

import psycopg
import pytest

from tests import database
from tests.properties.histories import SESSIONS
from tests.properties.sending import Sender


@pytest.fixture(scope="module")
def sender(server_url: str, template: str) -> Iterator[Sender]:
    with (
        database.clone(server_url, template) as conninfo,
        psycopg.connect(conninfo) as connection,
    ):
        yield Sender(connection)


@pytest.fixture(scope="module")
def senders(server_url: str, template: str) -> Iterator[list[Sender]]:
    """Sessions that commit each statement, in a database of their own."""
    with database.clone(server_url, template) as conninfo, ExitStack() as stack:
        yield [
            Sender(stack.enter_context(psycopg.connect(conninfo, autocommit=True)))
            for _ in range(SESSIONS)
        ]
