"""Cases of trading engines: fills in order of arrival, and the figures of the position they make.

Two costings stand beside each other over the same facts: one keeps fees apart (average cost, gross
PnL), the other has them in cost and proceeds (`net_prorata`: the opening fee is realized at exit).
A third, fifo, says which fills met where a source that keeps an average asserts closed trades on
which fifo and lifo agree. Several positions in one instrument are in a book each.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from tests.golden.compare import Claim, disagreements
from tests.golden.engine_claims import CONSERVATION, FIGURES
from tests.golden.engine_facts import EngineBookkeeper, fill_of
from tests.golden.engine_figures import Figures
from tests.golden.engine_marks import record_rates
from tests.golden.facts import Costing, Instrument
from tests.golden.ledger import Ledger
from tests.golden.support import Refused, instrument_kind, need, need_figures, need_keys
from tests.golden.trades import BY_LOT, FEES_CAPITALIZED, FEES_EXPENSED

CASE_KEYS = {
    *("id", "source", "method", "instrument", "fills", "marks", "expect", "conventions", "params"),
    *("events", "disagrees_with_plain_arithmetic", "current", "target"),
}
INSTRUMENT_KEYS = {
    *("kind", "multiplier", "inverse", "base", "quote", "settlement", "symbol", "qty_dp"),
    *("money_dp", "account_currency"),
}
FILL_KEYS = {
    *("seq", "t", "side", "qty", "price", "fee", "fee_currency", "order", "trade_id", "account"),
    *("position", "opening", "amount", "fx", "fees"),
}
EVENT_KEYS = {
    "bust_order": ("order",),
    "funding": ("amount", "currency"),
    "qty_adjustment": ("qty", "quantity", "amount"),
    "split": ("factor", "truncate", "price"),
}
PARAMS_KEYS = {
    *("realized", "scope", "order", "book_scope", "grouping", "long_only", "round_each_fill"),
    *("cash_model", "fee_rate", "leverage", "account_currency", "fx", "base_fee_adjusts_qty"),
    "kind",
}
# What a case may assert of fills whose price it does not give.
UNPRICED = {"steps", "after_fill", "qty", "lots", "missing_qty", "found_qty_last"}
# What does not depend on the price of a sale that opens no short, either.
COST = {"avg_cost", "last_avg_cost", "total_cost", "investment", "stake"}
NOT_FIGURES = {"steps", "after_fill", "error_on_fill"}


def run(case: dict[str, Any], connection: Any) -> Iterator[Claim]:
    """Book a case and yield each figure it asserts with what the ledger says."""
    need_keys("case", case, CASE_KEYS)
    need_keys("instrument", case["instrument"], INSTRUMENT_KEYS)
    need_keys("params", case["params"], PARAMS_KEYS)
    if kind := case["params"].get("kind"):
        need(f"case kind: {kind}")
        yield from _reconciliation(case, connection)
        return
    for event in case.get("events", []):
        need(f"event: {event['type']}")
        need_keys("event", event, {"after_fill", "type", *EVENT_KEYS[event["type"]]})
    for row in case["fills"]:
        need_keys("fill", row, FILL_KEYS)
    for mark in case["marks"]:
        need_keys("mark", mark, ("price", "side", "bid", "ask", "fx"))
    yield from EngineCase(case, connection).claims()


def _reconciliation(case: dict[str, Any], connection: Any) -> Iterator[Claim]:
    """The price of the one fill that leads from a position to another."""
    need_figures(case["expect"], {"reconciliation_price"})
    arguments = [case[side][key] for side in ("current", "target") for key in ("qty", "avg_cost")]
    (price,) = connection.execute(
        "select utl.reconciling_price(%s::numeric, %s::numeric, %s::numeric, %s::numeric)",
        arguments,
    ).fetchone()
    got = None if price is None else Fraction(price)
    yield Claim("reconciliation_price", case["expect"]["reconciliation_price"], got)


class EngineCase:
    """One case on its way through the ledger."""

    def __init__(self, case: dict[str, Any], connection: Any) -> None:
        self.case = case
        self.params: dict[str, Any] = case["params"]
        self.expect: dict[str, Any] = with_plain_figures(case)
        self.steps = self._steps()
        self.events = self._events()
        self.instrument = _instrument(case["instrument"])
        self.ledger = Ledger(connection, self._costings())
        self.ledger.add_instrument(self.instrument)
        self.bookkeeper = EngineBookkeeper(case, self.ledger, self.instrument)
        record_rates(self.ledger, self.params.get("fx") or {})

    def claims(self) -> Iterator[Claim]:
        """Book fill by fill; after each, its events and steps, and at the end the rest."""
        for row in self.case["fills"]:
            yield from self._book(row)
            yield from self._after(row["seq"])
        yield from self._figures("", self.expect)

    def _after(self, number: int) -> Iterator[Claim]:
        """The events after a fill, and what the steps assert.

        Where a fill has both, a case does not say which comes first: a step holds before the
        events or after them.
        """
        path, steps, events = f"after fill {number}: ", self.steps[number], self.events[number]
        before = [list(self._figures(path, step)) for step in steps]
        for event in events:
            self.bookkeeper.book_event(event)
        for step, claims in zip(steps, before, strict=True):
            yield from self._figures(path, step) if events and disagreements(claims) else claims

    def _steps(self) -> dict[int, list[dict[str, Any]]]:
        """What is asserted after which fill. What is not known is refused before any booking."""
        steps: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
        for step in self.expect.get("steps", []):
            steps[step["after_fill"]].append(step)
        if not set(steps) <= {row["seq"] for row in self.case["fills"]}:
            need("a step that is not after a fill")
        asserted = [self.expect, *self.expect.get("steps", [])]
        for step in asserted:
            need_figures(step, {*FIGURES, *NOT_FIGURES})
        unpriced = [row for row in self.case["fills"] if row["price"] is None]
        is_closing = self.params.get("long_only") and all(row["side"] == "SELL" for row in unpriced)
        allowed = UNPRICED | (COST if is_closing else set())
        if unpriced and not {key for step in asserted for key in step} <= allowed:
            need("a fill without a price")
        return steps

    def _events(self) -> dict[int, list[dict[str, Any]]]:
        """What happens after which fill."""
        events: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
        for event in self.case.get("events", []):
            events[event["after_fill"]].append(event)
        if not set(events) <= {row["seq"] for row in self.case["fills"]}:
            need("an event that is not after a fill")
        return events

    def _costings(self) -> dict[str, Costing]:
        method, scope = self.case["method"], self.params.get("book_scope", "pooled")
        order = self.params.get("order", "event_time")
        for rule in (f"method: {method}", f"pooling: {scope}", f"order: {order}"):
            need(rule)

        def costing(method: str, fees: str) -> Costing:
            pool = "account" if scope == "account" else "book"
            return Costing(method.lower(), pool, fees, booking_order=order)

        return {
            FEES_EXPENSED: costing(method, "expense"),
            FEES_CAPITALIZED: costing(method, "capitalize"),
            BY_LOT: costing("fifo" if method == "WAC" else method, "expense"),
        }

    def _book(self, row: dict[str, Any]) -> Iterator[Claim]:
        refused = self.expect.get("error_on_fill") == row["seq"]
        if refused and not (self._is_resent(row) or Fraction(row["qty"]) <= 0):
            need("refusal of a fill by a rule of the source")
        try:
            outcome, reason = self.bookkeeper.book(fill_of(row, self.instrument))
        except Refused as refusal:
            outcome, reason = "refused", str(refusal)
        path = f"fill {row['seq']}"
        if refused:
            yield Claim(path, "refused", "booked" if outcome == "booked" else "refused")
        elif outcome not in ("booked", "duplicate"):
            yield Claim(path, "booked", f"{outcome}: {reason}")

    def _is_resent(self, row: dict[str, Any]) -> bool:
        identity = row.get("trade_id")
        return any(identity and fill.identity == identity for fill in self.ledger.fills.values())

    def _figures(self, path: str, asserted: dict[str, Any]) -> Iterator[Claim]:
        figures = Figures(self.case, self.ledger, self.instrument)
        for key, value in asserted.items():
            if key not in NOT_FIGURES:
                yield from FIGURES[key](figures, f"{path}{key}", value)


def with_plain_figures(case: dict[str, Any]) -> Any:
    """`expect` with the plain figure where the source is known to differ from it."""
    expect: Any = case["expect"]
    for note in case.get("disagrees_with_plain_arithmetic", []):
        if note["field"] == CONSERVATION:  # the source's figure stands; cash is another one
            expect = {**expect, CONSERVATION: note["plain"]}
        else:
            expect = _replaced(expect, note, "")
    return expect


def _replaced(value: Any, note: dict[str, Any], key: str) -> Any:
    """The same tree with the plain figure: at the note's field, or anywhere if it names none."""
    if isinstance(value, dict):
        return {k: _replaced(v, note, k) for k, v in value.items()}
    if isinstance(value, list):
        return [_replaced(v, note, key) for v in value]
    words = re.findall(r"[a-z_]+", note["field"])
    is_named = key in words or not any(word in FIGURES for word in words)
    return note["plain"] if is_named and str(value) == str(note["asserted"]) else value


def _instrument(row: dict[str, Any]) -> Instrument:
    base, quote = row.get("base") or "BASE", row.get("quote") or "QUOTE"
    return Instrument(
        name=row.get("symbol") or f"{base}/{quote}",
        kind=instrument_kind(row["kind"]),
        base=base,
        quote=quote,
        settlement=row.get("settlement") or quote,
        multiplier=Fraction(row.get("multiplier") or 1),
        is_inverse=bool(row.get("inverse")),
    )
