"""The rows of a cost-basis case, and what they say in the ledger's words."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from tests.golden.compare import moment
from tests.golden.facts import Instrument
from tests.golden.support import instrument_kind, need, need_keys

FILL_KEYS = {
    *("seq", "t", "kind", "account", "symbol", "qty", "price", "value", "fee", "fee_currency"),
    *("fx", "label", "notes", "select", "to_account", "sent", "ratio", "to_symbol", "to_qty"),
}
# What takes from a pool, by which it may run out.
DISPOSALS = ("sell", "spend", "spend_in_kind", "expense_in_kind", "transfer", "convert")
END_OF_DAY = timedelta(days=1, microseconds=-1)
LATER = 10**6  # a sequence beyond all rows


@dataclass(frozen=True)
class Row:
    """A row of a case; what it does not say is none, or no fee."""

    case: dict[str, Any]
    given: dict[str, Any]

    @property
    def number(self) -> int:
        """By which the case refers to it."""
        return int(self.given["seq"])

    @property
    def kind(self) -> str:
        """What happened."""
        return str(self.given["kind"])

    @property
    def account(self) -> str:
        """Where it happened."""
        return self.given.get("account") or "account"

    @property
    def instrument(self) -> Instrument:
        """The one it is about."""
        return instrument_of(self.case, self.given.get("symbol"))

    @property
    def quantity(self) -> Fraction:
        """Of the instrument; positive."""
        return Fraction(self.given["qty"])

    @property
    def price(self) -> Fraction | None:
        """What one unit was worth."""
        return None if self.given.get("price") is None else Fraction(self.given["price"])

    @property
    def value(self) -> Fraction | None:
        """What all of it was worth: as it is stated, or by the price."""
        if self.given.get("value") is not None:
            return Fraction(self.given["value"])
        return None if self.price is None else self.quantity * self.price

    @property
    def ratio(self) -> Fraction:
        """New units for an old one."""
        new, _, old = str(self.given.get("ratio") or 1).partition("/")
        return Fraction(new) / Fraction(old or 1)

    @property
    def money_fee(self) -> Fraction:
        """The fee, if it is in money."""
        return Fraction(0) if self._is_coin_fee else self._fee

    @property
    def coin_fee(self) -> Fraction:
        """The fee, if it is in what is traded."""
        return self._fee if self._is_coin_fee else Fraction(0)

    @property
    def _fee(self) -> Fraction:
        fee_asset = self.given.get("fee_currency")
        fee = Fraction(self.given.get("fee") or 0)
        if fee and fee_asset not in (None, self.instrument.base, self.instrument.quote):
            need("fee in a third asset")
        return fee

    @property
    def _is_coin_fee(self) -> bool:
        return self.given.get("fee_currency") == self.instrument.base

    @property
    def occurred_at(self) -> datetime:
        """When; a date alone comes after the timed rows of that day."""
        t = str(self.given["t"])
        return moment(t) + END_OF_DAY if len(t) == len("2020-01-31") else moment(t)

    @property
    def sequence(self) -> int:
        """The order at one time: as the rows stand, unless the case puts purchases first."""
        ties = str(self.case["config"].get("ties"))
        is_later = "acquisitions before disposals" in ties and self.kind in DISPOSALS
        return self.number + (LATER if is_later else 0)


def rows_of(case: dict[str, Any]) -> list[Row]:
    """The rows of a case as they are booked: in order of arrival, at one time as the case has it.

    What it has that is not known is refused before any booking.
    """
    for row in case["fills"]:
        need(f"fill kind: {row['kind']}")
        need_keys("fill", row, FILL_KEYS)
    rows = [Row(case, row) for row in case["fills"]]
    times = [row.occurred_at for row in rows]
    is_in_order = times == sorted(times)
    return sorted(rows, key=lambda row: (row.occurred_at, row.sequence)) if is_in_order else rows


def instrument_of(case: dict[str, Any], symbol: str | None) -> Instrument:
    """What a row is about; the case's own instrument if it names none."""
    terms = case["instrument"]
    base, quote = symbol or terms["symbol"], terms["quote"]
    kind = instrument_kind(terms["asset_class"])
    return Instrument(f"{base}/{quote}", kind, base, quote, quote)


def capitalizes(case: dict[str, Any]) -> bool:
    """Whether fees in money are part of cost and proceeds."""
    return str(case["config"].get("fees")) in ("capitalise", "capitalize")


def has_coin_fees(case: dict[str, Any]) -> bool:
    """Whether a fill pays its fee in what it trades."""
    trades = [Row(case, row) for row in case["fills"] if row["kind"] in ("buy", "sell")]
    return any(row.coin_fee for row in trades)


def capitalizes_own(case: dict[str, Any]) -> bool:
    """Whether the case's own costing has fees in cost and proceeds."""
    return capitalizes(case) or has_coin_fees(case)


def asserted_by(case: dict[str, Any]) -> list[dict[str, Any]]:
    """All that a case asserts: at its end, and after its rows."""
    return [case["expect"], *case["expect"].get("steps", [])]
