"""Read files of fills, transactions and statements into the ledger: `utl ingest FILE`.

An adapter turns the rows of a file into facts (adapter.py; one module each), which are booked in
parcels of about 10,000, each a transaction of its own, so that memory stays the same however long
the file is. A bad row never stops the good ones, and every row is accounted for: booked, duplicate,
conflict, rejected or ignored. Reading a file again books nothing.

A module of your own is an adapter in ten lines, with what is imported here; see the README.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO, cast

from utl.ingest.adapter import (
    Adapter,
    Fact,
    FileError,
    Options,
    Problem,
    Row,
    adapter,
    find,
)
from utl.ingest.booking import Booker, Summary, require_defaults, require_kinds
from utl.ingest.fields import choice, moment, negated, number
from utl.ingest.opening import opened
from utl.ingest.ordering import Course, in_order
from utl.ingest.parcels import ahead, parcel, parcels
from utl.ingest.records import Ignored, Record, csv_records, json_records, rows
from utl.ledger import Defaults, Ledger

__all__ = [
    "Adapter",
    "Fact",
    "FileError",
    "Form",
    "Ignored",
    "Options",
    "Problem",
    "Record",
    "Row",
    "Summary",
    "adapter",
    "choice",
    "csv_records",
    "explain",
    "ingest",
    "json_records",
    "moment",
    "negated",
    "number",
    "require_defaults",
    "rows",
]


@dataclass(frozen=True)
class Reached:
    """How far a file is read: bytes of it as it is stored; and rows that are booked by time.

    `sorted` is how many rows were put aside because the file is in disorder, `given` how many of
    them were booked since.
    """

    position: int
    sorted: int
    given: int


Report = Callable[[Reached], None]


@dataclass(frozen=True)
class Form:
    """How a file is read: by which adapter, and what the user says about it."""

    format: str = "csv"
    options: Options = field(default_factory=Options)

    def with_defaults(self, path: Path, defaults: Defaults) -> Options:
        """Return the options, with what stands in where rows do not say it."""
        return replace(
            self.options,
            book=defaults.book,
            account=defaults.account,
            venue=defaults.venue,
            timezone=defaults.timezone,
            file=path.name,
        )


def ingest(
    ledger: Ledger,
    path: Path,
    defaults: Defaults,
    form: Form | None = None,
    progress: Report | None = None,
) -> Summary:
    """Record the facts of a file (`-`: of standard input; `.gz`: packed); by default CSV of fills.

    `progress` is called now and then, with how far the file is read. Raises
    FileError if the file is not of its format, or no longer so at some point: what was booked until
    then stays. Within `ledger.rehearsal()` nothing is booked.
    """
    form = form or Form()
    reader = find(form.format)
    booker = Booker(ledger, defaults)
    with opened(path) as file:
        options = form.with_defaults(path, defaults)
        course = Course()

        def report() -> None:
            if progress:
                progress(Reached(file.position(), course.sorted, course.given))

        read = iter(reader.read(cast(BinaryIO, file), options))
        for item in ahead(parcels(in_order(read, options, course)), report):
            require_kinds(reader.kinds, item)
            booker.book(item)
            report()
        booker.summary.is_cut_off = form.format == "csv" and file.ends_in_line
    return booker.summary


def explain(
    ledger: Ledger, path: Path, defaults: Defaults, line: int, form: Form | None = None
) -> tuple[Row, Summary]:
    """Read the row that stands at a line, and say what would become of it; nothing is booked.

    Raises FileError if there is none.
    """
    form = form or Form()
    options = replace(form.with_defaults(path, defaults), by_row=True)
    found: Row | None = None
    with opened(path) as file:
        for row in find(form.format).read(cast(BinaryIO, file), options):
            if not isinstance(row, Row) or row.line > line:
                break
            if found is None or row.line > found.line:
                found = row
    if found is None or line > found.line + found.raw.count("\n"):
        raise FileError(f"no row stands at line {line} of {path.name}")
    booker = Booker(ledger, defaults)
    with ledger.rehearsal():
        booker.book(parcel([found]))
    return found, booker.summary
