"""What cases of trading engines may assert, each with how it is compared.

Notional and net exposure are compared without sign: sources differ in it.
"""

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

from tests.golden.compare import Claim, Got, Slack, half_unit
from tests.golden.engine_figures import Figures, total
from tests.golden.engine_marks import mark_to
from tests.golden.support import need, need_figures
from tests.golden.trades import BY_LOT, Trade

# A note about cash rather than about a figure: profit after all fees, those in the coin included.
CONSERVATION = "conservation"

Figure = Callable[[Figures, str, Any], Iterator[Claim]]


def one(figure: Callable[[Figures], Got], measure: str = "money") -> Figure:
    """An asserted figure that stands by itself."""

    def claims(figures: Figures, path: str, expected: Any) -> Iterator[Claim]:
        yield figures.claim(path, expected, figure(figures), measure)

    return claims


def in_account_currency(figure: Callable[[Figures], Fraction]) -> Callable[[Figures], Got]:
    """A figure in the currency of the account."""
    return lambda figures: figures.in_account_currency(figure(figures))


def per_mark(figure: Callable[[Figures], Got], measure: str = "money") -> Figure:
    """A list of {mark, value}, or one figure at the case's only mark.

    A source that takes off what closing would cost says how much that is.
    """

    def claims(figures: Figures, path: str, expected: Any) -> Iterator[Claim]:
        for item in _marked(figures, expected):
            need_figures(item, ("mark", "value", "estimated_close_fee_acct"))
            mark_to(figures.case, figures.ledger, figures.instrument, item["mark"])
            got = figure(figures)
            if fee := item.get("estimated_close_fee_acct"):
                got = Fraction(got or 0) - Fraction(fee)  # type: ignore[arg-type]
            yield figures.claim(f"{path} at {item['mark']}", item["value"], got, measure)

    return claims


def unsigned(figure: Figure) -> Figure:
    """A figure by its size alone."""

    def claims(figures: Figures, path: str, expected: Any) -> Iterator[Claim]:
        for claim in figure(figures, path, expected):
            yield Claim(claim.path, str(claim.expected).lstrip("-"), claim.got, claim.slack)

    return claims


def _marked(figures: Figures, expected: Any) -> list[dict[str, Any]]:
    if isinstance(expected, list):
        return expected
    marks = figures.case["marks"]
    if len(marks) != 1:
        need("a value at a mark that is not given")
    return [{"mark": marks[0]["price"], "value": expected}]


def _fees(figures: Figures, path: str, expected: Any) -> Iterator[Claim]:
    if not isinstance(expected, dict):
        yield figures.claim(path, expected, figures.total_fees())
        return
    for asset, value in expected.items():
        got = figures.fees().get(asset, Fraction(0))
        yield figures.claim(f"{path} in {asset}", value, got)


def _cash(figures: Figures, path: str, expected: dict[str, Any]) -> Iterator[Claim]:
    for asset, value in expected.items():
        yield figures.claim(f"{path} in {asset}", value, figures.cash_flow(asset))


def _market_value(figures: Figures, path: str, expected: Any) -> Iterator[Claim]:
    """In the settlement currency, or in those that are named."""
    if not isinstance(expected, dict):
        yield from per_mark(Figures.value)(figures, path, expected)
        return
    for currency, value in expected.items():

        def in_currency(figures: Figures, currency: str = currency) -> Got:
            return figures.in_currency(figures.value(), figures.instrument.settlement, currency)

        yield from per_mark(in_currency)(figures, f"{path} in {currency}", value)


def _rounded_quantity(figures: Figures, path: str, expected: int) -> Iterator[Claim]:
    """The source keeps so many decimals of the quantity; the ledger keeps those, and the rest."""
    booked = round(total(f.signed_quantity for f in figures.ledger.fills.values()), expected)
    yield Claim(path, str(float(booked)), figures.quantity, Slack(half_unit(expected)))


def _lots(figures: Figures, path: str, expected: list[dict[str, Any]]) -> Iterator[Claim]:
    """What is left of each fill; of an average by fifo."""
    for lot in expected:
        need_figures(lot, ("fill", "qty"))
    left = {lot.fill: lot.quantity for lot in figures.ledger.lots(BY_LOT)}
    asserted = {lot["fill"]: lot["qty"] for lot in expected}
    for fill in sorted({*left, *asserted}):
        yield Claim(f"{path} of fill {fill}", asserted.get(fill, "0"), left.get(fill, 0))


def _matches(figures: Figures, path: str, expected: list[dict[str, Any]]) -> Iterator[Claim]:
    trades = figures.trades()
    yield Claim(f"{path}: count", len(expected), len(trades))
    for number, (row, trade) in enumerate(zip(expected, trades, strict=False), start=1):
        yield from _match(figures, f"{path}[{number}]", row, trade)


def _match(figures: Figures, path: str, row: dict[str, Any], trade: Trade) -> Iterator[Claim]:
    got: dict[str, tuple[Got, str]] = {
        "entry_price": (trade.entry_price, "price"),
        "exit_price": (trade.exit_price, "price"),
        "qty": (trade.quantity, "quantity"),
        "direction": (trade.direction, "quantity"),
        "pnl": (trade.pnl, "money"),
        "fees": (trade.fees, "money"),
        "orders": (str(trade.fills), "quantity"),
    }
    need_figures(row, got)
    for key, expected in row.items():
        figure, measure = got[key]
        asserted = str(sorted(expected)) if key == "orders" else expected
        yield figures.claim(f"{path}.{key}", asserted, figure, measure)


FIGURES: dict[str, Figure] = {
    "qty": one(lambda f: f.quantity, "quantity"),
    "avg_cost": one(Figures.average_cost, "price"),
    "last_avg_cost": one(Figures.last_average_cost, "price"),
    "avg_exit": one(Figures.average_exit, "price"),
    "total_cost": one(lambda f: f.cost),
    "investment": one(lambda f: f.cost),
    "stake": one(Figures.stake),
    "realized_pnl": one(Figures.realized, "realized"),
    "realized_last": one(Figures.realized_last, "realized"),
    "last_trade_profit": one(Figures.realized_last, "realized"),
    "last_trade_profit_acct": one(in_account_currency(Figures.realized_last), "realized"),
    "realized_ratio": one(Figures.realized_ratio, "price"),
    "net_profit": one(Figures.net_profit, "realized"),
    "net_profit_acct": one(Figures.net_profit_in_account_currency, "realized"),
    "unrealized_pnl": per_mark(Figures.unrealized),
    "unrealized_pnl_acct": per_mark(in_account_currency(Figures.unrealized)),
    "total_pnl": per_mark(Figures.total_pnl, "realized"),
    "gross_performance": per_mark(Figures.gross_performance),
    "net_performance": per_mark(Figures.net_performance),
    "notional": unsigned(per_mark(lambda f: abs(f.value()))),
    "net_exposure": unsigned(per_mark(lambda f: abs(f.value()))),
    "market_value": _market_value,
    "holdings_cost_abs_acct": one(in_account_currency(lambda f: abs(f.cost))),
    "holdings_value_abs_acct": per_mark(in_account_currency(lambda f: abs(f.value()))),
    CONSERVATION: one(Figures.net_profit),
    "fees": _fees,
    "total_fees": one(Figures.total_fees),
    "total_fees_acct": one(Figures.fees_in_account_currency),
    "cash": _cash,
    "cash_flows": _cash,
    "matches": _matches,
    "lots": _lots,
    "opened": one(lambda f: f.part_of_last("open"), "quantity"),
    "closed": one(lambda f: f.part_of_last("close"), "quantity"),
    "peak_qty": one(Figures.peak_quantity, "quantity"),
    "opened_at": one(Figures.opened_at),
    "closed_at": one(Figures.closed_at),
    "qty_rounded_to_dp": _rounded_quantity,
    "missing_qty": one(Figures.missing, "quantity"),
    "found_qty_last": one(Figures.found_last, "quantity"),
}
