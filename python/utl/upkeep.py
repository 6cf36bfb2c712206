"""Upkeep of partitions: `utl maintain`, and what the leading bridge does every few minutes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import class_row
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from utl.archive import Archive

MAINTAIN = "select task, partition, outcome, detail from utl.maintain(%s)"
ROWS_MAX = 200_000  # as utl.maintain has it


@dataclass(frozen=True)
class Step:
    """What utl.maintain did, or deferred, and why."""

    task: str
    partition: str | None
    outcome: str
    detail: str

    @property
    def calls_for_more(self) -> bool:
        """Whether there may be more of the kind: a call drains one partition."""
        return self.task == "drain" and self.outcome == "done"

    def __str__(self) -> str:
        return f"{self.task} {self.partition or ''}: {self.outcome}, {self.detail}"


def maintain(connection: psycopg.Connection[Any], rows_max: int = ROWS_MAX) -> Iterator[Step]:
    """Call utl.maintain until nothing is left to drain; the connection is in autocommit."""
    goes_on = True
    while goes_on:
        with connection.cursor(row_factory=class_row(Step)) as cursor:
            steps = cursor.execute(MAINTAIN, [rows_max]).fetchall()
        yield from steps
        goes_on = any(step.calls_for_more for step in steps)


def command(conninfo: str, rows_max: int, console: Console) -> None:
    """Do all upkeep that is due and show it."""
    table = _table("task", "partition", "outcome", "detail")
    with psycopg.connect(conninfo, autocommit=True, application_name="utl maintain") as connection:
        for step in maintain(connection, rows_max):
            table.add_row(step.task, step.partition, step.outcome, step.detail)
    console.print(table if table.row_count else "nothing is due")


def show_archives(archives: Iterable[Archive], console: Console) -> None:
    """Show months as they are archived or restored."""
    found = False
    for archived in archives:
        found = True
        what = f"{archived.state} {archived.facts} of {archived.month}"
        rows = "" if archived.rows is None else f": {archived.rows:,} rows"
        where = f", {archived.path}" if archived.path else ""
        console.print(f"{what}{rows}{where}", highlight=False, soft_wrap=True)
    if not found:
        console.print("no month is concerned")


def _table(*headings: str) -> Table:
    return Table(*headings, box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
