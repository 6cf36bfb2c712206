"""Which lots a sale takes where the case names them.

A selector is a filter over the open lots of the sale's pool: {"price": unit cost, "opened": date or
time, "label", "account", "open": number of the row that opened it}; one that is empty, or names
only what all lots have in common, fits every lot. What fits is taken in the order of the method.
Methods that identify lots (STRICT, SPECIFIC) refuse a selector that fits several lots, unless the
sale takes all of them; all methods refuse one that fits none. Of a sale of more than fits, the rest
is asked of the last lot where the case refuses an oversell, so that the ledger refuses the choice;
elsewhere it closes by the method.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any

from tests.golden.compare import EXACT, moment
from tests.golden.facts import Instrument
from tests.golden.journal import Lot
from tests.golden.support import Refused, need

IDENTIFYING = ("STRICT", "SPECIFIC")


def _oldest(lot: Lot) -> tuple[datetime, int]:
    return lot.opened_at, lot.lot_id


def _dearest(lot: Lot) -> Fraction:
    return lot.cost / lot.quantity


ORDERS: dict[str, tuple[Callable[[Lot], Any], bool]] = {
    "LIFO": (_oldest, True),
    "HIFO": (_dearest, True),
    "LOFO": (_dearest, False),
}


def chosen(
    fitting: Iterable[Lot], quantity: Fraction, method: str, *, covers: bool
) -> dict[int, Fraction]:
    """How much of which lots a sale takes, by lot_id; `covers`: they must have all of it."""
    key, is_reversed = ORDERS.get(method, (_oldest, False))
    lots = sorted(sorted(fitting, key=_oldest), key=key, reverse=is_reversed)
    held = sum((abs(lot.quantity) for lot in lots), Fraction(0))
    if not lots:
        raise Refused("no_matching_lot", "the selector fits no lot")
    if method in IDENTIFYING and len(lots) > 1 and held > quantity:
        raise Refused("ambiguous_lots", "the selector fits several lots")
    taken: dict[int, Fraction] = {}
    for lot in lots:
        if quantity > 0:
            taken[lot.lot_id] = min(quantity, abs(lot.quantity))
            quantity -= taken[lot.lot_id]
    if covers and quantity > 0:
        taken[lots[-1].lot_id] += quantity
    return taken


def fits(
    lot: Lot, select: Mapping[str, Any], opened_by: Mapping[str, Any], instrument: Instrument
) -> bool:
    """Whether a selector fits a lot, which was opened by a row of the case."""
    found: dict[str, Callable[[Any], bool]] = {
        "price": lambda price: abs(_dearest(lot) - Fraction(price)) <= EXACT,
        "opened": lambda opened: _is_at(lot.opened_at, opened),
        "label": lambda label: opened_by.get("label") == label,
        "account": lambda account: (lot.account or opened_by.get("account")) == account,
        "open": lambda number: lot.fill == number,
        "quote": lambda quote: instrument.quote == quote,
        "symbol": lambda symbol: instrument.base == symbol,
    }
    for key in select:
        need(f"selector: {key}")
    return all(found[key](value) for key, value in select.items() if value is not None)


def _is_at(opened_at: datetime, opened: str) -> bool:
    is_date = len(opened) == len("2020-01-31")
    return opened_at.date() == moment(opened).date() if is_date else opened_at == moment(opened)
