"""Prices and rates that a case gives, recorded in the ledger: which price counts is its business.

Each mark comes after all that were recorded before, so it is the newest one.
"""

from datetime import timedelta
from fractions import Fraction
from typing import Any

from tests.golden.compare import FIRST_TICK
from tests.golden.facts import Instrument
from tests.golden.ledger import Ledger


def mark_to(case: dict[str, Any], ledger: Ledger, instrument: Instrument, price: str) -> None:
    """Record the mark of a case that has this price, as bid, ask, both, or neither."""
    at = FIRST_TICK + timedelta(seconds=ledger.prices)
    for mark in case["marks"]:
        if _is(price, mark.get("price")):
            quoted = {mark.get("side") or "mark": price}
        elif _is(price, mark.get("bid")) or _is(price, mark.get("ask")):
            quoted = {side: mark[side] for side in ("bid", "ask") if mark.get(side) is not None}
        else:
            continue
        ledger.record_price(at, instrument=instrument.name, **quoted)
        record_rates(ledger, mark.get("fx") or {})
        return
    ledger.record_price(at, instrument=instrument.name, mark=price)


def record_rates(ledger: Ledger, rates: dict[str, str]) -> None:
    """Record rates, by pair: {"EUR/USD": "1.1"}."""
    for pair, rate in rates.items():
        base, _, quote = pair.partition("/")
        at = FIRST_TICK + timedelta(seconds=ledger.prices)
        ledger.record_price(at, base=base, quote=quote, mark=rate)


def _is(price: str, quoted: str | None) -> bool:
    return quoted is not None and Fraction(price) == Fraction(quoted)
