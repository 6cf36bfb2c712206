"""Cases of cost-basis tools: dated purchases and disposals, and the lots and matches they make.

Costings beside each other over the same fills: the case's own (`config.fees`: capitalise puts fees
into cost and proceeds, expense and none keep them apart), one with fees apart, and a fifo one, by
which tools that keep an average still say which lots are left.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from tests.golden.compare import Claim, moment
from tests.golden.ledger import Costing, Fill, Instrument, Ledger, as_text
from tests.golden.lot_figures import FIGURES, Figures
from tests.golden.methods import by_lot, changes, first_method, methods_of
from tests.golden.support import instrument_kind, need, need_figures, need_keys
from tests.golden.trades import BY_LOT, FEES_EXPENSED, OWN

CASE_KEYS = {
    *("id", "source", "method", "instrument", "config", "fills", "expect", "conventions"),
    "upstream_status",
}
CONFIG_KEYS = {
    *("pooling", "fees", "rank", "ties", "oversell", "round", "compare_dp", "compare_rel"),
    *("average", "base_fee", "term_days", "free_after_seconds", "methods_by_year"),
}
FILL_KEYS = {
    *("seq", "t", "kind", "account", "symbol", "qty", "price", "value", "fee", "fee_currency"),
    *("fx", "label", "notes"),
}
# What a case may assert of fills whose price it does not give.
UNPRICED = {"qty", "lots", "matches", "cost_basis", "avg_cost", "fees", "income", "missing"}
NOT_FIGURES = {"steps", "after"}
# How the order at one time is stated. A case without equal times may state anything.
KNOWN_TIES = ("lot date, then entry order", "input order", "arrival order", "at one time: acq")
END_OF_DAY = timedelta(days=1, microseconds=-1)


def run(case: dict[str, Any], connection: Any) -> Iterator[Claim]:
    """Book a case and yield each figure it asserts with what the ledger says."""
    need_keys("case", case, CASE_KEYS)
    for method in sorted(methods_of(case)):
        need(f"method: {method}")
    need_keys("config", case["config"], CONFIG_KEYS)
    for row in case["fills"]:
        need(f"fill kind: {row['kind']}")
        need_keys("fill", row, FILL_KEYS)
    if error := case["expect"].get("error"):
        need(f"refusal: {error}")
    yield from LotCase(case, connection).claims()


class LotCase:
    """One case on its way through the ledger."""

    def __init__(self, case: dict[str, Any], connection: Any) -> None:
        self.case = case
        self.config: dict[str, Any] = case["config"]
        self.expect: dict[str, Any] = case["expect"]
        self.steps = self._steps()
        self.marks: dict[str, Fraction] = {}  # by instrument
        self.ledger = Ledger(connection, self._costings())
        self._change_methods()

    def claims(self) -> Iterator[Claim]:
        """Book row by row; after each, what the steps assert, and at the end the rest."""
        for row in self.case["fills"]:
            if row["kind"] == "mark":
                self.marks[self._instrument(row).name] = Fraction(row["price"])
            else:
                yield from self._book(row)
            for step in self.steps[row["seq"]]:
                yield from self._figures(f"after {row['seq']}: ", step)
        yield from self._figures("", self.expect)

    def _steps(self) -> dict[int, list[dict[str, Any]]]:
        """What is asserted after which row. What is not known is refused before any booking."""
        steps: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
        for step in self.expect.get("steps", []):
            steps[step["after"]].append(step)
        if not set(steps) <= {row["seq"] for row in self.case["fills"]}:
            need("a step that is not after a fill")
        rows = [row for row in self.case["fills"] if row["kind"] != "mark"]
        for asserted in [self.expect, *self.expect.get("steps", [])]:
            need_figures(asserted, {*FIGURES, *NOT_FIGURES})
            if any(_price_of(row) is None for row in rows) and not self._needs_no_price(asserted):
                need("a disposal without a price")
        return steps

    def _needs_no_price(self, asserted: dict[str, Any]) -> bool:
        proceeds = {key for match in asserted.get("matches", []) for key in match}
        return set(asserted) <= UNPRICED | NOT_FIGURES and not proceeds & {"proceeds", "pnl"}

    def _costings(self) -> dict[str, Costing]:
        config = self.config
        pooling, fees = config.get("pooling", "universal"), config.get("fees", "none")
        rank = config.get("rank", "price")
        for rule in (f"pooling: {pooling}", f"fees: {fees}", f"rank: {rank}"):
            need(rule)
        order = self._order()

        def costing(method: str, fees: str) -> Costing:
            pool = "account" if pooling == "account" else "book"
            return Costing(method.lower(), pool, fees, rank, order)

        method = first_method(self.case)
        capitalizes = fees in ("capitalise", "capitalize")
        return {
            OWN: costing(method, "capitalize" if capitalizes else "expense"),
            FEES_EXPENSED: costing(method, "expense"),
            BY_LOT: costing(by_lot(method), "expense"),
        }

    def _change_methods(self) -> None:
        """Plan the changes of method from years on, before any fill."""
        plan = changes(self.case)
        if plan and self._order() == "arrival":
            need("methods_by_year, in order of arrival")
        for from_time, method in plan:
            self.ledger.change_method(OWN, method.lower(), from_time)
            self.ledger.change_method(FEES_EXPENSED, method.lower(), from_time)
            self.ledger.change_method(BY_LOT, by_lot(method).lower(), from_time)

    def _order(self) -> str:
        """By arrival where the case says so and it differs from the order of time."""
        ties = str(self.config.get("ties"))
        times = [_moment(row["t"]) for row in self.case["fills"] if row["kind"] != "mark"]
        if len(set(times)) < len(times) and not ties.startswith(KNOWN_TIES):
            need(f"ties: {ties}")
        return "arrival" if ties.startswith("arrival") and times != sorted(times) else "event_time"

    def _instrument(self, row: dict[str, Any]) -> Instrument:
        terms = self.case["instrument"]
        symbol, quote = row.get("symbol") or terms["symbol"], terms["quote"]
        kind = instrument_kind(terms["asset_class"])
        return Instrument(f"{symbol}/{quote}", kind, symbol, quote, quote)

    def _book(self, row: dict[str, Any]) -> Iterator[Claim]:
        fill = self._fill(row, self._instrument(row))
        self.ledger.add_instrument(fill.instrument)
        if fill.side == "sell" and self.config.get("oversell") != "allow_short":
            self._need_holding(fill)
        outcome, reason = self.ledger.book(fill)
        if outcome != "booked":
            yield Claim(f"fill {fill.number}", "booked", f"{outcome}: {reason}")
        if self.config.get("pooling") == "universal_checked":
            self._need_own_lots()

    def _fill(self, row: dict[str, Any], instrument: Instrument) -> Fill:
        fee = Fraction(row.get("fee") or 0)
        fee_asset = row.get("fee_currency") or instrument.quote
        if fee and fee_asset != instrument.quote:
            need(
                "fee in the base asset" if fee_asset == instrument.base else "fee in a third asset"
            )
        return Fill(
            number=row["seq"],
            instrument=instrument,
            account=row.get("account") or "account",
            side=row["kind"],
            quantity=Fraction(row["qty"]),
            price=self._price(row),
            executed_at=_moment(row["t"]),
            fee=fee,
            fee_asset=fee_asset if fee else None,
            sequence=self._sequence(row),
        )

    def _price(self, row: dict[str, Any]) -> str:
        price = _price_of(row)
        if price is None:
            return "0"  # of a disposal whose proceeds nothing depends on: see UNPRICED
        stated = row.get("price")
        ranked = methods_of(self.case) & {"HIFO", "LOFO"} and self.config.get("rank") == "price"
        if ranked and stated is not None and Fraction(stated) != price:
            need("rank by a price that is not the cost")
        return as_text(price)

    def _sequence(self, row: dict[str, Any]) -> int:
        """The order at one time: as the rows stand, unless the case puts purchases first."""
        ties = str(self.config.get("ties"))
        return int("acquisitions before disposals" in ties and row["kind"] == "sell")

    def _need_holding(self, fill: Fill) -> None:
        held = sum(
            position.quantity
            for position in self.ledger.positions(OWN)
            if position.instrument == fill.instrument.name
            and position.account in (None, fill.account)
        )
        if fill.quantity > held:
            need(f"oversell: {self.config.get('oversell')}")

    def _need_own_lots(self) -> None:
        """A sale whose next lot is in another account is refused, which the ledger does not."""
        fills = self.ledger.fills
        for match in self.ledger.matches(BY_LOT):
            if fills[match.opened_by].account != fills[match.closed_by].account:
                need("refusal: the next lot is in another account")

    def _figures(self, path: str, asserted: dict[str, Any]) -> Iterator[Claim]:
        figures = Figures(self.case, self.ledger, self.marks)
        for key, value in asserted.items():
            if key not in NOT_FIGURES:
                yield from FIGURES[key](figures, f"{path}{key}", value)


def _price_of(row: dict[str, Any]) -> Fraction | None:
    """What a row says was paid for one unit: its value wins over its price."""
    if row.get("value") is not None:
        return Fraction(row["value"]) / Fraction(row["qty"])
    return None if row.get("price") is None else Fraction(row["price"])


def _moment(t: str) -> datetime:
    """A date alone comes after the timed rows of that day."""
    return moment(t) + END_OF_DAY if len(t) == len("2020-01-31") else moment(t)
