"""A position change as Python has it, and as JSON that other systems are sent."""

import json
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple


class PositionKey(NamedTuple):
    """Which position it is; its versions run without a gap. `account` is None in a book's pool."""

    book: str
    costing: str
    account: str | None
    instrument: str


@dataclass(frozen=True, slots=True)
class Change:
    """What one statement made of one position: its state afterwards, and why.

    The columns of utl.position_changes. Money and quantities are exact (Decimal): `cost`,
    `realized_pnl` and `fees` in `cost_asset`, quantities signed, short is negative. `average_cost`
    is None where the position is flat. `realized_delta` is what this change realized. `fact_ids`
    are the first of the `facts` facts behind it. `effective_at` is None where no fact is left.
    """

    change_id: int
    changed_at: datetime
    book: str
    costing: str
    account: str | None
    instrument: str
    version: int
    effective_at: datetime | None
    quantity: Decimal
    cost: Decimal
    average_cost: Decimal | None
    cost_asset: str
    realized_pnl: Decimal
    fees: Decimal
    realized_delta: Decimal
    cause: str
    fact_ids: tuple[int, ...]
    facts: int

    @property
    def position(self) -> PositionKey:
        """The position that changed."""
        return PositionKey(self.book, self.costing, self.account, self.instrument)

    def to_json(self) -> str:
        """Write it as one line of JSON: figures as decimal text, times as ISO 8601 in UTC."""
        named = {name: _plain(getattr(self, name)) for name in COLUMNS}
        return json.dumps(named, ensure_ascii=False, separators=(",", ":"))


COLUMNS = tuple(field.name for field in fields(Change))


def from_row(row: tuple[Any, ...]) -> Change:
    """Make a Change of a row with COLUMNS."""
    cells: Any = (tuple(cell) if isinstance(cell, list) else cell for cell in row)
    return Change(*cells)


def _plain(cell: object) -> object:
    if isinstance(cell, Decimal):
        return format(cell, "f")  # never in powers of ten
    if isinstance(cell, datetime):
        return cell.astimezone(UTC).isoformat()
    return list(cell) if isinstance(cell, tuple) else cell
