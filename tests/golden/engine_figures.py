"""The figures that trading engines assert, computed from what the ledger's views show.

How far a figure may be off, by the case's own words:
- `params.round_each_fill`: the source rounds PnL to the instrument's `money_dp` after each fill, so
  half a unit for each fill that it counts;
- `instrument.money_dp`, "rounded to N dp" and "rounded to cents" in `conventions`: half a unit of
  money;
- "N relative" and "asserted to N" in `conventions`: that.
Notional and net exposure are compared without sign: sources differ in it.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import Any

from tests.golden.compare import NO_SLACK, Claim, Got, Slack, half_unit
from tests.golden.ledger import Entry, Instrument, Ledger
from tests.golden.support import need, need_figures
from tests.golden.trades import (
    BY_LOT,
    FEES_CAPITALIZED,
    FEES_EXPENSED,
    GROUPINGS,
    Trade,
    by_position,
    runs,
)

RELATIVE = re.compile(r"([\d.]+(?:e-?\d+)?) relative")
ASSERTED = re.compile(r"asserted to (\d[\d.]*(?:e-?\d+)?)", re.IGNORECASE)
ROUNDED = re.compile(r"rounded to (?:(\d+) dp|cents)")
# A note about cash rather than about a figure: profit after all fees, those in the coin included.
CONSERVATION = "conservation"


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
        """Average price of what closed in the current cycle."""
        closing = [entry for entry in self._cycle() if entry.effect == "close"]
        quantity, amount = total(e.quantity for e in closing), total(e.amount for e in closing)
        return self.instrument.price(quantity, amount)

    def realized(self) -> Fraction:
        """Realized PnL in the terms of the case's params."""
        mode, scope = self.params.get("realized", "gross"), self.params.get("scope", "lifetime")
        need(f"realized: {mode}")
        need(f"scope: {scope}")
        if scope == "cycle":
            return self._realized_by(self._cycle(self._realizing_entries()))
        costing = FEES_CAPITALIZED if mode == "net_prorata" else FEES_EXPENSED
        positions = self.ledger.positions(costing)
        return total(p.net_pnl if mode == "net" else p.realized_pnl for p in positions)

    def realized_last(self) -> Got:
        """Realized by the last fill alone."""
        return self._realized_by(e for e in self._realizing_entries() if e.fill == self.last)

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

    def value(self, mark: str) -> Fraction:
        """What is open at a mark, with its sign."""
        return self.instrument.amount(self.quantity, Fraction(mark))

    def notional(self, mark: str) -> Fraction:
        """The same without sign."""
        return abs(self.value(mark))

    def unrealized(self, mark: str) -> Fraction:
        """What closing all at the mark would realize, before fees."""
        return self.value(mark) - self.cost

    def total_pnl(self, mark: str) -> Fraction:
        """Realized in the case's terms, and unrealized."""
        return self.realized() + self.unrealized(mark)

    def gross_performance(self, mark: str) -> Fraction:
        """Realized and unrealized, before fees."""
        return total(p.realized_pnl for p in self.positions) + self.unrealized(mark)

    def net_performance(self, mark: str) -> Fraction:
        """The same after all fees."""
        return total(p.net_pnl for p in self.positions) + self.unrealized(mark)

    def net_profit(self) -> Got:
        """Realized, less all fees in the settlement currency or at the price of their fills."""
        return total(p.net_pnl for p in self.positions)

    def fees(self) -> dict[str, Fraction]:
        """Fees paid, by asset, in the case's scope."""
        if self.params.get("scope") != "cycle":
            return self.ledger.fees(FEES_EXPENSED)
        paid: defaultdict[str, Fraction] = defaultdict(Fraction)
        for entry in self._cycle():
            paid[self.ledger.fills[entry.fill].fee_asset or ""] += self._fee(entry)
        return paid

    def total_fees(self) -> Got:
        """Fees paid in the settlement currency."""
        return self.fees().get(self.instrument.settlement, Fraction(0))

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
        entries = (e for e in self.entries if e.fill == self.last and e.effect == effect)
        return total(entry.quantity for entry in entries)

    def cash_flow(self, asset: str) -> Got:
        """What fills moved in a currency; opening balances move nothing."""
        if not self.instrument.is_owned_outright:
            need("cash of a derivative")
        need(f"cash model: {self.params.get('cash_model', 'notional')}")
        fills = self.ledger.fills
        moving = [entry for entry in self.entries if not fills[entry.fill].opening]
        paid = total(self._fee(entry) for entry in moving if fills[entry.fill].fee_asset == asset)
        bought = total(e.amount for e in moving if asset == self.instrument.settlement)
        return -bought - paid

    def trades(self) -> list[Trade]:
        """Closed trades, in the order of closing."""
        grouping = self.params.get("grouping", "FillToFill")
        need(f"grouping: {grouping}")
        costing = FEES_EXPENSED if grouping == "FlatToFlat" else BY_LOT
        return list(GROUPINGS[grouping](self.ledger, costing))

    def need_account_currency(self) -> None:
        """Amounts in the account's currency are known where that is the quote currency."""
        terms = self.case["instrument"]
        currency = self.params.get("account_currency") or terms.get("account_currency")
        if currency not in (None, self.instrument.quote):
            need("value in another currency")

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
        """The entries of each position since it was last flat before it was opened."""
        journals = by_position(self.entries if entries is None else entries)
        return [entry for journal in journals for entry in runs(journal)[-1]]

    def _fee(self, entry: Entry) -> Fraction:
        """An entry's part of its fill's fee."""
        fill = self.ledger.fills[entry.fill]
        return fill.fee * abs(entry.quantity) / fill.quantity

    def _realizing_entries(self) -> list[Entry]:
        prorata = self.params.get("realized") == "net_prorata"
        return self.ledger.entries(FEES_CAPITALIZED) if prorata else self.entries

    def _realized_by(self, entries: Iterable[Entry]) -> Fraction:
        realized = Fraction(0)
        for entry in entries:
            realized += entry.realized_pnl
            paid_in = self.ledger.fills[entry.fill].fee_asset
            if self.params.get("realized") == "net" and paid_in == self.instrument.settlement:
                realized -= self._fee(entry)
        return realized


def total(figures: Iterable[Fraction]) -> Fraction:
    """Their sum, exact also when there are none."""
    return sum(figures, Fraction(0))


Figure = Callable[[Figures, str, Any], Iterator[Claim]]


def one(figure: Callable[[Figures], Got], measure: str = "money") -> Figure:
    """An asserted figure that stands by itself."""

    def claims(figures: Figures, path: str, expected: Any) -> Iterator[Claim]:
        yield figures.claim(path, expected, figure(figures), measure)

    return claims


def in_account_currency(figure: Figure) -> Figure:
    """An asserted figure in the currency of the account."""

    def claims(figures: Figures, path: str, expected: Any) -> Iterator[Claim]:
        figures.need_account_currency()
        yield from figure(figures, path, expected)

    return claims


def per_mark(figure: Callable[[Figures, str], Fraction], measure: str = "money") -> Figure:
    """A list of {mark, value}, or one figure at the case's only mark.

    A source that takes off what closing would cost says how much that is.
    """

    def claims(figures: Figures, path: str, expected: Any) -> Iterator[Claim]:
        for item in _marked(figures, expected):
            need_figures(item, ("mark", "value", "estimated_close_fee_acct"))
            got = figure(figures, item["mark"])
            got -= Fraction(item.get("estimated_close_fee_acct") or 0)
            yield figures.claim(f"{path} at {item['mark']}", item["value"], got, measure)

    return claims


def unsigned(figure: Figure) -> Figure:
    """A figure by its size alone."""

    def claims(figures: Figures, path: str, expected: Any) -> Iterator[Claim]:
        for claim in figure(figures, path, expected):
            yield Claim(claim.path, str(claim.expected).lstrip("-"), claim.got, claim.slack)

    return claims


def _marked(figures: Figures, expected: Any) -> list[dict[str, Any]]:
    if isinstance(expected, list):
        return expected
    marks = figures.case["marks"]
    if len(marks) != 1:
        need("a value at a mark that is not given")
    return [{"mark": marks[0]["price"], "value": expected}]


def _fees(figures: Figures, path: str, expected: Any) -> Iterator[Claim]:
    if not isinstance(expected, dict):
        yield figures.claim(path, expected, figures.total_fees())
        return
    for asset, value in expected.items():
        got = figures.fees().get(asset, Fraction(0))
        yield figures.claim(f"{path} in {asset}", value, got)


def _cash(figures: Figures, path: str, expected: dict[str, Any]) -> Iterator[Claim]:
    for asset, value in expected.items():
        yield figures.claim(f"{path} in {asset}", value, figures.cash_flow(asset))


def _market_value(figures: Figures, path: str, expected: Any) -> Iterator[Claim]:
    if isinstance(expected, dict):
        if set(expected) != {figures.instrument.quote}:
            need("value in another currency")
        expected = expected[figures.instrument.quote]
    yield from per_mark(Figures.value)(figures, path, expected)


def _rounded_quantity(figures: Figures, path: str, expected: int) -> Iterator[Claim]:
    """The source keeps so many decimals of the quantity; the ledger keeps those, and the rest."""
    booked = round(total(f.signed_quantity for f in figures.ledger.fills.values()), expected)
    yield Claim(path, str(float(booked)), figures.quantity, Slack(half_unit(expected)))


def _lots(figures: Figures, path: str, expected: list[dict[str, Any]]) -> Iterator[Claim]:
    if figures.case["method"] == "WAC":
        need("lots of an average")
    for lot in expected:
        need_figures(lot, ("fill", "qty"))
    left = {lot.fill: lot.quantity for lot in figures.ledger.lots(FEES_EXPENSED)}
    asserted = {lot["fill"]: lot["qty"] for lot in expected}
    for fill in sorted({*left, *asserted}):
        yield Claim(f"{path} of fill {fill}", asserted.get(fill, "0"), left.get(fill, 0))


def _matches(figures: Figures, path: str, expected: list[dict[str, Any]]) -> Iterator[Claim]:
    trades = figures.trades()
    yield Claim(f"{path}: count", len(expected), len(trades))
    for number, (row, trade) in enumerate(zip(expected, trades, strict=False), start=1):
        yield from _match(figures, f"{path}[{number}]", row, trade)


def _match(figures: Figures, path: str, row: dict[str, Any], trade: Trade) -> Iterator[Claim]:
    got: dict[str, tuple[Got, str]] = {
        "entry_price": (trade.entry_price, "price"),
        "exit_price": (trade.exit_price, "price"),
        "qty": (trade.quantity, "quantity"),
        "direction": (trade.direction, "quantity"),
        "pnl": (trade.pnl, "money"),
        "fees": (trade.fees, "money"),
        "orders": (str(trade.fills), "quantity"),
    }
    need_figures(row, got)
    for key, expected in row.items():
        figure, measure = got[key]
        asserted = str(sorted(expected)) if key == "orders" else expected
        yield figures.claim(f"{path}.{key}", asserted, figure, measure)


FIGURES: dict[str, Figure] = {
    "qty": one(lambda f: f.quantity, "quantity"),
    "avg_cost": one(Figures.average_cost, "price"),
    "last_avg_cost": one(Figures.last_average_cost, "price"),
    "avg_exit": one(Figures.average_exit, "price"),
    "total_cost": one(lambda f: f.cost),
    "investment": one(lambda f: f.cost),
    "stake": one(Figures.stake),
    "realized_pnl": one(Figures.realized, "realized"),
    "realized_last": one(Figures.realized_last, "realized"),
    "last_trade_profit": one(Figures.realized_last, "realized"),
    "last_trade_profit_acct": in_account_currency(one(Figures.realized_last, "realized")),
    "realized_ratio": one(Figures.realized_ratio, "price"),
    "net_profit": one(Figures.net_profit, "realized"),
    "net_profit_acct": in_account_currency(one(Figures.net_profit, "realized")),
    "unrealized_pnl": per_mark(Figures.unrealized),
    "unrealized_pnl_acct": in_account_currency(per_mark(Figures.unrealized)),
    "total_pnl": per_mark(Figures.total_pnl, "realized"),
    "gross_performance": per_mark(Figures.gross_performance),
    "net_performance": per_mark(Figures.net_performance),
    "notional": unsigned(per_mark(Figures.notional)),
    "net_exposure": unsigned(per_mark(Figures.notional)),
    "market_value": _market_value,
    "holdings_cost_abs_acct": in_account_currency(one(lambda f: abs(f.cost))),
    "holdings_value_abs_acct": in_account_currency(per_mark(Figures.notional)),
    CONSERVATION: one(Figures.net_profit),
    "fees": _fees,
    "total_fees": one(Figures.total_fees),
    "total_fees_acct": in_account_currency(one(Figures.total_fees)),
    "cash": _cash,
    "cash_flows": _cash,
    "matches": _matches,
    "lots": _lots,
    "opened": one(lambda f: f.part_of_last("open"), "quantity"),
    "closed": one(lambda f: f.part_of_last("close"), "quantity"),
    "peak_qty": one(Figures.peak_quantity, "quantity"),
    "opened_at": one(Figures.opened_at),
    "closed_at": one(Figures.closed_at),
    "qty_rounded_to_dp": _rounded_quantity,
    # A case that sells more than it holds is unsupported before it comes here.
    "missing_qty": one(lambda _: Fraction(0), "quantity"),
    "found_qty_last": one(lambda f: abs(f.part_of_last("close")), "quantity"),
}
