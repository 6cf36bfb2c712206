"""Cases of cost-basis tools: dated purchases and disposals, and the lots and matches they make.

Costings beside each other over the same facts: the case's own (`config.fees`: capitalise puts fees
into cost and proceeds, expense and none keep them apart), one with fees apart, and a fifo one, by
which tools that keep an average still say which lots are left.

What a case asserts in a second currency is asserted of the same case with all money in it, at the
rate of each row: it is booked once more, in a book of its own.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction
from typing import Any

from tests.golden.compare import FIRST_TICK, Claim
from tests.golden.facts import BOOK, Costing, as_text
from tests.golden.ledger import Ledger
from tests.golden.lot_claims import FIGURES
from tests.golden.lot_facts import REFUSALS, LotBookkeeper
from tests.golden.lot_figures import Figures
from tests.golden.lot_rows import Row, asserted_by, capitalizes, capitalizes_own, rows_of
from tests.golden.methods import by_lot, changes, costing_method, first_method, methods_of
from tests.golden.support import Refused, Unsupported, need, need_figures, need_keys
from tests.golden.trades import BY_LOT, FEES_EXPENSED, OWN, POOLED

CASE_KEYS = {
    *("id", "source", "method", "instrument", "config", "fills", "expect", "conventions"),
    "upstream_status",
}
CONFIG_KEYS = {
    *("pooling", "fees", "rank", "ties", "oversell", "round", "compare_dp", "compare_rel"),
    *("average", "base_fee", "term_days", "free_after_seconds", "methods_by_year"),
}
# What a case may assert of fills whose price it does not give.
UNPRICED = {"qty", "lots", "matches", "cost_basis", "avg_cost", "fees", "income", "missing"}
NOT_FIGURES = {"steps", "after", "error", "source_error", "reporting"}
# How the order at one time is stated. A case without equal times may state anything.
KNOWN_TIES = ("lot date, then entry order", "input order", "arrival order", "at one time: acq")
MONEY = ("price", "value", "fee")


def run(case: dict[str, Any], connection: Any) -> Iterator[Claim]:
    """Book a case and yield each figure it asserts with what the ledger says."""
    need_keys("case", case, CASE_KEYS)
    for method in sorted(methods_of(case)):
        need(f"method: {method}")
    need_keys("config", case["config"], CONFIG_KEYS)
    need_keys("instrument", case["instrument"], ("symbol", "asset_class", "quote"))
    yield from LotCase(case, connection).claims()
    for step in asserted_by(case):
        if "reporting" in step:
            yield from LotCase(in_reporting_currency(case), connection, "reporting").claims()
            break


class LotCase:
    """One case on its way through the ledger."""

    def __init__(self, case: dict[str, Any], connection: Any, book: str = BOOK) -> None:
        self.case = case
        self.config: dict[str, Any] = case["config"]
        self.expect: dict[str, Any] = case["expect"]
        self.rows = rows_of(case)
        self.steps = self._steps()
        self.marks: dict[str, Fraction] = {}  # by instrument
        self.ledger = Ledger(connection, self._costings(), book)
        self.bookkeeper = LotBookkeeper(case, self.ledger)
        self._change_methods()

    def claims(self) -> Iterator[Claim]:
        """Book row by row; after each, what the steps assert, and at the end the rest.

        What is asserted after a refusal is what was there before.
        """
        refused: Refused | None = None
        for row in self.rows:
            try:
                self._book(row)
            except Refused as refusal:
                refused = refusal
                break
            for step in self.steps[row.number]:
                yield from self._figures(f"after {row.number}: ", step)
        if refused or "error" in self.expect:
            yield self._refusal(refused)
        yield from self._figures("", self.expect)

    def _steps(self) -> dict[int, list[dict[str, Any]]]:
        """What is asserted after which row. What is not known is refused before any booking."""
        steps: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
        for step in self.expect.get("steps", []):
            steps[step["after"]].append(step)
        if not set(steps) <= {row.number for row in self.rows}:
            need("a step that is not after a fill")
        unpriced = [row for row in self.rows if row.kind == "sell" and row.value is None]
        for asserted in asserted_by(self.case):
            need_figures(asserted, {*FIGURES, *NOT_FIGURES})
            if unpriced and not self._needs_no_price(asserted):
                need("a disposal without a price")
        return steps

    def _needs_no_price(self, asserted: dict[str, Any]) -> bool:
        proceeds = {key for match in asserted.get("matches", []) for key in match}
        return set(asserted) <= UNPRICED | NOT_FIGURES and not proceeds & {"proceeds", "pnl"}

    def _costings(self) -> dict[str, Costing]:
        pooling, fees = self.config.get("pooling", "universal"), self.config.get("fees", "none")
        rank = self.config.get("rank", "price")
        for rule in (f"pooling: {pooling}", f"fees: {fees}", f"rank: {rank}"):
            need(rule)
        order = self._order()
        method = first_method(self.case)
        # Where the next lot of all is always in the account, it is the account's next one, too.
        is_by_account = pooling == "account" or (
            pooling == "universal_checked" and methods_of(self.case) != {"WAC"}
        )

        def costing(method: str, fees: str, pool: str) -> Costing:
            return Costing(costing_method(method), pool, fees, rank_by, order)

        pool = "account" if is_by_account else "book"
        # Tools that keep an average take what is sold off the lots of its account.
        lots = [lot for step in asserted_by(self.case) for lot in step.get("lots", [])]
        names_accounts = method == "WAC" and any("account" in lot for lot in lots)
        own_fees = "capitalize" if capitalizes_own(self.case) else "expense"
        # The ledger's unit_cost has fees in it; where a case keeps them apart, price is unit cost.
        rank_by = rank if capitalizes(self.case) else "price"
        return {
            OWN: costing(method, own_fees, pool),
            FEES_EXPENSED: costing(method, "expense", pool),
            BY_LOT: costing(by_lot(method), "expense", "account" if names_accounts else pool),
            POOLED: costing(by_lot(method), "expense", "book"),
        }

    def _change_methods(self) -> None:
        """Plan the changes of method from years on, before any fill."""
        plan = changes(self.case)
        if plan and self._order() == "arrival":
            need("methods_by_year, in order of arrival")
        for from_time, method in plan:
            for costing in (OWN, FEES_EXPENSED):
                self.ledger.change_method(costing, costing_method(method), from_time)
            for costing in (BY_LOT, POOLED):
                self.ledger.change_method(costing, costing_method(by_lot(method)), from_time)

    def _order(self) -> str:
        """By arrival where the case says so and it differs from the order of time."""
        ties = str(self.config.get("ties"))
        times = [row.occurred_at for row in self.rows if row.kind != "mark"]
        if len(set(times)) < len(times) and not ties.startswith(KNOWN_TIES):
            need(f"ties: {ties}")
        return "arrival" if ties.startswith("arrival") and times != sorted(times) else "event_time"

    def _book(self, row: Row) -> None:
        if row.kind == "mark":
            self._mark(row)
            return
        self.bookkeeper.book(row)
        if self.config.get("pooling") == "universal_checked":
            self._need_next_lots()

    def _mark(self, row: Row) -> None:
        """A price; one of 0 says that there is none, and what the rest counts for."""
        instrument = row.instrument
        self.marks[instrument.name] = price = row.price or Fraction(0)
        if price:
            self.ledger.add_instrument(instrument)
            at = FIRST_TICK + timedelta(seconds=self.ledger.prices)
            self.ledger.record_price(at, instrument=instrument.name, mark=as_text(price))

    def _need_next_lots(self) -> None:
        """A sale whose next lot is in another account is refused, which the ledger does not."""
        own, pooled = (
            {(m.opened_by, m.closed_by, m.quantity) for m in self.ledger.matches(costing)}
            for costing in (BY_LOT, POOLED)
        )
        if own != pooled:
            need("refusal: the next lot is in another account")

    def _refusal(self, refused: Refused | None) -> Claim:
        asserted = self.expect.get("error", "no refusal")
        if refused is None:
            is_fill = self.rows[-1].kind in ("buy", "sell")
            if is_fill and not any(names.search(asserted) for names in REFUSALS.values()):
                need("refusal of a fill by a rule of the source")
            return Claim("error", asserted, "no refusal")
        names = REFUSALS.get(refused.code)
        is_named = names is not None and names.search(asserted)
        return Claim("error", asserted, asserted if is_named else str(refused))

    def _figures(self, path: str, asserted: dict[str, Any]) -> Iterator[Claim]:
        figures = Figures(self.case, self.ledger, self.marks)
        for key, value in asserted.items():
            if key not in NOT_FIGURES:
                yield from FIGURES[key](figures, f"{path}{key}", value)


def in_reporting_currency(case: dict[str, Any]) -> dict[str, Any]:
    """The case with all its money in the reporting currency, and what it asserts of that."""
    for row in case["fills"]:
        if row.get("fx") is None and any(Fraction(row.get(key) or 0) for key in MONEY):
            raise Unsupported("a row without a rate of the reporting currency")
    quote = case["instrument"]["quote"]
    expect: dict[str, Any] = case["expect"]
    steps = [
        {"after": step["after"], **step["reporting"]}
        for step in expect.get("steps", [])
        if "reporting" in step
    ]
    return {
        **case,
        "instrument": {**case["instrument"], "quote": f"{quote} reported"},
        "fills": [_reported(row, quote) for row in case["fills"]],
        "expect": {**expect.get("reporting", {}), "steps": steps},
    }


def _reported(row: dict[str, Any], quote: str) -> dict[str, Any]:
    rate = Fraction(row.get("fx") or 1)
    is_money_fee = row.get("fee_currency") in (None, quote)
    money = MONEY if is_money_fee else MONEY[:2]
    reported = {
        key: as_text(Fraction(row[key]) * rate) for key in money if row.get(key) is not None
    }
    fee_asset = f"{quote} reported" if is_money_fee else row["fee_currency"]
    return {**row, **reported, "fee_currency": fee_asset}
