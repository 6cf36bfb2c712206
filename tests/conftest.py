"""Fixtures for every test: see tests/README.md."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, settings

from tests.database import clone, connect, migrated_template, running_server
from utl import server

# The same examples each time, however slow the machine is; UTL_PROPERTIES=deep tries many others.
settings.register_profile(
    "ci",
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    print_blob=True,
)
settings.register_profile(
    "deep",
    settings.get_profile("ci"),
    max_examples=5000,
    derandomize=False,
    phases=[Phase.generate, Phase.shrink],
)
settings.load_profile(os.environ.get("UTL_PROPERTIES", "ci"))


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """The tests' server, shared by all sessions and their workers."""
    with running_server() as url:
        yield url


@pytest.fixture(scope="session")
def template(server_url: str) -> str:
    """The name of a migrated database to clone."""
    return migrated_template(server_url)


@pytest.fixture
def database(server_url: str, template: str) -> Iterator[str]:
    """The conninfo of a freshly migrated database of the test's own."""
    with clone(server_url, template) as conninfo:
        yield conninfo


@pytest.fixture
def empty_database(server_url: str) -> Iterator[str]:
    """The conninfo of a database of the test's own in which there is nothing."""
    with clone(server_url, "template0") as conninfo:
        yield conninfo


@pytest.fixture
def connection(database: str) -> Iterator[psycopg.Connection]:
    """A connection to `database` on which each statement is a transaction."""
    with connect(database) as connection:
        yield connection


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for a server of the test's own: its user can enter it, as he cannot pytest's."""
    for name in ("DATABASE_URL", *(name for name in os.environ if name.startswith("PG"))):
        if name != "PG_BINDIR":
            monkeypatch.delenv(name, raising=False)
    path = Path(tempfile.mkdtemp(prefix="utl-test-"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def psql(database: str) -> Callable[[str], str]:
    """Run SQL in `database` as psql does, and return what it prints, without decoration."""

    def run(script: str) -> str:
        options = ("-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1")
        finished = subprocess.run(
            [server.psql_program(), *options, "-d", database],
            input=script,
            capture_output=True,
            text=True,
        )
        assert finished.returncode == 0, finished.stderr
        return finished.stdout

    return run
