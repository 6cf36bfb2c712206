"""How fills and events of a trading engine are booked.

A fill carries one fee: that in the settlement currency; the others are fees by themselves. A fee in
the coin leaves the quantity alone, unless `base_fee_adjusts_qty`: then it leaves at its cost, by
which neither average nor realized PnL changes, or, where there is not enough to take it from, as
part of its fill. What a long-only source misses at a sale came before it, at a cost that nobody
knows.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction
from math import trunc
from typing import Any

from tests.golden.compare import FIRST_TICK, moment
from tests.golden.engine_marks import record_rates
from tests.golden.facts import BOOK, Fill, Instrument
from tests.golden.ledger import Ledger
from tests.golden.trades import FEES_EXPENSED


def fill_of(row: dict[str, Any], instrument: Instrument) -> Fill:
    """A fill as a case gives it."""
    return Fill(
        number=row["seq"],
        instrument=instrument,
        account=row.get("account") or "account",
        side=row["side"].lower(),
        quantity=Fraction(row["qty"]),
        price=str(row["price"] or 0),  # none: nothing that is asserted depends on it
        executed_at=_moment(row["t"]),
        fees=_fees(row, instrument),
        sequence=row["seq"],
        identity=str(row.get("trade_id") or ""),
        order=str(row.get("order") or ""),
        book=f"position {row['position']}" if row.get("position") else BOOK,
    )


class EngineBookkeeper:
    """Books the fills and events of a case."""

    def __init__(self, case: dict[str, Any], ledger: Ledger, instrument: Instrument) -> None:
        self.rows: dict[int, dict[str, Any]] = {row["seq"]: row for row in case["fills"]}
        self.params: dict[str, Any] = case["params"]
        self.account_currency = self.params.get("account_currency") or case["instrument"].get(
            "account_currency"
        )
        self.ledger = ledger
        self.instrument = instrument

    def book(self, fill: Fill) -> tuple[str, str]:
        """Book a fill and its fees; return what became of it and why."""
        row = self.rows[fill.number]
        if row.get("fx") and self.account_currency:
            pair = f"{self.instrument.quote}/{self.account_currency}"
            record_rates(self.ledger, {pair: row["fx"]})
        if row.get("opening"):
            return self._open(fill)
        if self.params.get("long_only") and fill.side == "sell":
            self._supply_missing(fill)
        carried = self._carried_fee(fill)
        outcome, reason = self.ledger.book(
            replace(fill, fee=fill.fees.get(carried, Fraction(0)), fee_asset=carried)
            if carried
            else fill
        )
        if outcome == "booked":
            for asset, fee in fill.fees.items():
                if asset != carried:
                    self._pay_apart(fill, asset, fee)
        return outcome, reason

    def book_event(self, event: Mapping[str, Any]) -> None:
        """Book an event, right after its fill."""
        BOOKED_AS[event["type"]](self, event)

    def bust_order(self, event: Mapping[str, Any]) -> None:
        """Take back an order."""
        self.ledger.bust_order(str(event["order"]))

    def funding(self, event: Mapping[str, Any]) -> None:
        """What was received for holding the position, or paid."""
        self._record(
            self._fill(event),
            "funding",
            quantity=Fraction(event["amount"]),
            asset=event.get("currency") or self.instrument.settlement,
        )

    def qty_adjustment(self, event: Mapping[str, Any]) -> None:
        """A change of quantity that leaves the average as it is."""
        change = Fraction(next(event[key] for key in ("qty", "quantity", "amount") if key in event))
        fill = self._fill(event)
        held, cost = self._held(fill)
        grows = change * held > 0
        amount = abs(cost * change / held) if grows else None
        self._record(fill, "adjustment", quantity=change, cost=amount)

    def split(self, event: Mapping[str, Any]) -> None:
        """Quantity ÷ factor; with truncate, the fraction that is left over is paid in cash."""
        fill, factor = self._fill(event), Fraction(event["factor"])
        self.ledger.record(
            fill.number,
            "split",
            instrument=self.instrument.name,
            new_units=Fraction(factor.denominator),
            old_units=Fraction(factor.numerator),
            **_when(fill),
        )
        held, cost = self._held(fill)
        fraction = held - trunc(held)
        if event.get("truncate") and fraction:
            at_cost = abs(cost * fraction / held)
            price = event.get("price")
            paid = at_cost if price is None else abs(fraction) * Fraction(price)
            self._record(fill, "cash_in_lieu", quantity=-fraction, amount=paid)

    def _open(self, fill: Fill) -> tuple[str, str]:
        cost = abs(self.instrument.amount(fill.quantity, Fraction(fill.price)))
        self._record(fill, "opening_balance", quantity=fill.signed_quantity, cost=cost)
        self.ledger.fills[fill.number] = fill
        for asset, fee in fill.fees.items():
            self._pay_apart(fill, asset, fee)
        return "booked", ""

    def _carried_fee(self, fill: Fill) -> str | None:
        """The asset of the fee that the fill itself carries."""
        base = self.instrument.base if self.instrument.has_coin else None
        if self._adjusts(fill) and not self._is_taken_after(fill):
            return base
        others = [asset for asset in fill.fees if asset != base]
        return min(others, key=lambda a: a != self.instrument.settlement, default=None)

    def _adjusts(self, fill: Fill) -> bool:
        is_coin = self.instrument.has_coin and self.instrument.base in fill.fees
        return is_coin and bool(self.params.get("base_fee_adjusts_qty"))

    def _is_taken_after(self, fill: Fill) -> bool:
        """Whether there is enough after the fill to take its coin fee from, at its cost."""
        after = self._held(fill)[0] + fill.signed_quantity
        return after >= fill.fees[self.instrument.base] > 0

    def _pay_apart(self, fill: Fill, asset: str, fee: Fraction) -> None:
        if asset == self.instrument.base and self._adjusts(fill):
            self._record(fill, "network_fee", quantity=fee)
        else:
            kind = "fee" if fee > 0 else "rebate"
            self._record(fill, kind, quantity=abs(fee), asset=asset)

    def _supply_missing(self, fill: Fill) -> None:
        missing = fill.quantity - max(self._held(fill)[0], Fraction(0))
        if missing > 0:
            self._record(fill, "adjustment", number=-fill.number, quantity=missing)

    def _held(self, fill: Fill) -> tuple[Fraction, Fraction]:
        """Quantity and cost of the position of a fill."""
        positions = [
            p
            for p in self.ledger.positions(FEES_EXPENSED)
            if p.account in (None, fill.account) and p.book == fill.book
        ]
        quantity = sum((p.quantity for p in positions), Fraction(0))
        return quantity, sum((p.cost for p in positions), Fraction(0))

    def _fill(self, event: Mapping[str, Any]) -> Fill:
        """The fill after which an event comes; only its place is asked for."""
        return fill_of(self.rows[event["after_fill"]], self.instrument)

    def _record(self, fill: Fill, kind: str, number: int | None = None, **arguments: Any) -> None:
        self.ledger.record(
            number or fill.number,
            kind,
            book=fill.book,
            account=fill.account,
            instrument=self.instrument.name,
            **arguments,
            **_when(fill),
        )


BOOKED_AS: dict[str, Callable[[EngineBookkeeper, Mapping[str, Any]], None]] = {
    kind: getattr(EngineBookkeeper, kind)
    for kind in ("bust_order", "funding", "qty_adjustment", "split")
}


def _when(fill: Fill) -> dict[str, Any]:
    return {"occurred_at": fill.executed_at, "sequence": fill.sequence}


def _fees(row: dict[str, Any], instrument: Instrument) -> dict[str, Fraction]:
    """The fees of a fill by asset; a list of several has them all."""
    listed = row.get("fees") or []
    if isinstance(listed, dict):
        listed = [{"fee": fee, "fee_currency": asset} for asset, fee in listed.items()]
    fees: defaultdict[str, Fraction] = defaultdict(Fraction)
    for item in listed or [row]:
        amount = item.get("fee", item.get("amount")) if listed else item.get("fee")
        asset = item.get("fee_currency", item.get("currency"))
        fees[asset or instrument.settlement] += Fraction(amount or 0)
    return {asset: fee for asset, fee in fees.items() if fee}


def _moment(t: Any) -> datetime:
    """A sequence number counts seconds from a day of our choice."""
    try:
        return FIRST_TICK + timedelta(seconds=float(t))
    except ValueError:
        return moment(str(t))
