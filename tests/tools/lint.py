"""Run every linter: one line each, and what it found.

usage: python -m tests.tools.lint
"""

import json
import os
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pglast import parse_sql
from pglast.parser import ParseError
from psycopg.conninfo import make_conninfo

from tests import database
from tests.database import ROOT
from utl import migrate, settings
from utl.settings import UtlError

BIN = Path(sys.executable).parent
SQL_FOLDERS = ("sql", "migrations", "tests")
SQLFLUFF_EXCLUSIONS = {  # besides those in pyproject.toml, which the command line would replace
    "migrations": "LT02",  # has no word for a column's constraint indented below its column
    "tests": "AL08,AM04",  # select * from finish(); rows of sample data repeat their functions
}

# Over the schema as loaded, so with every type known. Trigger functions are checked on each table
# that they serve.
PLPGSQL_CHECK = """
    select distinct
        format('%s:%s: ', functions.oid::regprocedure, problem.lineno)
        || concat_ws('; ', problem.message, problem.detail)
    from pg_catalog.pg_proc as functions
    join pg_catalog.pg_language as languages on languages.oid = functions.prolang
    left join pg_catalog.pg_trigger as triggers
        on triggers.tgfoid = functions.oid and triggers.tgparentid = 0
    cross join lateral plugin.plpgsql_check_function_tb(
        functions.oid,
        coalesce(triggers.tgrelid, 0),
        oldtable => triggers.tgoldtable,
        newtable => triggers.tgnewtable,
        security_warnings => true
    ) as problem
    where languages.lanname = 'plpgsql'
        and functions.pronamespace in ('utl'::regnamespace, 'utl_private'::regnamespace)
        and (functions.prorettype <> 'trigger'::regtype or triggers.oid is not null)
        -- What a cursor brings is not to be known; the variable that takes it has a type.
        and problem.message <> 'cannot determinate a result of dynamic SQL'
    order by 1
"""


def main() -> int:
    """Run the linters; return the exit status."""
    failed = 0
    for name, linter in LINTERS.items():
        started = time.monotonic()
        problems = linter()
        seconds = time.monotonic() - started
        verdict = f"{len(problems)} lines" if problems else "ok"
        print(f"{name:16}{verdict:>12}{seconds:8.1f} s", flush=True)
        for line in problems:
            print(f"    {line}", flush=True)
        failed += bool(problems)
    return 1 if failed else 0


def _command(*command: str) -> Callable[[], list[str]]:
    return lambda: _problems_of(*command)


def _problems_of(*command: str) -> list[str]:
    finished = subprocess.run(
        [BIN / command[0], *command[1:]],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    lines = [line for line in finished.stdout.splitlines() if line.strip()]
    return (lines or [f"{command[0]} failed"]) if finished.returncode else []


def _sqlfluff() -> list[str]:
    return [problem for folder in SQL_FOLDERS for problem in _sqlfluff_problems(folder)]


def _sqlfluff_problems(folder: str) -> list[str]:
    command = ["sqlfluff", "lint", "--disable-progress-bar", "--format=github-annotation", folder]
    if folder in SQLFLUFF_EXCLUSIONS:
        always = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["sqlfluff"]["core"]
        excluded = [*always["exclude_rules"], SQLFLUFF_EXCLUSIONS[folder]]
        command.append(f"--exclude-rules={','.join(excluded)}")
    lines = _problems_of(*command)
    try:
        problems = json.loads("".join(lines) or "[]")
    except ValueError:
        return lines
    return [f"{found['file']}:{found['start_line']}: {found['message']}" for found in problems]


def _squawk() -> list[str]:
    migrations = sorted(str(file.relative_to(ROOT)) for file in (ROOT / "migrations").glob("*.sql"))
    # `utl migrate` sets the time-outs; identifiers of reference data are few, and stored often.
    excluded = "require-lock-timeout,require-statement-timeout,prefer-bigint-over-int"
    options = ("--pg-version=15", "--assume-in-transaction", f"--exclude={excluded}")
    return _problems_of("squawk", "--reporter=gcc", *options, *migrations)


def _syntax() -> list[str]:
    files = sorted(file for folder in SQL_FOLDERS for file in (ROOT / folder).rglob("*.sql"))
    return [problem for file in files for problem in _syntax_problems(file)]


def _syntax_problems(file: Path) -> list[str]:
    """Parse a file with PostgreSQL's own parser.

    Bodies in PL/pgSQL are left to the server: pglast cannot parse those that use types of ours.
    """
    try:
        parse_sql(file.read_text())
    except ParseError as error:
        return [f"{file.relative_to(ROOT)}: {error}"]
    return []


def _plpgsql_check() -> list[str]:
    found = subprocess.run(
        ["tests/tools/plpgsql_check.sh"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    if found.returncode:
        return ["plpgsql_check is not to be had"]
    # The checker is of Debian's PostgreSQL, so that has to be the server.
    with (
        _environment(PG_BINDIR=found.stdout.strip()),
        database.running_server() as url,
        database.clone(url, "template0") as clone,
    ):
        try:
            migrate.migrate(make_conninfo(clone, options="-c plpgsql.extra_errors=all"))
        except UtlError as error:
            return str(error).splitlines()
        with database.connect(clone) as connection:
            connection.execute("create schema plugin")
            connection.execute("create extension plpgsql_check schema plugin")
            return [str(problem) for (problem,) in connection.execute(PLPGSQL_CHECK)]


@contextmanager
def _environment(**variables: str) -> Iterator[None]:
    """Set these variables, and unset those by which a server of the user's own is named."""
    before = dict(os.environ)
    for name in ("DATABASE_URL", *settings.SERVER_VARIABLES):
        os.environ.pop(name, None)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


LINTERS: dict[str, Callable[[], list[str]]] = {
    "sqlfluff": _sqlfluff,
    "pglast": _syntax,
    "plpgsql_check": _plpgsql_check,
    "squawk": _squawk,
    "ruff check": _command("ruff", "check", "--quiet", "--output-format=concise"),
    "ruff format": _command("ruff", "format", "--check", "--quiet"),
    "mypy": _command("mypy", "--no-error-summary"),
    "hadolint": _command("hadolint", "docker/Dockerfile"),
    "compose": _command(
        "check-jsonschema", "--builtin-schema", "vendor.compose-spec", "docker/compose.yml"
    ),
}

if __name__ == "__main__":
    sys.exit(main())
