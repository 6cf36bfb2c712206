"""The figures that trading engines assert, computed from what the ledger's views show.

How far a figure may be off, by the case's own words:
- `params.round_each_fill`: the source rounds PnL to the instrument's `money_dp` after each fill, so
  half a unit for each fill that it counts;
- `instrument.money_dp`, "rounded to N dp" and "rounded to cents" in `conventions`: half a unit of
  money;
- "N relative" and "asserted to N" in `conventions`: that.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any

from tests.golden.compare import NO_SLACK, Claim, Got, Slack, half_unit
from tests.golden.facts import Instrument
from tests.golden.journal import Entry
from tests.golden.ledger import Ledger
from tests.golden.support import Unsupported, need
from tests.golden.trades import (
    BY_LOT,
    FEES_CAPITALIZED,
    FEES_EXPENSED,
    GROUPINGS,
    Trade,
    by_position,
    cycles,
    runs,
)

RELATIVE = re.compile(r"([\d.]+(?:e-?\d+)?) relative")
ASSERTED = re.compile(r"asserted to (\d[\d.]*(?:e-?\d+)?)", re.IGNORECASE)
ROUNDED = re.compile(r"rounded to (?:(\d+) dp|cents)")
# Modes of realized PnL that count what a position was paid for being held.
WITH_FUNDING = ("net", "net_prorata")


class Figures:
    """What a case asserts, from what the ledger shows at this moment."""

    def __init__(self, case: dict[str, Any], ledger: Ledger, instrument: Instrument) -> None:
        self.case = case
        self.params: dict[str, Any] = case["params"]
        self.ledger = ledger
        self.instrument = instrument
        self.positions = ledger.positions(FEES_EXPENSED)
        self.entries = ledger.entries(FEES_EXPENSED)
        self.last = next(reversed(ledger.fills), 0)  # the number of the fill that came last
        self.quantity = total(p.quantity for p in self.positions)
        self.cost = total(p.cost for p in self.positions)

    def average_cost(self) -> Got:
        """Of what is open, without fees; 0 when flat."""
        return self.instrument.price(self.quantity, self.cost) or Fraction(0)

    def last_average_cost(self) -> Got:
        """As it stood before the position last went flat."""
        run = next((run for run in reversed(self._runs()) if run[-1].quantity_after == 0), None)
        if run is None:
            return None
        before = [entry for entry in run if entry.fill != run[-1].fill][-1]
        return self.instrument.price(before.quantity_after, before.cost_after)

    def average_exit(self) -> Got:
        """Average price of what closed since the position was opened, or turned."""
        closing = [entry for entry in self._current(runs) if entry.effect == "close"]
        quantity, amount = total(e.quantity for e in closing), total(e.amount for e in closing)
        return self.instrument.price(quantity, amount)

    def realized(self) -> Fraction:
        """Realized PnL in the terms of the case's params."""
        mode, scope = self.mode(), self.params.get("scope", "lifetime")
        need(f"scope: {scope}")
        if scope == "cycle":
            return self._realized_by(self._cycle(self._realizing_entries())) + self._funding()
        costing = FEES_CAPITALIZED if mode == "net_prorata" else FEES_EXPENSED
        realized = total(p.realized_pnl for p in self.ledger.positions(costing)) + self._funding()
        return realized - (self.total_fees() if mode == "net" else 0)

    def mode(self) -> str:
        """Which fees realized PnL counts, and when."""
        mode = str(self.params.get("realized", "gross"))
        need(f"realized: {mode}")
        return mode

    def realized_last(self) -> Fraction:
        """Realized by the last fill alone."""
        entries = (e for e in self._realizing_entries() if e.is_trade)
        return self._realized_by(entry for entry in entries if entry.fill == self.last)

    def realized_ratio(self) -> Got:
        """Realized PnL to what all entries before the last exit cost, fees included, leveraged."""
        entries = self.ledger.entries(FEES_CAPITALIZED)
        exits = [n for n, entry in enumerate(entries) if entry.effect == "close"]
        opened = [e.amount for e in entries[: max(exits, default=0)] if e.effect == "open"]
        if not opened:
            return Fraction(0)
        return self.realized() / abs(total(opened)) * Fraction(self.params.get("leverage") or 1)

    def stake(self) -> Got:
        """What the position ties up."""
        return abs(self.cost) / Fraction(self.params.get("leverage") or 1)

    def value(self) -> Fraction:
        """What is open at the newest price, with its sign."""
        return self.unrealized() + self.cost

    def unrealized(self) -> Fraction:
        """What closing all of it at that price would realize, before fees."""
        unrealized = [pnl for _, pnl in self.ledger.unrealized(FEES_EXPENSED)]
        if None in unrealized:
            need("a value at a price that cannot be")
        return total(pnl for pnl in unrealized if pnl is not None)

    def total_pnl(self) -> Fraction:
        """Realized in the case's terms, and unrealized."""
        return self.realized() + self.unrealized()

    def gross_performance(self) -> Fraction:
        """Realized and unrealized, before fees."""
        return total(p.realized_pnl for p in self.positions) + self.unrealized()

    def net_performance(self) -> Fraction:
        """The same after all fees."""
        return self.net_profit() + self.unrealized()

    def net_profit(self) -> Fraction:
        """Realized, less all fees in the settlement currency, and in the coin at its worth."""
        apart = self.ledger.transactions("fee", "rebate")
        paid = -total(t.quantity for t in apart if t.asset == self.instrument.settlement)
        return total(p.net_pnl for p in self.positions) - paid

    def fees(self) -> dict[str, Fraction]:
        """Fees paid, by asset, in the case's scope."""
        if self.params.get("scope") != "cycle":
            return self.ledger.fees(FEES_EXPENSED)
        paid: defaultdict[str, Fraction] = defaultdict(Fraction)
        for entry in self._cycle():
            for asset in self.ledger.fills[entry.fill].fees:
                paid[asset] += self._fee(entry, asset)
        return paid

    def total_fees(self) -> Fraction:
        """Fees paid in the settlement currency."""
        return self.fees().get(self.instrument.settlement, Fraction(0))

    def account_currency(self) -> str:
        """In which the account reports."""
        currency = self.params.get("account_currency")
        currency = currency or self.case["instrument"].get("account_currency")
        return str(currency or self.instrument.settlement)

    def in_account_currency(self, amount: Fraction) -> Fraction:
        """An amount of the settlement currency in that."""
        return self.in_currency(amount, self.instrument.settlement, self.account_currency())

    def in_currency(self, amount: Fraction, asset: str, currency: str) -> Fraction:
        """An amount of an asset in a currency, at the newest rate."""
        rate = self.ledger.rate(asset, currency)
        if rate is None:
            raise Unsupported("value in a currency without a rate")
        return amount * rate

    def fees_in_account_currency(self) -> Fraction:
        """Fees paid in whatever asset."""
        currency = self.account_currency()
        return total(self.in_currency(fee, asset, currency) for asset, fee in self.fees().items())

    def net_profit_in_account_currency(self) -> Fraction:
        """Realized, less all these."""
        realized = total(position.realized_pnl for position in self.positions)
        return self.in_account_currency(realized) - self.fees_in_account_currency()

    def peak_quantity(self) -> Got:
        """The most that was held in the current cycle."""
        return max((abs(entry.quantity_after) for entry in self._cycle()), default=Fraction(0))

    def opened_at(self) -> Got:
        """When the current cycle began; none where no fill counts."""
        return next((self.ledger.fills[e.fill].executed_at for e in self._cycle()), None)

    def closed_at(self) -> Got:
        """When it ended; none while it is open."""
        last = next(reversed(self._cycle()), None)
        if last is None:
            return None
        return self.ledger.fills[last.fill].executed_at if last.quantity_after == 0 else None

    def part_of_last(self, effect: str) -> Fraction:
        """What the last fill opened or closed, with its sign."""
        entries = (e for e in self.entries if e.is_trade and e.fill == self.last)
        return total(entry.quantity for entry in entries if entry.effect == effect)

    def cash_flow(self, asset: str) -> Got:
        """What fills and transactions moved in a currency; opening balances move nothing."""
        need(f"cash model: {self.params.get('cash_model', 'notional')}")
        return total(self.ledger.holdings(asset).values())

    def missing(self) -> Fraction:
        """What was sold and had not been there."""
        return total(m.quantity for m in self.ledger.matches(BY_LOT) if m.opened_by < 0)

    def found_last(self) -> Fraction:
        """What the last fill closed of what was there."""
        closed = [m for m in self.ledger.matches(BY_LOT) if m.closed_by == self.last]
        return total(m.quantity for m in closed if m.opened_by > 0)

    def trades(self) -> list[Trade]:
        """Closed trades, in the order of closing."""
        grouping = self.params.get("grouping", "FillToFill")
        need(f"grouping: {grouping}")
        costing = FEES_EXPENSED if grouping == "FlatToFlat" else BY_LOT
        return list(GROUPINGS[grouping](self.ledger, costing))

    def claim(self, path: str, expected: Any, got: Got, measure: str = "money") -> Claim:
        """A figure, with the slack that the case leaves for its measure."""
        if isinstance(expected, dict | list):
            need(f"expected figure of another form: {path}")
        return Claim(path, expected, got, self._slack(measure))

    def _slack(self, measure: str) -> Slack:
        if measure == "quantity":
            return NO_SLACK
        relative = RELATIVE.search(self.case["conventions"])
        asserted = ASSERTED.search(self.case["conventions"])
        absolute = Fraction(asserted[1].rstrip(".")) if asserted else Fraction(0)
        if measure != "price" and (places := self._money_places()) is not None:
            rounded = 1
            if measure == "realized" and self.params.get("round_each_fill"):
                rounded += len({entry.fill for entry in self._cycle()})
            absolute = max(absolute, rounded * half_unit(places))
        return Slack(absolute, Fraction(relative[1]) if relative else Fraction(0))

    def _money_places(self) -> int | None:
        """To how many decimals the source rounds money, if it does."""
        if (places := self.case["instrument"].get("money_dp")) is not None:
            return int(places)
        rounded = ROUNDED.search(self.case["conventions"])
        return int(rounded[1] or 2) if rounded else None

    def _runs(self) -> list[list[Entry]]:
        return [run for journal in by_position(self.entries) for run in runs(journal)]

    def _cycle(self, entries: list[Entry] | None = None) -> list[Entry]:
        """The entries of each position since a fill last left it flat before it was opened."""
        return self._current(cycles, entries)

    def _current(
        self,
        cut: Callable[[list[Entry]], list[list[Entry]]],
        entries: list[Entry] | None = None,
    ) -> list[Entry]:
        journals = by_position(self.entries if entries is None else entries)
        current = [entry for journal in journals for entry in cut(journal)[-1]]
        return [entry for entry in current if entry.is_trade]

    def _fee(self, entry: Entry, asset: str) -> Fraction:
        """An entry's part of its fill's fee in an asset."""
        parts = (e for e in self.entries if e.fill == entry.fill and e.is_trade)
        booked = total(abs(part.quantity) for part in parts)
        return self.ledger.fills[entry.fill].fees[asset] * abs(entry.quantity) / booked

    def _funding(self) -> Fraction:
        """What came in for being held, in the case's scope: since the position was last flat."""
        if self.mode() not in WITH_FUNDING:
            return Fraction(0)
        received = self.ledger.transactions("funding")
        if self.params.get("scope") == "cycle":
            past = [run for j in by_position(self.entries) for run in cycles(j)[:-1]]
            since = max((run[-1].place for run in past), default=None)
            received = [t for t in received if since is None or t.place > since]
        return total(t.quantity for t in received if t.asset == self.instrument.settlement)

    def _realizing_entries(self) -> list[Entry]:
        prorata = self.mode() == "net_prorata"
        return self.ledger.entries(FEES_CAPITALIZED) if prorata else self.entries

    def _realized_by(self, entries: Iterable[Entry]) -> Fraction:
        realized, settlement = Fraction(0), self.instrument.settlement
        for entry in entries:
            realized += entry.realized_pnl
            if self.mode() == "net" and settlement in self.ledger.fills[entry.fill].fees:
                realized -= self._fee(entry, settlement)
        return realized


def total(figures: Iterable[Fraction]) -> Fraction:
    """Their sum, exact also when there are none."""
    return sum(figures, Fraction(0))
