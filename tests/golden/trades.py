"""Closed trades, as trading engines group the fills of a position."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby

from tests.golden.facts import Fill, Instrument
from tests.golden.journal import TRADES, Entry, Match
from tests.golden.ledger import Ledger

# The costings of a case, by what they are for.
OWN = "own"  # in the terms of a lot case
FEES_EXPENSED = "fees expensed"
FEES_CAPITALIZED = "fees capitalized"
BY_LOT = "by lot"
POOLED = "by lot, all accounts"


@dataclass(frozen=True)
class Trade:
    """A closed trade: `fills` opened and closed it; prices are averages; `pnl` is before fees."""

    fills: list[int]
    quantity: Fraction
    direction: str
    entry_price: Fraction | None
    exit_price: Fraction | None
    pnl: Fraction
    fees: Fraction


def runs(entries: list[Entry]) -> list[list[Entry]]:
    """A position's journal, cut where it was flat; the last run may still be open."""
    cut: list[list[Entry]] = []
    for entry in entries:
        if entry.quantity_before == 0:
            cut.append([])
        cut[-1].append(entry)
    return cut


def cycles(entries: list[Entry]) -> list[list[Entry]]:
    """A position's journal, cut where a fill left it flat; one that turned it goes on with it."""
    cut: list[list[Entry]] = []
    for run in runs(entries):
        if cut and cut[-1][-1].fill == run[0].fill:
            cut[-1] += run
        else:
            cut.append(run)
    return cut


def by_position(entries: list[Entry]) -> list[list[Entry]]:
    """The journals of several positions, each by itself."""
    journals: defaultdict[int, list[Entry]] = defaultdict(list)
    for entry in entries:
        journals[entry.position_id].append(entry)
    return list(journals.values())


def fill_to_fill(ledger: Ledger, costing: str) -> Iterator[Trade]:
    """One trade for each opening and closing fill that met."""
    fees = OrderFees(ledger.fills)
    for match in ledger.matches(costing):
        if match.kind not in TRADES or match.opened_by not in ledger.fills:
            continue
        fill = ledger.fills[match.closed_by]
        yield Trade(
            fills=sorted((match.opened_by, match.closed_by)),
            quantity=match.quantity,
            direction=match.direction.upper(),
            entry_price=_price(fill.instrument, match, match.cost),
            exit_price=_price(fill.instrument, match, match.proceeds),
            pnl=match.realized_pnl,
            fees=fees.take(match.opened_by) + fees.take(match.closed_by),
        )


def flat_to_flat(ledger: Ledger, costing: str) -> Iterator[Trade]:
    """One trade for each run from flat to flat."""
    fees = OrderFees(ledger.fills)
    for journal in by_position(_of_fills(ledger, costing)):
        for run in runs(journal):
            if run[-1].quantity_after == 0:
                yield _trade(ledger, run, run, fees.take_all(run))


def flat_to_reduced(ledger: Ledger, costing: str) -> Iterator[Trade]:
    """One trade for each fill that reduces, against the lots that it closed."""
    fees = OrderFees(ledger.fills)
    for journal in by_position(_of_fills(ledger, costing)):
        pending = Fraction(0)
        for (_, effect), parts in groupby(journal, key=lambda e: (e.fill, e.effect)):
            entries = list(parts)
            pending += fees.take_all(entries)
            if effect == "close":
                lots = {entry.lot for entry in entries}
                opening = [e for e in journal if e.effect == "open" and e.fill in lots]
                yield _trade(ledger, opening, entries, pending)
                pending = Fraction(0)


GROUPINGS: dict[str, Callable[[Ledger, str], Iterator[Trade]]] = {
    "FillToFill": fill_to_fill,
    "FlatToFlat": flat_to_flat,
    "FlatToReduced": flat_to_reduced,
}


class OrderFees:
    """The fees of orders, each to be taken whole by the first trade that uses the order."""

    def __init__(self, fills: dict[int, Fill]) -> None:
        self._orders = {number: fill.order or f"fill {number}" for number, fill in fills.items()}
        self._fees: defaultdict[str, Fraction] = defaultdict(Fraction)
        for number, order in self._orders.items():
            fill = fills[number]
            self._fees[order] += fill.fees.get(fill.instrument.settlement, Fraction(0))

    def take(self, number: int) -> Fraction:
        """The fee of a fill's order, or nothing when a trade has it already."""
        return self._fees.pop(self._orders[number], Fraction(0))

    def take_all(self, entries: list[Entry]) -> Fraction:
        """The fees of all orders in a stretch of the journal that no trade has yet."""
        return sum((self.take(entry.fill) for entry in entries), Fraction(0))


def _of_fills(ledger: Ledger, costing: str) -> list[Entry]:
    return [entry for entry in ledger.entries(costing) if entry.is_trade]


def _trade(ledger: Ledger, opened: list[Entry], closed: list[Entry], fees: Fraction) -> Trade:
    closing = [entry for entry in closed if entry.effect == "close"]
    instrument = ledger.fills[closing[0].fill].instrument
    quantity = sum((entry.quantity for entry in closing), Fraction(0))
    amount = sum((entry.amount for entry in closing), Fraction(0))
    pnl = sum((entry.realized_pnl for entry in closing), Fraction(0))
    return Trade(
        fills=sorted({entry.fill for entry in [*opened, *closing]}),
        quantity=abs(quantity),
        direction="LONG" if quantity < 0 else "SHORT",
        entry_price=instrument.price(quantity, amount + pnl),
        exit_price=instrument.price(quantity, amount),
        pnl=pnl,
        fees=fees,
    )


def _price(instrument: Instrument, match: Match, amount: Fraction) -> Fraction | None:
    quantity = match.quantity if match.direction == "long" else -match.quantity
    return instrument.price(quantity, amount)
