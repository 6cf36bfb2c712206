"""What the ledger shows of a case: rows of its views, with the case's numbers in place of ids."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

# What sold or bought; all else moves a position by another rule.
TRADES = ("fill", "opening_balance")


@dataclass(frozen=True)
class Position:
    """A row of utl.unit_costs."""

    book: str
    account: str | None
    instrument: str
    quantity: Fraction
    cost: Fraction
    realized_pnl: Fraction
    net_pnl: Fraction
    fees: Fraction
    opened_at: datetime | None


@dataclass(frozen=True)
class Entry:
    """A row of utl.position_entries. `fill` and `lot` are the case's numbers.

    `place` orders it among all facts: time, sequence, id.
    """

    position_id: int
    instrument: str
    fill: int
    lot: int | None
    kind: str
    effect: str
    place: tuple[datetime, int, int]
    quantity: Fraction
    amount: Fraction
    fee: Fraction
    realized_pnl: Fraction
    quantity_after: Fraction
    cost_after: Fraction

    @property
    def quantity_before(self) -> Fraction:
        """Quantity of the position before it."""
        return self.quantity_after - self.quantity

    @property
    def is_trade(self) -> bool:
        """Whether it is part of a fill, or of an opening balance."""
        return self.kind in TRADES


@dataclass(frozen=True)
class Match:
    """A row of utl.lot_matches. `opened_by` and `closed_by` are the case's numbers."""

    position_id: int
    instrument: str
    opened_by: int
    closed_by: int
    kind: str
    direction: str
    holding_time: timedelta
    quantity: Fraction
    cost: Fraction
    proceeds: Fraction
    realized_pnl: Fraction


@dataclass(frozen=True)
class Lot:
    """A row of utl.open_lots. `fill` is the case's number; `lot_id` is the ledger's."""

    lot_id: int
    fill: int
    account: str | None
    instrument: str
    opened_at: datetime
    quantity: Fraction
    cost: Fraction


@dataclass(frozen=True)
class Transaction:
    """A row of utl.effective_transactions. `number` is the case's."""

    number: int
    kind: str
    instrument: str | None
    asset: str | None
    base: str | None
    place: tuple[datetime, int, int]
    quantity: Fraction
    amount: Fraction
