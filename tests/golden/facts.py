"""What a case says that happened, in the ledger's words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

BOOK = "golden"


@dataclass(frozen=True)
class Instrument:
    """What a case trades."""

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

    @property
    def has_coin(self) -> bool:
        """Whether a fee in its base asset is taken out of what is traded."""
        return self.is_owned_outright and self.base != self.settlement

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
    """One fill of a case. `number` is the case's own, by which it refers to it.

    `fee` is the one that the fill itself carries; `fees` are all of them, by asset.
    """

    number: int
    instrument: Instrument
    account: str
    side: str
    quantity: Fraction
    price: str
    executed_at: datetime
    fee: Fraction = Fraction(0)
    fee_asset: str | None = None
    fees: Mapping[str, Fraction] = field(default_factory=dict)
    sequence: int = 0
    identity: str = ""
    order: str = ""
    book: str = BOOK

    @property
    def venue_fill_id(self) -> str:
        """By which the ledger knows it within its account."""
        return self.identity or f"{self.book}-{self.number}"

    @property
    def signed_quantity(self) -> Fraction:
        """Positive bought, negative sold."""
        return self.quantity if self.side == "buy" else -self.quantity

    def row(self) -> dict[str, object]:
        """As utl.record_fills takes it."""
        row: dict[str, object] = {
            "book": self.book,
            "account": self.account,
            "instrument": self.instrument.name,
            "venue_fill_id": self.venue_fill_id,
            "side": self.side,
            "quantity": as_text(self.quantity),
            "price": self.price,
            "executed_at": self.executed_at.isoformat(),
            "sequence": self.sequence,
        }
        if self.fee:
            row |= {"fee": as_text(self.fee), "fee_asset": self.fee_asset}
        if self.order:
            row["venue_order_id"] = self.order
        return row


def as_decimal(number: Fraction) -> Decimal:
    """A number as the server reads it."""
    return Decimal(as_text(number))


def as_text(number: Fraction) -> str:
    """A number as decimal digits, to 60 places where it has no end."""
    places = next((n for n in range(60) if 10**n % number.denominator == 0), 60)
    digits = str(abs(round(number * 10**places))).rjust(places + 1, "0")
    sign = "-" if number < 0 else ""
    return f"{sign}{digits[: len(digits) - places]}.{digits[len(digits) - places :]}".rstrip(".")
