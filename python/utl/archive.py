"""Old months of facts: into Parquet files and out of the database, and back.

A month is frozen, written, read back into a staging table and compared there by SQL; only then it
is taken out, in one short transaction: utl.begin_archive, .digest_archive, .stage_archive,
.finish_archive. A kill between any two steps leaves the month in the database; doing it again goes
on from there. Restoring is the same the other way round. Whoever does it owns the ledger's tables,
as for `utl migrate`.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal, LiteralString

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from utl import fact_files
from utl.settings import UtlError

Facts = Literal["fills", "prices"]

LOCK_ATTEMPTS = 20  # each gives up after two seconds, in which booking may wait
LOCK_PAUSE_S = 3.0

ARCHIVABLE = "select month, problem from utl.archivable(%s, %s) order by month"
ROW = "select facts, month, state, rows, digest, path, archive_id from "
BEGIN: LiteralString = ROW + "utl.begin_archive(%s, %s)"
DIGEST: LiteralString = ROW + "utl.digest_archive(%s)"
FINISH: LiteralString = ROW + "utl.finish_archive(%s, %s)"
RESTORE: LiteralString = ROW + "utl.finish_restore(%s)"
OWNER = """
    select pg_catalog.pg_get_userbyid(c.relowner), pg_catalog.pg_has_role(c.relowner, 'usage')
    from pg_catalog.pg_class as c
    where c.oid = 'utl.fills'::regclass
"""
STAGE = "select utl.stage_archive(%s)"
OUT: LiteralString = (
    ROW + "utl.archived_partitions where facts = %s and state <> %s and month >= %s"
    " order by month desc"
)


class ArchiveError(UtlError):
    """A month that cannot be archived or restored, or a file that is not what it should be."""


@dataclass(frozen=True)
class Archive:
    """A row of utl.archived_partitions."""

    facts: Facts
    month: str
    state: str
    rows: int | None
    digest: str | None
    path: str | None
    archive_id: int

    @property
    def partition(self) -> str:
        """The name of its partition."""
        return f"{self.facts}_{self.month.replace('-', '_')}"


def archive(conninfo: str, before: date, facts: Facts, folder: Path) -> Iterator[Archive]:
    """Archive all months that end before that of a date, the oldest first, and give each.

    Raises ArchiveError at the first month that cannot be archived, when those before it are.
    """
    fact_files.require_folder(folder)
    with _connected(conninfo) as connection:
        months = connection.execute(ARCHIVABLE, [before, facts]).fetchall()
        for month, problem in months:
            if problem is not None:
                raise ArchiveError(
                    f"{facts} of {month:%Y-%m} cannot be archived",
                    detail=str(problem),
                    hint="utl.archivable lists all months, and what is in the way",
                )
            yield _archive_month(connection, month, facts, folder)


def restore(
    conninfo: str, since: str, facts: Facts, folder: Path | None = None
) -> Iterator[Archive]:
    """Bring back all months from one on ('2024-01'), the last first, and give each.

    Files are looked for in `folder`, if it is given, else where they were written.
    """
    with _connected(conninfo) as connection:
        with connection.cursor(row_factory=class_row(Archive)) as cursor:
            archives = cursor.execute(OUT, [facts, "restored", since]).fetchall()
        for archived in archives:
            if archived.state == "archived":
                _stage(connection, archived, _file_of(archived, folder))
            yield _patiently(connection, RESTORE, [archived.archive_id])


def _archive_month(
    connection: psycopg.Connection[Any], month: date, facts: Facts, folder: Path
) -> Archive:
    begun = _patiently(connection, BEGIN, [month, facts])
    archived = _patiently(connection, DIGEST, [begun.archive_id])
    # Named by what is in it, so that ledgers that share a folder never lose a file to each other.
    path = folder.absolute() / f"{archived.partition}.{str(archived.digest)[:16]}.parquet"
    source = sql.Identifier("utl_private", archived.partition)
    labels = {"utl.facts": facts, "utl.month": archived.month, "utl.digest": str(archived.digest)}
    try:
        fact_files.write(connection, source, path, labels)
    except OSError as error:
        raise ArchiveError(
            f"{facts} of {archived.month} cannot be written to {path}",
            detail=str(error),
            hint="the month is in the database, and takes no more facts: archive it again, or"
            f" utl restore --facts {facts} --from {archived.month}",
        ) from error
    _stage(connection, archived, path)
    return _patiently(connection, FINISH, [archived.archive_id, str(path)])


def _stage(connection: psycopg.Connection[Any], archived: Archive, path: Path) -> None:
    connection.execute(STAGE, [archived.archive_id])
    staged = sql.Identifier("utl_private", f"{archived.partition}_staged")
    fact_files.read(connection, path, staged)


def _file_of(archived: Archive, folder: Path | None) -> Path:
    written = Path(str(archived.path))
    path = folder / written.name if folder else written
    if not path.is_file():
        raise ArchiveError(
            f"the file of {archived.facts} of {archived.month} is not there",
            detail=str(path),
            hint="say where it is with --folder",
        )
    return path


def _patiently(
    connection: psycopg.Connection[Any], step: LiteralString, arguments: list[Any]
) -> Archive:
    """Do a step, again if it did not get its locks: long readers hold them."""

    def once() -> Archive:
        with connection.cursor(row_factory=class_row(Archive)) as cursor:
            found = cursor.execute(step, arguments).fetchone()
        if found is None:
            raise ArchiveError("there is no such archive")
        return found

    return _retried(once)


def _retried(step: Callable[[], Archive]) -> Archive:
    for attempt in range(1, LOCK_ATTEMPTS + 1):
        try:
            return step()
        except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
            if attempt == LOCK_ATTEMPTS:
                raise
            time.sleep(LOCK_PAUSE_S)
    raise AssertionError("not reached")


@contextmanager
def _connected(conninfo: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(conninfo, autocommit=True, application_name="utl archive") as connection:
        # Asked first: nothing is to be frozen by who cannot go on.
        owner, is_ours = connection.execute(OWNER).fetchone() or ("", False)
        if not is_ours:
            raise ArchiveError(
                "archives are the business of who owns the ledger",
                detail=f"that is {owner}, and this is {connection.info.user}",
                hint="connect as who ran `utl migrate`",
            )
        yield connection
