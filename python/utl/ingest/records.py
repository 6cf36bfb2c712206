"""Cutting files into records: CSV lines and JSON objects, each with its line and its text.

What is broken costs only its own record, as far as can be told where the next one begins. Memory
stays the same however long the file is.
"""

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, BinaryIO, NamedTuple

from utl.ingest.adapter import Fact, FileError, Problem, Row
from utl.ingest.fields import plain_text
from utl.ingest.jsontext import DECODER, JsonText
from utl.ingest.lines import Line, Lines

RECORD_LINES_MAX = 100  # of a quoted value with line breaks in it
OPEN_QUOTE = "unexpected end of data"  # as csv says it


class Record(NamedTuple):
    """One record of a file under its own names, or why it cannot be read."""

    line: int
    raw: str
    fields: Mapping[str, Any]
    problem: str | None = None


@dataclass(frozen=True)
class Ignored:
    """What a converter returns for a record that says nothing a ledger books, and why."""

    reason: str


Said = Mapping[str, object] | Iterable[Mapping[str, object]] | Ignored
Convert = Callable[[Mapping[str, Any]], Said]


def rows(records: Iterable[Record], convert: Convert) -> Iterator[Row]:
    """Turn records into rows by a function that gives the facts of one record's fields.

    What the function raises is the row's problem; that of a missing field is said in words. In the
    facts, None and empty text are left out, and numbers and times become text.
    """
    for record in records:
        yield row(record, convert)


def row(record: Record, convert: Convert) -> Row:
    """Turn one record into a row: see `rows`."""
    line, raw, fields, problem = record
    if problem is not None:
        return Row(line, raw, problem=problem)
    try:
        said = convert(fields)
        if isinstance(said, Ignored):
            return Row(line, raw, ignored=said.reason, fields=fields)
        found = (said,) if isinstance(said, Mapping) else said
        facts = tuple(_fact(fact) for fact in found)
    except Problem as error:
        return Row(line, raw, problem=str(error), fields=fields)
    except KeyError as error:
        return Row(line, raw, problem=f"there is no field {error}", fields=fields)
    except Exception as error:  # noqa: BLE001  # a converter's fault costs only the row
        problem = f"{type(error).__name__}: {error}"
        return Row(line, raw, problem=problem, fields=fields)
    if not facts:
        return Row(line, raw, problem="the adapter found no fact in it", fields=fields)
    return Row(line, raw, facts, fields=fields)


def csv_records(
    source: BinaryIO, *, delimiter: str = "", skip: int = 0, encoding: str = "utf-8"
) -> Iterator[Record]:
    """Read a CSV file with a header, as spreadsheets and venues write it.

    `delimiter` is found in the header if it is not given: a comma, semicolon, tab or bar. `skip`
    lines before the header are passed over, and so are empty lines. Names and values have no
    blanks around them. A name that is in the header twice is only known by its place: "name#2".
    """
    lines = Lines(source, encoding)
    names, mark = csv_header(lines.header(skip), delimiter)
    while record := next_csv_record(lines, names, mark):
        yield record


def csv_header(header: str, delimiter: str = "") -> tuple[list[str], str]:
    """Return the names in a header, and the delimiter between them."""
    mark = delimiter or max(",;\t|", key=header.count)
    try:
        names = [name.strip() for name in next(csv.reader([header], delimiter=mark))]
    except csv.Error as error:
        detail = f"{header[:60]!r}: {error}"
        hint = "if its lines end in CR alone: tr '\\r' '\\n'" if "\r" in header else ""
        raise FileError("the header cannot be read", detail=detail, hint=hint) from error
    seen: Counter[str] = Counter()
    for place, name in enumerate(names):
        seen[name] += 1
        if seen[name] > 1:
            names[place] = f"{name}#{seen[name]}"
    return names, mark


def next_csv_record(lines: Lines, names: list[str], mark: str) -> Record | None:
    """Read the next record that is not empty; None at the end."""
    while line := lines.next():
        if line.problem:
            return Record(line.number, line.text, {}, line.problem)
        if line.text.strip(" "):
            return _csv_record(lines, line, names, mark)
    return None


def json_records(source: BinaryIO, path: Sequence[str] = ()) -> Iterator[Record]:
    """Read JSON: an object a line, or an array of objects, also one inside a response.

    `path` leads to the array, as ("result", "list"). Numbers are text, digit for digit.
    """
    lines = Lines(source)
    if path or lines.peek() == b"[":
        yield from _array_records(lines, path)
        return
    while line := lines.next():
        if line.problem:
            yield Record(line.number, line.text, {}, line.problem)
        elif line.text.strip(" "):
            yield _object_record(line.number, line.text)


def _array_records(lines: Lines, path: Sequence[str]) -> Iterator[Record]:
    text = JsonText(lines)
    try:
        for element in text.elements(path):
            line, raw, found = element
            problem = None if isinstance(found, dict) else f"not a JSON object: {raw[:60]}"
            yield Record(line, raw, found if isinstance(found, dict) else {}, problem)
    except Problem as error:
        yield Record(text.line, text.head(), {}, f"the file is damaged from here on: {error}")


def _object_record(line: int, raw: str) -> Record:
    try:
        found = DECODER.decode(raw)
    except (ValueError, RecursionError) as error:
        return Record(line, raw, {}, f"not JSON: {error}")
    if not isinstance(found, dict):
        return Record(line, raw, {}, f"not a JSON object: {raw[:60]}")
    return Record(line, raw, found)


def _csv_record(lines: Lines, first: Line, names: list[str], mark: str) -> Record:
    """Read the record that begins at a line.

    A quote that is not closed would swallow the good lines after it. So a record of several lines
    has to have the right number of values; if there is none, the first line alone is bad.
    """
    if '"' not in first.text:
        found = first.text.split(mark)
        if len(found) != len(names):
            problem = f"{len(found)} values in a line of {len(names)} columns"
            return Record(first.number, first.text, {}, problem)
        return Record(first.number, first.text, dict(zip(names, map(_bare, found))))  # noqa: B905
    taken = [first]
    problem = ""
    while True:
        text = "\n".join(line.text for line in taken)
        values, flaw = _csv_values(text, mark)
        if not flaw and len(values) == len(names):
            named = dict(zip(names, map(_bare, values), strict=True))
            return Record(first.number, text, named)
        problem = problem or flaw or f"{len(values)} values in a line of {len(names)} columns"
        may_go_on = first.text.count('"') % 2 and len(taken) < RECORD_LINES_MAX
        following = lines.next() if may_go_on else None
        if following is None or following.problem:
            lines.give_back([*taken[1:], *([following] if following else [])])
            return Record(first.number, first.text, {}, problem)
        taken.append(following)


def _bare(cell: str) -> str:
    """Take off the blanks that do not count, which are those that the server takes off."""
    return cell.strip(" ")


def _csv_values(text: str, mark: str) -> tuple[list[str], str]:
    try:
        lines = (f"{line}\n" for line in text.split("\n"))
        return next(csv.reader(lines, delimiter=mark, strict=True)), ""
    except csv.Error as error:
        return [], str(error).replace(OPEN_QUOTE, "a quote is not closed")


def _fact(said: Mapping[str, object]) -> Fact:
    """Write a fact as text, without what is None or empty."""
    return {
        key: found if isinstance(found, str) else _written(found)
        for key, found in said.items()
        if found is not None and found != ""
    }


def _written(found: object) -> str:
    if isinstance(found, Decimal):
        return format(found, "f")
    if isinstance(found, datetime):
        return found.isoformat()
    return plain_text(found)
