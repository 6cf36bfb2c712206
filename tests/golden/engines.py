"""Cases of trading engines: fills in order of arrival, and the figures of the position they make.

Two costings stand beside each other over the same fills: one keeps fees apart (average cost, gross
PnL), the other has them in cost and proceeds (`net_prorata`: the opening fee is realized at exit). A
third, fifo, says which fills met where a source that keeps an average asserts closed trades on which
fifo and lifo agree.

How far a figure may be off, by the case's own words:
- `params.round_each_fill`: the source rounds PnL to the instrument's `money_dp` after each fill, so
  half a unit for each fill that it counts;
- `instrument.money_dp`, "rounded to N dp" and "rounded to cents" in `conventions`: half a unit of
  money;
- "N relative" and "asserted to N" in `conventions`: that.
Net exposure and notional are without sign, as the sources print them.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

from tests.golden.compare import NO_SLACK, Claim, Got, Slack, half_unit, moment
from tests.golden.ledger import Costing, Entry, Fill, Instrument, Ledger
from tests.golden.support import Unsupported, instrument_kind, need, need_keys
from tests.golden.trades import FEES_EXPENSED, GROUPINGS, by_position, runs

FEES_CAPITALIZED = "fees capitalized"
BY_LOT = "by lot"

CASE_KEYS = {
    *("id", "source", "method", "instrument", "fills", "marks", "expect", "conventions", "params"),
    *("events", "disagrees_with_plain_arithmetic"),
}
INSTRUMENT_KEYS = {
    *("kind", "multiplier", "inverse", "base", "quote", "settlement", "symbol", "qty_dp"),
    *("money_dp", "account_currency"),
}
FILL_KEYS = {
    *("seq", "t", "side", "qty", "price", "fee", "fee_currency", "order", "trade_id", "account"),
    *("opening", "amount", "fx"),
}
# What fx and account_currency are for is asserted by keys of their own, which are not known here.
PARAMS_KEYS = {
    *("realized", "scope", "order", "book_scope", "grouping", "long_only", "round_each_fill"),
    *("cash_model", "fee_rate", "account_currency", "fx", "base_fee_adjusts_qty"),
}
FIRST_TICK = datetime(2000, 1, 1, tzinfo=UTC)


def run(case: dict[str, Any], connection: Any) -> Iterator[Claim]:
    """Book a case and yield each figure it asserts with what the ledger says."""
    if kind := case["params"].get("kind"):
        need(f"case kind: {kind}")
    need_keys("case", case, CASE_KEYS)
    need_keys("instrument", case["instrument"], INSTRUMENT_KEYS)
    need_keys("params", case["params"], PARAMS_KEYS)
    for event in case.get("events", []):
        need(f"event: {event['type']}")
    yield from EngineCase(case, connection).claims()


@dataclass
class EngineCase:
    """One case on its way through the ledger."""

    case: dict[str, Any]
    connection: Any

    def __post_init__(self) -> None:
        self.params: dict[str, Any] = self.case["params"]
        self.expect: dict[str, Any] = with_plain_figures(self.case)
        self.instrument = _instrument(self.case["instrument"])
        self.ledger = Ledger(self.connection, self._costings())
        self.ledger.add_instrument(self.instrument)

    def claims(self) -> Iterator[Claim]:
        """Book fill by fill; after each, what the steps assert, and at the end the rest."""
        self._known_figures()
        steps = {step["after_fill"]: step for step in self.expect.get("steps", [])}
        for row in self.case["fills"]:
            yield from self._book(row)
            if step := steps.get(row["seq"]):
                figures = {k: v for k, v in step.items() if k != "after_fill"}
                yield from self._figures(f"steps[{row['seq']}].", figures)
        final = {k: v for k, v in self.expect.items() if k not in ("steps", "error_on_fill")}
        yield from self._figures("", final)

    def _costings(self) -> dict[str, Costing]:
        method, params = self.case["method"], self.params
        need(f"method: {method}")
        need(f"pooling: {params.get('book_scope', 'pooled')}")
        need(f"order: {params.get('order', 'event_time')}")
        pool = "account" if params.get("book_scope") == "account" else "book"
        order = params.get("order", "event_time")

        def costing(method: str, fees: str) -> Costing:
            return Costing(method.lower(), pool, fees, booking_order=order)

        return {
            FEES_EXPENSED: costing(method, "expense"),
            FEES_CAPITALIZED: costing(method, "capitalize"),
            BY_LOT: costing("fifo" if method == "WAC" else method, "expense"),
        }

    def _known_figures(self) -> None:
        """Refuse what is not known before anything is booked: the reason is then the rule."""
        for step in [self.expect, *self.expect.get("steps", [])]:
            for key in step:
                if key not in FIGURES and key not in ("steps", "after_fill", "error_on_fill"):
                    need(f"expected figure: {key}")

    def _book(self, row: dict[str, Any]) -> Iterator[Claim]:
        need_keys("fill", row, FILL_KEYS)
        refused = self.expect.get("error_on_fill") == row["seq"]
        if refused and not (self._is_resent(row) or Fraction(row["qty"]) <= 0):
            need("refusal of a fill by a rule of the source")
        fill = self._fill(row)
        if self.params.get("long_only") and fill.side == "sell":
            self._need_holding(fill)
        outcome, reason = self.ledger.book(fill)
        path = f"fills[{row['seq']}]"
        if refused:
            yield Claim(path, "refused", "booked" if outcome == "booked" else "refused")
        elif outcome not in ("booked", "duplicate"):
            yield Claim(path, "booked", f"{outcome}: {reason}")

    def _is_resent(self, row: dict[str, Any]) -> bool:
        identity = row.get("trade_id")
        return any(identity and fill.identity == identity for fill in self.ledger.fills.values())

    def _fill(self, row: dict[str, Any]) -> Fill:
        fee = Fraction(row.get("fee") or 0)
        fee_asset = row.get("fee_currency") if fee else None
        if fee_asset == self.instrument.base and fee_asset != self.instrument.settlement:
            need("fee in the base asset")
        return Fill(
            number=row["seq"],
            instrument=self.instrument,
            account=row.get("account") or "account",
            side=row["side"].lower(),
            quantity=Fraction(row["qty"]),
            price=self._price(row),
            executed_at=_moment(row["t"]),
            fee=fee,
            fee_asset=fee_asset,
            identity=str(row.get("trade_id") or ""),
            order=str(row.get("order") or ""),
            opening=bool(row.get("opening")),
        )

    def _price(self, row: dict[str, Any]) -> str:
        if row["price"] is not None:
            return str(row["price"])
        asserted = {*self.expect, *(key for step in self.expect.get("steps", []) for key in step)}
        if not asserted <= {"steps", "after_fill", "qty", "lots", "missing_qty", "found_qty_last"}:
            need("a fill without a price")
        return "0"

    def _need_holding(self, fill: Fill) -> None:
        positions = self.ledger.positions(FEES_EXPENSED)
        held = sum(p.quantity for p in positions if p.account in (None, fill.account))
        if fill.quantity > held:
            need("a sale of more than is held is missing, not short")

    def _figures(self, path: str, expected: dict[str, Any]) -> Iterator[Claim]:
        figures = Figures(self)
        for key, value in expected.items():
            yield from FIGURES[key](figures, f"{path}{key}", value)


class Figures:
    """What a case asserts, from what the ledger shows at this moment."""

    def __init__(self, case: EngineCase) -> None:
        self.case = case
        self.params = case.params
        self.ledger = case.ledger
        self.instrument = case.instrument
        self.positions = case.ledger.positions(FEES_EXPENSED)
        self.entries = case.ledger.entries(FEES_EXPENSED)
        self.last = max(case.ledger.fills, default=0)
        self.quantity = _sum(p.quantity for p in self.positions)
        self.cost = _sum(p.cost for p in self.positions)

    # What a figure is

    def average_cost(self) -> Got:
        """Of what is open, without fees; 0 when flat."""
        return self.instrument.price(self.quantity, self.cost) or Fraction(0)

    def last_average_cost(self) -> Got:
        """As it stood before the position last went flat."""
        run = next(run for run in reversed(self._runs()) if run[-1].quantity_after == 0)
        before = [entry for entry in run if entry.fill != run[-1].fill][-1]
        return self.instrument.price(before.quantity_after, before.cost_after)

    def average_exit(self) -> Got:
        """Average price of what closed in the current cycle."""
        closing = [entry for entry in self._cycle(self.entries) if entry.effect == "close"]
        quantity, amount = _sum(e.quantity for e in closing), _sum(e.amount for e in closing)
        return self.instrument.price(quantity, amount)

    def realized(self) -> Fraction:
        """Realized PnL in the terms of the case's params."""
        mode, scope = self.params.get("realized", "gross"), self.params.get("scope", "lifetime")
        need(f"realized: {mode}")
        need(f"scope: {scope}")
        if scope == "lifetime":
            costing = FEES_CAPITALIZED if mode == "net_prorata" else FEES_EXPENSED
            positions = self.ledger.positions(costing)
            return _sum(p.net_pnl if mode == "net" else p.realized_pnl for p in positions)
        if mode == "net_prorata":
            return _sum(e.realized_pnl for e in self._cycle(self.ledger.entries(FEES_CAPITALIZED)))
        return self._realized_by(self._cycle(self.entries))

    def realized_last(self) -> Got:
        """Realized by the last fill alone."""
        prorata = self.params.get("realized") == "net_prorata"
        entries = self.ledger.entries(FEES_CAPITALIZED) if prorata else self.entries
        return self._realized_by([entry for entry in entries if entry.fill == self.last])

    def realized_ratio(self) -> Got:
        """Realized PnL to what all entries before the last exit were worth, fees included."""
        entries = self.ledger.entries(FEES_CAPITALIZED)
        exits = [n for n, entry in enumerate(entries) if entry.effect == "close"]
        opened = [e.amount for e in entries[: max(exits, default=0)] if e.effect == "open"]
        return self.realized() / abs(_sum(opened)) if opened else Fraction(0)

    def unrealized(self, mark: str) -> Got:
        """What closing all at the mark would realize, before fees."""
        return self.instrument.amount(self.quantity, Fraction(mark)) - self.cost

    def total(self, mark: str) -> Got:
        """Realized in the case's terms, and unrealized."""
        return self.realized() + Fraction(self.unrealized(mark))  # type: ignore[arg-type]

    def gross_performance(self, mark: str) -> Got:
        """Realized and unrealized, before fees."""
        unrealized = self.instrument.amount(self.quantity, Fraction(mark)) - self.cost
        return _sum(p.realized_pnl for p in self.positions) + unrealized

    def net_performance(self, mark: str) -> Got:
        """The same after all fees."""
        unrealized = self.instrument.amount(self.quantity, Fraction(mark)) - self.cost
        return _sum(p.net_pnl for p in self.positions) + unrealized

    def notional(self, mark: str) -> Got:
        """Value of what is open, without sign."""
        return abs(self.instrument.amount(self.quantity, Fraction(mark)))

    def total_fees(self) -> Got:
        """Fees paid in the settlement currency."""
        return self.fees().get(self.instrument.settlement, Fraction(0))

    def fees(self) -> dict[str, Fraction]:
        """Fees paid, by asset, in the case's scope."""
        if self.params.get("scope") != "cycle":
            return self.ledger.fees(FEES_EXPENSED)
        paid: dict[str, Fraction] = {}
        for entry in self._cycle(self.entries):
            asset = self.ledger.fills[entry.fill].fee_asset or ""
            paid[asset] = paid.get(asset, Fraction(0)) + self._fee(entry)
        return paid

    def peak_quantity(self) -> Got:
        """The most that was held in the current cycle."""
        return max(abs(entry.quantity_after) for entry in self._cycle(self.entries))

    def opened_at(self) -> Got:
        """When the current cycle began."""
        return self._cycle(self.entries)[0].effective_at

    def closed_at(self) -> Got:
        """When it ended; none while it is open."""
        last = self._cycle(self.entries)[-1]
        return last.effective_at if last.quantity_after == 0 else None

    def part_of_last(self, effect: str) -> Got:
        """What the last fill opened or closed, with its sign."""
        entries = [e for e in self.entries if e.fill == self.last and e.effect == effect]
        return _sum(entry.quantity for entry in entries)

    def cash_flow(self, asset: str) -> Got:
        """What fills moved in a currency; opening balances move nothing."""
        if self.instrument.kind not in ("spot", "equity", "fx"):
            need("cash of a derivative")
        need(f"cash model: {self.params.get('cash_model', 'notional')}")
        fills = self.ledger.fills
        moving = [entry for entry in self.entries if not fills[entry.fill].opening]
        flow = -_sum(entry.amount for entry in moving if asset == self.instrument.settlement)
        return flow - _sum(
            self._fee(entry) for entry in moving if fills[entry.fill].fee_asset == asset
        )

    # How it is compared

    def claim(self, path: str, expected: Any, got: Got, measure: str = "money") -> Claim:
        """A figure, with the slack that the case leaves for its measure."""
        if isinstance(expected, dict | list):
            raise Unsupported(f"expected figure of another form: {path}")
        words = self.case.case["conventions"]
        slack = NO_SLACK if measure == "quantity" else _stated(words)
        places = _money_places(self.case.case)
        if measure in ("money", "realized") and places is not None:
            rounded = 1
            if measure == "realized" and self.params.get("round_each_fill"):
                rounded += len({entry.fill for entry in self._cycle(self.entries)})
            slack = Slack(max(slack.absolute, rounded * half_unit(places)), slack.relative)
        return Claim(path, expected, got, slack)

    def matches(self, path: str, expected: list[dict[str, Any]]) -> Iterator[Claim]:
        """Closed trades, in the order of closing."""
        grouping = self.params.get("grouping", "FillToFill")
        need(f"grouping: {grouping}")
        costing = FEES_EXPENSED if grouping == "FlatToFlat" else BY_LOT
        trades = list(GROUPINGS[grouping](self.ledger, costing))
        yield Claim(f"{path}: count", len(expected), len(trades))
        for number, (match, trade) in enumerate(zip(expected, trades, strict=False), start=1):
            got: dict[str, tuple[Got, str]] = {
                "entry_price": (trade.entry_price, "price"),
                "exit_price": (trade.exit_price, "price"),
                "qty": (trade.quantity, "quantity"),
                "direction": (trade.direction, "quantity"),
                "pnl": (trade.pnl, "money"),
                "fees": (trade.fees, "money"),
            }
            need_keys("match", match, {*got, "orders"})
            for key, (figure, measure) in got.items():
                if key in match:
                    yield self.claim(f"{path}[{number}].{key}", match[key], figure, measure)
            if "orders" in match:
                orders = str(sorted(match["orders"]))
                yield Claim(f"{path}[{number}].orders", orders, str(sorted(trade.fills)))

    def lots(self, path: str, expected: list[dict[str, Any]]) -> Iterator[Claim]:
        """What is left of opening fills."""
        if self.case.case["method"] == "WAC":
            need("lots of an average")
        for lot in expected:
            need_keys("lot", lot, ("fill", "qty"))
        left = {lot.fill: lot.quantity for lot in self.ledger.lots(FEES_EXPENSED)}
        asserted = {lot["fill"]: lot["qty"] for lot in expected}
        for fill in sorted({*left, *asserted}):
            yield Claim(f"{path}: fill {fill}", asserted.get(fill, "0"), left.get(fill, 0))

    def _runs(self) -> list[list[Entry]]:
        return [run for journal in by_position(self.entries) for run in runs(journal)]

    def _cycle(self, entries: list[Entry]) -> list[Entry]:
        """The entries of each position since it was last flat before it was opened."""
        return [entry for journal in by_position(entries) for entry in runs(journal)[-1]]

    def _fee(self, entry: Entry) -> Fraction:
        """An entry's part of its fill's fee."""
        fill = self.ledger.fills[entry.fill]
        return fill.fee * abs(entry.quantity) / fill.quantity

    def _realized_by(self, entries: list[Entry]) -> Fraction:
        gross = _sum(entry.realized_pnl for entry in entries)
        if self.params.get("realized") != "net":
            return gross
        settlement = self.instrument.settlement
        fills = self.ledger.fills
        return gross - _sum(self._fee(e) for e in entries if fills[e.fill].fee_asset == settlement)


Figure = Callable[[Figures, str, Any], Iterator[Claim]]


def _one(figure: Callable[[Figures], Got], measure: str = "money") -> Figure:
    def claims(figures: Figures, path: str, expected: Any) -> Iterator[Claim]:
        yield figures.claim(path, expected, figure(figures), measure)

    return claims


def _per_mark(figure: Callable[[Figures, str], Got], measure: str = "money") -> Figure:
    """A list of {mark, value}; or one figure at the last mark."""

    def claims(figures: Figures, path: str, expected: Any) -> Iterator[Claim]:
        if not isinstance(expected, list):
            expected = [{"mark": figures.case.case["marks"][-1]["price"], "value": expected}]
        for item in expected:
            need_keys(path.rpartition(".")[2], item, ("mark", "value"))
            got = figure(figures, item["mark"])
            yield figures.claim(f"{path} at {item['mark']}", item["value"], got, measure)

    return claims


def _fees(figures: Figures, path: str, expected: Any) -> Iterator[Claim]:
    if not isinstance(expected, dict):
        yield figures.claim(path, expected, figures.total_fees())
        return
    for asset, value in expected.items():
        got = figures.fees().get(asset, Fraction(0))
        yield figures.claim(f"{path}.{asset}", value, got)


def _cash(figures: Figures, path: str, expected: Any) -> Iterator[Claim]:
    for asset, value in expected.items():
        yield figures.claim(f"{path}.{asset}", value, figures.cash_flow(asset))


def _market_value(figures: Figures, path: str, expected: Any) -> Iterator[Claim]:
    if not isinstance(expected, dict):
        yield from _per_mark(Figures.notional)(figures, path, expected)
    elif set(expected) != {figures.instrument.quote}:
        need("value in another currency")
    else:
        value = expected[figures.instrument.quote]
        yield from _per_mark(Figures.notional)(figures, path, value)


def _rounded_quantity(figures: Figures, path: str, expected: Any) -> Iterator[Claim]:
    """The source keeps so many decimals of the quantity; the ledger keeps those, and the rest."""
    booked = _sum(fill.signed_quantity for fill in figures.ledger.fills.values())
    yield Claim(path, str(float(round(booked, expected))), figures.quantity, Slack(half_unit(expected)))


FIGURES: dict[str, Figure] = {
    "qty": _one(lambda f: f.quantity, "quantity"),
    "avg_cost": _one(Figures.average_cost, "price"),
    "last_avg_cost": _one(Figures.last_average_cost, "price"),
    "avg_exit": _one(Figures.average_exit, "price"),
    "total_cost": _one(lambda f: f.cost),
    "investment": _one(lambda f: f.cost),
    "stake": _one(lambda f: abs(f.cost)),
    "realized_pnl": _one(Figures.realized, "realized"),
    "realized_last": _one(Figures.realized_last, "realized"),
    "last_trade_profit": _one(Figures.realized_last, "realized"),
    "realized_ratio": _one(Figures.realized_ratio, "price"),
    "unrealized_pnl": _per_mark(Figures.unrealized),
    "total_pnl": _per_mark(Figures.total, "realized"),
    "gross_performance": _per_mark(Figures.gross_performance),
    "net_performance": _per_mark(Figures.net_performance),
    "notional": _per_mark(Figures.notional),
    "net_exposure": _per_mark(Figures.notional),
    "market_value": _market_value,
    "fees": _fees,
    "total_fees": _one(Figures.total_fees),
    "cash": _cash,
    "cash_flows": _cash,
    "matches": Figures.matches,
    "lots": Figures.lots,
    "opened": _one(lambda f: f.part_of_last("open"), "quantity"),
    "closed": _one(lambda f: f.part_of_last("close"), "quantity"),
    "peak_qty": _one(Figures.peak_quantity, "quantity"),
    "opened_at": _one(Figures.opened_at),
    "closed_at": _one(Figures.closed_at),
    "qty_rounded_to_dp": _rounded_quantity,
    "found_qty_last": _one(lambda f: abs(f.part_of_last("close")), "quantity"),
    "missing_qty": _one(lambda _: Fraction(0), "quantity"),  # more than is held stops the case
}

_RELATIVE = re.compile(r"([\d.]+(?:e-?\d+)?) relative")
_ASSERTED = re.compile(r"asserted to ([\d.]+(?:e-?\d+)?)", re.IGNORECASE)
_ROUNDED = re.compile(r"rounded to (?:(\d+) dp|cents)")


def _stated(words: str) -> Slack:
    """The tolerance that the source's own test states."""
    relative, asserted = _RELATIVE.search(words), _ASSERTED.search(words)
    return Slack(
        absolute=Fraction(asserted[1].rstrip(".")) if asserted else Fraction(0),
        relative=Fraction(relative[1]) if relative else Fraction(0),
    )


def _money_places(case: dict[str, Any]) -> int | None:
    """To how many decimals the source rounds money, if it does."""
    rounded = _ROUNDED.search(case["conventions"])
    if (places := case["instrument"].get("money_dp")) is not None:
        return int(places)
    return int(rounded[1] or 2) if rounded else None


def with_plain_figures(case: dict[str, Any]) -> Any:
    """`expect` with the plain figure where the source is known to differ from it."""
    expect: Any = case["expect"]
    for note in case.get("disagrees_with_plain_arithmetic", []):
        expect = _replaced(expect, note, "")
    return expect


def _replaced(value: Any, note: dict[str, Any], key: str) -> Any:
    """The same tree, with the asserted figure replaced: at its field, or at any if it names none."""
    if isinstance(value, dict):
        return {k: _replaced(v, note, k) for k, v in value.items()}
    if isinstance(value, list):
        return [_replaced(v, note, key) for v in value]
    field = re.split(r"[.\[\]]+", note["field"].rstrip("]"))[-1]
    is_named = key == field or field not in FIGURES
    return note["plain"] if is_named and str(value) == str(note["asserted"]) else value


def _instrument(row: dict[str, Any]) -> Instrument:
    base = row.get("base") or "BASE"
    quote = row.get("quote") or "QUOTE"
    return Instrument(
        name=row.get("symbol") or f"{base}/{quote}",
        kind=instrument_kind(row["kind"]),
        base=base,
        quote=quote,
        settlement=row.get("settlement") or quote,
        multiplier=Fraction(row.get("multiplier") or 1),
        is_inverse=bool(row.get("inverse")),
    )


def _moment(t: Any) -> datetime:
    """A sequence number counts seconds from a day of our choice."""
    try:
        return FIRST_TICK + timedelta(seconds=float(t))
    except ValueError:
        return moment(str(t))


def _sum(figures: Iterator[Fraction] | Any) -> Fraction:
    return sum(figures, Fraction(0))
