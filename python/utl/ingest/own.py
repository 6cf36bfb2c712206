"""Rows in UTL's own columns, as csv, jsonl and parquet files have them without a mapping."""

from collections.abc import Mapping
from typing import Any

from utl.ingest.adapter import Options, Problem

REQUIRED = ("instrument", "side", "quantity", "price", "executed_at", "venue_fill_id")
OPTIONAL = ("book", "account", "fee", "fee_asset", "sequence", "liquidity", "venue_order_id")
FILL_COLUMNS = (*REQUIRED, *OPTIONAL)
FILL_KEYS = frozenset((*FILL_COLUMNS, "kind"))


def required(options: Options) -> list[str]:
    """Return the columns that rows must have where the user gave no default."""
    return [*REQUIRED, *(name for name in ("book", "account") if getattr(options, name) is None)]


def own(fields: Mapping[str, Any]) -> Mapping[str, object]:
    """Return the fill that a row says in UTL's own words; a key that is not known is a Problem.

    With a "kind" other than fill it is another fact, whose keys the ledger knows.
    """
    if not fields.keys() <= FILL_KEYS and fields.get("kind", "fill") == "fill":
        unknown = sorted(fields.keys() - FILL_KEYS)
        raise Problem(f"unknown keys: {', '.join(map(repr, unknown))}")
    return fields
