"""The figures that cost-basis tools assert, computed from what the ledger's views show.

How far a figure may be off, by the case's own words:
- `config.round`: money is rounded at the end, or at every allocation: then half a unit for each
  part that closed so far;
- `config.compare_dp`, `config.compare_rel`: that.
A figure of several symbols is asserted for each by itself. Income is what rewards were worth when
they came, and dividends.
"""

import re
from collections.abc import Iterable
from datetime import timedelta
from fractions import Fraction
from typing import Any

from tests.golden.compare import NO_SLACK, Claim, Got, Slack, half_unit
from tests.golden.journal import Match, Position
from tests.golden.ledger import Ledger
from tests.golden.methods import methods_of
from tests.golden.support import Unsupported, need
from tests.golden.trades import FEES_EXPENSED, OWN

WHOLE_DAYS = re.compile(r"(\d+) whole days or more = LONG")
INCOME = ("reward", "interest", "dividend")
MOVES = ("transfer", "conversion")


class Figures:
    """What a case asserts, from what the ledger shows at this moment; of one symbol, or of all."""

    def __init__(
        self,
        case: dict[str, Any],
        ledger: Ledger,
        marks: dict[str, Fraction],
        symbol: str | None = None,
    ) -> None:
        self.case = case
        self.config: dict[str, Any] = case["config"]
        self.rows: dict[int, dict[str, Any]] = {row["seq"]: row for row in case["fills"]}
        self.ledger = ledger
        self.marks = marks
        self.symbol = symbol
        self.own = self._positions(OWN)
        self.expensed = self._positions(FEES_EXPENSED)
        self.cost = total(p.cost for p in self.own)
        self.realized = total(p.realized_pnl for p in self.own)

    def of(self, symbol: str) -> "Figures":
        """The same of one symbol."""
        return Figures(self.case, self.ledger, self.marks, symbol)

    def is_about(self, instrument: str | None) -> bool:
        """Whether an instrument is the symbol's."""
        if self.symbol is None:
            return True
        return instrument is not None and instrument.rpartition("/")[0] == self.symbol

    def is_average(self) -> bool:
        """Whether the case keeps an average, and so no lots of its own."""
        methods = methods_of(self.case)
        if "WAC" in methods and len(methods) > 1:
            need("lots of a costing that was an average for a time")
        return methods == {"WAC"}

    def fees(self) -> Fraction:
        """Fees paid in money, in the coin at its price, and in kind at cost."""
        apart = self.ledger.transactions("fee", "rebate")
        paid = -total(t.quantity for t in apart if self.is_about(t.instrument))
        return paid + total(p.fees for p in self.expensed)

    def income(self) -> Fraction:
        """What rewards were worth when they came, and money received."""
        return total(
            t.amount if t.kind == "reward" else t.quantity
            for t in self.ledger.transactions(*INCOME)
            if self.is_about(t.instrument)
        )

    def quantity(self) -> Fraction:
        """What is held of the one symbol."""
        if len({position.instrument for position in self.own if position.quantity}) > 1:
            need("one figure of several symbols")
        return total(p.quantity for p in self.own)

    def holding(self, account: str) -> Fraction:
        """What an account holds of the one symbol."""
        instruments = {position.instrument for position in self.own}
        if len(instruments) > 1:
            need("one figure of several symbols")
        symbol = next(iter(instruments), "").rpartition("/")[0]
        return self.ledger.holdings(symbol).get(account, Fraction(0))

    def average_cost(self) -> Got:
        """Of what is open, in the case's costing; 0 when flat."""
        quantity = self.quantity()
        return self.cost / quantity if quantity else Fraction(0)

    def market_value(self) -> Fraction:
        """What is open, at the last mark."""
        return self.unrealized() + self.cost

    def unrealized(self) -> Fraction:
        """The same, less its cost."""
        return self._unrealized(OWN)

    def unrealized_before_fees(self) -> Fraction:
        """The same, less its cost without fees."""
        return self._unrealized(FEES_EXPENSED)

    def gross(self) -> Fraction:
        """Realized and unrealized, before all fees."""
        return total(p.realized_pnl for p in self.expensed) + self.unrealized_before_fees()

    def average_acquired(self) -> Got:
        """All cost ever, by all quantity ever acquired."""
        acquired = [
            e
            for e in self.ledger.entries(OWN)
            if e.effect == "open" and e.quantity > 0 and e.kind not in MOVES
        ]
        return total(e.amount for e in acquired) / total(e.quantity for e in acquired)

    def claim(self, path: str, expected: Any, got: Got, measure: str = "money") -> Claim:
        """A figure, with the slack that the case leaves for its measure."""
        if isinstance(expected, dict | list):
            need(f"expected figure of another form: {path}")
        return Claim(path, expected, got, self._slack(measure))

    def term(self, match: Match, asserted: str) -> str:
        """How a gain is taxed by the time of holding, in the case's words."""
        if seconds := self.config.get("free_after_seconds"):
            is_free = match.holding_time > timedelta(seconds=int(seconds))
            return "FREE" if is_free else asserted.replace("FREE", "not FREE")
        if days := WHOLE_DAYS.match(str(self.config.get("term_days"))):
            return "LONG" if match.holding_time >= timedelta(days=int(days[1])) else "SHORT"
        raise Unsupported(f"term of holding: {self.config.get('term_days')}")

    def _unrealized(self, costing: str) -> Fraction:
        """By the ledger; what is marked at 0 has lost its cost."""
        lost = total(p.cost for p in self._positions(costing) if self.marks.get(p.instrument) == 0)
        unrealized = [
            pnl
            for instrument, pnl in self.ledger.unrealized(costing)
            if self.is_about(instrument) and self.marks.get(instrument) != 0
        ]
        if None in unrealized:
            need("a value at a mark that is not given")
        return total(pnl for pnl in unrealized if pnl is not None) - lost

    def _positions(self, costing: str) -> list[Position]:
        return [p for p in self.ledger.positions(costing) if self.is_about(p.instrument)]

    def _slack(self, measure: str) -> Slack:
        if measure == "quantity":
            return NO_SLACK
        absolute = Fraction(0)
        if rounding := self.config.get("round"):
            parts = [e for e in self.ledger.entries(OWN) if e.effect == "close"]
            each = len(parts) if "every" in str(rounding.get("where")) else 1
            absolute = half_unit(int(rounding["money"])) * max(1, each)
        if (places := self.config.get("compare_dp")) is not None:
            absolute = max(absolute, half_unit(int(places)))
        return Slack(absolute, Fraction(self.config.get("compare_rel") or 0))


def total(figures: Iterable[Fraction]) -> Fraction:
    """Their sum, exact also when there are none."""
    return sum(figures, Fraction(0))
