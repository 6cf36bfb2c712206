"""What the ledger can do, in one place: a case that needs anything else is unsupported.

A format asks `need("fill kind: transfer")` before it books or compares; the question is also the
reason that is printed. When an issue adds a rule, its line goes into SUPPORTED and the format that
asks for it learns to book it. Keys that no one has taught the runner are asked for in the same way,
so that nothing in a case is ever passed over in silence.
"""

from collections.abc import Collection, Mapping
from typing import Any

SUPPORTED = frozenset(
    {
        *("method: WAC", "method: FIFO", "method: LIFO", "method: HIFO", "method: LOFO"),
        *("fill kind: buy", "fill kind: sell", "fill kind: mark"),
        *("pooling: universal", "pooling: universal_checked", "pooling: account"),
        "pooling: pooled",
        *("fees: none", "fees: expense", "fees: capitalise", "fees: capitalize"),
        *("realized: gross", "realized: net", "realized: net_prorata"),
        *("scope: cycle", "scope: lifetime"),
        *("order: event_time", "order: arrival"),
        *("grouping: FillToFill", "grouping: FlatToFlat", "grouping: FlatToReduced"),
        *("rank: price", "rank: unit_cost"),
        "cash model: notional",
        "fee in the base asset",
        "event: bust_order",
    }
)

# A word in the name of a case's kind of instrument, and the ledger's kind.
INSTRUMENT_KINDS = {
    "perp": "perpetual",
    "swap": "perpetual",
    "cfd": "perpetual",
    "future": "future",
    "option": "option",
    "fx": "fx",
    "forex": "fx",
    "spot": "spot",
    "crypto": "spot",
    "generic": "spot",
    "commodity": "spot",
    "equity": "equity",
    "stock": "equity",
    "etf": "equity",
    "fund": "equity",
    "bond": "equity",
}


class Unsupported(Exception):  # noqa: N818 - it is no error: the case waits for a later issue
    """The case needs a rule that the ledger does not have; the message names the rule."""


def need(rule: str) -> None:
    """Raise Unsupported unless the ledger has this rule."""
    if rule not in SUPPORTED:
        raise Unsupported(rule)


def need_keys(where: str, given: Mapping[str, Any], known: Collection[str]) -> None:
    """Raise Unsupported for a key that the runner does not know, unless it says nothing."""
    for key, value in given.items():
        if key not in known and value is not None and value is not False:
            need(f"{where}: {key}")


def need_figures(asserted: Mapping[str, Any], known: Collection[str]) -> None:
    """Raise Unsupported for an asserted figure that the runner does not know, whatever it is."""
    for key in asserted:
        if key not in known:
            need(f"expected figure: {key}")


def instrument_kind(name: str) -> str:
    """The ledger's word for a case's kind of instrument."""
    for word, kind in INSTRUMENT_KINDS.items():
        if word in name.lower():
            return kind
    raise Unsupported(f"instrument kind: {name}")
