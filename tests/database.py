"""Databases for tests: one server for all, one migrated template, and a clone of it for each test.

pytest gets at these by the fixtures in conftest.py; run.py and the linters use them directly.
"""

import fcntl
import hashlib
import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from utl import migrate, server, settings

ROOT = Path(__file__).resolve().parent.parent
STATE = Path(os.environ.get("UTL_HOME", ROOT / ".utl"))
HOME = STATE / "test"  # a server apart from the demo's, to start, stop and fill as tests need
WORDS = ROOT / "tests" / "tools" / "pgtap_words.sql"
TEMPLATE_LOCK = 0x75746C  # of the advisory lock under which a template is made; "utl" in ASCII


@contextmanager
def running_server() -> Iterator[str]:
    """Start the tests' server, or use the configured one; its last user stops it.

    Users hold a shared lock, which the kernel takes from them even when they are killed. So several
    pytest sessions, and the workers of each, can use the server at once.
    """
    STATE.mkdir(parents=True, exist_ok=True)
    configured = settings.configured_url()
    with (STATE / "test.lock").open("w") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        url = configured or server.start(HOME)
        if not configured:
            _forgo_durability(url)
        try:
            yield url
        finally:
            if _is_last(users.fileno()):
                _sweep(url)
                if not configured:
                    server.stop(HOME)


def migrated_template(url: str) -> str:
    """Return the name of a template database with this code's schema; the first to ask makes it."""
    return _template(url, _current(), "template1", migrate.migrate)


def pgtap_template(url: str) -> str:
    """Likewise, with pgTAP and words of our own in the schema `tap`."""
    words = hashlib.sha256(WORDS.read_bytes()).hexdigest()[:12]
    return _template(url, f"{_current()}_tap_{words}", migrated_template(url), _load_pgtap)


@contextmanager
def clone(url: str, template: str) -> Iterator[str]:
    """Give a database of its own, like the template, and drop it afterwards."""
    name = f"utl_test_{uuid.uuid4().hex[:12]}"
    with connect(url) as admin:
        _create(admin, name, template)
    try:
        yield conninfo(url, name)
    finally:
        with connect(url) as admin:
            _drop(admin, name)


def connect(url: str) -> psycopg.Connection:
    """Connect as everything here does: each statement is a transaction."""
    return psycopg.connect(url, autocommit=True)


def conninfo(url: str, database: str) -> str:
    """Return where another database of the same server is."""
    return make_conninfo(url, dbname=database)


def _template(url: str, name: str, like: str, fill: Callable[[str], object]) -> str:
    with connect(url) as admin:
        admin.execute("select pg_advisory_lock(%s)", [TEMPLATE_LOCK])
        complete = admin.execute(
            "select datistemplate from pg_catalog.pg_database where datname = %s", [name]
        ).fetchone() == (True,)
        if not complete:  # or never begun
            _create(admin, name, like)
            fill(conninfo(url, name))
            _execute(admin, "alter database {} is_template true allow_connections false", name)
    return name


def _load_pgtap(conninfo: str) -> None:
    script = (STATE / "tools" / "pgtap.sql").read_bytes()
    with connect(conninfo) as connection:
        connection.execute(b"create schema tap; set search_path = tap;" + script)
        connection.execute(WORDS.read_bytes())


def _current() -> str:
    """Return the template's name: it holds the digest of all that decides how it looks.

    That is the code and the day, from which on there are partitions.
    """
    what, how = migrate.read_code().digest, Path(migrate.__file__).read_bytes()
    decisive = f"{what} {datetime.now(UTC).date()} ".encode() + how
    return f"utl_template_{hashlib.sha256(decisive).hexdigest()[:12]}"


def _create(admin: psycopg.Connection, name: str, template: str) -> None:
    _drop(admin, name)
    admin.execute(
        sql.SQL("create database {} template {} strategy file_copy").format(
            sql.Identifier(name), sql.Identifier(template)
        )
    )


def _drop(admin: psycopg.Connection, name: str) -> None:
    _execute(admin, "drop database if exists {} with (force)", name)


def _execute(admin: psycopg.Connection, statement: str, name: str) -> None:
    admin.execute(sql.SQL(statement).format(sql.Identifier(name)))


def _forgo_durability(url: str) -> None:
    """Tests' databases need not outlive the machine; that of killed processes does not change."""
    with connect(url) as admin:
        if admin.execute("show fsync").fetchone() == ("on",):
            admin.execute("alter system set fsync = off")
            admin.execute("select pg_reload_conf()")


def _is_last(users: int) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _sweep(url: str) -> None:
    """Drop the templates of other code, and clones that a killed session has left."""
    with connect(url) as admin:
        stale = admin.execute(
            """
            select datname from pg_catalog.pg_database
            where datname ~ '^utl_(test|template)_' and not starts_with(datname, %s)
            """,
            [_current()],
        ).fetchall()
        for (name,) in stale:
            _execute(admin, "alter database {} is_template false", name)
            _drop(admin, name)
