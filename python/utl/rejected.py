"""Show the rows that could not become fills, and send them through again: `utl rejected`."""

import csv
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import TextIO

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from utl.ingest.adapter import Row
from utl.ingest.booking import Booker
from utl.ingest.own import FILL_COLUMNS
from utl.ingest.parcels import PARCEL_ROWS, parcel
from utl.ledger import Defaults, Ledger
from utl.settings import UtlError

LIST = """
    select
        rejected_fill_id, source, line, sqlstate, reason, left(raw, 200),
        count(*) over ()
    from utl.rejected_fills
    where resolved_at is null and (%(source)s::text is null or source = %(source)s)
    order by rejected_fill_id
    limit %(limit)s
"""
EXPORT = """
    select
        reason, r.fact, coalesce(source, ''), line, raw, content
    from utl.rejected_fills as r
    where resolved_at is null and (%(source)s::text is null or source = %(source)s)
    order by rejected_fill_id
"""
RAW_CHARS_MAX = 1 << 28  # of one row, as it came
KEYS = ("reason", "fact", "source", "line", "raw")
RETRY = "select outcome from utl.retry_rejected_fills(%(source)s)"


def show(source: str | None, limit: int, console: Console) -> None:
    """Show rejected rows that are not resolved, of one source or all."""
    with Ledger() as ledger:
        rows = ledger.query(LIST, {"source": source, "limit": limit})
    if not rows:
        console.print("no rejected rows")
        return
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for heading in ("id", "source", "line", "code", "reason", "row"):
        table.add_column(heading, justify="right" if heading in ("id", "line") else "left")
    for number, place, line, sqlstate, reason, raw, _ in rows:
        cells = (str(number), place or "", str(line), sqlstate, reason, raw)
        table.add_row(*(Text(cell) for cell in cells))
    console.print(table)
    total = rows[0][-1]
    if total > len(rows):
        console.print(f"… and {total - len(rows):,} more: see --limit and utl.rejected_fills")


def retry(source: str | None, console: Console) -> int:
    """Send them through again; return how many are rejected still."""
    with Ledger() as ledger:
        counts = Counter(outcome for (outcome,) in ledger.query(RETRY, {"source": source}))
    _tell(counts, console)
    return counts["rejected"]


def export(source: str | None, file: Path, console: Console) -> None:
    """Write the rejected rows that are not resolved as CSV.

    What a row says can be mended there, or filled in where it could not be read; fact, source, line
    and raw say which row it is, and stay.
    """
    with Ledger() as ledger:
        rows = ledger.query(EXPORT, {"source": source})
    said = [content or {} for *_, content in rows]
    more = sorted({name for content in said for name in content} - set(FILL_COLUMNS))
    with ExitStack() as stack:
        target = sys.stdout
        if str(file) != "-":
            target = stack.enter_context(file.open("w", encoding="utf-8", newline=""))
        writer = csv.DictWriter(target, (*KEYS, *FILL_COLUMNS, *more), lineterminator="\n")
        writer.writeheader()
        for (*keys, _), content in zip(rows, said, strict=True):
            writer.writerow({**dict(zip(KEYS, keys, strict=True)), **content})
    told = f"{len(rows):,} rejected rows written; mend them, and then: utl rejected retry --file"
    console.print(f"{told} {file}", highlight=False, soft_wrap=True)


def retry_file(file: Path, source: str | None, console: Console) -> int:
    """Send mended rows through again; return how many are rejected still."""
    with Ledger() as ledger, file.open(encoding="utf-8-sig", newline="") as mended:
        rows = _exported(file, mended)
        wanted = (row for row in rows if source is None or row["source"] == source)
        bookers: list[Booker] = []
        for place, group in groupby(wanted, key=itemgetter("source")):
            bookers.append(Booker(ledger, Defaults(source=place)))
            while batch := list(islice(group, PARCEL_ROWS)):
                bookers[-1].book(parcel([_mended(row) for row in batch]))
    counts = sum((booker.summary.counts for booker in bookers), Counter[str]())
    _tell(counts, console)
    return counts["rejected"]


def _exported(file: Path, mended: TextIO) -> Iterator[dict[str, str]]:
    """Give the rows of a file that was exported; UtlError where it is none any more."""
    csv.field_size_limit(RAW_CHARS_MAX)
    rows = csv.DictReader(mended, strict=True)
    refused = f"{file} is not what `utl rejected export` writes"
    try:
        if missing := set(KEYS) - set(rows.fieldnames or ()):
            raise UtlError(refused, detail=f"missing: {', '.join(sorted(missing))}")
        for row in rows:
            if None in row or None in row.values():
                raise UtlError(refused, detail=f"line {rows.line_num} has other columns")
            yield row
    except (csv.Error, UnicodeDecodeError) as error:
        raise UtlError(refused, detail=f"after line {rows.line_num}: {error}") from error


def _mended(row: dict[str, str]) -> Row:
    """Read an exported row; what it says now is the fact, what it said is its text."""
    said = {name: text for name, text in row.items() if name not in KEYS and text}
    if row["fact"] == "statement":
        said["kind"] = "statement"
    if not row["line"].isdecimal():
        raise UtlError("line says which row it is, and stays", detail=f"line {row['line']!r}")
    return Row(int(row["line"]), row["raw"], (said,))


def _tell(counts: Counter[str], console: Console) -> None:
    names = {"booked": "booked", "duplicate": "duplicates", "conflict": "conflicts"}
    told = ", ".join(f"{counts[outcome]:,} {name}" for outcome, name in names.items())
    console.print(f"{told}, {counts['rejected']:,} rejected still", highlight=False)
