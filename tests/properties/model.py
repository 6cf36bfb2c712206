"""The ledger's rules once more, in plain Python: obvious, slow, and independent of the SQL.

Facts in, figures out: for a costing, every position with its entries, what is left of its lots, and
its fees. What was believed after some of the facts is what these alone give. Written from
DESIGN.md, sections 6 and 7, and sql/adr/0010.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction

from tests.properties.folding import (
    Costing as Costing,  # for those who take facts and costings from here
)
from tests.properties.folding import (
    Instrument,
    Leg,
    Lot,
    Place,
    Position,
    book,
    rank_of,
    rounded,
)

AMENDABLE = ("quantity", "price", "fee", "fee_asset", "executed_at", "sequence")


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
    book: str = ""
    chosen: tuple[tuple[int, Fraction], ...] = ()  # lots to close first, and how much of each

    @property
    def signed_quantity(self) -> Fraction:
        """Positive bought, negative sold; a fee in the coin itself comes off."""
        return (self.quantity if self.side == "buy" else -self.quantity) - self.coin_fee

    @property
    def coin_fee(self) -> Fraction:
        """What of the traded coin the fee took: all that was bought, or more, too."""
        is_coin = self.fee_asset is not None and self.fee_asset == self.instrument.coin
        return self.fee if is_coin else Fraction(0)

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
    """A bust takes a fill back; an amendment says what counts instead, and None where it stays.

    A choice names the lots that the fill is to close.
    """

    account: str
    identity: str
    kind: str
    quantity: Fraction | None = None
    price: Fraction | None = None
    fee: Fraction | None = None
    fee_asset: str | None = None
    executed_at: datetime | None = None
    sequence: int | None = None
    chosen: tuple[tuple[int, Fraction], ...] = ()


Fact = Fill | Correction


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
            if correction.kind == "choose":
                changed = replace(changed, chosen=correction.chosen)
            else:
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
        book_fill(found.setdefault(key, Position(fill.instrument, account)), fill, costing)
    return list(found.values())


def place(fill: Fill, costing: Costing) -> Place:
    """A fill's place in the order of its position."""
    if costing.booking_order == "arrival":
        return fill.recorded_at, 0, fill.fill_id
    return fill.executed_at, fill.sequence, fill.fill_id


def book_fill(
    position: Position, fill: Fill, costing: Costing, units: Fraction = Fraction(1)
) -> None:
    """Book a fill and count its fees; a unit of it is so much of one of the beginning."""
    amount = fill.unrounded_amount
    if fill.instrument.is_inverse:
        amount = rounded(amount)
    if costing.fees == "capitalize":
        amount += fill.fee_in_cost_asset
    at = place(fill, costing)
    quantity, fee = fill.signed_quantity, fill.fee_in_cost_asset
    rank = rank_of(fill.instrument, costing, quantity, fill.price, fee)
    lot = Lot(
        lot_id=fill.fill_id,
        origin_id=fill.fill_id,
        opened_at=at[0],
        sequence=at[1],
        price=fill.price * units,
        rank=rank * units,
    )
    book(position, Leg(at, quantity, amount, lot, fee, chosen=fill.chosen), costing)
    if fill.fee and fill.fee_asset and fill.fee_asset != fill.instrument.cost_asset:
        position.other_fees[fill.fee_asset] += fill.fee
        if fill.coin_fee:
            position.coin_fees += fee
