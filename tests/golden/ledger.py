"""A case's book in the ledger, written and read through the public interface alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import psycopg
from psycopg.rows import namedtuple_row
from psycopg.types.json import Jsonb

BOOK = "golden"


@dataclass(frozen=True)
class Instrument:
    """What a case trades, in the ledger's words."""

    name: str
    kind: str
    base: str
    quote: str
    settlement: str
    multiplier: Fraction = Fraction(1)
    is_inverse: bool = False

    @property
    def is_owned_outright(self) -> bool:
        """Whether buying it moves money, and not profit alone."""
        return self.kind in ("spot", "equity", "fx")

    def price(self, quantity: Fraction, amount: Fraction) -> Fraction | None:
        """The price at which a quantity has this amount; none when there is nothing."""
        if not quantity or (self.is_inverse and not amount):
            return None
        if self.is_inverse:
            return -quantity * self.multiplier / amount
        return amount / (quantity * self.multiplier)

    def amount(self, quantity: Fraction, price: Fraction) -> Fraction:
        """The signed amount of cost currency for a signed quantity at a price."""
        if self.is_inverse:
            return -quantity * self.multiplier / price
        return quantity * self.multiplier * price


@dataclass(frozen=True)
class Costing:
    """How a case wants cost computed."""

    method: str
    pool: str = "book"
    fees: str = "expense"
    rank_by: str = "price"
    booking_order: str = "event_time"


@dataclass(frozen=True)
class Fill:
    """One fill of a case. `number` is the case's own, by which it refers to it."""

    number: int
    instrument: Instrument
    account: str
    side: str
    quantity: Fraction
    price: str
    executed_at: datetime
    fee: Fraction = Fraction(0)
    fee_asset: str | None = None
    sequence: int = 0
    identity: str = ""
    order: str = ""
    opening: bool = False

    @property
    def venue_fill_id(self) -> str:
        """By which the ledger knows it within its account."""
        return self.identity or f"fill-{self.number}"

    @property
    def signed_quantity(self) -> Fraction:
        """Positive bought, negative sold."""
        return self.quantity if self.side == "buy" else -self.quantity


@dataclass(frozen=True)
class Position:
    """A row of utl.unit_costs."""

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
    """A row of utl.position_entries. `fill` and `lot` are the case's numbers of fills."""

    position_id: int
    instrument: str
    fill: int
    lot: int | None
    effect: str
    effective_at: datetime
    quantity: Fraction
    amount: Fraction
    realized_pnl: Fraction
    quantity_after: Fraction
    cost_after: Fraction

    @property
    def quantity_before(self) -> Fraction:
        """Quantity of the position before it."""
        return self.quantity_after - self.quantity


@dataclass(frozen=True)
class Match:
    """A row of utl.lot_matches. `opened_by` and `closed_by` are the case's numbers of fills."""

    position_id: int
    opened_by: int
    closed_by: int
    direction: str
    holding_time: timedelta
    quantity: Fraction
    cost: Fraction
    proceeds: Fraction
    realized_pnl: Fraction


@dataclass(frozen=True)
class Lot:
    """A row of utl.open_lots."""

    fill: int
    quantity: Fraction
    cost: Fraction


class Ledger:
    """The one book of a case, with its costings by name."""

    def __init__(self, connection: psycopg.Connection[Any], costings: dict[str, Costing]) -> None:
        self.connection = connection
        self.fills: dict[int, Fill] = {}  # those that count, by number
        self._numbers: dict[int, int] = {}  # of fills, by fill_id
        connection.execute("select utl.add_book(%s)", [BOOK])
        for name, costing in costings.items():
            connection.execute(
                "select utl.add_costing(%s, %s, %s, %s, %s, %s, %s)",
                [
                    *(BOOK, costing.method, name, costing.pool, costing.fees),
                    *(costing.rank_by, costing.booking_order),
                ],
            )

    def add_instrument(self, instrument: Instrument) -> None:
        """Register an instrument of the case."""
        self.connection.execute(
            "select utl.add_instrument(%s, %s, %s, %s, %s, %s, %s)",
            [
                *(instrument.name, instrument.kind, instrument.base, instrument.quote),
                *(instrument.settlement, as_decimal(instrument.multiplier), instrument.is_inverse),
            ],
        )

    def book(self, fill: Fill) -> tuple[str, str]:
        """Record a fill; return what became of it (booked, duplicate, …) and why."""
        self.connection.execute("select utl.add_account(%s, %s)", [fill.account, BOOK])
        if fill.fee_asset:
            self.connection.execute("select utl.add_asset(%s)", [fill.fee_asset])
        row = self.connection.execute(
            "select outcome, fill_id, reason from utl.record_fills(%s, source => %s)",
            [Jsonb([_row(fill)]), BOOK],
        ).fetchone()
        assert row is not None
        outcome, fill_id, reason = row
        if outcome == "booked":
            self.fills[fill.number] = fill
            self._numbers[fill_id] = fill.number
        return outcome, reason or ""

    def bust_order(self, order: str) -> None:
        """Take back every fill of an order that is there by now."""
        for number in [number for number, fill in self.fills.items() if fill.order == order]:
            fill = self.fills.pop(number)
            self.connection.execute(
                "select utl.bust_fill(%s, %s)", [fill.account, fill.venue_fill_id]
            )

    def change_method(self, costing: str, method: str, from_time: datetime) -> None:
        """Let a costing go on by another method; several changes come in order of time."""
        self.connection.execute(
            "select utl.change_costing(%s, %s, %s, costing => %s)",
            [BOOK, method, from_time, costing],
        )

    def positions(self, costing: str) -> list[Position]:
        """Where a costing stands."""
        query = """
            select account, instrument, quantity, cost, realized_pnl, net_pnl, fees, opened_at
            from utl.unit_costs where book = %s and costing = %s order by position_id
        """
        return [Position(*_exact(row)) for row in self._rows(query, costing)]

    def entries(self, costing: str) -> list[Entry]:
        """The journal of a costing in its order, without what a change of method carried over.

        A fill is booked in one position of a costing; in a later one it stands for what is left of
        it. An average that is carried over is of no fill, and has a negative number.
        """
        query = """
            select position_id, instrument, fill_id, lot_fill_id, effect, effective_at,
                quantity, amount, realized_pnl, quantity_after, cost_after
            from utl.position_entries where book = %s and costing = %s
            order by effective_at, sequence, fill_id, part
        """
        booked_in: dict[int, int] = {}
        return [
            Entry(
                row.position_id,
                row.instrument,
                self._numbers[row.fill_id],
                self._numbers.get(row.lot_fill_id),
                row.effect,
                row.effective_at,
                *_exact(row[6:]),
            )
            for row in self._rows(query, costing)
            if row.fill_id > 0
            and booked_in.setdefault(row.fill_id, row.position_id) == row.position_id
        ]

    def lots(self, costing: str) -> list[Lot]:
        """The open lots of a costing."""
        query = """
            select fill_id, quantity, cost from utl.open_lots
            where book = %s and costing = %s order by opened_at, fill_id
        """
        return [
            Lot(self._numbers[row.fill_id], *_exact(row[1:])) for row in self._rows(query, costing)
        ]

    def matches(self, costing: str) -> list[Match]:
        """What closed what, in the order of closing."""
        query = """
            select position_id, open_fill_id, close_fill_id, direction, holding_time,
                quantity, cost, proceeds, realized_pnl
            from utl.lot_matches where book = %s and costing = %s
            order by closed_at, sequence, close_fill_id, part
        """
        return [
            Match(
                row.position_id,
                self._numbers[row.open_fill_id],
                self._numbers[row.close_fill_id],
                *_exact(row[3:]),
            )
            for row in self._rows(query, costing)
        ]

    def fees(self, costing: str) -> dict[str, Fraction]:
        """Fees paid, by asset."""
        query = """
            select asset, sum(fees) from utl.position_fees
            where book = %s and costing = %s group by asset
        """
        return {asset: Fraction(fees) for asset, fees in self._rows(query, costing)}

    def _rows(self, query: str, costing: str) -> Iterator[Any]:
        cursor = self.connection.cursor(row_factory=namedtuple_row)
        yield from cursor.execute(query.encode(), [BOOK, costing])


def as_decimal(number: Fraction) -> Decimal:
    """A number that came from a decimal string, as the server reads it."""
    return Decimal(as_text(number))


def as_text(number: Fraction) -> str:
    """A number as decimal digits, to 60 places where it has no end."""
    places = next((n for n in range(60) if 10**n % number.denominator == 0), 60)
    digits = str(abs(round(number * 10**places))).rjust(places + 1, "0")
    sign = "-" if number < 0 else ""
    return f"{sign}{digits[: len(digits) - places]}.{digits[len(digits) - places :]}".rstrip(".")


def _row(fill: Fill) -> dict[str, object]:
    row: dict[str, object] = {
        "book": BOOK,
        "account": fill.account,
        "instrument": fill.instrument.name,
        "venue_fill_id": fill.venue_fill_id,
        "side": fill.side,
        "quantity": as_text(fill.quantity),
        "price": fill.price,
        "executed_at": fill.executed_at.isoformat(),
        "sequence": fill.sequence,
    }
    if fill.fee:
        row |= {"fee": as_text(fill.fee), "fee_asset": fill.fee_asset}
    if fill.order:
        row["venue_order_id"] = fill.order
    return row


def _exact(row: Any) -> Iterator[Any]:
    for value in row:
        yield Fraction(value) if isinstance(value, Decimal) else value
