"""CSV files: of UTL's own columns, or of others by a mapping file.

A block of plain lines in UTL's columns goes to the server as it is. Only a block with commas,
quotes or line breaks inside quotes, or with bytes that are not text, is taken apart here, and a
file with semicolons or tabs instead of commas.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO

from utl.ingest.adapter import Block, FileError, Options, Row, adapter
from utl.ingest.lines import Lines
from utl.ingest.mapping import mapping_of
from utl.ingest.own import FILL_COLUMNS, OPTIONAL, REQUIRED, own, required
from utl.ingest.records import csv_header, csv_records, next_csv_record, row, rows

# The server takes quotes off a value, but does not look for commas, breaks and quotes within.
PLAIN_LINE = re.compile(rb'(?:(?:[^",]*|"[^",]*")(?:,|$))*+')
PLAIN_RAW = re.compile(r'(?:(?:[^",\r\n]*|"[^",\r\n]*")(?:,|$))*+')


@adapter("csv", kinds={"fill", "transaction", "statement"})
def read(source: BinaryIO, options: Options) -> Iterator[Row | Block]:
    """CSV of UTL's own columns, or of any others with --mapping."""
    mapping = mapping_of(options)
    if mapping is None:
        return _own(Lines(source), options)
    records = csv_records(
        source, delimiter=mapping.delimiter, skip=mapping.skip, encoding=mapping.encoding
    )
    return rows(mapping.check_first(records), mapping.facts)


def _own(lines: Lines, options: Options) -> Iterator[Row | Block]:
    columns, mark = _columns(lines.header(), options)
    is_by_row = options.by_row or mark != ","
    while True:
        block = None if is_by_row else lines.block()
        if block and (text := _plain(block[1])) is not None:
            yield Block(block[0], text, tuple(columns))
        elif block:
            last = lines.next_number - 1
            lines.take_apart(block)
            yield from _mixed(lines, columns, last)
        elif not is_by_row and (last := lines.last_given_back):
            yield from _mixed(lines, columns, last)
        elif record := next_csv_record(lines, columns, mark):
            yield row(record, own)
        else:
            return


def _mixed(lines: Lines, columns: list[str], last: int) -> Iterator[Row | Block]:
    """Take a block up to a line apart; together again, if all of it is plain but what is bad."""
    records = []
    while lines.next_number <= last and (record := next_csv_record(lines, columns, ",")):
        records.append(record)
    good = [record for record in records if record.problem is None]
    if not all(PLAIN_RAW.fullmatch(record.raw) for record in good):
        yield from rows(records, own)
        return
    yield from rows((record for record in records if record.problem is not None), own)
    if good:
        # Lines that are left out stay as empty ones, which count and are passed over.
        text = [""] * (good[-1].line - good[0].line + 1)
        for record in good:
            text[record.line - good[0].line] = record.raw
        yield Block(good[0].line, "\n".join(text), tuple(columns))


def _columns(header: str, options: Options) -> tuple[list[str], str]:
    """Read the header, and find what is between the columns.

    One with a column that is missing, unknown or there twice is refused.
    """
    hint = f"the first line names the columns: {','.join(REQUIRED)}; and, where there are such,"
    hint += f" {', '.join(OPTIONAL)}; see `utl ingest --help`"
    names, mark = csv_header(header)
    columns = [name.lower() for name in names]
    repeated = {name.partition("#")[0] for name in columns if "#" in name}
    problems = {
        "missing": [name for name in required(options) if name not in columns],
        "unknown": [name for name in columns if name.partition("#")[0] not in FILL_COLUMNS],
        "there twice": [name for name in Counter(columns) if name in repeated],
    }
    if any(problems.values()):
        found = (f"{what}: {', '.join(names)}" for what, names in problems.items() if names)
        if {"book", "account"} & set(problems["missing"]):
            hint = f"--book and --account say them for the whole file; {hint}"
        hint += "; a file with other columns needs a mapping: --mapping FILE.toml"
        raise FileError("the header is not that of fills", detail="; ".join(found), hint=hint)
    return columns, mark


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
