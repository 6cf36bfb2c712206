"""Scratch databases for the benchmark: migrated, with reference data, and dropped afterwards."""

import contextlib
import os
import platform
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import psutil
import psycopg
from psycopg import errors, sql
from psycopg.conninfo import make_conninfo

from utl import __version__, migrate
from utl.bench import fills as bench_fills
from utl.bench.fills import COLUMNS, Ids
from utl.settings import UtlError

Connection = psycopg.Connection[tuple[Any, ...]]

SETTINGS = (
    "shared_buffers",
    "fsync",
    "synchronous_commit",
    "full_page_writes",
    "wal_compression",
    "wal_level",
    "max_wal_size",
    "checkpoint_timeout",
    "autovacuum",
    "jit",
)


class BenchError(UtlError):
    """A benchmark that could not be run, or whose books are wrong."""


@dataclass(frozen=True)
class Shape:
    """How many books a scratch database has, how many instruments each trades, and where."""

    books: int = 8
    instruments: int = 25
    accounts: int = 8


@dataclass(frozen=True)
class Target:
    """A scratch database with its reference data."""

    connection: Connection
    ids: Ids

    def copy(self, table: str, block: bytes) -> None:
        """Add a block of fills.py to a table, in one statement."""
        copy_block(self.connection, table, block)

    def checkpoint(self) -> None:
        """Begin with a checkpoint where the user may: only superusers and members of a role can."""
        with contextlib.suppress(errors.InsufficientPrivilege):
            self.connection.execute("checkpoint")

    def require_right_books(self) -> None:
        """Raise BenchError if a check of the ledger fails."""
        self.connection.execute("analyze")  # or the checks would be planned for empty tables
        failed = self.connection.execute("select title, violations from utl.failed_checks()")
        if wrong := failed.fetchall():
            raise BenchError(
                "the books are wrong",
                detail="; ".join(f"{title} ({count})" for title, count in wrong),
                hint="the figures are void; please report it",
            )


@dataclass(frozen=True)
class Scratch:
    """A server, and the name of a migrated database on it from which each run gets a copy."""

    url: str
    template: str

    @contextlib.contextmanager
    def database(
        self, costings: str, shape: Shape | None = None, label: str = "run"
    ) -> Iterator[Target]:
        """Give a new database whose books have these costings, the first one as primary.

        Databases that are there at once must have labels of their own.
        """
        name = f"{self.template}_{label}"
        with connect(self.url) as admin:
            _create_database(admin, name, self.template)
        try:
            with connect(make_conninfo(self.url, dbname=name)) as connection:
                ids = _add_reference(connection, costings.split("+"), shape or Shape())
                yield Target(connection, ids)
        finally:
            with connect(self.url) as admin:
                _drop_database(admin, name)

    def about(self) -> dict[str, Any]:
        """Say what was measured, and where."""
        with connect(self.url) as admin:
            chosen = {name: one(admin, "select current_setting(%s)", name) for name in SETTINGS}
            version = one(admin, "select version()")
        return {
            "utl": __version__,
            "server": version,
            "settings": chosen,
            "client_machine": {
                "platform": platform.platform(),
                "cores": psutil.cpu_count(),
                "memory_bytes": psutil.virtual_memory().total,
            },
        }


@contextlib.contextmanager
def scratch_on(url: str) -> Iterator[Scratch]:
    """Give a migrated template on a server, from which scratch databases are made."""
    name = f"utl_bench_{os.getpid()}"
    with connect(url) as admin:
        try:
            _create_database(admin, name, "template0")
        except errors.InsufficientPrivilege as error:
            raise BenchError(
                "the benchmark needs databases of its own",
                detail=str(error),
                hint=f'alter role "{admin.info.user}" createdb',
            ) from error
    try:
        migrate.migrate(make_conninfo(url, dbname=name))
        yield Scratch(url, name)
    finally:
        with connect(url) as admin:
            _drop_database(admin, name)


def connect(url: str) -> Connection:
    """Connect, each statement a transaction of its own."""
    return psycopg.connect(url, autocommit=True)


def copy_block(connection: Connection, table: str, block: bytes) -> None:
    """Add a block of fills.py to a table, in one statement."""
    statement = sql.SQL("copy {} ({}) from stdin").format(
        sql.Identifier(*table.split(".")), sql.SQL(", ").join(map(sql.Identifier, COLUMNS))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(block)


def one(connection: Connection, statement: str, *arguments: object) -> Any:
    """Return the first value of a statement's first row."""
    row = connection.execute(statement.encode(), arguments or None).fetchone()
    return row[0] if row else None


def _add_reference(connection: Connection, methods: Sequence[str], shape: Shape) -> Ids:
    def add(statement: str, *arguments: object) -> int:
        return int(one(connection, statement, *arguments))

    def add_book(book: str) -> int:
        statement = "select book_id from utl.add_book(%s, 'USDT', method => %s)"
        book_id = add(statement, book, methods[0])
        for method in methods[1:]:
            connection.execute("select utl.add_costing(%s, %s)", [book, method])
        return book_id

    connection.execute("select utl.add_partitions(%s, 2)", [bench_fills.FIRST_DAY.date()])
    connection.execute("select utl.add_partitions()")
    return Ids(
        books=[add_book(f"maker-{n}") for n in range(shape.books)],
        accounts=[
            add("select account_id from utl.add_account(%s, %s)", f"account-{n}", f"venue-{n // 2}")
            for n in range(shape.accounts)
        ],
        instruments=[
            add("select instrument_id from utl.add_instrument(%s)", f"COIN{n}/USDT")
            for n in range(shape.instruments)
        ],
        fee_asset=add("select utl.asset_id('USDT')"),
    )


def _create_database(admin: Connection, name: str, template: str) -> None:
    admin.execute(
        sql.SQL("create database {} template {}").format(
            sql.Identifier(name), sql.Identifier(template)
        )
    )


def _drop_database(admin: Connection, name: str) -> None:
    admin.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
