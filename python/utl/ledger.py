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

        A bad row never stops the good ones: it is rejected, with the reason, and kept in
        utl.rejected_fills. Each 10,000 rows are one transaction; `fills` may be endless for all
        that memory cares, but for the outcomes. Raises psycopg.Error when the server stays away.
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
                "fills": _json(rows, first_line),
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
        for attempt in range(1, ATTEMPTS_MAX + 1):
            try:
                return self._connected().execute(statement, parameters).fetchall()
            except psycopg.OperationalError as error:
                if attempt == ATTEMPTS_MAX or not is_passing(error):
                    raise
                time.sleep(RETRY_AFTER_S * 2 ** (attempt - 1))
        raise AssertionError

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
    else:
        rows = iter(fills)
        while batch := list(islice(rows, BATCH_ROWS)):
            yield batch


def _frame_batches(frame: "pd.DataFrame") -> Iterator[Sequence[Row]]:
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


def _json(rows: Iterable[Row], first_line: int) -> str:
    written = (_json_row({"line": line, **row}) for line, row in enumerate(rows, first_line))
    return f"[{','.join(written)}]"


def _json_row(row: Row) -> str:
    """Write a row as JSON that PostgreSQL can read: its text has no NUL and no lone surrogate."""
    values = {key: _text(value) for key, value in row.items()}
    try:
        "".join(values.values()).encode()
        is_text = not any("\0" in value for value in values.values())
    except UnicodeEncodeError:
        is_text = False
    if not is_text:
        raw = json.dumps(values).replace("\\u", "\\\\u")
        values = {"line": values["line"], "raw": raw, "problem": "a character that is not text"}
    return json.dumps(values, ensure_ascii=False)


def _text(value: object) -> str:
    """Write a value as the ledger reads it; nothing is the empty text."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, float):
        return float.__repr__(value)  # of numpy's floats too: the shortest text that means the same
    return str(value)
