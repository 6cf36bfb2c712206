"""One database for all examples: each is a transaction that is rolled back."""

from collections.abc import Iterator

import psycopg
import pytest

from tests import database
from tests.properties.sending import Sender


@pytest.fixture(scope="module")
def sender(server_url: str, template: str) -> Iterator[Sender]:
    with (
        database.clone(server_url, template) as conninfo,
        psycopg.connect(conninfo) as connection,
    ):
        yield Sender(connection)
