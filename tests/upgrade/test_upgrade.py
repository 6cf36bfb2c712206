"""A database may come from any older layout, and an upgrade may be disturbed: nothing is lost.

These tests know nothing of what is in migrations/ and sql/. An older layout is the migrations up to
one of them; with data, it is a folder of layouts/ (see layouts/README.md).
"""

import gzip
import os
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.database import ROOT, clone, connect
from utl import place, server
from utl.migrate import Code, MisfitError, Report, migrate, read_code, status

MIGRATIONS = sorted(path.stem for path in (ROOT / "migrations").glob("*.sql"))
LAYOUTS = sorted(path for path in (ROOT / "tests/upgrade/layouts").iterdir() if path.is_dir())


@pytest.fixture
def fresh_schema(database: str) -> str:
    """The schema of a database that was made by this code at once."""
    return schema(database)


@pytest.mark.parametrize("last", MIGRATIONS[:-1])
def test_an_upgrade_gives_the_same_schema_as_a_fresh_start(
    empty_database: str, fresh_schema: str, tmp_path: Path, last: str
) -> None:
    migrate(empty_database, older_code(tmp_path, last))
    assert schema(empty_database) != fresh_schema
    assert migrate(empty_database).code_loaded
    assert schema(empty_database) == fresh_schema


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_an_upgrade_keeps_the_data_and_its_consistency(
    empty_database: str, fresh_schema: str, tmp_path: Path, layout: Path
) -> None:
    last, _, _ = layout.name.partition("@")
    migrate(empty_database, older_code(tmp_path, last, sql=layout / "release.sql.gz"))
    with connect(empty_database) as connection:
        connection.execute((layout / "data.sql").read_bytes())
    expected = (layout / "expected.txt").read_text()
    migrate(empty_database)
    assert schema(empty_database) == fresh_schema
    assert psql(empty_database, (layout / "expected.sql").read_text()) == expected
    assert violated_checks(empty_database) == []


def test_migrations_apply_without_any_sql(empty_database: str, tmp_path: Path) -> None:
    code = older_code(tmp_path, MIGRATIONS[-1])
    assert migrate(empty_database, code).applied == MIGRATIONS


def test_a_second_run_changes_nothing(database: str, fresh_schema: str) -> None:
    assert migrate(database) == Report([], False)
    assert schema(database) == fresh_schema
    assert status(database).up_to_date


def test_loading_sql_again_changes_nothing(database: str, fresh_schema: str) -> None:
    with connect(database) as connection:
        connection.execute("update utl_private.code_version set digest = 'of something else'")
    assert migrate(database) == Report([], True)
    assert schema(database) == fresh_schema


def test_ten_at_once_do_the_work_once(empty_database: str, fresh_schema: str) -> None:
    with ThreadPoolExecutor(10) as pool:
        results = list(pool.map(lambda _: utl_migrate(empty_database).communicate(), range(10)))
    said = [output for output, _ in results]
    assert sum("applied 0001" in output for output in said) == 1, results
    assert sum("sql/    loaded" in output for output in said) == 1, results
    assert sum("sql/    unchanged" in output for output in said) == 9, results
    assert schema(empty_database) == fresh_schema


@pytest.mark.parametrize("moment", [0.0, 0.2, 0.4, 0.6, 0.8, 0.95])
def test_a_run_that_is_killed_at_any_moment_is_finished_by_the_next(
    server_url: str, fresh_schema: str, moment: float
) -> None:
    with clone(server_url, "template0") as undisturbed:
        seconds = seconds_of_work(undisturbed)
    with clone(server_url, "template0") as disturbed:
        victim = utl_migrate(disturbed)
        wait_for_work(disturbed)
        time.sleep(seconds * moment)
        victim.kill()
        victim.communicate()
        migrate(disturbed)
        assert schema(disturbed) == fresh_schema
        assert recorded(disturbed) == MIGRATIONS


@pytest.mark.parametrize("folder", ["migrations", "sql"])
def test_killed_in_the_middle_of_a_statement_it_is_waited_for_and_undone(
    empty_database: str, tmp_path: Path, folder: str
) -> None:
    older_code(tmp_path, MIGRATIONS[0])
    slow = tmp_path / folder / "0009_slow.sql"
    slow.write_text("create table utl.slow (a int); select pg_sleep(1);")
    run = "import sys, pathlib, utl.migrate as m; m.migrate(sys.argv[1], m.read_code(*map("
    run += "pathlib.Path, sys.argv[2:])))"
    folders = (str(tmp_path / "migrations"), str(tmp_path / "sql"))
    victim = subprocess.Popen([sys.executable, "-c", run, empty_database, *folders])
    wait_for_work(empty_database, query="%pg_sleep(1)%")
    victim.kill()
    victim.wait()
    # The server does not notice before the statement ends, and holds the lock until then.
    report = migrate(empty_database, read_code(tmp_path / "migrations", tmp_path / "sql"))
    assert report == Report(["0009_slow"] if folder == "migrations" else [], True)


def test_a_database_newer_than_this_code_is_refused(empty_database: str, tmp_path: Path) -> None:
    older_code(tmp_path, MIGRATIONS[-1])
    (tmp_path / "migrations" / "9999_from_the_future.sql").write_text("select 1;")
    migrate(empty_database, read_code(tmp_path / "migrations", tmp_path / "sql"))
    before = schema(empty_database)
    with pytest.raises(MisfitError, match="the database is newer than this code"):
        migrate(empty_database)
    assert schema(empty_database) == before


def test_an_edited_migration_is_refused(database: str, tmp_path: Path, fresh_schema: str) -> None:
    older_code(tmp_path, MIGRATIONS[-1])
    edited = tmp_path / "migrations" / f"{MIGRATIONS[1]}.sql"
    edited.write_text(edited.read_text() + "\n-- a word more\n")
    with pytest.raises(MisfitError, match=f"applied migrations were edited: {MIGRATIONS[1]}"):
        migrate(database, read_code(tmp_path / "migrations", ROOT / "sql"))
    assert schema(database) == fresh_schema


def older_code(folder: Path, last: str, sql: Path | None = None) -> Code:
    """Put the migrations up to `last`, and `sql`, into a folder, as a release before all others."""
    (folder / "migrations").mkdir()
    for name in MIGRATIONS[: MIGRATIONS.index(last) + 1]:
        shutil.copy(ROOT / "migrations" / f"{name}.sql", folder / "migrations")
    (folder / "sql").mkdir()
    if sql and sql.exists():
        (folder / "sql" / "release.sql").write_bytes(gzip.decompress(sql.read_bytes()))
    return read_code(folder / "migrations", folder / "sql", release="0.0.0")


def schema(conninfo: str) -> str:
    """The database's schema as pg_dump writes it, without comments and what differs by run."""
    pg_dump = place.find(None).programs / "pg_dump"
    dump = subprocess.run(
        [str(pg_dump), "--schema-only", "--dbname", conninfo], capture_output=True, text=True
    )
    assert dump.returncode == 0, dump.stderr
    return re.sub(r"^(--.*|\\(un)?restrict .*|)\n", "", dump.stdout, flags=re.MULTILINE)


def psql(conninfo: str, script: str) -> str:
    options = ("-X", "-A", "-q", "-v", "ON_ERROR_STOP=1", "-d", conninfo)
    result = subprocess.run(
        [server.psql_program(), *options], input=script, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def violated_checks(conninfo: str) -> list[str]:
    """The titles of the consistency checks that find something."""
    with connect(conninfo) as connection:
        return [
            str(title) for (title,) in connection.execute("select title from utl.failed_checks()")
        ]


def recorded(conninfo: str) -> list[str]:
    with connect(conninfo) as connection:
        query = "select migration from utl_private.migration_digests order by migration"
        return [migration for (migration,) in connection.execute(query).fetchall()]


def utl_migrate(conninfo: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "utl.cli", "migrate"],
        env={**os.environ, "DATABASE_URL": conninfo},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def seconds_of_work(conninfo: str) -> float:
    """How long a run takes once it has begun."""
    run = utl_migrate(conninfo)
    wait_for_work(conninfo)
    begun = time.monotonic()
    _, problems = run.communicate()
    assert run.returncode == 0, problems
    return time.monotonic() - begun


def wait_for_work(conninfo: str, query: str = "%") -> None:
    """Wait until another session runs a statement like `query` in this database."""
    deadline = time.monotonic() + 20
    with connect(conninfo) as connection:
        while (
            connection.execute(
                """
                select from pg_stat_activity
                where datname = current_database() and pid <> pg_backend_pid()
                    and backend_type = 'client backend' and query like %s
                """,
                [query],
            ).fetchone()
            is None
        ):
            assert time.monotonic() < deadline, "nobody came"
            time.sleep(0.001)
