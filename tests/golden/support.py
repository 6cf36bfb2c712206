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
        *("pooling: universal", "pooling: account", "pooling: pooled"),
        *("fees: none", "fees: expense", "fees: capitalise", "fees: capitalize"),
        *("realized: gross", "realized: net", "realized: net_prorata"),
        *("scope: cycle", "scope: lifetime"),
        *("order: event_time", "order: arrival"),
        *("grouping: FillToFill", "grouping: FlatToFlat", "grouping: FlatToReduced"),
        *("rank: price", "rank: unit_cost"),
        *("cash model: notional",),
    }
)

# The kinds of instruments that cases name, in the ledger's words.
INSTRUMENT_KINDS = {
    "generic": "spot",
    "spot": "spot",
    "crypto": "spot",
    "crypto_spot": "spot",
    "fx": "fx",
    "fx_spot": "fx",
    "forex": "fx",
    "equity": "equity",
    "stock": "equity",
    "etf": "equity",
    "fund": "equity",
    "perp": "perpetual",
    "perpetual": "perpetual",
    "linear_perp": "perpetual",
    "inverse_perp": "perpetual",
    "quanto_perp": "perpetual",
    "crypto_perp": "perpetual",
    "future": "future",
    "futures": "future",
    "linear_future": "future",
    "inverse_future": "future",
    "crypto_future": "future",
    "option": "option",
    "equity_option": "option",
    "crypto_option": "option",
}


class Unsupported(Exception):  # noqa: N818 - it is no error: the case waits for a later issue
    """The case needs a rule that the ledger does not have; the message names the rule."""


def need(rule: str) -> None:
    """Raise Unsupported unless the ledger has this rule."""
    if rule not in SUPPORTED:
        raise Unsupported(rule)


def need_keys(where: str, given: Mapping[str, Any], known: Collection[str]) -> None:
    """Raise Unsupported for a key with a value that the runner does not know."""
    for key, value in given.items():
        if key not in known and value not in (None, False, "", [], {}):
            need(f"{where}: {key}")


def instrument_kind(kind: str) -> str:
    """The ledger's word for a kind of instrument."""
    if kind not in INSTRUMENT_KINDS:
        need(f"instrument kind: {kind}")
    return INSTRUMENT_KINDS[kind]
