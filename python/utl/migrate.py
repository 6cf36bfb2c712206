"""Bring a database up to this release: first migrations/, then the whole of sql/.

`migrations/` runs once and in order: yoyo knows which files are applied. `sql/` is reloaded whole,
in path order and in one transaction, whenever a file or the release has changed.

A kill at any moment leaves nothing half done. Everything happens on one connection, which also
holds the lock: the server frees it when the work is over or undone, and not before. And a migration
is marked as applied in its own transaction, where yoyo alone uses two, on two connections.
"""

import hashlib
import re
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from glob import escape
from pathlib import Path
from typing import Any

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import TransactionStatus
from yoyo import read_migrations
from yoyo.backends.core.postgresql import PostgresqlPsycopgBackend
from yoyo.connections import DatabaseURI
from yoyo.exceptions import BadMigration
from yoyo.migrations import Migration, MigrationList

from utl import __version__, settings
from utl.settings import UtlError

Connection = psycopg.Connection[tuple[Any, ...]]

SERVER_VERSION_MIN = 15

# yoyo's tables have a schema to themselves: they exist before, and apart from, the ledger's own.
YOYO_SCHEMA = "utl_migrations"
YOYO_TABLE = "_yoyo_migration"

LOCK = "select pg_catalog.pg_advisory_lock(pg_catalog.hashtextextended('utl migrate', 0))"
LOCK_PATIENCE = "10min"  # for another `utl migrate`
TABLE_LOCK_PATIENCE = "3s"  # for the ledger's writers: while we wait, others queue behind us
ATTEMPTS_MAX = 20
RETRYABLE = (errors.LockNotAvailable, errors.DeadlockDetected)

# What a script means must not depend on who runs it: names are qualified, times are in UTC.
SCRIPT_SETTINGS = f"""
    set local search_path = '';
    set local timezone = 'UTC';
    set local datestyle = 'ISO, YMD';
    set local statement_timeout = 0;
    set local lock_timeout = '{TABLE_LOCK_PATIENCE}';
"""

FUNCTIONS = """
    select pg_proc.oid, pg_proc.oid::regproc::text, pg_language.lanvalidator::regproc::text
    from pg_catalog.pg_proc
    inner join pg_catalog.pg_language on pg_language.oid = pg_proc.prolang
    where pg_proc.pronamespace in ('utl'::regnamespace, 'utl_private'::regnamespace)
    order by 2
"""

RECORDED_MIGRATIONS = f"""
    select applied.migration_id, migration_digests.digest
    from {YOYO_SCHEMA}.{YOYO_TABLE} as applied
    left join utl_private.migration_digests on migration_digests.migration = applied.migration_id
    order by applied.migration_id
"""  # noqa: S608  # both are constants

RECORD_MIGRATION = "insert into utl_private.migration_digests (migration, digest) values (%s, %s)"

RECORD_CODE = """
    insert into utl_private.code_version (release, digest) values (%s, %s)
    on conflict (only_row) do update
        set release = excluded.release, digest = excluded.digest, loaded_at = now()
"""


class MigrateError(UtlError):
    """A file of migrations/ or sql/ failed; the database is as it was before that file."""


class MisfitError(MigrateError):
    """This code and this database do not belong together; nothing was changed."""

    exit_code = 3


@dataclass(frozen=True)
class Code:
    """What an installation ships: its release, its migrations, and the files of sql/ in order."""

    release: str
    migrations: MigrationList
    sql_folder: Path
    sql_files: list[Path]

    @property
    def digest(self) -> str:
        """Of everything: a new migration reloads sql/ too, as it may have dropped a view."""
        digests = [f"{migration.id} {_digest(migration.path)}\n" for migration in self.migrations]
        digests += [f"{self.name(path)} {_digest(path)}\n" for path in self.sql_files]
        return hashlib.sha256("".join(digests).encode()).hexdigest()

    def name(self, path: Path) -> str:
        """Return the path that people know a file of sql/ by."""
        return path.relative_to(self.sql_folder.parent).as_posix()


@dataclass(frozen=True)
class Recorded:
    """What a database says of itself: applied migrations and their digests, release and digest."""

    migrations: dict[str, str | None]
    release: str | None = None
    digest: str | None = None


@dataclass(frozen=True)
class Report:
    """What `migrate` did: the migrations it applied, whether it loaded sql/, and its warnings."""

    applied: list[str]
    code_loaded: bool
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Status:
    """What `migrate` would do."""

    applied: list[str]
    pending: list[str]
    code_is_current: bool

    @property
    def up_to_date(self) -> bool:
        """Whether it would do nothing."""
        return self.code_is_current and not self.pending


def migrate(conninfo: str, code: Code | None = None, *, reload: bool = False) -> Report:
    """Apply what is pending and load sql/ if it has changed. Safe to run at any time, by many.

    `conninfo` is a URL or a key=value string; what it leaves out comes from PG*. `code` is for
    tests; otherwise it is what this installation ships. With `reload` sql/ is loaded anyway.

    Raises MisfitError when the database is newer than the code or an applied migration was
    edited, MigrateError when a file fails, and psycopg.Error when the server cannot be reached.
    """
    code = code or read_code()
    with _LedgerBackend.connected(conninfo) as backend:
        connection: Connection = backend.connection
        warnings: dict[str, None] = {}  # each once: a load may take several attempts
        connection.add_notice_handler(lambda notice: _note_warning(notice, warnings))
        _require_server_version(connection)
        _lock(connection)
        recorded = _recorded(connection)
        _refuse_misfit(code, recorded)
        connection.execute(f"create schema if not exists {YOYO_SCHEMA}")
        pending = list(backend.to_apply(code.migrations))
        for migration in pending:
            _patiently(backend.apply_one, migration)
        code_is_due = reload or not _is_current(code, recorded)
        if code_is_due:
            _patiently(_load_code, connection, code)
    return Report([migration.id for migration in pending], code_is_due, tuple(warnings))


def status(conninfo: str, code: Code | None = None) -> Status:
    """Say what `migrate` would do, without changing anything. Raises as `migrate` does."""
    code = code or read_code()
    with psycopg.connect(conninfo, autocommit=True) as connection:
        _require_server_version(connection)
        recorded = _recorded(connection)
    _refuse_misfit(code, recorded)
    names = [migration.id for migration in code.migrations]
    return Status(
        applied=[name for name in names if name in recorded.migrations],
        pending=[name for name in names if name not in recorded.migrations],
        code_is_current=_is_current(code, recorded),
    )


def read_code(
    migrations: Path | None = None, sql: Path | None = None, release: str = __version__
) -> Code:
    """Read what this installation ships, or what the given folders hold."""
    migrations = migrations or settings.migrations_folder()
    sql = sql or settings.sql_folder()
    found = read_migrations(escape(str(migrations)))
    for migration in found:
        _require_transactional_sql(migration)
    files = sorted(sql.rglob("*.sql"), key=lambda path: path.relative_to(sql).as_posix())
    return Code(release, found, sql, files)


class _LedgerBackend(PostgresqlPsycopgBackend):  # type: ignore[misc]  # yoyo has no types
    """yoyo's backend, with one transaction a migration, on the connection that holds our lock."""

    @classmethod
    def connected(cls, conninfo: str) -> "_LedgerBackend":
        arguments = {**conninfo_to_dict(conninfo), "client_encoding": "utf8", "schema": YOYO_SCHEMA}
        uri = DatabaseURI("postgresql+psycopg", None, None, None, None, None, arguments)
        return cls(uri, YOYO_TABLE)

    def lock(self, timeout: float = 10) -> nullcontext[None]:  # noqa: ARG002  # yoyo's signature
        """Hold nothing: ours is held, and yoyo's is a row that outlives a killed process."""
        return nullcontext()

    def apply_one(self, migration: Migration) -> None:
        """Mark and run a migration in one transaction: there is no moment between the two."""
        self.ensure_internal_schema_updated()
        with self.transaction():
            self.mark_one(migration, log=False)
            self.connection.execute(SCRIPT_SETTINGS)
            _run_script(self.connection, f"migrations/{Path(migration.path).name}", migration.path)
            self.connection.execute(RECORD_MIGRATION, [migration.id, _digest(migration.path)])


def _lock(connection: Connection) -> None:
    connection.execute(f"set lock_timeout = '{LOCK_PATIENCE}'")
    try:
        connection.execute(LOCK)
    except errors.LockNotAvailable as error:
        raise MigrateError(
            f"another `utl migrate` has been at work for {LOCK_PATIENCE}",
            hint="see pg_stat_activity, and run this again when it is done",
        ) from error


def _note_warning(notice: errors.Diagnostic, warnings: dict[str, None]) -> None:
    if notice.severity_nonlocalized == "WARNING":
        hint = f"\nHINT:  {notice.message_hint}" if notice.message_hint else ""
        warnings[f"{notice.message_primary}{hint}"] = None


def _load_code(connection: Connection, code: Code) -> None:
    with connection.transaction():
        connection.execute(SCRIPT_SETTINGS)
        # A function may call what comes later in path order: bodies are checked at the end.
        connection.execute("set local check_function_bodies = off")
        for path in code.sql_files:
            _run_script(connection, code.name(path), path)
        _check_function_bodies(connection, code)
        connection.execute(RECORD_CODE, [code.release, code.digest])


def _run_script(connection: Connection, name: str, path: Path | str) -> None:
    """Run a file as one script, so that the server's error position is a place in the file."""
    text = _read(path)
    try:
        connection.execute(text.encode())
    except RETRYABLE:
        raise
    except psycopg.Error as error:
        position = int(error.diag.statement_position or 0)
        raise _file_error(name, text, position, error) from error
    if connection.info.transaction_status != TransactionStatus.INTRANS:
        raise MigrateError(
            f"{name} ended the transaction it runs in",
            hint="remove commit and rollback from the file",
        )


def _check_function_bodies(connection: Connection, code: Code) -> None:
    connection.execute("set local check_function_bodies = on")
    for oid, function, validator in connection.execute(FUNCTIONS).fetchall():
        try:
            connection.execute(f"select {validator}({oid})".encode())
        except RETRYABLE:
            raise
        except psycopg.Error as error:
            raise _body_error(code, function, error) from error


def _body_error(code: Code, function: str, error: psycopg.Error) -> MigrateError:
    """Name the file that holds the function's body, which the server gives with the error."""
    body = error.diag.internal_query
    for path in code.sql_files:
        text = _read(path)
        if body and body in text:
            position = text.index(body) + int(error.diag.internal_position or 0)
            return _file_error(code.name(path), text, position, error)
    return _file_error(f"function {function}", "", 0, error)


def _file_error(name: str, text: str, position: int, error: psycopg.Error) -> MigrateError:
    line = f":{text.count(chr(10), 0, position - 1) + 1}" if position else ""
    diagnostics = error.diag
    parts = (diagnostics.message_detail, diagnostics.context)
    return MigrateError(
        f"{name}{line}: {diagnostics.message_primary or error} ({diagnostics.sqlstate})",
        detail="\n".join(part for part in parts if part),
        hint=diagnostics.message_hint or "",
    )


def _patiently(work: Callable[..., None], *arguments: object) -> None:
    """Try again when writers are in the way: the work is all or nothing, so it may be repeated."""
    for attempt in range(1, ATTEMPTS_MAX + 1):
        try:
            work(*arguments)
        except RETRYABLE as error:
            if attempt == ATTEMPTS_MAX:
                raise MigrateError(
                    f"tables were in use at each of {ATTEMPTS_MAX} attempts",
                    detail=str(error),
                    hint="find who holds them (select pid, query, pg_blocking_pids(pid) from"
                    " pg_stat_activity), then run this again",
                ) from error
            time.sleep(min(0.1 * 2**attempt, 2))
        else:
            return


def _recorded(connection: Connection) -> Recorded:
    # The first migration makes this table, in the transaction that marks it as applied.
    found = connection.execute("select to_regclass('utl_private.code_version')").fetchone()
    if found == (None,):
        return Recorded({})
    migrations: dict[str, str | None] = dict(connection.execute(RECORDED_MIGRATIONS).fetchall())
    version = connection.execute("select release, digest from utl_private.code_version").fetchone()
    return Recorded(migrations, *(version or ()))


def _is_current(code: Code, recorded: Recorded) -> bool:
    return (recorded.release, recorded.digest) == (code.release, code.digest)


def _refuse_misfit(code: Code, recorded: Recorded) -> None:
    known = {migration.id: migration.path for migration in code.migrations}
    unknown = [name for name in recorded.migrations if name not in known]
    if unknown or _order(recorded.release or "") > _order(code.release):
        raise MisfitError(
            "the database is newer than this code",
            detail=f"database: release {recorded.release}; code: release {code.release}; "
            f"migrations that this code does not know: {', '.join(unknown) or 'none'}",
            hint=f"install UTL {recorded.release or 'in a newer release'} or later",
        )
    edited = [
        name
        for name, digest in recorded.migrations.items()
        if digest is not None and digest != _digest(known[name])
    ]
    if edited:
        raise MisfitError(
            f"applied migrations were edited: {', '.join(edited)}",
            detail="what the files say now is not what was applied to this database",
            hint="restore the files (git log -- migrations/) and put the change into a new one; "
            "a database that may go can be dropped instead",
        )


def _order(release: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", release)]


def _require_server_version(connection: Connection) -> None:
    if connection.info.server_version < SERVER_VERSION_MIN * 10_000:
        raise MisfitError(
            f"UTL needs PostgreSQL {SERVER_VERSION_MIN} or later",
            detail=f"this server is {connection.info.parameter_status('server_version')}",
        )


def _require_transactional_sql(migration: Migration) -> None:
    name = Path(migration.path).name
    try:
        migration.load()
    except BadMigration as error:
        raise MigrateError(f"migrations/{name}: {error}") from error
    if not (migration.is_raw_sql() and migration.use_transactions):
        raise MigrateError(
            f"migrations/{name} cannot be applied and marked in one transaction",
            hint="write it in SQL, without `transactional: false`",
        )


def _read(path: Path | str) -> str:
    return Path(path).read_text(encoding="utf-8")


def _digest(path: Path | str) -> str:
    """Of the text, not the bytes: a checkout with other line endings is the same file."""
    return hashlib.sha256(_read(path).encode()).hexdigest()
