"""What the ledger can do, in one place: a case that needs anything else is unsupported.

A format asks `need("fill kind: transfer")` before it books or compares; the question is also the
reason that is printed or, for a rule that is not followed on purpose, the words in NOT_FOLLOWED.
When an issue adds a rule, its line goes into SUPPORTED and the format that asks for it learns to
book it. Keys that no one has taught the runner are asked for in the same way, so that nothing in a
case is ever passed over in silence.
"""

from collections.abc import Collection, Mapping
from typing import Any

SUPPORTED = frozenset(
    {
        *("method: WAC", "method: FIFO", "method: LIFO", "method: HIFO", "method: LOFO"),
        *("method: STRICT", "method: SPECIFIC"),
        *("fill kind: buy", "fill kind: sell", "fill kind: mark", "fill kind: income"),
        *("fill kind: receive", "fill kind: spend", "fill kind: spend_in_kind"),
        *("fill kind: expense_in_kind", "fill kind: transfer", "fill kind: split"),
        *("fill kind: convert", "fill kind: rename", "fill kind: dividend", "fill kind: fee"),
        *("pooling: universal", "pooling: universal_checked", "pooling: account"),
        "pooling: pooled",
        *("fees: none", "fees: expense", "fees: capitalise", "fees: capitalize"),
        *("realized: gross", "realized: net", "realized: net_prorata"),
        *("scope: cycle", "scope: lifetime"),
        *("order: event_time", "order: arrival"),
        *("grouping: FillToFill", "grouping: FlatToFlat", "grouping: FlatToReduced"),
        *("rank: price", "rank: unit_cost"),
        *("oversell: allow_short", "oversell: missing_at_zero_cost"),
        *("base fee: disposed_with_event", "base fee: None"),
        *("selector: price", "selector: opened", "selector: label", "selector: quote"),
        *("selector: account", "selector: open", "selector: symbol"),
        "cash model: notional",
        *("event: bust_order", "event: funding", "event: qty_adjustment", "event: split"),
        "case kind: reconciliation",
    }
)

# Rules of sources that the ledger does not follow on purpose, and why. All else that a case needs
# and that is not in SUPPORTED is a rule that nobody has built yet.
NOT_FOLLOWED = {
    "oversell: error": (
        "by the source a sale of more than is held is refused; here a fill that happened is never"
        " refused: it opens a short (utl.flagged_shorts)"
    ),
    "refusal: the next lot is in another account": (
        "by the source a sale whose next lot is in another account is refused; here a fill that"
        " happened is never refused: it closes the lots of its pool"
    ),
    "lots named of an average": (
        "by the source a sale at average cost takes the lots that it names at their own cost; here"
        " an average has no lots, and minds no choice (utl.choose_lots)"
    ),
    "method: NONE": (
        "by the source nothing is matched, and lots bought and sold stand side by side; here a sale"
        " closes what is there before it opens a short"
    ),
    "refusal of a fill by a rule of the source": (
        "by the source a valid fill is refused; here a fill that happened is never refused"
    ),
}

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
    "security": "equity",
    "currency": "fx",
}


class Unsupported(Exception):  # noqa: N818 - it is no error
    """The case needs a rule that the ledger does not have; the message names the rule."""


class Refused(Exception):  # noqa: N818 - a case may ask for it
    """A row of a case was refused: by a SQLSTATE of the ledger, or in a case's word."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code


def need(rule: str) -> None:
    """Raise Unsupported unless the ledger has this rule."""
    if rule not in SUPPORTED:
        raise Unsupported(NOT_FOLLOWED.get(rule, rule))


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
