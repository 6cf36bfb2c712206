"""Read a CSV file of fills into the ledger: `utl ingest FILE`.

The file is UTF-8, with values between commas and a header. Columns, in any order:

    instrument       symbol in ccxt's form: BTC/USDT, BTC/USDT:USDT
    side             buy or sell
    quantity         in the base asset, or in contracts; positive
    price            in the quote asset
    executed_at      2026-01-31T12:00:00.123Z: ISO 8601 with its zone, or Unix milliseconds
    venue_fill_id    the venue's identity of this execution, unique within the account
    book, account    optional where --book and --account are given
    fee, fee_asset   optional; positive was paid, negative is a rebate
    sequence         optional: the venue's own order within one time, such as its trade number
    liquidity        optional: maker or taker
    venue_order_id   optional

Blanks around a value do not count, an empty value is none, and empty lines are passed over. A bad
row never stops the good ones. The file is read in blocks of about 10,000 lines, each a transaction
of its own, so that memory stays the same however long the file is. A block of plain lines goes to
the server as it is. Only a block with commas, quotes or line breaks inside quotes, or with bytes
that are not text, is taken apart here.
"""

import codecs
import csv
import gzip
import re
import sys
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.table import Table

from utl.ledger import Defaults, Ledger, Outcome, Row
from utl.settings import UtlError

BLOCK_BYTES = 1 << 20
LINE_BYTES_MAX = 1 << 20
RECORD_LINES_MAX = 100  # of a quoted value with line breaks in it
SHOWN_MAX = 20
OPEN_QUOTE = "unexpected end of data"  # as csv says it
HEAD_BYTES = 1000  # what is kept of a line that is too long

# The server takes quotes off a value, but does not look for commas, breaks and quotes within.
PLAIN_LINE = re.compile(rb'(?:(?:[^",]*|"[^",]*")(?:,|$))*+')

REQUIRED = ("instrument", "side", "quantity", "price", "executed_at", "venue_fill_id")
OPTIONAL = ("book", "account", "fee", "fee_asset", "sequence", "liquidity", "venue_order_id")

# What the whole file stands on; each raises 22U01 or 22023 for a name that is not there.
REQUIRE_BOOK = "select utl.book_id(%(book)s)"
REQUIRE_ACCOUNT = "select utl.account_id(%(account)s)"
REQUIRE_TIMEZONE = "select now() at time zone %(timezone)s"

OUTCOMES = {
    "booked": "booked",
    "duplicate": "duplicates",
    "conflict": "conflicts",
    "rejected": "rejected",
}

RECORD_LINES = """
    with outcomes as materialized (
        select line, outcome, fill_id, sqlstate, reason
        from utl.record_fill_lines(
            %(lines)s, %(columns)s, first_line => %(first_line)s, source => %(source)s,
            book => %(book)s, account => %(account)s, timezone => %(timezone)s,
            create_unknown => %(create)s, venue => %(venue)s
        )
    )

    select 0, outcome, count(*), null, null from outcomes group by outcome
    union all
    (
        select line, outcome, fill_id, sqlstate, reason
        from outcomes where outcome in ('conflict', 'rejected') order by line limit %(shown_max)s
    )
"""

Report = Callable[[int], None]


class FileError(UtlError):
    """A file that cannot be read as fills; nothing of it was recorded."""


@dataclass
class Summary:
    """What became of a file: how many rows came to what, and the first that need attention."""

    counts: Counter[str] = field(default_factory=Counter)
    shown: list[Outcome] = field(default_factory=list)
    is_cut_off: bool = False  # whether the last line lacks its end

    @property
    def needs_attention(self) -> bool:
        """Whether any row was rejected or contradicts a fill that is there."""
        return bool(self.counts["rejected"] or self.counts["conflict"])

    def add(self, outcomes: list[Outcome]) -> None:
        """Count rows, and keep those to show as long as there is room."""
        for row in outcomes:
            self.counts[row.outcome] += 1
            if row.outcome in ("conflict", "rejected") and len(self.shown) < SHOWN_MAX:
                self.shown.append(row)


@dataclass(frozen=True)
class Block:
    """Whole lines, with the number of the first; or the beginning of one that is too long."""

    first_line: int
    lines: bytes
    is_last: bool = False
    is_too_long: bool = False


def command(path: Path, defaults: Defaults, console: Console) -> Summary:
    """Record a file and show how it goes, and what came of it."""
    size = path.stat().st_size if str(path) != "-" else None
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    more = (TransferSpeedColumn(), TimeRemainingColumn())
    with (
        Ledger() as ledger,
        Progress(
            *columns, *more, console=console, transient=True, disable=not console.is_terminal
        ) as bar,
    ):
        _require_defaults(ledger, defaults)
        task = bar.add_task(path.name, total=size)
        summary = ingest(ledger, path, defaults, lambda read: bar.update(task, completed=read))
    show(summary, console)
    return summary


def ingest(
    ledger: Ledger, path: Path, defaults: Defaults, progress: Report | None = None
) -> Summary:
    """Record the fills of a CSV file (`-`: of standard input; `.gz`: compressed).

    `progress` is called with the number of bytes read so far, of the file as it is stored. Raises
    FileError if the file is no CSV file of fills. Reading a file again books nothing.
    """
    summary = Summary()
    with _opened(path) as (file, position):
        reader = _Reader(file)
        columns = _columns(reader.header(), defaults)
        for block in reader.blocks():
            if block.is_too_long:
                problem = f"line is longer than {LINE_BYTES_MAX} bytes"
                rows = [_unreadable(block.first_line, block.lines, problem)]
                summary.add(ledger.send_rows(rows, defaults))
            elif (text := _plain(block.lines)) is not None:
                _send_lines(ledger, text, block.first_line, columns, defaults, summary)
            else:
                rows, rest = _parse(block, columns)
                reader.give_back(rest)
                summary.add(ledger.send_rows(rows, defaults))
            if progress:
                progress(position())
        summary.is_cut_off = reader.is_cut_off
    return summary


def _require_defaults(ledger: Ledger, defaults: Defaults) -> None:
    """Refuse a misspelt option before it rejects every row."""
    if defaults.book is not None:
        ledger.query(REQUIRE_BOOK, asdict(defaults))
    if defaults.account is not None and not defaults.create:
        ledger.query(REQUIRE_ACCOUNT, asdict(defaults))
    if defaults.timezone is not None:
        ledger.query(REQUIRE_TIMEZONE, asdict(defaults))


def show(summary: Summary, console: Console) -> None:
    """Print the counts, the first rows that need attention, and where the others are."""
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for name in ("read", *OUTCOMES.values()):
        table.add_column(name, justify="right")
    counts = [summary.counts[outcome] for outcome in OUTCOMES]
    table.add_row(*(f"{count:,}" for count in (sum(counts), *counts)))
    console.print(table)
    if summary.is_cut_off:
        console.print("The last line has no end: if it was cut off, its values may be wrong.")
    for row in summary.shown:
        text = f"line {row.line}: {row.outcome}: {row.reason} ({row.sqlstate})"
        console.print(text, markup=False, highlight=False, soft_wrap=True)
    hidden = summary.counts["conflict"] + summary.counts["rejected"] - len(summary.shown)
    if hidden:
        console.print(f"… and {hidden:,} more")
    if summary.counts["rejected"]:
        console.print("All rejected rows are kept: `utl rejected list`, `utl rejected retry`")
    if summary.counts["conflict"]:
        console.print("All conflicts are kept: `table utl.fill_conflicts`")


def _send_lines(
    ledger: Ledger,
    lines: str,
    first_line: int,
    columns: list[str],
    defaults: Defaults,
    summary: Summary,
) -> None:
    """Record plain lines. The server counts them: only those to show come back."""
    parameters = {"lines": lines, "first_line": first_line, "columns": columns}
    for row in ledger.query(
        RECORD_LINES, {**parameters, **asdict(defaults), "shown_max": SHOWN_MAX}
    ):
        found = Outcome(*row)
        if found.line == 0:
            summary.counts[found.outcome] += found.fill_id or 0
        elif len(summary.shown) < SHOWN_MAX:
            summary.shown.append(found)


class _Reader:
    """Cuts a file into its header and blocks of whole lines."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._buffer = b""
        self._line = 1
        self.is_cut_off = False

    def header(self) -> bytes:
        """Return the first line that is not empty, without a byte order mark."""
        self._buffer = self._file.read(BLOCK_BYTES).removeprefix(codecs.BOM_UTF8)
        while self._buffer:
            header, _, self._buffer = self._buffer.partition(b"\n")
            self._line += 1
            if header.strip():
                return header
        return b""

    def blocks(self) -> Iterator[Block]:
        """Return the rest of the file; a last line without its end is a line too."""
        while True:
            chunk = self._file.read(BLOCK_BYTES)
            self._buffer += chunk
            if not self._buffer:
                return
            end = self._buffer.rfind(b"\n") + 1
            if not chunk:
                self.is_cut_off = end < len(self._buffer)
                end = len(self._buffer)
            if end:
                yield self._cut(end, is_last=not chunk)
            elif len(self._buffer) > LINE_BYTES_MAX:
                yield Block(self._line, self._buffer[:HEAD_BYTES], is_too_long=True)
                self._skip_line()

    def give_back(self, lines: bytes) -> None:
        """Take back the end of the last block: it will be the beginning of the next."""
        self._buffer = lines + self._buffer
        self._line -= lines.count(b"\n")

    def _cut(self, end: int, *, is_last: bool) -> Block:
        block = Block(self._line, self._buffer[:end], is_last)
        self._line += block.lines.count(b"\n")
        self._buffer = self._buffer[end:]
        return block

    def _skip_line(self) -> None:
        self._buffer = b""
        while chunk := self._file.read(BLOCK_BYTES):
            _, end, self._buffer = chunk.partition(b"\n")
            if end:
                break
        self._line += 1


def _columns(header: bytes, defaults: Defaults) -> list[str]:
    """Read the header; refuse one with a column that is missing, unknown or there twice."""
    hint = f"the first line names the columns: {','.join(REQUIRED)}; and, where there are such,"
    hint += f" {', '.join(OPTIONAL)}; see `utl ingest --help`"
    if not header:
        raise FileError("the file is empty", hint=hint)
    columns = [name.strip().lower() for name in _header_names(header)]
    required = [*REQUIRED]
    required += [name for name in ("book", "account") if getattr(defaults, name) is None]
    problems = {
        "missing": [name for name in required if name not in columns],
        "unknown": [name for name in columns if name not in (*REQUIRED, *OPTIONAL)],
        "there twice": [name for name, count in Counter(columns).items() if count > 1],
    }
    if any(problems.values()):
        found = (f"{what}: {', '.join(names)}" for what, names in problems.items() if names)
        if len(columns) == 1:
            hint = f"values stand between commas; {hint}"
        elif {"book", "account"} & set(problems["missing"]):
            hint = f"--book and --account say them for the whole file; {hint}"
        raise FileError("the header is not that of fills", detail="; ".join(found), hint=hint)
    return columns


def _header_names(header: bytes) -> list[str]:
    problem: object = "a NUL byte"
    if b"\0" not in header:
        try:
            return next(csv.reader([header.decode().strip()]))
        except (UnicodeDecodeError, csv.Error) as error:
            problem = error
    raise FileError(
        "the file is not text in UTF-8",
        detail=f"its first line: {header[:60]!r}: {problem}",
        hint="convert it: iconv -f LATIN1 -t UTF-8, or -f UTF-16",
    )


def _plain(lines: bytes) -> str | None:
    """Return lines as text if they can go to the server as they are, None if not."""
    if b"\r" in lines:
        lines = lines.replace(b"\r\n", b"\n").removesuffix(b"\r")
    if b"\0" in lines or b"\r" in lines:
        return None
    if b'"' in lines and not all(PLAIN_LINE.fullmatch(line) for line in lines.split(b"\n")):
        return None
    try:
        return lines.decode()
    except UnicodeDecodeError:
        return None


def _parse(block: Block, columns: list[str]) -> tuple[list[Row], bytes]:
    """Take a block apart, and return the lines at its end that may go on in the next one."""
    lines = block.lines.removesuffix(b"\n").split(b"\n")
    rows: list[Row] = []
    at = 0
    while at < len(lines):
        values, count, problem = _record(lines, at, len(columns))
        if problem and not block.is_last and 0 < len(lines) - at < RECORD_LINES_MAX and at:
            return rows, b"\n".join(lines[at:]) + b"\n"
        raw = b"\n".join(lines[at : at + count]).removesuffix(b"\r")
        if problem:
            rows.append(_unreadable(block.first_line + at, raw, problem))
        elif values:
            row = dict(zip(columns, values, strict=True))
            rows.append({**row, "line": block.first_line + at, "raw": raw.decode()})
        at += count
    return rows, b""


def _record(lines: list[bytes], at: int, width: int) -> tuple[list[str], int, str]:
    """Read the record that begins at a line: its values, how many lines it has, its problem.

    A quote that is not closed would swallow the good lines after it. So a record of several lines
    has to have the right number of values; if there is none, the first line alone is bad.
    """
    problem = ""
    parts: list[str] = []
    for line in lines[at : at + RECORD_LINES_MAX]:
        try:
            parts.append(line.removesuffix(b"\r").decode())
        except UnicodeDecodeError:
            return [], 1, problem or "not UTF-8"
        if b"\0" in line:
            return [], 1, problem or "a NUL byte"
        try:
            values = next(csv.reader(parts, strict=True), [])
        except csv.Error as error:
            problem = problem or str(error).replace(OPEN_QUOTE, "a quote is not closed")
        else:
            if len(values) == width or not values:
                return values, len(parts), ""
            problem = problem or f"{len(values)} values in a line of {width} columns"
        if len(parts) == 1 and line.count(b'"') % 2 == 0:
            break
        parts[-1] += "\n"
    return [], 1, problem


def _unreadable(line: int, raw: bytes, problem: str) -> Row:
    text = raw.decode(errors="backslashreplace").replace("\0", "\\x00")
    return {"line": line, "raw": text, "problem": problem}


@contextmanager
def _opened(path: Path) -> Iterator[tuple[BinaryIO, Callable[[], int]]]:
    """Open a file, and give a function that says how much of it is read."""
    if str(path) == "-":
        yield sys.stdin.buffer, lambda: 0
        return
    with path.open("rb") as stored:
        if path.suffix != ".gz":
            yield stored, stored.tell
            return
        try:
            with gzip.open(stored) as file:
                yield cast(BinaryIO, file), stored.tell
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise FileError(f"{path.name} cannot be unpacked", detail=str(error)) from error
