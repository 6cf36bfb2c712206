"""The fold once more: what one leg after the other does to a position, in plain Python.

A leg is what a fact means to a position: a signed quantity and the signed amount of the cost asset
that goes with it. All numbers are fractions, so nothing is rounded unless `rounded` says so.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

PLACES = 18
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Place = tuple[datetime, int, int]  # when, in which order within that, and which fact


@dataclass(frozen=True)
class Instrument:
    """What is traded; profit is counted in the cost asset."""

    name: str
    cost_asset: str
    multiplier: Fraction = Fraction(1)
    is_inverse: bool = False
    coin: str | None = None  # what is handed over, where the traded thing itself is
    kind: str | None = None  # where the name does not say it


@dataclass(frozen=True)
class Costing:
    """How the unit cost of a book is computed."""

    name: str
    method: str
    pool: str = "book"
    fees: str = "expense"
    rank_by: str = "price"
    booking_order: str = "event_time"


@dataclass
class Lot:
    """What is left of what was opened, signed. At average cost all is one lot without an id."""

    quantity: Fraction = Fraction(0)
    cost: Fraction = Fraction(0)
    lot_id: int | None = None
    origin_id: int | None = None  # the fill or transaction that opened it first
    opened_at: datetime | None = None
    sequence: int = 0
    price: Fraction | None = None  # at which it was opened first, where that was at a price
    rank: Fraction = Fraction(0)  # what a unit of it costs; of a short, negative

    @property
    def place(self) -> Place:
        """Its place among the lots of its position."""
        assert self.opened_at is not None
        assert self.lot_id is not None
        return self.opened_at, self.sequence, self.lot_id


@dataclass(frozen=True)
class Leg:
    """What a fact does to a position."""

    place: Place
    quantity: Fraction
    amount: Fraction | None  # none: it leaves at its cost, or has come for nothing
    lot: Lot  # the one that is opened by what closes nothing
    fee: Fraction = Fraction(0)
    is_expense: bool = False  # the cost at which it leaves is a fee
    moves: bool = False  # what leaves is to arrive elsewhere
    arrives: bool = False  # its lot was open before, in another position, or opened at a given time
    chosen: tuple[tuple[int, Fraction], ...] = ()  # lots to close first, and how much of each


@dataclass(frozen=True)
class Entry:
    """One part of a leg: it opens, closes against one lot or the average, or rescales these."""

    place: Place
    part: int
    effect: str
    lot: Lot | None
    quantity: Fraction
    amount: Fraction
    fee: Fraction
    realized_pnl: Fraction
    quantity_after: Fraction
    cost_after: Fraction
    realized_pnl_after: Fraction
    fees_after: Fraction
    moves: bool = False

    @property
    def effective_at(self) -> datetime:
        """When it counts."""
        return self.place[0]

    @property
    def fact_id(self) -> int:
        """The fill or the transaction."""
        return self.place[2]


@dataclass
class Position:
    """Where one pool stands in one instrument, and how it came there."""

    instrument: Instrument
    account: str | None
    entries: list[Entry] = field(default_factory=list)
    lots: list[Lot] = field(default_factory=list)
    quantity: Fraction = Fraction(0)
    cost: Fraction = Fraction(0)
    realized_pnl: Fraction = Fraction(0)
    fees: Fraction = Fraction(0)
    coin_fees: Fraction = Fraction(0)
    other_fees: defaultdict[str, Fraction] = field(default_factory=lambda: defaultdict(Fraction))
    opened_at: datetime | None = None


def book(position: Position, leg: Leg, costing: Costing) -> list[Entry]:
    """Let a leg close what it can, first of what it has chosen, then open with the rest."""
    before = len(position.entries)
    choices = [] if costing.method == "wac" else list(leg.chosen)
    while leg.quantity != 0 and position.quantity * leg.quantity < 0:
        lot, most = next_to_close(position, costing), abs(leg.quantity)
        if choices:
            lot_id, asked = choices.pop(0)
            chosen = [lot for lot in position.lots if lot.lot_id == lot_id]
            if not chosen:
                continue
            lot, most = chosen[0], min(most, asked)
        leg = rest_of(leg, close(position, leg, lot, min(most, abs(lot.quantity))))
    if leg.quantity != 0:
        open_(position, leg, costing)
    elif leg.fee and len(position.entries) == before:  # all that was bought went as the fee
        amount = leg.amount or Fraction(0)
        nothing = Fraction(0)
        write(position, leg.place, "fee", None, nothing, amount, -amount, leg.fee)
    return position.entries[before:]


def rest_of(leg: Leg, entry: Entry) -> Leg:
    """What of a leg is not booked yet."""
    amount = None if leg.amount is None else leg.amount - entry.amount
    return replace(leg, quantity=leg.quantity - entry.quantity, amount=amount, fee=Fraction(0))


def close(position: Position, leg: Leg, lot: Lot, closed: Fraction) -> Entry:
    """Take a part of a lot away: its share of the cost, or all that is left of it."""
    whole = closed == abs(lot.quantity)
    cost = lot.cost if whole else rounded(lot.cost * closed / abs(lot.quantity))
    if leg.amount is None:
        amount = -cost
    elif closed == abs(leg.quantity):
        amount = leg.amount
    else:
        amount = rounded(leg.amount * closed / abs(leg.quantity))
    quantity = -closed if lot.quantity > 0 else closed
    lot.quantity += quantity
    lot.cost -= cost
    if lot.quantity == 0:
        position.lots.remove(lot)
    fee = leg.fee + (cost if leg.is_expense else 0)
    return write(
        position, leg.place, "close", lot, quantity, amount, -cost - amount, fee, moves=leg.moves
    )


def open_(position: Position, leg: Leg, costing: Costing) -> None:
    """Add to the position: a lot of its own, or a part of the average."""
    amount = leg.amount or Fraction(0)
    named = None
    if position.quantity == 0:
        position.opened_at = leg.place[0]
    if costing.method == "wac" and position.lots:
        position.lots[0].quantity += leg.quantity
        position.lots[0].cost += amount
    elif costing.method == "wac":
        position.lots.append(Lot(leg.quantity, amount))
    else:
        position.lots.append(replace(leg.lot, quantity=leg.quantity, cost=amount))
        named = position.lots[-1] if leg.arrives else None
    write(position, leg.place, "open", named, leg.quantity, amount, Fraction(0), leg.fee)


def split(position: Position, place: Place, costing: Costing, ratio: Fraction) -> None:
    """So many units for each: of every lot, and at the same cost."""
    for lot in sorted(position.lots, key=lambda lot: closing_order(lot, costing)):
        quantity = rounded(lot.quantity * ratio) - lot.quantity
        lot.quantity += quantity
        write(position, place, "rescale", lot, quantity, Fraction(0), Fraction(0), Fraction(0))


def spin_off(position: Position, place: Place, costing: Costing, amount: Fraction) -> None:
    """Take a cost out of the lots, of each a share as large as its own; the last gives the rest."""
    lots = sorted(position.lots, key=lambda lot: closing_order(lot, costing))
    left = amount if position.cost > 0 else -amount if position.cost < 0 else Fraction(0)
    total, whole = position.cost, left
    for lot in lots:
        share = left if lot is lots[-1] else rounded(whole * lot.cost / total) if total else left
        left -= share
        lot.cost -= share
        write(position, place, "rescale", lot, Fraction(0), -share, Fraction(0), Fraction(0))


def write(
    position: Position,
    place: Place,
    effect: str,
    lot: Lot | None,
    quantity: Fraction,
    amount: Fraction,
    realized_pnl: Fraction,
    fee: Fraction,
    *,
    moves: bool = False,
) -> Entry:
    """Change the position and put the change into its journal."""
    position.quantity += quantity
    position.cost += amount + realized_pnl
    position.realized_pnl += realized_pnl
    position.fees += fee
    if position.quantity == 0:
        position.opened_at = None
    parts = [entry.part for entry in position.entries if entry.place == place]
    entry = Entry(
        place=place,
        part=max(parts, default=0) + 1,
        effect=effect,
        lot=lot,
        quantity=quantity,
        amount=amount,
        fee=fee,
        realized_pnl=realized_pnl,
        quantity_after=position.quantity,
        cost_after=position.cost,
        realized_pnl_after=position.realized_pnl,
        fees_after=position.fees,
        moves=moves,
    )
    position.entries.append(entry)
    return entry


def next_to_close(position: Position, costing: Costing) -> Lot:
    """The lot that closes first."""
    return min(position.lots, key=lambda lot: closing_order(lot, costing))


def closing_order(lot: Lot, costing: Costing) -> tuple[Fraction, int, int, int]:
    """The lowest closes first; the oldest of lots of one rank."""
    if costing.method == "wac":
        return Fraction(0), 0, 0, 0
    opened_at, sequence, lot_id = lot.place
    time = (opened_at - EPOCH) // timedelta(microseconds=1)
    if costing.method == "lifo":
        return Fraction(0), -time, -sequence, -lot_id
    rank = {"hifo": -lot.rank, "lofo": lot.rank}.get(costing.method, Fraction(0))
    return rank, time, sequence, lot_id


def rank_of(
    instrument: Instrument, costing: Costing, quantity: Fraction, price: Fraction, fee: Fraction
) -> Fraction:
    """What a unit costs that was opened at a price: closing the dearest realizes least."""
    if quantity == 0:
        return Fraction(0)
    sign = 1 if quantity > 0 else -1
    if costing.rank_by == "price":
        return sign * price
    if not instrument.is_inverse:
        return sign * instrument.multiplier * price + fee / abs(quantity)
    return -sign * instrument.multiplier / price + fee / abs(quantity) if price else Fraction(0)


def shares(total: Fraction, weights: Iterable[Fraction]) -> list[Fraction]:
    """The total in proportion to weights, rounded; the last one gets the rest."""
    parts = list(weights)
    whole = sum(parts)
    found = [rounded(total * part / whole) if whole else Fraction(0) for part in parts[:-1]]
    return [*found, total - sum(found)] if parts else []


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
