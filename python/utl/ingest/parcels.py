"""Rows on their way to the ledger: parcels of some 10,000, each booked by few statements.

Fills go as plain lines, as those of UTL's own CSV files do, with their line in the file and their
text: the server reads lines six times faster than JSON. A parcel with a value that no plain line
can hold (a comma, a quote) goes as JSON. What cannot be read goes as JSON too, to be kept as
rejected.
"""

import queue
import re
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from utl.ingest.adapter import Block, Fact, Row
from utl.ingest.own import FILL_COLUMNS
from utl.ledger import is_utf8

PARCEL_ROWS = 10_000
PARCEL_CHARS = 4 << 20

LINE_COLUMNS = (*FILL_COLUMNS, "line", "raw")
KNOWN_KEYS = frozenset((*FILL_COLUMNS, "kind"))
# As utl.record_fill_lines takes the text of a row that stands in a line of its own.
RAW_COMMA, RAW_BREAK = "\x1f", "\x1e"
UNPLAIN = re.compile('["\n\r\x1e\x1f]')


SAID_IN_LINES: Fact = {}


@dataclass
class Parcel:
    """Rows that are booked together; `fills` and the others name the row of each fact."""

    rows: list[Row]
    fills: list[tuple[int, Fact]]
    transactions: list[tuple[int, Fact]]
    statements: list[tuple[int, Fact]]
    lines: str | None = None  # of the fills, if they are plain
    has_contracts: bool = False  # whose quantity is to be counted as the registry counts

    @property
    def problems(self) -> list[Mapping[str, object]]:
        """The rows that cannot be read, as utl.record_fills takes them."""
        return [
            {"line": row.line, "raw": row.raw, "problem": row.problem}
            for row in self.rows
            if row.problem is not None
        ]


def parcels(items: Iterable[Row | Block]) -> Iterator[Parcel | Block]:
    """Put rows together, in their order; blocks stay what they are."""
    rows: list[Row] = []
    chars = 0
    for item in items:
        if isinstance(item, Block):
            if rows:
                yield parcel(rows)
                rows, chars = [], 0
            yield item
            continue
        rows.append(item)
        chars += len(item.raw)
        if len(rows) >= PARCEL_ROWS or chars >= PARCEL_CHARS:
            yield parcel(rows)
            rows, chars = [], 0
    if rows:
        yield parcel(rows)


def parcel(rows: list[Row]) -> Parcel:
    """Sort the facts of some rows by what they are."""
    packed = Parcel(rows, [], [], [])
    for place, row in enumerate(rows):
        for fact in row.facts:
            kind = fact.get("kind", "fill")
            packed.has_contracts |= "multiplier" in fact
            if kind == "fill":
                packed.fills.append((place, fact))
            elif kind == "statement":
                packed.statements.append((place, fact))
            else:
                packed.transactions.append((place, fact))
    if not packed.has_contracts:
        packed.lines = _lines(rows, packed.fills)
    if packed.lines is not None and not packed.transactions and not packed.statements:
        _forget(packed)
    return packed


def _forget(packed: Parcel) -> None:
    """Leave out what the lines say already: parcels that wait would fill the memory with it."""
    packed.rows = [
        row if row.problem is not None else Row(row.line, "", ignored=row.ignored)
        for row in packed.rows
    ]
    packed.fills = [(place, SAID_IN_LINES) for place, _ in packed.fills]


def json_fills(packed: Parcel) -> list[Mapping[str, object]]:
    """The fills as utl.record_fills takes them."""
    return [
        {
            **{key: found for key, found in fact.items() if key != "kind"},
            "line": packed.rows[place].line,
            "raw": packed.rows[place].raw,
        }
        for place, fact in packed.fills
    ]


def _lines(rows: Sequence[Row], fills: Sequence[tuple[int, Fact]]) -> str | None:
    """Write fills as plain lines, as LINE_COLUMNS says; None if one of them is not plain."""
    lines = []
    width = len(FILL_COLUMNS)
    for place, fact in fills:
        try:
            line = ",".join([fact.get(column, "") for column in FILL_COLUMNS])
        except TypeError:  # of an adapter that does not write figures as text
            return None
        if line.count(",") >= width or UNPLAIN.search(line) or not fact.keys() <= KNOWN_KEYS:
            return None
        number, raw = rows[place][:2]
        if RAW_COMMA in raw or RAW_BREAK in raw:
            return None
        raw = raw.replace(",", RAW_COMMA).replace("\n", RAW_BREAK)
        lines.append(f"{line},{number},{raw}")
    text = "\n".join(lines)
    return text if "\0" not in text and is_utf8(text) else None


T = TypeVar("T")
AHEAD_MAX = 2  # parcels that are ready while one is booked
STOP_CHECK_S = 0.1


@dataclass(frozen=True)
class _End:
    """What comes after the last item: the error that ended them, if one did."""

    error: BaseException | None = None


def ahead(
    items: Iterator[T], waiting: Callable[[], None] | None = None
) -> Generator[T, None, None]:
    """Give items that a thread makes ready beforehand, while the server books those before.

    `waiting` is called now and then while there is none.
    """
    ready: queue.Queue[T | _End] = queue.Queue(AHEAD_MAX)
    stopped = threading.Event()
    thread = threading.Thread(target=_make, args=(items, ready, stopped), name="utl reading")
    thread.start()
    try:
        while not isinstance(item := _get(ready, waiting), _End):
            yield item
        if item.error is not None:
            raise item.error
    finally:
        stopped.set()
        thread.join()


def _get(ready: "queue.Queue[T | _End]", waiting: Callable[[], None] | None) -> T | _End:
    while True:
        try:
            return ready.get(timeout=STOP_CHECK_S)
        except queue.Empty:
            if waiting:
                waiting()


def _make(items: Iterator[T], ready: "queue.Queue[T | _End]", stopped: threading.Event) -> None:
    """Put items into the queue until they end, or nobody wants them any more.

    What makes them is closed here: it may hold what only the thread may close that opened it.
    """
    end = _End()
    try:
        for item in items:
            if not _put(item, ready, stopped):
                break
        if isinstance(items, Generator):
            items.close()
    except BaseException as error:  # noqa: BLE001  # it is raised where the items are taken
        end = _End(error)
    _put(end, ready, stopped)


def _put(item: T | _End, ready: "queue.Queue[T | _End]", stopped: threading.Event) -> bool:
    while not stopped.is_set():
        try:
            ready.put(item, timeout=STOP_CHECK_S)
        except queue.Full:
            continue
        return True
    return False
