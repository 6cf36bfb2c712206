"""The ledger's rules once more, in plain Python: obvious, slow, and independent of the SQL.

Facts in, figures out: for a costing, every position with its entries, what is left of its lots, and
its fees. What was believed after some of the facts is what these alone give. Written from
DESIGN.md, sections 6 and 7, and sql/adr/0010. All numbers are fractions, so nothing is rounded
unless `rounded` says so.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from fractions import Fraction

PLACES = 18
AMENDABLE = ("quantity", "price", "fee", "fee_asset", "executed_at", "sequence")


@dataclass(frozen=True)
class Instrument:
    """What is traded; profit is counted in the cost asset."""

    name: str
    cost_asset: str
    multiplier: Fraction = Fraction(1)
    is_inverse: bool = False
    coin: str | None = None  # what is handed over, where the traded thing itself is


@dataclass(frozen=True)
class Costing:
    """How the unit cost of a book is computed."""

    name: str
    method: str
    pool: str = "book"
    fees: str = "expense"
    rank_by: str = "price"
    booking_order: str = "event_time"


@dataclass(frozen=True)
class Fill:
    """One execution, as the ledger has recorded it."""

    fill_id: int
    executed_at: datetime
    recorded_at: datetime
    sequence: int
    account: str
    identity: str
    instrument: Instrument
    side: str
    quantity: Fraction
    price: Fraction
    fee: Fraction
    fee_asset: str | None

    @property
    def signed_quantity(self) -> Fraction:
        """Positive bought, negative sold; a fee in the coin itself comes off."""
        return (self.quantity if self.side == "buy" else -self.quantity) - self.coin_fee

    @property
    def coin_fee(self) -> Fraction:
        """What of the traded coin the fee took; all of it, or more, it cannot have taken."""
        is_coin = self.fee_asset is not None and self.fee_asset == self.instrument.coin
        return self.fee if is_coin and abs(self.fee) < self.quantity else Fraction(0)

    @property
    def unrounded_amount(self) -> Fraction:
        """Signed money for the signed quantity."""
        terms = self.instrument
        if terms.is_inverse:
            return -self.signed_quantity * terms.multiplier / self.price
        return self.signed_quantity * terms.multiplier * self.price

    @property
    def fee_in_cost_asset(self) -> Fraction:
        """The fee, if it was paid in the cost asset, or what the coin was worth that it took."""
        if self.fee_asset == self.instrument.cost_asset:
            return self.fee
        return self.coin_fee * self.instrument.multiplier * self.price


@dataclass(frozen=True)
class Correction:
    """A bust takes a fill back; an amendment says what counts instead, and None where it stays."""

    account: str
    identity: str
    kind: str
    quantity: Fraction | None = None
    price: Fraction | None = None
    fee: Fraction | None = None
    fee_asset: str | None = None
    executed_at: datetime | None = None
    sequence: int | None = None


Fact = Fill | Correction


@dataclass
class Lot:
    """What is left of an opening fill, signed. At average cost all is one lot without a fill."""

    quantity: Fraction
    cost: Fraction
    fill: Fill | None = None
    opened_at: datetime | None = None


@dataclass(frozen=True)
class Entry:
    """One part of a fill: it opens, or closes against one lot or the average."""

    fill: Fill
    effective_at: datetime
    part: int
    effect: str
    closed_lot: Lot | None
    quantity: Fraction
    amount: Fraction
    fee: Fraction
    realized_pnl: Fraction
    quantity_after: Fraction
    cost_after: Fraction
    realized_pnl_after: Fraction
    fees_after: Fraction


@dataclass
class Position:
    """Where one pool stands in one instrument, and how it came there."""

    instrument: Instrument
    account: str | None
    entries: list[Entry] = field(default_factory=list)
    lots: list[Lot] = field(default_factory=list)  # in the order they were opened
    quantity: Fraction = Fraction(0)
    cost: Fraction = Fraction(0)
    realized_pnl: Fraction = Fraction(0)
    fees: Fraction = Fraction(0)
    coin_fees: Fraction = Fraction(0)
    other_fees: defaultdict[str, Fraction] = field(default_factory=lambda: defaultdict(Fraction))
    opened_at: datetime | None = None


def effective_fills(facts: Iterable[Fact]) -> list[Fill]:
    """The fills that count. Only corrections of one fill need to be in their order of arrival."""
    known = list(facts)
    return [
        counting
        for fill in known
        if isinstance(fill, Fill)
        if (counting := corrected(fill, [c for c in known if isinstance(c, Correction)]))
    ]


def corrected(fill: Fill, corrections: Iterable[Correction]) -> Fill | None:
    """The fill as it counts in the end; none if the last that was said of it is a bust."""
    counts = True
    changed = fill
    for correction in corrections:
        if (correction.account, correction.identity) == (fill.account, fill.identity):
            counts = correction.kind == "amend"
            changed = amended(changed, correction)
    return changed if counts else None


def amended(fill: Fill, correction: Correction) -> Fill:
    """The fill with the values that a correction gives."""
    given = {name: getattr(correction, name) for name in AMENDABLE}
    return replace(fill, **{name: value for name, value in given.items() if value is not None})


def positions(facts: Iterable[Fact], costing: Costing) -> list[Position]:
    """Every position of a book that has fills which count."""
    found: dict[tuple[str | None, Instrument], Position] = {}
    for fill in sorted(effective_fills(facts), key=lambda fill: place(fill, costing)):
        account = fill.account if costing.pool == "account" else None
        key = account, fill.instrument
        position = found.setdefault(key, Position(fill.instrument, account))
        book(position, fill, costing)
    return list(found.values())


def place(fill: Fill, costing: Costing) -> tuple[datetime, int, int]:
    """A fill's place in the order of its position."""
    if costing.booking_order == "arrival":
        return fill.recorded_at, 0, fill.fill_id
    return fill.executed_at, fill.sequence, fill.fill_id


def book(position: Position, fill: Fill, costing: Costing) -> None:
    """Let a fill close what it can, then open with the rest."""
    quantity = fill.signed_quantity
    amount = fill.unrounded_amount
    if fill.instrument.is_inverse:
        amount = rounded(amount)
    if costing.fees == "capitalize":
        amount += fill.fee_in_cost_asset
    pay_fee(position, fill)

    while quantity != 0 and position.quantity * quantity < 0:
        lot = next_to_close(position, costing)
        closed = min(abs(quantity), abs(lot.quantity))
        amount_of_part = (
            amount if closed == abs(quantity) else rounded(amount * closed / abs(quantity))
        )
        close(position, fill, costing, lot, closed, amount_of_part)
        quantity += closed if quantity < 0 else -closed
        amount -= amount_of_part
    if quantity != 0:
        open_(position, fill, costing, quantity, amount)


def close(
    position: Position, fill: Fill, costing: Costing, lot: Lot, closed: Fraction, amount: Fraction
) -> None:
    """Take a part of a lot away: its share of the cost, or all that is left of it."""
    if closed == abs(lot.quantity):
        cost = lot.cost
    else:
        cost = rounded(lot.cost * closed / abs(lot.quantity))
    quantity = -closed if lot.quantity > 0 else closed
    lot.quantity += quantity
    lot.cost -= cost
    if lot.quantity == 0:
        position.lots.remove(lot)
    realized = -cost - amount
    write(position, fill, costing, "close", lot, quantity, amount, realized)
    if position.quantity == 0:
        position.opened_at = None


def open_(
    position: Position, fill: Fill, costing: Costing, quantity: Fraction, amount: Fraction
) -> None:
    """Add to the position: a lot of its own, or a part of the average."""
    if position.quantity == 0:
        position.opened_at = effective_at(fill, costing)
    if costing.method == "wac" and position.lots:
        position.lots[0].quantity += quantity
        position.lots[0].cost += amount
    elif costing.method == "wac":
        position.lots.append(Lot(quantity, amount))
    else:
        position.lots.append(Lot(quantity, amount, fill, effective_at(fill, costing)))
    write(position, fill, costing, "open", None, quantity, amount, Fraction(0))


def write(
    position: Position,
    fill: Fill,
    costing: Costing,
    effect: str,
    lot: Lot | None,
    quantity: Fraction,
    amount: Fraction,
    realized_pnl: Fraction,
) -> None:
    """Change the position and put the change into its journal."""
    position.quantity += quantity
    position.cost += amount + realized_pnl
    position.realized_pnl += realized_pnl
    is_first = not position.entries or position.entries[-1].fill != fill
    part = 1 if is_first else position.entries[-1].part + 1
    position.entries.append(
        Entry(
            fill=fill,
            effective_at=effective_at(fill, costing),
            part=part,
            effect=effect,
            closed_lot=lot,
            quantity=quantity,
            amount=amount,
            fee=fill.fee_in_cost_asset if is_first else Fraction(0),
            realized_pnl=realized_pnl,
            quantity_after=position.quantity,
            cost_after=position.cost,
            realized_pnl_after=position.realized_pnl,
            fees_after=position.fees,
        )
    )


def next_to_close(position: Position, costing: Costing) -> Lot:
    """The lot that closes first; lots are in the order they were opened."""
    if costing.method == "lifo":
        return position.lots[-1]
    if costing.method == "hifo":
        return max(position.lots, key=lambda lot: unit_cost(lot, costing))  # the oldest of equals
    if costing.method == "lofo":
        return min(position.lots, key=lambda lot: unit_cost(lot, costing))
    return position.lots[0]


def unit_cost(lot: Lot, costing: Costing) -> Fraction:
    """What one unit of a lot costs: closing the dearest realizes least. Of a short, negative."""
    fill = lot.fill
    assert fill is not None
    fee = fill.fee_in_cost_asset if costing.rank_by == "unit_cost" else Fraction(0)
    return (fill.unrounded_amount + fee) / abs(fill.signed_quantity)


def pay_fee(position: Position, fill: Fill) -> None:
    """Count a fee where it belongs."""
    position.fees += fill.fee_in_cost_asset
    if fill.fee and fill.fee_asset and fill.fee_asset != fill.instrument.cost_asset:
        position.other_fees[fill.fee_asset] += fill.fee
        if fill.coin_fee:
            position.coin_fees += fill.fee_in_cost_asset


def effective_at(fill: Fill, costing: Costing) -> datetime:
    """When a fill counts."""
    return fill.recorded_at if costing.booking_order == "arrival" else fill.executed_at


def rounded(number: Fraction) -> Fraction:
    """To 18 places, half away from zero."""
    units = abs(number) * 10**PLACES
    whole = (2 * units.numerator + units.denominator) // (2 * units.denominator)
    return Fraction(whole if number > 0 else -whole, 10**PLACES)


def price_of(instrument: Instrument, quantity: Fraction, cost: Fraction) -> Fraction | None:
    """The price at which a quantity has its cost, rounded for show."""
    if quantity == 0 or (instrument.is_inverse and cost == 0):
        return None
    if instrument.is_inverse:
        return rounded(-quantity * instrument.multiplier / cost)
    return rounded(cost / (quantity * instrument.multiplier))
