"""JSON files: an object a line, or one array of objects."""

from collections.abc import Iterator
from typing import BinaryIO

from utl.ingest.adapter import Options, Row, adapter
from utl.ingest.mapping import mapping_of
from utl.ingest.own import own
from utl.ingest.records import json_records, rows


@adapter("jsonl", kinds={"fill", "transaction", "statement"})
def read(source: BinaryIO, options: Options) -> Iterator[Row]:
    """JSON, an object a line or an array, with UTL's own keys, or any others with --mapping."""
    mapping = mapping_of(options)
    if mapping is None:
        return rows(json_records(source), own)
    return rows(json_records(source, mapping.path), mapping.facts)
