"""The lists that cost-basis tools assert: lots, matches, gains by year.

A lot is what is left of one purchase; a source that merges lots of one date and price is compared
with their sum. Matches: for a short, `cost` is what was paid to close it and `proceeds` what
opening it brought; the ledger gives both with the sign of the position. What was missing when it
was sold is no lot and no match here, but a list of its own.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any, NamedTuple

from tests.golden.compare import EXACT, Claim, Got, moment
from tests.golden.facts import as_text
from tests.golden.journal import Match
from tests.golden.lot_figures import MOVES, Figures, total
from tests.golden.support import need, need_figures
from tests.golden.trades import BY_LOT, OWN

LOT_NAMES = ("open", "account", "symbol", "label", "opened")  # by which lots are told apart
# What sources call gains by the kind of row, unless its notes begin with a word for it.
GAINS = {"transfer": "MOVE", "income": "INTEREST"}
WORD = re.compile(r"(\w+): ")


class PricedLots(NamedTuple):
    """A quantity at one price; the price is 0 where the case does not say it."""

    price: Fraction
    quantity: Fraction


def lots(figures: Figures, path: str, expected: list[dict[str, Any]]) -> Iterator[Claim]:
    """What is left: lots of one name, and of one price where the case says it, together."""
    for lot in expected:
        need_figures(lot, {*LOT_NAMES, "price", "qty"})
    names = [name for name in LOT_NAMES if any(name in lot for lot in expected)]
    priced = any("price" in lot for lot in expected)
    asserted = _by_name(expected, names, priced=priced)
    left = _by_name(_open_lots(figures, priced=priced), names, priced=priced)
    for name in sorted({*asserted, *left}):
        wanted, found = asserted.get(name, []), left.get(name, [])
        yield Claim(f"{path} {name}: count", len(wanted), len(found))
        for want, have in zip(wanted, found, strict=False):
            quantity, price = as_text(want.quantity), as_text(want.price)
            yield figures.claim(f"{path} {name}: qty", quantity, have.quantity, "quantity")
            yield figures.claim(f"{path} {name}: price", price, have.price)


def _open_lots(figures: Figures, *, priced: bool) -> Iterator[dict[str, Any]]:
    """Open lots in the words of a case; of an average those by fifo, which have no price."""
    is_average = figures.is_average()
    if is_average and priced:
        yield from _average_as_lot(figures)
        return
    for lot in figures.ledger.lots(BY_LOT if is_average else OWN):
        row = figures.rows[lot.fill]
        day = lot.opened_at.date().isoformat()
        yield {
            "open": lot.fill,
            "account": lot.account or row.get("account"),
            "symbol": lot.instrument.rpartition("/")[0],
            "label": row.get("label"),
            "opened": day if row["t"] == day else lot.opened_at.isoformat(),
            "price": lot.cost / lot.quantity,
            "qty": lot.quantity,
        }


def _average_as_lot(figures: Figures) -> Iterator[dict[str, Any]]:
    """The one lot into which a source has merged what it holds at average cost."""
    if len(figures.own) != 1 or not str(figures.config.get("average")).startswith("merge"):
        need("lots of an average")
    position = figures.own[0]
    if position.opened_at is not None:
        yield {
            "opened": position.opened_at.isoformat(),
            "price": position.cost / position.quantity,
            "qty": position.quantity,
        }


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


def matches(figures: Figures, path: str, expected: list[dict[str, Any]]) -> Iterator[Claim]:
    """What closed what, in the order of closing; of an average by fifo, at the average."""
    is_average = figures.is_average()
    costing = BY_LOT if is_average else OWN
    left: defaultdict[int, Fraction] = defaultdict(Fraction)
    for entry in figures.ledger.entries(costing):
        if entry.effect == "open" and entry.kind not in MOVES:
            left[entry.fill] += abs(entry.quantity)
    found = _found(figures, costing)
    if is_average:
        found = [_at_average(figures, match) for match in found]
    yield Claim(f"{path}: count", len(expected), len(found))
    for number, (row, match) in enumerate(zip(expected, found, strict=False), start=1):
        yield from _match(figures, f"{path}[{number}]", row, match, left[match.opened_by])
        left[match.opened_by] -= match.quantity


def _found(figures: Figures, costing: str) -> list[Match]:
    """One match for each purchase and what closed it, without what was missing."""
    merged: dict[tuple[int, int], Match] = {}
    for match in figures.ledger.matches(costing):
        key = match.opened_by, match.closed_by
        if key not in merged:
            merged[key] = match
            continue
        merged[key] = replace(
            match,
            quantity=merged[key].quantity + match.quantity,
            cost=merged[key].cost + match.cost,
            proceeds=merged[key].proceeds + match.proceeds,
            realized_pnl=merged[key].realized_pnl + match.realized_pnl,
        )
    return [match for match in merged.values() if match.opened_by > 0]


def _at_average(figures: Figures, match: Match) -> Match:
    """A match with its share of what its fill closed of the average."""
    closed = [
        entry
        for entry in figures.ledger.entries(OWN)
        if entry.effect == "close"
        and (entry.fill, entry.instrument) == (match.closed_by, match.instrument)
    ]
    share = match.quantity / abs(total(entry.quantity for entry in closed))
    amount, realized = total(e.amount for e in closed), total(e.realized_pnl for e in closed)
    return replace(
        match,
        cost=-(amount + realized) * share,
        proceeds=-amount * share,
        realized_pnl=realized * share,
    )


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


def by_year(figures: Figures, path: str, expected: dict[str, Any]) -> Iterator[Claim]:
    """Gains of each year by kind and term: of disposals, and income, which is all gain."""
    asserted = {
        f"{year} {row['type']} {row['term']}": row for year in expected for row in expected[year]
    }
    found: defaultdict[str, defaultdict[str, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    for match in figures.ledger.matches(OWN):
        cost, proceeds = _paid_and_brought(match)
        sums = found[f"{_gain(figures, match.closed_by)} {figures.term(match, 'SHORT')}"]
        sums["gain"] += match.realized_pnl
        sums["qty"] += match.quantity
        sums["proceeds"] += proceeds
        sums["cost"] += cost
    for reward in figures.ledger.transactions("reward"):
        sums = found[f"{_gain(figures, reward.number)} SHORT"]
        sums["gain"] += reward.amount
        sums["qty"] += reward.quantity
        sums["proceeds"] += reward.amount
        sums["cost"] += 0
    yield Claim(f"{path}: rows", str(sorted(asserted)), str(sorted(found)))
    for name, row in asserted.items():
        need_figures(row, ("type", "term", "gain", "qty", "proceeds", "cost"))
        for key in ("gain", "qty", "proceeds", "cost"):
            if key in row:
                measure = "quantity" if key == "qty" else "money"
                yield figures.claim(f"{path}.{name}.{key}", row[key], found[name][key], measure)


def _gain(figures: Figures, number: int) -> str:
    """The year of a row, and what its source calls gains of its kind."""
    row = figures.rows[abs(number)]
    kind = str(row["kind"])
    word = WORD.match(row.get("notes") or "") if kind in ("income", "spend") else None
    return f"{row['t'][:4]} {(word[1] if word else GAINS.get(kind, kind)).upper()}"


def _paid_and_brought(match: Match) -> tuple[Fraction, Fraction]:
    """What buying cost and selling brought: of a short, the ledger's proceeds and cost."""
    if match.direction == "long":
        return match.cost, match.proceeds
    return -match.proceeds, -match.cost
