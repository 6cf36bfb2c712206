"""Tables of facts as Parquet files: every digit and every microsecond, in memory that is bounded.

Numbers of any precision are text, times are microseconds in UTC. What is in a file is what COPY
gives and takes: CSV, which Arrow reads and writes.
"""

import io
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import psycopg
from psycopg import sql

from utl.settings import UtlError

if TYPE_CHECKING:
    import pyarrow as pa
    from _typeshed import WriteableBuffer

BLOCK_BYTES = 4 * 2**20  # of CSV: a row group, of some 40,000 fills
READ_ROWS = 20_000

# How a type is asked for, and as which Arrow type it is read.
MICROSECONDS = "(extract(epoch from {}) * 1000000)::bigint"
PLAIN = {"bigint": "int64", "integer": "int32", "text": "string", "numeric": "string"}
TIMESTAMP = "timestamp with time zone"

COLUMNS = """
    select a.attname, format_type(a.atttypid, null)
    from pg_catalog.pg_attribute as a
    where a.attrelid = %s::regclass and a.attnum > 0 and not a.attisdropped
    order by a.attnum
"""


def require_folder(folder: Path) -> None:
    """Make a folder for files, unless it is there. Raises UtlError if none can be written there."""
    _arrow()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise UtlError(f"files cannot be written to {folder}", detail=str(error)) from error


def write(
    connection: psycopg.Connection[Any],
    table: sql.Identifier,
    path: Path,
    labels: Mapping[str, str],
) -> None:
    """Write a table to a file, which is there whole, and on the disk, or not at all."""
    pa = _arrow()
    from pyarrow import csv, parquet

    types = dict(connection.execute(COLUMNS, [table.as_string(connection)]).fetchall())
    schema = pa.schema(
        [(name, _arrow_type(kind)) for name, kind in types.items()], metadata=dict(labels)
    )
    asked = [_asked(name, kind) for name, kind in types.items()]
    query = sql.SQL("copy (select {} from {}) to stdout (format csv)").format(
        sql.SQL(", ").join(asked), table
    )
    as_read = {
        name: pa.int64() if kind == TIMESTAMP else _arrow_type(kind) for name, kind in types.items()
    }
    convert = csv.ConvertOptions(
        column_types=as_read,
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
    )
    with (
        connection.cursor().copy(query) as copy,
        _whole(path) as part,
        parquet.ParquetWriter(part, schema, compression="zstd") as writer,
    ):
        stream = io.BufferedReader(_CopyReader(copy), BLOCK_BYTES)
        if not stream.peek(1):  # Arrow takes no empty file
            return
        batches = csv.open_csv(
            cast(Any, stream),
            csv.ReadOptions(column_names=list(types), block_size=BLOCK_BYTES),
            csv.ParseOptions(newlines_in_values=True),
            convert,
        )
        for batch in batches:
            writer.write_table(pa.Table.from_batches([batch]).cast(schema))


def read(connection: psycopg.Connection[Any], path: Path, table: sql.Identifier) -> None:
    """Copy what a file says into a table. Raises UtlError if it cannot be read."""
    pa = _arrow()
    from pyarrow import csv, parquet

    options = csv.WriteOptions(include_header=False)
    try:
        with parquet.ParquetFile(path) as file:
            names = file.schema_arrow.names
            query = sql.SQL("copy {} ({}) from stdin (format csv)").format(
                table, sql.SQL(", ").join(map(sql.Identifier, names))
            )
            with connection.cursor().copy(query) as copy:
                for batch in file.iter_batches(READ_ROWS):
                    lines = pa.BufferOutputStream()
                    csv.write_csv(batch, lines, options)
                    copy.write(lines.getvalue().to_pybytes())
    except (
        OSError,
        pa.ArrowException,
        psycopg.DataError,
        psycopg.IntegrityError,
        psycopg.ProgrammingError,
    ) as error:
        raise UtlError(
            f"the file cannot be read: {path}",
            detail=str(error).strip(),
            hint="it was altered or damaged, or is another one: take another copy of it",
        ) from error


class _CopyReader(io.RawIOBase):
    """What COPY gives, as a file."""

    def __init__(self, copy: psycopg.Copy) -> None:
        self._copy = copy
        self._left = memoryview(b"")

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """Fill as much of a buffer as the next row fills."""
        if not self._left:
            self._left = memoryview(self._copy.read())
        target = memoryview(buffer).cast("B")
        count = min(len(target), len(self._left))
        target[:count] = self._left[:count]
        self._left = self._left[count:]
        return count


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """Give a name to write to; then the file gets its own, when it is on the disk."""
    part = path.with_name(f"{path.name}.part")
    try:
        yield part
        with part.open("rb+") as written:
            os.fsync(written.fileno())
        part.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    finally:
        with suppress(FileNotFoundError):
            part.unlink()


def _asked(name: str, kind: str) -> sql.Composable:
    column = sql.Identifier(name)
    return sql.SQL(MICROSECONDS).format(column) if kind == TIMESTAMP else column


def _arrow_type(kind: str) -> "pa.DataType":
    arrow = _arrow()
    found = arrow.timestamp("us", "UTC") if kind == TIMESTAMP else getattr(arrow, PLAIN[kind])()
    return cast("pa.DataType", found)


def _arrow() -> Any:
    try:
        import pyarrow
    except ModuleNotFoundError as error:
        raise UtlError("Parquet files need pyarrow", hint="pip install 'utl[arrow]'") from error
    return pyarrow
