"""Record fills from Python: `Ledger(dsn).record_fills(rows)`.

Rows carry names, not ids, under the keys of `utl.record_fills` in SQL, which does all the work: it
reads and checks the rows, books the new ones and keeps the rejected ones. This module cuts rows
into batches, each a transaction of its own, and sends a batch again when the server went away, or
two sessions stood in each other's way. That is safe at any time: a fill is known by its account and
venue_fill_id, so what is there already is a duplicate and books nothing.
"""

import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, LiteralString, NamedTuple, Protocol, Self, cast

import psycopg
from psycopg import errors

from utl import server

if TYPE_CHECKING:
    import pandas as pd

BATCH_ROWS = 10_000
ATTEMPTS_MAX = 7
RAW_CHARS_MAX = 10_000  # of what is kept of a row that is no mapping
RETRY_AFTER_S = 0.1  # doubled at each attempt: all in all, six seconds

RECORD_FILLS = """
    select line, outcome, fill_id, sqlstate, reason
    from utl.record_fills(
        %(fills)s, source => %(source)s, book => %(book)s, account => %(account)s,
        timezone => %(timezone)s, create_unknown => %(create)s, venue => %(venue)s
    )
"""

Row = Mapping[str, object]


class ArrowStream(Protocol):
    """What Arrow tables, polars frames and others have in common."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Export the rows as a stream of Arrow batches."""


class Outcome(NamedTuple):
    """What became of a row: booked, duplicate, conflict or rejected; the last two with a reason.

    `fill_id` is that of the fill in the ledger, whether this row or an earlier one brought it.
    """

    line: int
    outcome: str
    fill_id: int | None
    sqlstate: str | None
    reason: str | None


@dataclass(frozen=True)
class Defaults:
    """What rows do not say themselves.

    `book` and `account` stand in where a row has none, `timezone` where a time has none. `source`
    says where the rows come from. `create` adds instruments, fee assets and accounts that are not
    known; the accounts at `venue`, or at what stands before the first : or - in their name.
    """

    book: str | None = None
    account: str | None = None
    source: str | None = None
    timezone: str | None = None
    create: bool = False
    venue: str | None = None


@dataclass(frozen=True)
class Recorded:
    """The outcome of every row, in the order of the rows."""

    outcomes: list[Outcome] = field(default_factory=list)

    def count(self, outcome: str) -> int:
        """How many rows came to this: booked, duplicate, conflict or rejected."""
        return Counter(row.outcome for row in self.outcomes)[outcome]


class Ledger:
    """A connection to a ledger, made when it is first needed and made again when it breaks.

    `dsn` is a URL or a key=value string; without it, the server is found as the `utl` command
    finds it. Not to be shared between threads.
    """

    def __init__(self, dsn: str | None = None) -> None:
        self._dsn = dsn
        self._connection: psycopg.Connection | None = None
        self._is_rehearsing = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; the next call would open another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def record_fills(
        self,
        fills: "Iterable[Row] | pd.DataFrame | ArrowStream",
        book: str | None = None,
        account: str | None = None,
        *,
        source: str | None = None,
        timezone: str | None = None,
        create: bool = False,
        venue: str | None = None,
    ) -> Recorded:
        """Record fills from mappings, a DataFrame, or an Arrow table, and say what became of each.

        Keys or columns are those of `utl.record_fills`: book, account, instrument, venue_fill_id,
        side, quantity, price, executed_at, and optional fee, fee_asset, sequence, liquidity and
        venue_order_id. Numbers may be Decimal, int, float or str; a time is a datetime with its
        zone, an ISO 8601 text, or Unix milliseconds. The arguments are those of `Defaults`.

        A bad row, even one that is no mapping, never stops the good ones: it is rejected, with the
        reason, and kept in utl.rejected_fills. Each 10,000 rows are one transaction; `fills` may be
        endless for all that memory cares, but for the outcomes. Raises psycopg.Error when the
        server stays away.
        """
        defaults = Defaults(book, account, source, timezone, create, venue)
        outcomes: list[Outcome] = []
        for batch in _batches(fills):
            outcomes += self.send_rows(batch, defaults, len(outcomes) + 1)
        return Recorded(outcomes)

    def send_rows(
        self, rows: Sequence[Row], defaults: Defaults, first_line: int = 1
    ) -> list[Outcome]:
        """Record one batch of rows, in one transaction; a row without "line" gets its number."""
        found = self.query(
            RECORD_FILLS,
            {
                "fills": written(_numbered(row, line) for line, row in enumerate(rows, first_line)),
                "source": defaults.source,
                "book": defaults.book,
                "account": defaults.account,
                "timezone": defaults.timezone,
                "create": defaults.create,
                "venue": defaults.venue,
            },
        )
        return [Outcome(*row) for row in found]

    def query(
        self, statement: LiteralString, parameters: Mapping[str, object] | None = None
    ) -> list[tuple[Any, ...]]:
        """Run one statement as a transaction; again, if that may help. It must be idempotent."""
        if self._is_rehearsing:
            with self._connected().transaction():
                return self._connected().execute(statement, parameters).fetchall()
        for attempt in range(1, ATTEMPTS_MAX + 1):
            try:
                return self._connected().execute(statement, parameters).fetchall()
            except psycopg.OperationalError as error:
                if attempt == ATTEMPTS_MAX or not is_passing(error):
                    raise
                time.sleep(RETRY_AFTER_S * 2 ** (attempt - 1))
        raise AssertionError

    @contextmanager
    def rehearsal(self) -> Iterator[None]:
        """Take back all that is done meanwhile, as one transaction, however it ends.

        Nothing is sent again. The positions that would change are locked until the end.
        """
        self._is_rehearsing = True
        try:
            with self._connected().transaction(force_rollback=True):
                yield
        finally:
            self._is_rehearsing = False

    def _connected(self) -> psycopg.Connection:
        if self._connection is None or self._connection.broken:
            # The time zone is for what the server prints: rows say their own.
            self._connection = psycopg.connect(
                self._dsn or server.url(), autocommit=True, application_name="utl ledger"
            )
        return self._connection


def is_passing(error: psycopg.OperationalError) -> bool:
    """Whether the same statement may succeed in a moment: the server restarts, or a lock is held.

    A server that cannot be reached at all has given no SQLSTATE.
    """
    return error.sqlstate is None or isinstance(
        error,
        errors.SerializationFailure
        | errors.DeadlockDetected
        | errors.LockNotAvailable
        | errors.AdminShutdown
        | errors.CrashShutdown
        | errors.CannotConnectNow,
    )


def _batches(fills: "Iterable[Row] | pd.DataFrame | ArrowStream") -> Iterator[Sequence[Row]]:
    if hasattr(fills, "iloc"):
        yield from _frame_batches(cast("pd.DataFrame", fills))
    elif hasattr(fills, "__arrow_c_stream__"):
        yield from _arrow_batches(cast(ArrowStream, fills))
    elif isinstance(fills, str | bytes | Mapping):
        raise TypeError(f"fills are rows, many of them, and no {type(fills).__name__}")
    else:
        rows = iter(fills)
        while batch := list(islice(rows, BATCH_ROWS)):
            yield batch


def _numbered(row: object, line: int) -> Row:
    """Say at which line a row stands, if it does not itself; and if it is none, that."""
    if isinstance(row, Mapping):
        return {"line": line, **row}
    kind = type(row).__name__
    return {"line": line, "raw": repr(row)[:RAW_CHARS_MAX], "problem": f"not a mapping: {kind}"}


def _frame_batches(frame: "pd.DataFrame") -> Iterator[Sequence[Row]]:
    if not frame.columns.is_unique:
        twice = sorted({str(name) for name in frame.columns[frame.columns.duplicated()]})
        raise ValueError(f"columns of the DataFrame are there twice: {', '.join(twice)}")
    for first in range(0, len(frame), BATCH_ROWS):
        part = frame.iloc[first : first + BATCH_ROWS].astype(object)
        # pandas has NaN for "no value".
        yield cast(list[Row], part.where(part.notna(), None).to_dict("records"))


def _arrow_batches(stream: ArrowStream) -> Iterator[Sequence[Row]]:
    import pyarrow as pa

    reader = pa.RecordBatchReader.from_stream(stream)
    # Python's datetime has microseconds, as PostgreSQL has.
    types = [
        pa.timestamp("us", found.type.tz) if pa.types.is_timestamp(found.type) else found.type
        for found in reader.schema
    ]
    schema = pa.schema(list(zip(reader.schema.names, types, strict=True)))
    for batch in reader:
        for first in range(0, batch.num_rows, BATCH_ROWS):
            part = pa.Table.from_batches([batch.slice(first, BATCH_ROWS)])
            yield part.cast(schema, safe=False).to_pylist()


def written(rows: Iterable[Row]) -> str:
    """Write rows as JSON that PostgreSQL can read: its text has no NUL and no lone surrogate."""
    values = [{key: text_of(found) for key, found in row.items()} for row in rows]
    text = json.dumps(values, ensure_ascii=False)
    if "\\u0000" in text or not is_utf8(text):
        text = json.dumps([_without_rubbish(row) for row in values], ensure_ascii=False)
    return text


def _without_rubbish(row: dict[str, str]) -> dict[str, str]:
    """Leave a row as it is if it is text, and say so if not."""
    if is_utf8("".join(row.values())) and not any("\0" in found for found in row.values()):
        return row
    raw = json.dumps(row).replace("\\u", "\\\\u")
    return {"line": row["line"], "raw": raw, "problem": "a character that is not text"}


def is_utf8(text: str) -> bool:
    """Whether a text can be written as UTF-8: JSON may say half a character."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def float_text(number: float) -> str:
    """Write the shortest text that means the same float, also of numpy's.

    A whole one has no fraction: pandas makes floats of whole numbers where one is missing.
    """
    return float.__repr__(number).removesuffix(".0")


def text_of(value: object) -> str:
    """Write a value as the ledger reads it; nothing is the empty text."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, float):
        return float_text(value)
    return str(value)
