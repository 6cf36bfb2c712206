"""Parquet and Arrow files, which need the extra `arrow`."""

import io
import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from utl.ingest.adapter import FileError, Options, Row, adapter
from utl.ingest.mapping import mapping_of
from utl.ingest.own import own
from utl.ingest.records import Record, rows
from utl.ledger import float_text

if TYPE_CHECKING:
    import pyarrow as pa

BATCH_ROWS = 10_000
PARQUET, ARROW = b"PAR1", b"ARROW1"


@adapter("parquet", kinds={"fill", "transaction", "statement"})
def read(source: BinaryIO, options: Options) -> Iterator[Row]:
    """Parquet, or Arrow IPC as file (Feather) or stream; UTL's own columns, or with --mapping."""
    mapping = mapping_of(options)
    records = _records(source)
    if mapping is None:
        return rows(records, own)
    return rows(mapping.check_first(records), mapping.facts)


def _records(source: BinaryIO) -> Iterator[Record]:
    try:
        import pyarrow as pa
    except ImportError as error:
        raise FileError(
            "Parquet and Arrow files need pyarrow", hint="pip install 'utl[arrow]'"
        ) from error
    number = 0
    try:
        for batch in _batches(source):
            for fields in _python(batch):
                number += 1
                yield Record(number, json.dumps(fields, default=str, ensure_ascii=False), fields)
    except (pa.ArrowException, OSError) as error:
        detail = f"after row {number}: {str(error)[:200]}"
        raise FileError("the file is neither Parquet nor Arrow", detail=detail) from error


def _batches(source: BinaryIO) -> "Iterable[pa.RecordBatch]":
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not source.seekable():
        raise FileError("Parquet is not read from a pipe", hint="name the file itself")
    file_like = cast(io.IOBase, source)  # as far as pyarrow minds
    head = source.read(len(ARROW))
    source.seek(0)
    if head.startswith(PARQUET):
        return pq.ParquetFile(source).iter_batches(BATCH_ROWS, use_threads=False)
    if head == ARROW:
        file = pa.ipc.open_file(file_like)
        return (file.get_batch(place) for place in range(file.num_record_batches))
    return pa.ipc.open_stream(file_like)


def _python(batch: "pa.RecordBatch") -> Iterator[dict[str, Any]]:
    """Give rows with decimals, text and times of microseconds; floats by their shortest text."""
    import pyarrow as pa

    names = batch.schema.names
    for first in range(0, batch.num_rows, BATCH_ROWS):
        columns = []
        for column in batch.slice(first, BATCH_ROWS).columns:
            kind = column.type
            if pa.types.is_timestamp(kind):
                # Python's datetime has microseconds, as PostgreSQL has.
                column = column.cast(pa.timestamp("us", kind.tz), safe=False)
            columns.append([_text(found) for found in column.to_pylist()])
        for found in zip(*columns, strict=True):
            yield dict(zip(names, found, strict=True))


def _text(found: object) -> object:
    if isinstance(found, float):
        return None if found != found else float_text(found)  # NaN is none
    if isinstance(found, Decimal):
        return format(found, "f")
    if isinstance(found, datetime):
        return found.isoformat()
    if isinstance(found, int) and not isinstance(found, bool):
        return str(found)
    return found
