"""STYLE.md as tests, as far as files can tell; pgtap/00_house_style.sql asks the catalogue."""

import re
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from tests.database import ROOT
from utl.cli import app

SQL = ROOT / "sql"
FUNCTION_LINES_MAX = 70
LONGER_FUNCTIONS = {
    # A binary heap that is worked on in place: PL/pgSQL copies an array that it hands on.
    "fold_ranked_lots": 110,
    # Likewise a queue, and a stack.
    "fold_lots": 74,
    # One statement writes all that the fold gives: another one a fill costs more than it tidies.
    "book_legs": 115,
    # The transition table is not to be seen in a function that it calls.
    "book_fills": 87,
}
LINE_LENGTH_MAX = 100
SQL_FILES = sorted(SQL.rglob("*.sql"))
MIGRATIONS = sorted((ROOT / "migrations").glob("*.sql"))
STAGES = sorted(folder for folder in SQL.iterdir() if folder.is_dir() and folder.name != "adr")

CREATED = re.compile(
    r"^create (?:or replace )?(function|view|procedure|aggregate) (utl|utl_private)\.(\w+)",
    re.MULTILINE,
)
FUNCTION = re.compile(
    r"^create or replace function (?:utl|utl_private)\.(\w+).*?"
    r"(?:^(\$\w*\$);$|^return .*?;$|^end;$)",
    re.MULTILINE | re.DOTALL,
)
# Files that make no object of their own: what they are for.
WITHOUT_OBJECT = {
    "00_retired": "drops",
    "01_schemas": "comments on schemas",
    "fills": "comments on a table of migrations/",
    "corrections": "comments on a table of migrations/",
    "prices": "comments on a table of migrations/",
    "fact_rates": "comments on a table of migrations/",
    "transactions": "comments on a table of migrations/",
    "venue_statements": "comments on a table of migrations/",
    "transaction_corrections": "comments on a table of migrations/",
    "90_grants": "roles",
    "95_partitions": "calls add_partitions",
    "96_former_releases": "fills in and drops",
}


def _name(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("file", SQL_FILES, ids=_name)
def test_a_file_makes_one_object_and_has_its_name(file: Path) -> None:
    names = [name for _, _, name in CREATED.findall(file.read_text())]
    assert names == ([] if file.stem in WITHOUT_OBJECT else [file.stem])


def test_files_without_an_object_are_still_there() -> None:
    stems = {file.stem for file in SQL_FILES}
    assert set(WITHOUT_OBJECT) - stems <= {"00_retired"}


def test_every_object_has_a_file(connection: psycopg.Connection) -> None:
    objects = connection.execute(
        """
        select n.nspname || '.' || o.name
        from (
            select p.proname as name, p.pronamespace as schema from pg_catalog.pg_proc as p
            union all
            select c.relname, c.relnamespace from pg_catalog.pg_class as c where c.relkind = 'v'
        ) as o
        inner join pg_catalog.pg_namespace as n on o.schema = n.oid
        where n.nspname in ('utl', 'utl_private')
        """
    ).fetchall()
    in_files = {
        f"{schema}.{name}"
        for file in SQL_FILES
        for _, schema, name in CREATED.findall(file.read_text())
    }
    assert {name for (name,) in objects} == in_files


@pytest.mark.parametrize("file", SQL_FILES, ids=_name)
def test_functions_have_at_most_70_lines(file: Path) -> None:
    for function in FUNCTION.finditer(file.read_text()):
        lines = function[0].count("\n") + 1
        lines_max = LONGER_FUNCTIONS.get(function[1], FUNCTION_LINES_MAX)
        assert lines <= lines_max, f"{function[1]} has {lines} lines"


def test_every_function_is_measured() -> None:
    text = "\n".join(file.read_text() for file in SQL_FILES)
    made = [name for kind, _, name in CREATED.findall(text) if kind == "function"]
    measured = [
        function[1] for file in SQL_FILES for function in FUNCTION.finditer(file.read_text())
    ]
    assert measured == made


@pytest.mark.parametrize("file", [*SQL_FILES, *MIGRATIONS], ids=_name)
def test_lines_have_at_most_100_characters(file: Path) -> None:
    long = [
        f"{number}: {len(line)}"
        for number, line in enumerate(file.read_text().splitlines(), 1)
        if len(line) > LINE_LENGTH_MAX
    ]
    assert not long


@pytest.mark.parametrize("file", [*SQL_FILES, *MIGRATIONS], ids=_name)
def test_files_end_with_one_newline_and_lines_without_blanks(file: Path) -> None:
    text = file.read_text()
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert not re.search(r"[ \t]+$|\t", text, re.MULTILINE)


@pytest.mark.parametrize("file", SQL_FILES, ids=_name)
def test_what_a_file_makes_it_also_describes(file: Path) -> None:
    text = file.read_text()
    for kind, schema, name in CREATED.findall(text):
        assert re.search(rf"^comment on {kind} {schema}\.{name}\b", text, re.MULTILINE)


@pytest.mark.parametrize("stage", STAGES, ids=_name)
def test_the_first_file_of_a_stage_opens_with_a_paragraph(stage: Path) -> None:
    first = sorted(stage.glob("*.sql"))[0]
    assert re.match(r"-- [A-Z](?:.*\n-- ?)+\S", first.read_text())


@pytest.mark.parametrize("file", MIGRATIONS, ids=_name)
def test_a_migration_opens_with_a_comment(file: Path) -> None:
    lines = [line for line in file.read_text().splitlines() if not line.startswith("-- depends:")]
    assert lines[0].startswith("-- ")


def test_every_error_code_is_listed() -> None:
    listed = set(re.findall(r"^\| (\w{5}) \|", (SQL / "README.md").read_text(), re.MULTILINE))
    used = {
        code
        for file in SQL_FILES
        for code in re.findall(r"'((?:22|23|55)U\d\d)'", file.read_text())
    }
    assert used
    assert used <= listed
    assert {code for code in listed if code[2] == "U"} <= used


def test_words_that_say_nothing_are_not_names() -> None:
    # Locals and aliases, which the catalogue does not know.
    nothing = re.compile(r"\b_?(?:data|info|tmp|temp|val|foo|obj|misc|proc)\d*\b")
    found = [
        f"{_name(file)}: {name}"
        for file in SQL_FILES
        for name in nothing.findall(_without_text(file.read_text()))
    ]
    assert not found


@pytest.mark.parametrize("file", SQL_FILES, ids=_name)
def test_keywords_are_in_lower_case(file: Path) -> None:
    upper = re.findall(
        r"\b(?:SELECT|FROM|WHERE|CREATE|FUNCTION|RETURNS|BEGIN|DECLARE|JOIN|ORDER BY|GROUP BY)\b",
        _without_text(file.read_text()),
    )
    assert not upper


@pytest.mark.parametrize("file", SQL_FILES, ids=_name)
def test_there_is_no_unfinished_work(file: Path) -> None:
    assert not re.search(r"\b(?:TODO|FIXME|XXX|HACK)\b", file.read_text())


def _without_text(script: str) -> str:
    """Return a script without its comments and string literals."""
    return re.sub(r"--.*$|'(?:[^']|'')*'", "", script, flags=re.MULTILINE)


@pytest.mark.parametrize("group", [[], ["server"], ["rejected"]])
def test_every_command_is_listed_with_a_whole_sentence(group: list[str]) -> None:
    told = CliRunner().invoke(app, [*group, "--help"], terminal_width=80).output
    listed = told.partition("Commands:\n")[2].splitlines()
    assert len(listed) > 2
    assert [line for line in listed if not line.endswith(".") or line.endswith("...")] == []


def test_help_says_the_defaults_that_a_program_finds_out() -> None:
    told = CliRunner().invoke(app, ["archive", "--help"], terminal_width=80).output
    assert "Where the files go [default: archive in UTL_HOME]." in told
