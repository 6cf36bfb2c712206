"""Cases of cost-basis tools: dated purchases and disposals, and the lots and matches they make.

Costings beside each other over the same fills: the case's own (`config.fees`: capitalise puts fees into
cost and proceeds, expense and none keep them apart), one with fees apart, and a fifo one, by which
tools that keep an average still say which lots are left.

How far a figure may be off, by the case's own words:
- `config.round`: money is rounded at the end, or at every allocation: then half a unit for each part
  that closed so far;
- `config.compare_dp`, `config.compare_rel`: that.
A lot is what is left of one purchase; a source that merges lots of one date and price is compared with
their sum. Matches: for a short, `cost` is what was paid to close it and `proceeds` what opening it
brought; the ledger gives both with the sign of the position.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from tests.golden.compare import NO_SLACK, Claim, Got, Slack, half_unit, moment
from tests.golden.ledger import Costing, Fill, Instrument, Ledger, Match, as_text
from tests.golden.support import instrument_kind, need, need_keys

OWN = "own"
FEES_EXPENSED = "fees expensed"
BY_LOT = "by lot"

CASE_KEYS = {
    *("id", "source", "method", "instrument", "config", "fills", "expect", "conventions"),
    "upstream_status",
}
CONFIG_KEYS = {
    *("pooling", "fees", "rank", "ties", "oversell", "round", "compare_dp", "compare_rel"),
    *("average", "base_fee", "term_days", "free_after_seconds"),
}
FILL_KEYS = {
    *("seq", "t", "kind", "account", "symbol", "qty", "price", "value", "fee", "fee_currency"),
    *("fx", "label", "notes"),
}
# What a case may assert of fills whose price it does not give.
UNPRICED = {"qty", "lots", "matches", "cost_basis", "avg_cost", "fees", "income"}
MATCH_KEYS = {"open", "close", "qty", "cost", "proceeds", "pnl", "term", "available_before"}
LOT_KEYS = ("open", "account", "label", "opened", "price")  # by which lots are told apart
END_OF_DAY = timedelta(days=1, microseconds=-1)


def run(case: dict[str, Any], connection: Any) -> Iterator[Claim]:
    """Book a case and yield each figure it asserts with what the ledger says."""
    need_keys("case", case, CASE_KEYS)
    need_keys("config", case["config"], CONFIG_KEYS)
    for row in case["fills"]:
        need(f"fill kind: {row['kind']}")
        need_keys("fill", row, FILL_KEYS)
    if error := case["expect"].get("error"):
        need(f"refusal: {error}")
    yield from LotCase(case, connection).claims()


@dataclass
class LotCase:
    """One case on its way through the ledger."""

    case: dict[str, Any]
    connection: Any

    def __post_init__(self) -> None:
        self.config: dict[str, Any] = self.case["config"]
        self.expect: dict[str, Any] = self.case["expect"]
        self.rows: dict[int, dict[str, Any]] = {row["seq"]: row for row in self.case["fills"]}
        self.marks: dict[str, Fraction] = {}  # by instrument
        self._known_figures()
        self.ledger = Ledger(self.connection, self._costings())

    def claims(self) -> Iterator[Claim]:
        """Book row by row; after each, what the steps assert, and at the end the rest."""
        steps = {step["after"]: step for step in self.expect.get("steps", [])}
        for row in self.case["fills"]:
            if row["kind"] == "mark":
                self.marks[self._instrument(row).name] = Fraction(row["price"])
            else:
                yield from self._book(row)
            if step := steps.get(row["seq"]):
                figures = {k: v for k, v in step.items() if k != "after"}
                yield from self._figures(f"steps[{row['seq']}].", figures)
        final = {k: v for k, v in self.expect.items() if k != "steps"}
        yield from self._figures("", final)

    def _costings(self) -> dict[str, Costing]:
        method, config = self.case["method"], self.config
        pooling, fees = config.get("pooling", "universal"), config.get("fees", "none")
        rank = config.get("rank", "price")
        for rule in (f"method: {method}", f"pooling: {pooling}", f"fees: {fees}", f"rank: {rank}"):
            need(rule)
        # Where all came in order of time, the order of arrival is the same, and keeps the times.
        times = [_moment(row["t"]) for row in self.case["fills"]]
        by_arrival = str(config.get("ties")).startswith("arrival") and times != sorted(times)
        order = "arrival" if by_arrival else "event_time"

        def costing(method: str, fees: str) -> Costing:
            pool = "account" if pooling == "account" else "book"
            return Costing(method.lower(), pool, fees, rank, order)

        capitalizes = fees in ("capitalise", "capitalize")
        return {
            OWN: costing(method, "capitalize" if capitalizes else "expense"),
            FEES_EXPENSED: costing(method, "expense"),
            BY_LOT: costing("fifo" if method == "WAC" else method, "expense"),
        }

    def _known_figures(self) -> None:
        """Refuse what is not known before anything is booked: the reason is then the rule."""
        unpriced = any(r["kind"] != "mark" and _price_of(r) is None for r in self.rows.values())
        for step in [self.expect, *self.expect.get("steps", [])]:
            for key in step:
                if key in ("steps", "after"):
                    continue
                if key not in FIGURES:
                    need(f"expected figure: {key}")
                if unpriced and key not in UNPRICED:
                    need("a disposal without a price")

    def _instrument(self, row: dict[str, Any]) -> Instrument:
        terms = self.case["instrument"]
        symbol, quote = row.get("symbol") or terms["symbol"], terms["quote"]
        kind = {"crypto": "spot"}.get(terms["asset_class"]) or instrument_kind(terms["asset_class"])
        return Instrument(f"{symbol}/{quote}", kind, symbol, quote, quote)

    def _book(self, row: dict[str, Any]) -> Iterator[Claim]:
        instrument = self._instrument(row)
        self.ledger.add_instrument(instrument)
        fill = self._fill(row, instrument)
        if fill.side == "sell" and self.config.get("oversell") != "allow_short":
            self._need_holding(fill)
        outcome, reason = self.ledger.book(fill)
        if outcome != "booked":
            yield Claim(f"fills[{fill.number}]", "booked", f"{outcome}: {reason}")

    def _fill(self, row: dict[str, Any], instrument: Instrument) -> Fill:
        fee = Fraction(row.get("fee") or 0)
        fee_asset = row.get("fee_currency") or instrument.quote
        if fee and fee_asset != instrument.quote:
            need("fee in the coin" if fee_asset == instrument.base else "fee in a third asset")
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
        ranked = self.case["method"] in ("HIFO", "LOFO") and self.config.get("rank") == "price"
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

    def _figures(self, path: str, expected: dict[str, Any]) -> Iterator[Claim]:
        figures = Figures(self)
        for key, value in expected.items():
            yield from FIGURES[key](figures, f"{path}{key}", value)


class Figures:
    """What a case asserts, from what the ledger shows at this moment."""

    def __init__(self, case: LotCase) -> None:
        self.case = case
        self.config = case.config
        self.ledger = case.ledger
        self.own = case.ledger.positions(OWN)
        self.expensed = case.ledger.positions(FEES_EXPENSED)
        self.quantity = _sum(p.quantity for p in self.own)
        self.cost = _sum(p.cost for p in self.own)
        self.realized = _sum(p.realized_pnl for p in self.own)
        self.fees = _sum(p.fees for p in self.expensed)

    # What a figure is

    def average_cost(self) -> Got:
        """Of what is open, in the case's costing; 0 when flat."""
        self._need_one_symbol()
        return self.cost / self.quantity if self.quantity else Fraction(0)

    def market_value(self) -> Fraction:
        """What is open, at the last mark."""
        marks = self.case.marks
        if missing := {p.instrument for p in self.own if p.quantity} - set(marks):
            need(f"value of {missing.pop()} without a mark")
        return _sum(p.quantity * marks.get(p.instrument, Fraction(0)) for p in self.own)

    def unrealized(self) -> Got:
        """The same, less its cost."""
        return self.market_value() - self.cost

    def unrealized_before_fees(self) -> Got:
        """The same, less its cost without fees."""
        return self.market_value() - _sum(p.cost for p in self.expensed)

    def gross(self) -> Fraction:
        """Realized and unrealized, before all fees."""
        realized = _sum(p.realized_pnl for p in self.expensed)
        return realized + self.market_value() - _sum(p.cost for p in self.expensed)

    def net(self) -> Got:
        """The same after all fees."""
        return self.gross() - self.fees

    def average_acquired(self) -> Got:
        """All cost ever, by all quantity ever acquired."""
        acquired = [e for e in self.ledger.entries(OWN) if e.effect == "open" and e.quantity > 0]
        return _sum(e.amount for e in acquired) / _sum(e.quantity for e in acquired)

    def income(self) -> Got:
        """Income that was booked: the kinds that book it are not supported yet."""
        return Fraction(0)

    # How it is compared

    def claim(self, path: str, expected: Any, got: Got, measure: str = "money") -> Claim:
        """A figure, with the slack that the case leaves for its measure."""
        if isinstance(expected, dict | list):
            need(f"expected figure of another form: {path.rpartition('.')[2]}")
        return Claim(path, expected, got, self._slack(measure))

    def by_symbol(self, path: str, expected: Any) -> Iterator[Claim]:
        """The quantity held; for several symbols each by itself."""
        if isinstance(expected, dict):
            held: defaultdict[str, Fraction] = defaultdict(Fraction)
            for position in self.own:
                held[position.instrument.rpartition("/")[0]] += position.quantity
            for symbol, value in expected.items():
                yield self.claim(f"{path}.{symbol}", value, held[symbol], "quantity")
            return
        self._need_one_symbol()
        yield self.claim(path, expected, self.quantity, "quantity")

    def lots(self, path: str, expected: list[dict[str, Any]]) -> Iterator[Claim]:
        """What is left, told apart by what the case says of each lot."""
        for lot in expected:
            need_keys("lot", lot, {*LOT_KEYS, "qty"})
        keys = [key for key in LOT_KEYS if any(key in lot for lot in expected)]
        asserted = _grouped((_lot_key(lot, keys), Fraction(lot["qty"])) for lot in expected)
        left = _grouped(
            (_lot_key(lot, keys), Fraction(lot["qty"])) for lot in self._open_lots("price" in keys)
        )
        for key in sorted({*asserted, *left}, key=str):
            name = " ".join(map(str, key))
            wanted = as_text(asserted.get(key, Fraction(0)))
            yield self.claim(f"{path}: {name}", wanted, left.get(key, Fraction(0)), "quantity")

    def matches(self, path: str, expected: list[dict[str, Any]]) -> Iterator[Claim]:
        """What closed what, in the order of closing."""
        costing = OWN
        if self.case.case["method"] == "WAC":
            if any(set(match) - {"open", "close", "qty"} for match in expected):
                need("matches of an average")
            costing = BY_LOT
        left = self._opened(costing)
        found = []
        for match in self.ledger.matches(costing):
            found.append((match, left[match.opened_by]))
            left[match.opened_by] -= match.quantity
        yield Claim(f"{path}: count", len(expected), len(found))
        for number, (row, (match, available)) in enumerate(
            zip(expected, found, strict=False), start=1
        ):
            need_keys("match", row, MATCH_KEYS)
            yield from self._match(f"{path}[{number}]", row, match, available)

    def by_year(self, path: str, expected: dict[str, list[dict[str, Any]]]) -> Iterator[Claim]:
        """Gains of each year by kind of disposal and term."""
        sums: defaultdict[tuple[str, str], dict[str, Fraction]] = defaultdict(
            lambda: dict.fromkeys(("gain", "qty", "proceeds", "cost"), Fraction(0))
        )
        for match in self.ledger.matches(OWN):
            row = self.case.rows[match.closed_by]
            year = str(_moment(row["t"]).year)
            found = sums[year, f"{row['kind'].upper()} {self._term(match, 'SHORT')}"]
            found["gain"] += match.realized_pnl
            found["qty"] += match.quantity
            found["proceeds"] += _paid_and_brought(match)[1]
            found["cost"] += _paid_and_brought(match)[0]
        rows = {
            (year, f"{row['type']} {row['term']}"): row
            for year, year_rows in expected.items()
            for row in year_rows
        }
        yield Claim(f"{path}: rows", str(sorted(rows)), str(sorted(sums)))
        for (year, name), row in rows.items():
            need_keys("year", row, ("type", "term", "gain", "qty", "proceeds", "cost"))
            for key, got in sums[year, name].items():
                measure = "quantity" if key == "qty" else "money"
                yield self.claim(f"{path}.{year}.{name}.{key}", row[key], got, measure)

    def by_account(self, path: str, expected: dict[str, dict[str, Any]]) -> Iterator[Claim]:
        """Figures of one account, where each account is a pool of its own."""
        if self.config.get("pooling") != "account":
            need("figures by account of a common pool")
        for account, figures in expected.items():
            positions = [p for p in self.own if p.account == account]
            got = {
                "qty": _sum(p.quantity for p in positions),
                "cost_basis": _sum(p.cost for p in positions),
                "realized_pnl": _sum(p.realized_pnl for p in positions),
            }
            need_keys("by_account", figures, got)
            for key, value in figures.items():
                measure = "quantity" if key == "qty" else "money"
                yield self.claim(f"{path}.{account}.{key}", value, got[key], measure)

    def missing(self, path: str, expected: list[dict[str, Any]]) -> Iterator[Claim]:
        """Disposals of more than was held: such a case has stopped before."""
        yield Claim(f"{path}: count", len(expected), 0)

    def _match(
        self, path: str, row: dict[str, Any], match: Match, available: Fraction
    ) -> Iterator[Claim]:
        cost, proceeds = _paid_and_brought(match)
        yield Claim(f"{path}.open", row["open"], match.opened_by)
        yield Claim(f"{path}.close", row["close"], match.closed_by)
        figures: dict[str, tuple[Got, str]] = {
            "qty": (match.quantity, "quantity"),
            "cost": (cost, "money"),
            "proceeds": (proceeds, "money"),
            "pnl": (match.realized_pnl, "money"),
            "available_before": (available, "quantity"),
        }
        for key, (got, measure) in figures.items():
            if key in row:
                yield self.claim(f"{path}.{key}", row[key], got, measure)
        if "term" in row:
            yield Claim(f"{path}.term", row["term"], self._term(match, row["term"]))

    def _term(self, match: Match, otherwise: str) -> str:
        """How a gain is taxed by the time of holding, in the case's words."""
        if seconds := self.config.get("free_after_seconds"):
            is_free = match.holding_time > timedelta(seconds=int(seconds))
            return "FREE" if is_free else otherwise.replace("FREE", "not FREE")
        days = re.match(r"(\d+) whole days or more = LONG", str(self.config.get("term_days")))
        if not days:
            need(f"term: {self.config.get('term_days')}")
            return ""
        return "LONG" if match.holding_time >= timedelta(days=int(days[1])) else "SHORT"

    def _opened(self, costing: str) -> dict[int, Fraction]:
        """How much each fill opened."""
        opened: defaultdict[int, Fraction] = defaultdict(Fraction)
        for entry in self.ledger.entries(costing):
            if entry.effect == "open":
                opened[entry.fill] += abs(entry.quantity)
        return opened

    def _open_lots(self, priced: bool) -> Iterator[dict[str, Any]]:
        """Open lots in the words of a case; of an average those by fifo, which have no cost."""
        costing = BY_LOT if self.case.case["method"] == "WAC" else OWN
        if costing == BY_LOT and priced:
            yield from self._average_as_lot()
            return
        for lot in self.ledger.lots(costing):
            fill = self.ledger.fills[lot.fill]
            yield {
                "open": lot.fill,
                "account": fill.account,
                "label": self.case.rows[lot.fill].get("label"),
                "opened": self.case.rows[lot.fill]["t"],
                "price": as_text(lot.cost / lot.quantity),
                "qty": as_text(lot.quantity),
            }

    def _average_as_lot(self) -> Iterator[dict[str, Any]]:
        """The one lot into which a source has merged what it holds at average cost."""
        if len(self.own) != 1 or not str(self.config.get("average")).startswith("merge"):
            need("lots of an average")
        position = self.own[0]
        if position.opened_at is not None:
            yield {
                "qty": as_text(position.quantity),
                "price": as_text(position.cost / position.quantity),
                "opened": position.opened_at.isoformat(),
            }

    def _need_one_symbol(self) -> None:
        if len({position.instrument for position in self.own}) > 1:
            need("one figure of several symbols")

    def _slack(self, measure: str) -> Slack:
        if measure == "quantity":
            return NO_SLACK
        absolute = Fraction(0)
        if rounding := self.config.get("round"):
            parts = [e for e in self.ledger.entries(OWN) if e.effect == "close"]
            each = len(parts) if "every" in str(rounding.get("where")) else 1
            absolute = half_unit(int(rounding["money"])) * max(1, each)
        if (places := self.config.get("compare_dp")) is not None:
            absolute = max(absolute, half_unit(int(places)))
        return Slack(absolute, Fraction(self.config.get("compare_rel") or 0))


Figure = Callable[[Figures, str, Any], Iterator[Claim]]


def _one(figure: Callable[[Figures], Got]) -> Figure:
    def claims(figures: Figures, path: str, expected: Any) -> Iterator[Claim]:
        yield figures.claim(path, expected, figure(figures))

    return claims


FIGURES: dict[str, Figure] = {
    "qty": Figures.by_symbol,
    "avg_cost": _one(Figures.average_cost),
    "cost_basis": _one(lambda f: f.cost),
    "realized_pnl": _one(lambda f: f.realized),
    "unrealized_pnl": _one(Figures.unrealized),
    "unrealized_pnl_ex_fees": _one(Figures.unrealized_before_fees),
    "gross_pnl": _one(Figures.gross),
    "net_pnl": _one(Figures.net),
    "market_value": _one(Figures.market_value),
    "fees": _one(lambda f: f.fees),
    "income": _one(Figures.income),
    "avg_acquired_price": _one(Figures.average_acquired),
    "lots": Figures.lots,
    "matches": Figures.matches,
    "by_year": Figures.by_year,
    "by_account": Figures.by_account,
    "missing": Figures.missing,
}


def _price_of(row: dict[str, Any]) -> Fraction | None:
    """What a row says was paid for one unit: its value wins over its price."""
    if row.get("value") is not None:
        return Fraction(row["value"]) / Fraction(row["qty"])
    return None if row["price"] is None else Fraction(row["price"])


def _paid_and_brought(match: Match) -> tuple[Fraction, Fraction]:
    """What buying cost and selling brought: of a short, the ledger's proceeds and cost."""
    if match.direction == "long":
        return match.cost, match.proceeds
    return -match.proceeds, -match.cost


def _lot_key(lot: dict[str, Any], keys: list[str]) -> tuple[object, ...]:
    """What tells lots apart; prices and times by their value."""
    readers: dict[str, Callable[[Any], object]] = {"price": _rounded, "opened": _moment}
    return tuple(
        readers.get(key, str)(lot[key]) if lot.get(key) is not None else None for key in keys
    )


def _rounded(price: str) -> Fraction:
    return round(Fraction(price), 12)


def _grouped(
    lots: Iterator[tuple[tuple[object, ...], Fraction]],
) -> dict[tuple[object, ...], Fraction]:
    quantities: defaultdict[tuple[object, ...], Fraction] = defaultdict(Fraction)
    for key, quantity in lots:
        quantities[key] += quantity
    return dict(quantities)


def _moment(t: str) -> datetime:
    """A date alone comes after the timed rows of that day."""
    return moment(t) + END_OF_DAY if len(t) == len("2020-01-31") else moment(t)


def _sum(figures: Iterator[Fraction]) -> Fraction:
    return sum(figures, Fraction(0))
