"""Putting a disordered file in order of time before it is booked.

A fill that comes late has its position folded again from its place on. That is cheap for a few
places, but a file in random order, or with the newest first, would fold every position again with
every parcel: a hundred times the work for a million rows. So once a sample of what comes goes back
and forth in time, or is older than what came before, the rest of the file is sorted by time, on
disk, and booked then. Rows of one time
stay in the order of the file. Which rows are booked does not depend on it, but for two that
contradict each other with different times: the earlier one is booked.
"""

import pickle
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, pairwise

from utl.ingest.adapter import Block, Options, Problem, Row
from utl.ingest.fields import EPOCH, zone_of

SAMPLE = 50  # times that are compared with those before
SAMPLE_EVERY = 100  # rows; of a block, as many as make a sample
WINDOW_ROWS = 10_000
TIMES = ("executed_at", "occurred_at", "as_of")
CACHE_KB = 16_000

CREATE = "create table spooled (at integer, line integer, columns blob, content blob)"
INSERT = "insert into spooled values (?, ?, ?, ?)"
SORTED = "select line, columns, content from spooled order by at, line"


@dataclass
class Course:
    """How far the sorting has come: rows that were put aside, and rows given back since."""

    sorted: int = 0
    given: int = 0


def in_order(
    items: Iterator[Row | Block], options: Options, course: Course | None = None
) -> Iterator[Row | Block]:
    """Give items as they come, as long as they come in order; then the rest by time.

    Rows with a problem, and those that are ignored, are given at once.
    """
    clock = Clock(options.timezone or "")
    pending: list[Row | Block] = []
    for item in items:
        pending.append(item)
        is_disorder = clock.judge(item)
        if is_disorder:
            yield from _sorted(chain(pending, items), clock, course or Course())
            return
        if is_disorder is not None:
            yield from pending
            pending = []
    yield from pending


class Clock:
    """Reads times, roughly, and notices when they go backwards."""

    def __init__(self, zone: str) -> None:
        try:
            self._zone = zone_of(zone or "UTC")
        except Problem:  # the server knows more names; it does not matter much here
            self._zone = UTC
        self._newest = 0
        self._sample: list[int] = []
        self._rows = 0

    def judge(self, item: Row | Block) -> bool | None:
        """Say whether a sample that ends with this item is in disorder; None within a sample.

        It is if a third of its times are older than those before, or most than the samples before.
        """
        if isinstance(item, Block):
            lines = item.lines.split("\n")
            place = item.columns.index("executed_at")
            self._sample += [
                self.cell(line, place) for line in lines[:: max(1, len(lines) // SAMPLE)]
            ]
        else:
            self._rows += 1
            if self._rows % SAMPLE_EVERY == 0:
                self._sample.append(self.row(item))
        if len(self._sample) < SAMPLE:
            return None
        times = [time for time in self._sample if time]
        self._sample = []
        backwards = sum(later < earlier for earlier, later in pairwise(times))
        older = sum(time < self._newest for time in times)
        self._newest = max([self._newest, *times])
        return backwards > len(times) / 3 or older > len(times) / 2

    def row(self, row: Row) -> int:
        """Return the time of what a row says; 0 if it says none."""
        fact = row.facts[0] if row.facts else {}
        return self.read(next((fact[name] for name in TIMES if name in fact), ""))

    def cell(self, line: str, place: int) -> int:
        """Return the time in a plain line; 0 if it cannot be read."""
        cells = line.split(",", place + 1)
        return self.read(cells[place].strip(' "')) if place < len(cells) else 0

    def read(self, text: object) -> int:
        """Return microseconds since 1970, as near as it takes to put rows in order."""
        try:
            if not isinstance(text, str):
                return 0
            if text.isdigit():
                return int(text[:18]) * 1000
            read = datetime.fromisoformat(text)
            if read.tzinfo is None:
                read = read.replace(tzinfo=self._zone)
            since = read - EPOCH
        except (ValueError, OverflowError):
            return 0
        return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _sorted(items: Iterable[Row | Block], clock: Clock, course: Course) -> Iterator[Row | Block]:
    """Put items into a file that the system removes, and give them by time."""
    with closing(sqlite3.connect("", isolation_level=None)) as spool:
        spool.execute(f"pragma cache_size = -{CACHE_KB}")
        spool.execute("pragma temp_store = file")
        spool.execute(CREATE)
        spool.execute("begin")
        for item in items:
            if isinstance(item, Block):
                course.sorted += spool.executemany(INSERT, _good_lines(item, clock)).rowcount
                yield from (row for row in _bad_lines(item) if row.raw)
            elif item.facts:
                content = pickle.dumps(item._replace(fields=None))
                spool.execute(INSERT, (clock.row(item), item.line, None, content))
                course.sorted += 1
            else:
                yield item
        yield from _by_time(spool, course)


def _good_lines(block: Block, clock: Clock) -> Iterator[tuple[int, int, str, str]]:
    place = block.columns.index("executed_at")
    columns, commas = ",".join(block.columns), len(block.columns) - 1
    for number, line in enumerate(block.lines.split("\n"), block.first_line):
        if line.count(",") == commas:
            yield clock.cell(line, place), number, columns, line


def _bad_lines(block: Block) -> Iterator[Row]:
    """Give the lines of another width: no line number could be put behind their values."""
    width = len(block.columns)
    for number, line in enumerate(block.lines.split("\n"), block.first_line):
        if line.count(",") != width - 1:
            problem = f"{line.count(',') + 1} values in a line of {width} columns"
            yield Row(number, line.strip(" ") and line, problem=problem)


def _by_time(spool: sqlite3.Connection, course: Course) -> Iterator[Row | Block]:
    """Give blocks of lines with their numbers, or rows: always in order, as of two that contradict
    each other the first is booked.
    """
    spooled = spool.execute(SORTED)
    while window := spooled.fetchmany(WINDOW_ROWS):
        course.given += len(window)
        columns = window[0][1]
        if columns is not None and all(found == columns for _, found, _ in window):
            lines = "\n".join(f"{line},{number}" for number, _, line in window)
            yield Block(1, lines, (*columns.split(","), "line"))
        else:
            yield from (_row(*spooled_row) for spooled_row in window)


def _row(number: int, columns: str | None, content: str | bytes) -> Row:
    if isinstance(content, bytes):
        row: Row = pickle.loads(content)  # noqa: S301  # we wrote it ourselves, a moment ago
        return row
    cells = (cell.strip(' "') for cell in content.split(","))
    fact = dict(zip((columns or "").split(","), cells, strict=True))
    return Row(number, content, (fact,))
