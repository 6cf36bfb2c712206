"""The figures that cost-basis tools assert, computed from what the ledger's views show.

How far a figure may be off, by the case's own words:
- `config.round`: money is rounded at the end, or at every allocation: then half a unit for each
  part that closed so far;
- `config.compare_dp`, `config.compare_rel`: that.
A lot is what is left of one purchase; a source that merges lots of one date and price is compared
with their sum. Matches: for a short, `cost` is what was paid to close it and `proceeds` what
opening it brought; the ledger gives both with the sign of the position.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from fractions import Fraction
from typing import Any, NamedTuple

from tests.golden.compare import EXACT, NO_SLACK, Claim, Got, Slack, half_unit, moment
from tests.golden.ledger import Ledger, Match, as_text
from tests.golden.methods import methods_of
from tests.golden.support import Unsupported, need, need_figures
from tests.golden.trades import BY_LOT, FEES_EXPENSED, OWN

LOT_NAMES = ("open", "account", "symbol", "label", "opened")  # by which lots are told apart
WHOLE_DAYS = re.compile(r"(\d+) whole days or more = LONG")


class PricedLots(NamedTuple):
    """A quantity at one price; the price is 0 where the case does not say it."""

    price: Fraction
    quantity: Fraction


class Figures:
    """What a case asserts, from what the ledger shows at this moment."""

    def __init__(self, case: dict[str, Any], ledger: Ledger, marks: dict[str, Fraction]) -> None:
        self.case = case
        self.config: dict[str, Any] = case["config"]
        self.rows: dict[int, dict[str, Any]] = {row["seq"]: row for row in case["fills"]}
        self.ledger = ledger
        self.marks = marks
        self.own = ledger.positions(OWN)
        self.expensed = ledger.positions(FEES_EXPENSED)
        self.cost = total(p.cost for p in self.own)
        self.realized = total(p.realized_pnl for p in self.own)
        self.fees = total(p.fees for p in self.expensed)

    def is_average(self) -> bool:
        """Whether the case keeps an average, and so no lots of its own."""
        methods = methods_of(self.case)
        if "WAC" in methods and len(methods) > 1:
            need("lots of a costing that was an average for a time")
        return methods == {"WAC"}

    def quantity(self) -> Fraction:
        """What is held of the one symbol."""
        if len({position.instrument for position in self.own}) > 1:
            need("one figure of several symbols")
        return total(p.quantity for p in self.own)

    def average_cost(self) -> Got:
        """Of what is open, in the case's costing; 0 when flat."""
        quantity = self.quantity()
        return self.cost / quantity if quantity else Fraction(0)

    def market_value(self) -> Fraction:
        """What is open, at the last mark."""
        held = [position for position in self.own if position.quantity]
        if any(position.instrument not in self.marks for position in held):
            need("a value at a mark that is not given")
        return total(p.quantity * self.marks[p.instrument] for p in held)

    def unrealized(self) -> Got:
        """The same, less its cost."""
        return self.market_value() - self.cost

    def unrealized_before_fees(self) -> Fraction:
        """The same, less its cost without fees."""
        return self.market_value() - total(p.cost for p in self.expensed)

    def gross(self) -> Fraction:
        """Realized and unrealized, before all fees."""
        return total(p.realized_pnl for p in self.expensed) + self.unrealized_before_fees()

    def average_acquired(self) -> Got:
        """All cost ever, by all quantity ever acquired."""
        acquired = [e for e in self.ledger.entries(OWN) if e.effect == "open" and e.quantity > 0]
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

    def open_lots(self, *, priced: bool) -> Iterator[dict[str, Any]]:
        """Open lots in the words of a case; of an average those by fifo, which have no price."""
        is_average = self.is_average()
        if is_average and priced:
            yield from self._average_as_lot()
            return
        for lot in self.ledger.lots(BY_LOT if is_average else OWN):
            row = self.rows[lot.fill]
            yield {
                "open": lot.fill,
                "account": row.get("account"),
                "symbol": row.get("symbol"),
                "label": row.get("label"),
                "opened": row["t"],
                "price": lot.cost / lot.quantity,
                "qty": lot.quantity,
            }

    def _average_as_lot(self) -> Iterator[dict[str, Any]]:
        """The one lot into which a source has merged what it holds at average cost."""
        if len(self.own) != 1 or not str(self.config.get("average")).startswith("merge"):
            need("lots of an average")
        position = self.own[0]
        if position.opened_at is not None:
            yield {
                "opened": position.opened_at.isoformat(),
                "price": position.cost / position.quantity,
                "qty": position.quantity,
            }

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


Figure = Callable[[Figures, str, Any], Iterator[Claim]]


def one(figure: Callable[[Figures], Got], measure: str = "money") -> Figure:
    """An asserted figure that stands by itself."""

    def claims(figures: Figures, path: str, expected: Any) -> Iterator[Claim]:
        yield figures.claim(path, expected, figure(figures), measure)

    return claims


def _quantity(figures: Figures, path: str, expected: Any) -> Iterator[Claim]:
    """What is held; of several symbols each by itself."""
    if not isinstance(expected, dict):
        yield figures.claim(path, expected, figures.quantity(), "quantity")
        return
    for symbol, value in expected.items():
        held = (p.quantity for p in figures.own if p.instrument.rpartition("/")[0] == symbol)
        yield figures.claim(f"{path} of {symbol}", value, total(held), "quantity")


def _lots(figures: Figures, path: str, expected: list[dict[str, Any]]) -> Iterator[Claim]:
    """What is left: lots of one name, and of one price where the case says it, together."""
    for lot in expected:
        need_figures(lot, {*LOT_NAMES, "price", "qty"})
    names = [name for name in LOT_NAMES if any(name in lot for lot in expected)]
    priced = any("price" in lot for lot in expected)
    asserted = _by_name(expected, names, priced=priced)
    left = _by_name(figures.open_lots(priced=priced), names, priced=priced)
    for name in sorted({*asserted, *left}):
        wanted, found = asserted.get(name, []), left.get(name, [])
        yield Claim(f"{path} {name}: count", len(wanted), len(found))
        for want, have in zip(wanted, found, strict=False):
            quantity, price = as_text(want.quantity), as_text(want.price)
            yield figures.claim(f"{path} {name}: qty", quantity, have.quantity, "quantity")
            yield figures.claim(f"{path} {name}: price", price, have.price)


def _by_name(
    lots: Iterable[dict[str, Any]], names: list[str], *, priced: bool
) -> dict[str, list[PricedLots]]:
    """Quantities by what tells lots apart, the lower price first."""
    found: defaultdict[str, list[PricedLots]] = defaultdict(list)
    for lot in lots:
        values = (moment(lot[n]) if n == "opened" else lot.get(n) for n in names)
        price = Fraction(lot["price"] if priced else 0)
        found[" ".join(map(str, values))].append(PricedLots(price, Fraction(lot["qty"])))
    return {name: _merged(lots) for name, lots in found.items()}


def _merged(lots: list[PricedLots]) -> list[PricedLots]:
    """One lot for each price."""
    merged: list[PricedLots] = []
    for price, quantity in sorted(lots):
        is_same = bool(merged) and abs(price - merged[-1].price) <= EXACT
        merged.append(PricedLots(price, quantity + (merged.pop().quantity if is_same else 0)))
    return merged


def _matches(figures: Figures, path: str, expected: list[dict[str, Any]]) -> Iterator[Claim]:
    """What closed what, in the order of closing; of an average by fifo, without cost."""
    is_average = figures.is_average()
    if is_average and any(set(match) - {"open", "close", "qty"} for match in expected):
        need("matches of an average")
    costing = BY_LOT if is_average else OWN
    left: defaultdict[int, Fraction] = defaultdict(Fraction)
    for entry in figures.ledger.entries(costing):
        if entry.effect == "open":
            left[entry.fill] += abs(entry.quantity)
    matches = figures.ledger.matches(costing)
    yield Claim(f"{path}: count", len(expected), len(matches))
    for number, (row, match) in enumerate(zip(expected, matches, strict=False), start=1):
        yield from _match(figures, f"{path}[{number}]", row, match, left[match.opened_by])
        left[match.opened_by] -= match.quantity


def _match(
    figures: Figures, path: str, row: dict[str, Any], match: Match, available: Fraction
) -> Iterator[Claim]:
    cost, proceeds = _paid_and_brought(match)
    got: dict[str, tuple[Got, str]] = {
        "open": (match.opened_by, "quantity"),
        "close": (match.closed_by, "quantity"),
        "qty": (match.quantity, "quantity"),
        "available_before": (available, "quantity"),
        "cost": (cost, "money"),
        "proceeds": (proceeds, "money"),
        "pnl": (match.realized_pnl, "money"),
    }
    if "term" in row:
        got["term"] = figures.term(match, row["term"]), "quantity"
    need_figures(row, got)
    for key, expected in row.items():
        figure, measure = got[key]
        yield figures.claim(f"{path}.{key}", expected, figure, measure)


def _by_year(figures: Figures, path: str, expected: dict[str, Any]) -> Iterator[Claim]:
    """Gains of each year by kind of disposal and term."""
    asserted = {
        f"{year} {row['type']} {row['term']}": row for year in expected for row in expected[year]
    }
    found: defaultdict[str, list[Match]] = defaultdict(list)
    for match in figures.ledger.matches(OWN):
        row = figures.rows[match.closed_by]
        found[f"{row['t'][:4]} {row['kind'].upper()} {figures.term(match, 'SHORT')}"].append(match)
    yield Claim(f"{path}: rows", str(sorted(asserted)), str(sorted(found)))
    for name, row in asserted.items():
        need_figures(row, ("type", "term", "gain", "qty", "proceeds", "cost"))
        matches = found[name]
        got = {
            "gain": total(match.realized_pnl for match in matches),
            "qty": total(match.quantity for match in matches),
            "proceeds": total(_paid_and_brought(match)[1] for match in matches),
            "cost": total(_paid_and_brought(match)[0] for match in matches),
        }
        for key in got.keys() & row.keys():
            measure = "quantity" if key == "qty" else "money"
            yield figures.claim(f"{path}.{name}.{key}", row[key], got[key], measure)


def _by_account(figures: Figures, path: str, expected: dict[str, Any]) -> Iterator[Claim]:
    """Figures of one account, where each account is a pool of its own."""
    if figures.config.get("pooling") != "account":
        need("figures by account of a common pool")
    for account, asserted in expected.items():
        positions = [p for p in figures.own if p.account == account]
        got = {
            "qty": total(p.quantity for p in positions),
            "cost_basis": total(p.cost for p in positions),
            "realized_pnl": total(p.realized_pnl for p in positions),
        }
        need_figures(asserted, got)
        for key, value in asserted.items():
            measure = "quantity" if key == "qty" else "money"
            yield figures.claim(f"{path}.{account}.{key}", value, got[key], measure)


def _missing(_: Figures, path: str, expected: list[dict[str, Any]]) -> Iterator[Claim]:
    """A case that sells more than it holds is unsupported before it comes here."""
    yield Claim(f"{path}: count", len(expected), 0)


def _paid_and_brought(match: Match) -> tuple[Fraction, Fraction]:
    """What buying cost and selling brought: of a short, the ledger's proceeds and cost."""
    if match.direction == "long":
        return match.cost, match.proceeds
    return -match.proceeds, -match.cost


FIGURES: dict[str, Figure] = {
    "qty": _quantity,
    "avg_cost": one(Figures.average_cost),
    "cost_basis": one(lambda f: f.cost),
    "realized_pnl": one(lambda f: f.realized),
    "unrealized_pnl": one(Figures.unrealized),
    "unrealized_pnl_ex_fees": one(Figures.unrealized_before_fees),
    "gross_pnl": one(Figures.gross),
    "net_pnl": one(lambda f: f.gross() - f.fees),
    "market_value": one(Figures.market_value),
    "fees": one(lambda f: f.fees),
    "income": one(lambda _: Fraction(0)),  # the kinds of fills that book it are unsupported
    "avg_acquired_price": one(Figures.average_acquired),
    "lots": _lots,
    "matches": _matches,
    "by_year": _by_year,
    "by_account": _by_account,
    "missing": _missing,
}
