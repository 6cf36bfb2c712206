"""What `utl migrate` does with its two folders, shown with small ones made for the purpose."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict

from tests.database import ROOT, connect
from utl import migrate as migrations
from utl.migrate import Code, MigrateError, MisfitError, Report, migrate, read_code, status

SCHEMAS = (ROOT / "migrations" / "0001_schemas.sql").read_text()
FILLS = "create table utl.fills (fill_id bigint, price numeric);"
PRICES = "create or replace view utl.prices as select fills.price from utl.fills;"

Ship = Callable[..., Code]


@pytest.fixture
def ship(tmp_path: Path) -> Ship:
    """Write an installation's files, given by path, and read it; None removes a file."""

    def write(files: dict[str, str | None], release: str = "1.0.0") -> Code:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                path.unlink()
            else:
                path.write_text(text)
        (tmp_path / "sql").mkdir(exist_ok=True)
        return read_code(tmp_path / "migrations", tmp_path / "sql", release)

    write({"migrations/0001_schemas.sql": SCHEMAS, "migrations/0002_fills.sql": FILLS})
    return write


def test_migrations_run_once_in_order_and_then_all_of_sql(empty_database: str, ship: Ship) -> None:
    code = ship({"sql/10_prices/prices.sql": PRICES})
    assert migrate(empty_database, code) == Report(["0001_schemas", "0002_fills"], True)
    assert ask(empty_database, "select count(*) from utl.prices") == 0


def test_a_second_run_changes_nothing(empty_database: str, ship: Ship) -> None:
    code = ship({"sql/10_prices/prices.sql": PRICES})
    migrate(empty_database, code)
    loaded_at = ask(empty_database, "select loaded_at from utl_private.code_version")
    assert migrate(empty_database, code) == Report([], False)
    assert ask(empty_database, "select loaded_at from utl_private.code_version") == loaded_at


def test_sql_is_loaded_in_path_order_with_the_retired_first(
    empty_database: str, ship: Ship
) -> None:
    migrate(empty_database, ship({"sql/10_prices/prices.sql": PRICES}))
    # Replacing a view cannot rename its column: the old view goes before the new one comes.
    code = ship(
        {
            "sql/00_retired.sql": "drop view if exists utl.prices;",
            "sql/10_prices/prices.sql": "create view utl.prices as select 'none' as note;",
            "sql/20_notes/notes.sql": "create view utl.notes as select note from utl.prices;",
        }
    )
    migrate(empty_database, code)
    assert ask(empty_database, "select note from utl.notes") == "none"


def test_a_changed_added_or_removed_file_reloads_sql(empty_database: str, ship: Ship) -> None:
    migrate(empty_database, ship({"sql/prices.sql": PRICES}))
    assert migrate(empty_database, ship({"sql/prices.sql": PRICES + "\n"})).code_loaded
    assert migrate(empty_database, ship({"sql/more.sql": "select 1;"})).code_loaded
    assert migrate(empty_database, ship({"sql/more.sql": None})).code_loaded
    assert not migrate(empty_database, ship({})).code_loaded


def test_a_new_release_reloads_sql_and_is_recorded(empty_database: str, ship: Ship) -> None:
    migrate(empty_database, ship({}, release="1.9.0"))
    assert migrate(empty_database, ship({}, release="1.10.0")).code_loaded
    assert ask(empty_database, "select release from utl_private.code_version") == "1.10.0"


def test_a_new_migration_reloads_sql_as_it_may_have_dropped_a_view(
    empty_database: str, ship: Ship
) -> None:
    migrate(empty_database, ship({"sql/prices.sql": PRICES}))
    wider = "drop view utl.prices; alter table utl.fills alter column price type text;"
    code = ship({"migrations/0003_wider.sql": wider})
    assert migrate(empty_database, code) == Report(["0003_wider"], True)
    assert ask(empty_database, "select pg_typeof(min(price))::text from utl.prices") == "text"


def test_sql_is_loaded_again_when_asked_for_and_its_warnings_are_told(
    empty_database: str, ship: Ship
) -> None:
    role = "do $$ begin raise warning 'no role' using hint = 'make it'; raise notice 'x'; end $$;"
    code = ship({"sql/grants.sql": role})
    warned = ("no role\nHINT:  make it",)
    assert migrate(empty_database, code).warnings == warned
    assert migrate(empty_database, code) == Report([], False)
    assert migrate(empty_database, code, reload=True) == Report([], True, warned)


def test_status_tells_what_is_to_be_done_and_does_nothing(empty_database: str, ship: Ship) -> None:
    code = ship({"sql/prices.sql": PRICES})
    found = status(empty_database, code)
    assert (found.applied, found.pending) == ([], ["0001_schemas", "0002_fills"])
    assert ask(empty_database, "select to_regnamespace('utl_migrations') is null") is True
    migrate(empty_database, code)
    assert status(empty_database, code).up_to_date
    found = status(empty_database, ship({"migrations/0003_more.sql": "select 1;"}))
    assert (found.applied, found.pending) == (["0001_schemas", "0002_fills"], ["0003_more"])
    assert not found.code_is_current


def test_an_error_in_sql_names_file_line_and_code_and_leaves_the_old_code(
    empty_database: str, ship: Ship
) -> None:
    migrate(empty_database, ship({"sql/10_prices/prices.sql": PRICES}))
    broken = {
        "sql/10_prices/prices.sql": "create or replace view utl.prices as select 1::numeric price;",
        "sql/20_é/broken.sql": "-- é: a position is counted in characters\n\nselect 1;\n"
        "select 2,\n    missing;\n",
    }
    with pytest.raises(MigrateError) as failure:
        migrate(empty_database, ship(broken))
    assert failure.value.message == (
        'sql/20_é/broken.sql:5: column "missing" does not exist (42703)'
    )
    assert ask(empty_database, "select count(*) from utl.prices") == 0  # the view of before
    repaired = ship({"sql/20_é/broken.sql": "select 2;"})
    assert migrate(empty_database, repaired).code_loaded
    assert ask(empty_database, "select count(*) from utl.prices") == 1


def test_functions_may_call_what_comes_later_and_are_checked_all_the_same(
    empty_database: str, ship: Ship
) -> None:
    early = "create or replace function utl.a() returns int language sql as $$\n select utl.b() $$;"
    late = "create or replace function utl.b() returns int language sql as 'select 1';"
    migrate(empty_database, ship({"sql/10_a/a.sql": early, "sql/20_b/b.sql": late}))
    assert ask(empty_database, "select utl.a()") == 1
    for name, body, complaint in (
        ("a", "language sql as $$\nselect utl.c() $$", "function utl.c() does not exist"),
        ("b", "language plpgsql as $$\nbegin retrun 1; end $$", 'syntax error at or near "retrun"'),
    ):
        text = f"create or replace function utl.{name}() returns int\n{body};"
        with pytest.raises(MigrateError) as failure:
            migrate(empty_database, ship({"sql/30_more/again.sql": text}))
        assert failure.value.message.startswith(f"sql/30_more/again.sql:3: {complaint}")


def test_an_error_while_running_tells_where_in_the_function(
    empty_database: str, ship: Ship
) -> None:
    script = """do $$ begin
        raise exception 'no' using errcode = '23U01', detail = 'd', hint = 'h';
    end $$;"""
    with pytest.raises(MigrateError) as failure:
        migrate(empty_database, ship({"sql/broken.sql": script}))
    assert str(failure.value) == (
        "sql/broken.sql: no (23U01)\n"
        "DETAIL:  d\nPL/pgSQL function inline_code_block line 2 at RAISE\n"
        "HINT:  h"
    )


def test_a_failed_migration_leaves_nothing_of_itself_and_keeps_those_before(
    empty_database: str, ship: Ship
) -> None:
    files = {"migrations/0003_bad.sql": "create table utl.half (a int);\nselect 1 / 0;"}
    with pytest.raises(MigrateError, match=r"migrations/0003_bad.sql: division by zero \(22012\)"):
        migrate(empty_database, ship(files))
    assert ask(empty_database, "select to_regclass('utl.half') is null") is True
    code = ship({"migrations/0003_bad.sql": "create table utl.half (a int);"})
    assert status(empty_database, code).pending == ["0003_bad"]
    assert migrate(empty_database, code) == Report(["0003_bad"], True)


@pytest.mark.parametrize("folder", ["migrations", "sql"])
def test_a_file_may_not_end_its_transaction(empty_database: str, ship: Ship, folder: str) -> None:
    code = ship({f"{folder}/0003_commit.sql": "commit; select 1;"})
    with pytest.raises(MigrateError, match=f"{folder}/0003_commit.sql ended the transaction"):
        migrate(empty_database, code)


def test_files_are_taken_as_they_are(empty_database: str, ship: Ship) -> None:
    script = """
    -- A semicolon; a percent sign %s, and a placeholder :name.
    create function utl.odd() returns text language plpgsql as $body$
    begin
        return format('%s;', $$it's 100%$$);
    end $body$;
    """
    empty = {"sql/00_retired.sql": "-- nothing is retired\n", "sql/05_empty.sql": ""}
    migrate(empty_database, ship({**empty, "sql/odd.sql": script}))
    assert ask(empty_database, "select utl.odd()") == "it's 100%;"


def test_a_script_means_the_same_whoever_runs_it(empty_database: str, ship: Ship) -> None:
    database = conninfo_to_dict(empty_database)["dbname"]
    for setting in ("timezone = 'Asia/Tokyo'", "search_path = utl", "statement_timeout = '50ms'"):
        execute(empty_database, f"alter database {database} set {setting}")
    files = {
        "migrations/0003_days.sql": "create table utl.days as select '2026-01-01'::timestamptz t;",
        "sql/slow.sql": "select pg_sleep(0.1);",
    }
    migrate(empty_database, ship(files))
    assert ask(empty_database, "select t at time zone 'UTC' = '2026-01-01' from utl.days") is True
    with pytest.raises(MigrateError, match='relation "fills" does not exist'):
        migrate(empty_database, ship({"sql/unqualified.sql": "select from fills;"}))


def test_any_form_of_conninfo_will_do(
    empty_database: str, ship: Ship, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = ship({})
    parts = {key: str(value) for key, value in conninfo_to_dict(empty_database).items()}
    url = (
        f"postgresql://{parts['user']}@/{parts['dbname']}?host={parts['host']}&port={parts['port']}"
    )
    assert migrate(url + "&application_name=it's%20%C3%A9", code).code_loaded
    assert not migrate(empty_database + " application_name='it\\'s é'", code).code_loaded
    for key, value in parts.items():
        monkeypatch.setenv("PGDATABASE" if key == "dbname" else f"PG{key.upper()}", value)
    assert not migrate("", code).code_loaded
    assert not migrate("postgresql://", code).code_loaded


def test_a_database_with_an_unknown_migration_is_refused(empty_database: str, ship: Ship) -> None:
    migrate(empty_database, ship({"migrations/0003_newer.sql": "select 1;"}, release="2.0.0"))
    older = ship({"migrations/0003_newer.sql": None}, release="1.0.0")
    for action in (migrate, status):
        with pytest.raises(MisfitError, match="the database is newer than this code") as failure:
            action(empty_database, older)
        assert "0003_newer" in failure.value.detail
        assert failure.value.hint == "install UTL 2.0.0 or later"


def test_a_database_of_a_newer_release_is_refused(empty_database: str, ship: Ship) -> None:
    migrate(empty_database, ship({}, release="1.10.0"))
    with pytest.raises(MisfitError, match="newer"):
        migrate(empty_database, ship({}, release="1.9.1"))


def test_an_edited_migration_is_refused_and_named(empty_database: str, ship: Ship) -> None:
    migrate(empty_database, ship({}))
    edited = ship({"migrations/0002_fills.sql": FILLS + "-- harmless?", "sql/prices.sql": PRICES})
    with pytest.raises(MisfitError, match="applied migrations were edited: 0002_fills"):
        migrate(empty_database, edited)
    assert ask(empty_database, "select to_regclass('utl.prices') is null") is True
    restored = ship({"migrations/0002_fills.sql": FILLS.replace("\n", "\r\n")})
    assert migrate(empty_database, restored) == Report([], True)


@pytest.mark.parametrize(
    ("name", "text"),
    [("0003_late.sql", "-- transactional: false\nselect 1;"), ("0003_late.py", "steps = []")],
)
def test_a_migration_that_could_be_left_half_done_is_refused(
    ship: Ship, name: str, text: str
) -> None:
    with pytest.raises(MigrateError, match=f"{name} cannot be applied and marked in one"):
        ship({f"migrations/{name}": text})


def test_a_migration_that_depends_on_nothing_known_is_refused(ship: Ship) -> None:
    with pytest.raises(MigrateError, match=r"0003_late\.sql: Could not resolve dependencies"):
        ship({"migrations/0003_late.sql": "-- depends: 0002_nowhere\nselect 1;"})


def test_it_waits_for_writers(empty_database: str, ship: Ship) -> None:
    migrate(empty_database, ship({}))
    code = ship({"migrations/0003_column.sql": "alter table utl.fills add column fee numeric;"})
    with lock_held(empty_database, "lock table utl.fills", for_seconds=4):  # one attempt takes 3
        assert migrate(empty_database, code).applied == ["0003_column"]


def test_it_gives_up_on_a_table_that_stays_locked_and_says_so(
    empty_database: str, ship: Ship, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "ATTEMPTS_MAX", 1)
    migrate(empty_database, ship({}))
    code = ship({"sql/trigger.sql": "drop view if exists utl.v; alter table utl.fills add a int;"})
    with (
        lock_held(empty_database, "lock table utl.fills", for_seconds=60),
        pytest.raises(MigrateError, match="tables were in use at each of 1 attempts"),
    ):
        migrate(empty_database, code)
    assert migrate(empty_database, code).code_loaded


def test_a_deadlock_is_tried_again() -> None:
    attempts: list[int] = []

    def work() -> None:
        attempts.append(1)
        if len(attempts) == 1:
            raise errors.DeadlockDetected

    migrations._patiently(work)
    assert len(attempts) == 2


def test_it_says_when_another_migrate_does_not_end(
    empty_database: str, ship: Ship, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "LOCK_PATIENCE", "100ms")
    with (
        lock_held(empty_database, migrations.LOCK, for_seconds=60),
        pytest.raises(MigrateError, match="another `utl migrate` has been at work for 100ms"),
    ):
        migrate(empty_database, ship({}))


def test_the_command_line_says_what_it_did_and_what_there_is_to_do(empty_database: str) -> None:
    before = utl(empty_database, "migrate", "--status")
    assert before.returncode == 1
    assert before.stdout.startswith("pending 0001_schemas\n")
    assert before.stdout.endswith("sql/    stale\n")
    done = utl(empty_database, "migrate")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("applied 0001_schemas\n")
    assert "sql/    loaded, release " in done.stdout
    again = utl(empty_database, "migrate")
    assert (again.returncode, again.stdout.split(",")[0]) == (0, "sql/    unchanged")
    anyway = utl(empty_database, "migrate", "--reload")
    assert (anyway.returncode, anyway.stdout.split(",")[0]) == (0, "sql/    loaded")
    after = utl(empty_database, "migrate", "--status")
    assert (after.returncode, after.stdout.splitlines()[-1]) == (0, "sql/    current")


def test_a_refusal_and_a_missing_server_have_exit_codes_of_their_own(empty_database: str) -> None:
    utl(empty_database, "migrate")
    execute(empty_database, "update utl_private.migration_digests set digest = 'other'")
    for arguments in (["migrate"], ["migrate", "--status"]):
        refused = utl(empty_database, *arguments)
        assert refused.returncode == 3
        assert refused.stderr.startswith("utl: applied migrations were edited: 0001_schemas")
    nowhere = utl("host=/nowhere", "migrate")
    assert (nowhere.returncode, nowhere.stdout) == (4, "")
    assert "HINT:  see `utl server status`" in nowhere.stderr


def ask(conninfo: str, query: str) -> object:
    with connect(conninfo) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def execute(conninfo: str, statement: str) -> None:
    with connect(conninfo) as connection:
        connection.execute(statement.encode())


@contextmanager
def lock_held(conninfo: str, statement: str, *, for_seconds: float) -> Iterator[None]:
    """Hold in a session of its own what `statement` locks, for that long at most."""
    with psycopg.connect(conninfo) as connection:
        connection.execute(statement.encode())
        release = threading.Timer(for_seconds, connection.close)
        release.start()
        try:
            yield
        finally:
            release.cancel()
            release.join()
            connection.close()


def utl(conninfo: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "utl.cli", *arguments],
        env={**os.environ, "DATABASE_URL": conninfo},
        capture_output=True,
        text=True,
        check=False,
    )
