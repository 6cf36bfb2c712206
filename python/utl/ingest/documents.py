"""What exchanges send and export, cut into rows: JSON of any envelope, JSON lines, or CSV.

A row is one object of a list, wherever in the response or message the list is, or one record of a
CSV file, whose header may stand below a few lines about the account. What is broken becomes a row
with a problem: nothing is left out. Arrays and lines are read one by one; a response is read whole.
"""

import codecs
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import BinaryIO, cast

from utl.ingest.adapter import FileError, Problem
from utl.ingest.figures import shortly
from utl.ingest.jsontext import DECODER, JsonText
from utl.ingest.lines import LINE_BYTES_MAX, Lines
from utl.ingest.records import csv_header, next_csv_record

HEAD_BYTES = LINE_BYTES_MAX
PREAMBLE_LINES_MAX = 20  # of who and when, before the header of some exports
KNOWN_COLUMNS_MIN = 3  # by which a header is known
RAW_MAX = 10_000  # characters that are kept of a row
DEPTH_MAX = 5  # of envelopes around rows

# Where venues put their rows. What else an envelope says of them (the category of Bybit's) is kept.
LISTS = (
    "result", "data", "list", "trades", "fills", "ledger", "logs", "rows", "events", "orders",
    "payload",
)  # fmt: skip
LISTED = frozenset(LISTS)
OF_ALL_ROWS = ("category", "exchange")


@dataclass(frozen=True)
class Part:
    """One row of an input: what it says, or why it cannot be read."""

    line: int
    raw: str
    fields: Mapping[str, object] | None = None
    problem: str = ""


def parts_of(source: BinaryIO, columns: Mapping[str, str]) -> Iterator[Part]:
    """Cut an input into its rows; `columns` says what the columns of a CSV file are called here."""
    head, whole = _opened(source)
    begin = head.lstrip()[:1]
    if begin not in (b"[", b"{"):
        yield from _csv_parts(Lines(whole), columns)
    elif _is_by_line(head):
        yield from _line_parts(Lines(whole))
    elif begin == b"[":
        yield from _array_parts(Lines(whole))
    else:
        yield from _response_parts(whole)


def parts_in(found: object, line: int = 1, raw: str = "") -> Iterator[Part]:
    """Cut what is in memory already: the objects in a response, a message, or lists of them."""
    yield from _rows_in(found, line, raw, {}, 0)


def numbered(parts: Iterable[Part]) -> Iterator[Part]:
    """Say of each row which of equal ones it is."""
    equal: Counter[int] = Counter()
    for part in parts:
        if part.fields is None:
            yield part
            continue
        key = hash(part.raw)
        equal[key] += 1
        yield replace(part, fields={**part.fields, "ordinal": equal[key]})


def loads(document: str) -> object:
    """Read JSON; figures stay text. Raises ValueError for anything that is not JSON."""
    return DECODER.decode(document)


def _opened(source: BinaryIO) -> tuple[bytes, BinaryIO]:
    """Look at the beginning."""
    head = source.read(HEAD_BYTES)
    whole = cast(BinaryIO, io.BufferedReader(_Chained(head, source)))
    return head.removeprefix(codecs.BOM_UTF8), whole


class _Chained(io.RawIOBase):
    """A file of which the beginning was read before."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head = head
        self._rest = rest

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: object) -> int:
        """Read up to as many bytes as fit."""
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        found = self._head[: len(view)] or self._rest.read(len(view))
        self._head = self._head[len(view) :]
        view[: len(found)] = found
        return len(found)


def _is_by_line(head: bytes) -> bool:
    """Whether the first line is JSON by itself, and no array of which it is all."""
    first, _, rest = head.lstrip().partition(b"\n")
    try:
        found = loads(first.decode())
    except (ValueError, RecursionError):
        # A first line that is broken has others like it below; a document goes on in the second.
        return first.rstrip().endswith((b"}", b"]")) and rest.lstrip()[:1] in (b"{", b"[")
    return bool(rest.strip()) or isinstance(found, dict) or _is_message(found)


def _is_message(found: object) -> bool:
    """Kraken's messages are arrays: a list of rows, the channel, its count."""
    if not isinstance(found, list) or len(found) not in (2, 3):
        return False
    is_counted = len(found) == 2 or (isinstance(found[2], dict) and "sequence" in found[2])
    return isinstance(found[0], list) and isinstance(found[1], str) and is_counted


def _line_parts(lines: Lines) -> Iterator[Part]:
    while line := lines.next():
        if line.problem or not line.text.strip():
            if line.problem:
                yield Part(line.number, _kept(line.text), problem=line.problem)
            continue
        yield from _text_parts(line.text, line.number)


def _text_parts(text: str, line: int) -> Iterator[Part]:
    try:
        found = loads(text)
    except (ValueError, RecursionError) as error:
        yield Part(line, _kept(text), problem=f"not JSON: {error}")
    else:
        yield from parts_in(found, line, text)


def _response_parts(whole: BinaryIO) -> Iterator[Part]:
    """A response of several lines; where it is none, each line for itself."""
    data = whole.read().removeprefix(codecs.BOM_UTF8)
    try:
        found = loads(data.decode())
    except (ValueError, RecursionError):
        yield from _line_parts(Lines(io.BytesIO(data)))
        return
    for number, part in enumerate(parts_in(found), 1):
        # The rows of a response have no lines to speak of: the first is 1.
        yield Part(number, part.raw, part.fields, part.problem)


def _array_parts(lines: Lines) -> Iterator[Part]:
    """The rows of an array, which may be lists of them: pages."""
    text = JsonText(lines)
    try:
        for line, raw, found in text.elements():
            yield from parts_in(found, line, raw)
    except Problem as error:
        problem = f"the file is damaged from here on: {error}"
        yield Part(text.line, _kept(text.head()), problem=problem)


def _rows_in(
    found: object, line: int, raw: str, common: Mapping[str, object], depth: int
) -> Iterator[Part]:
    """Find the rows in an envelope; a mapping from ids to rows is as good as a list."""
    if isinstance(found, list) and depth < DEPTH_MAX:
        for part in found[:1] if _is_message(found) else found:
            yield from _rows_in(part, line, "", common, depth + 1)
        return
    if not isinstance(found, Mapping) or depth >= DEPTH_MAX:
        yield Part(line, _written(found), problem=f"not a JSON object: {shortly(found)}")
        return
    common = {**common, **{name: found[name] for name in OF_ALL_ROWS if name in found}}
    inner = _inner(found)
    if inner is None:
        yield Part(line, _kept(raw) or _written(found), fields={**common, **found})
    else:
        yield from _rows_in(inner, line, "", common, depth + 1)


def _inner(found: Mapping[str, object]) -> object:
    """What is in the envelope; None if it is a row itself."""
    params = found.get("params")
    if isinstance(params, Mapping) and "data" in params:
        return params  # of JSON-RPC's subscriptions
    for name in () if LISTED.isdisjoint(found) else LISTS:
        inner = found.get(name)
        if isinstance(inner, list) or (isinstance(inner, Mapping) and name in LISTS[:2]):
            return inner
        if isinstance(inner, Mapping) and all(isinstance(row, Mapping) for row in inner.values()):
            return [{"id": key, **row} for key, row in inner.items()]
    if all(isinstance(row, Mapping) for row in found.values()) and _are_ids(list(found)):
        return [{"id": key, **row} for key, row in found.items() if isinstance(row, Mapping)]
    return None


def _are_ids(keys: list[str]) -> bool:
    """Whether the keys are ids of Kraken's, TBP7O6-PNXI-CONU."""
    of_kraken = r"[A-Z0-9]{5,7}(?:-[A-Z0-9]{4,6}){1,2}"
    return bool(keys) and all(re.fullmatch(of_kraken, key) for key in keys)


def _written(found: object) -> str:
    return _kept(json.dumps(found, default=str, ensure_ascii=False))


def _kept(raw: str) -> str:
    """What is kept of a row: text that PostgreSQL can store."""
    kept = raw[:RAW_MAX].replace("\0", "\\x00")
    return kept.encode("utf-8", "backslashreplace").decode()


def plain_name(column: str) -> str:
    """The name of a column without blanks, punctuation and capitals: Date(UTC) is dateutc."""
    return re.sub(r"[^a-z0-9]", "", column.lower())


def _csv_parts(lines: Lines, columns: Mapping[str, str]) -> Iterator[Part]:
    names, mark = _header(lines, columns)
    while record := next_csv_record(lines, names, mark):
        if record.problem is not None:
            yield Part(record.line, _kept(record.raw), problem=record.problem)
        else:
            yield Part(record.line, _kept(record.raw), record.fields)


def _header(lines: Lines, columns: Mapping[str, str]) -> tuple[list[str], str]:
    """Find the line that names columns; FileError if there is none."""
    for _ in range(PREAMBLE_LINES_MAX):
        line = lines.next()
        if line is None:
            break
        try:
            names, mark = csv_header(line.text)
        except FileError:
            continue
        plain = [plain_name(name) for name in names]
        if len({name for name in plain if name in columns}) < KNOWN_COLUMNS_MIN:
            continue
        called = [columns.get(name, name) for name in plain]
        if twice := [name for name, count in Counter(called).items() if name and count > 1]:
            raise FileError("two columns mean the same", detail=f"{twice[0]}: {line.text[:200]}")
        return called, mark
    raise FileError(
        "the file is neither JSON nor has it a header that this format knows",
        hint=f"it knows, among others, {', '.join(sorted(columns)[:8])}" if columns else "",
    )
