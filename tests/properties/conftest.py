"""One database for all examples of a file, most of which roll back, and how many there are.

`UTL_PROPERTIES=deep` runs many more.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, settings

from tests import database
from tests.properties.histories import SESSIONS
from tests.properties.sending import Sender

settings.register_profile(
    "ci",
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    print_blob=True,
)
settings.register_profile(
    "deep", settings.get_profile("ci"), max_examples=5000, phases=[Phase.generate, Phase.shrink]
)
settings.load_profile(os.environ.get("UTL_PROPERTIES", "ci"))


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
