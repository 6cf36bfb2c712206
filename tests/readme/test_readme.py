"""What the README shows is what happens: its blocks are run, its names looked up."""

import os
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import psycopg
import pytest
import typer

from tests.database import ROOT
from tests.streaming import buy, make_book, wait_until
from utl import server
from utl.cli import app

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
PYTHON = [code for language, code in BLOCKS if language == "python"]
EXAMPLES = [(code, shown) for (language, code), (_, shown) in pairwise(BLOCKS) if language == "sql"]


def named(pattern: str) -> list[str]:
    return sorted(set(re.findall(pattern, README, re.MULTILINE)))


def printed_by_psql(conninfo: str, statement: str) -> str:
    command = [server.psql_program(), "-X", "-q", "-v", "ON_ERROR_STOP=1", conninfo]
    finished = subprocess.run(
        command,
        input=statement,
        env=os.environ | {"PGTZ": "UTC", "PGDATESTYLE": "ISO", "PAGER": ""},
        capture_output=True,
        text=True,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip("\n").splitlines()]


def test_each_sql_block_prints_what_stands_below_it(database: str) -> None:
    assert len(EXAMPLES) == 16
    for statement, shown in EXAMPLES:
        assert lines(printed_by_psql(database, statement)) == lines(shown)


def test_the_python_block_runs(database: str, tmp_path: Path) -> None:
    for statement, _ in EXAMPLES[:1]:
        printed_by_psql(database, statement)
    (code,) = [code for code in PYTHON if "record_fills" in code]

    finished = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=os.environ | {"DATABASE_URL": database},
        capture_output=True,
        text=True,
    )

    assert finished.returncode == 0, finished.stderr
    assert finished.stdout == "1 booked\n"


def test_the_alert_script_tells_of_positions_and_losses_beyond_their_limits(
    connection: psycopg.Connection, database: str, tmp_path: Path
) -> None:
    (code,) = [code for code in PYTHON if "utl.subscribe(" in code]
    make_book(connection, "mm-btc")
    environment = os.environ | {"DATABASE_URL": database, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, stdout=subprocess.PIPE
    ) as alerting:
        assert alerting.stdout is not None
        names = "select subscriber from utl.subscribers"
        wait_until(lambda: connection.execute(names).fetchall() == [("limits",)], "it subscribed")
        buy(connection, *"123456", book="mm-btc")
        told = alerting.stdout.readline().decode()
        alerting.kill()

    assert told == "mm-btc holds 6 BTC/USDT: over 5\n"


@pytest.mark.parametrize("target", named(r"(?:^|`)make ([a-z][a-z-]*)"))
def test_every_make_target_exists(target: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")

    assert re.search(rf"^{target}:", makefile, re.MULTILINE)


@pytest.mark.parametrize("words", named(r"(?:^|`)utl ((?:server )?[a-z]+)"))
def test_every_command_exists(words: str) -> None:
    known = typer.main.get_command(app)
    for word in words.split():
        assert isinstance(known, typer.core.TyperGroup)
        assert word in known.commands
        known = known.commands[word]


@pytest.mark.parametrize("target", named(r"\]\(([^)]+)\)"))
def test_every_link_leads_to_a_file(target: str) -> None:
    assert (ROOT / target).exists()
