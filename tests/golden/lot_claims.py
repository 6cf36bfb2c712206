"""What cost-basis cases may assert, each with how it is compared."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

from tests.golden.compare import Claim, Got
from tests.golden.lot_figures import Figures, total
from tests.golden.lot_lists import by_year, lots, matches
from tests.golden.support import need, need_figures
from tests.golden.trades import BY_LOT

Figure = Callable[[Figures, str, Any], Iterator[Claim]]


def one(figure: Callable[[Figures], Got], measure: str = "money") -> Figure:
    """An asserted figure that stands by itself; of several symbols, each by itself."""

    def claims(figures: Figures, path: str, expected: Any) -> Iterator[Claim]:
        if not isinstance(expected, dict):
            yield figures.claim(path, expected, figure(figures), measure)
            return
        for symbol, value in expected.items():
            got = figure(figures.of(symbol))
            yield figures.claim(f"{path} of {symbol}", value, got, measure)

    return claims


def _by_account(figures: Figures, path: str, expected: dict[str, Any]) -> Iterator[Claim]:
    """Figures of one account, where each account is a pool of its own; else what it holds."""
    is_common = any(position.account is None for position in figures.own)
    for account, asserted in expected.items():
        if is_common:
            if set(asserted) != {"qty"}:
                need("figures by account of a common pool")
            held = figures.holding(account)
            yield figures.claim(f"{path}.{account}.qty", asserted["qty"], held, "quantity")
            continue
        positions = [p for p in figures.own if p.account == account]
        quantity, cost = total(p.quantity for p in positions), total(p.cost for p in positions)
        got: dict[str, Got] = {
            "qty": quantity,
            "cost_basis": cost,
            "avg_cost": cost / quantity if quantity else Fraction(0),
            "realized_pnl": total(p.realized_pnl for p in positions),
        }
        need_figures(asserted, got)
        for key, value in asserted.items():
            measure = "quantity" if key == "qty" else "money"
            yield figures.claim(f"{path}.{account}.{key}", value, got[key], measure)


def _missing(figures: Figures, path: str, expected: list[dict[str, Any]]) -> Iterator[Claim]:
    """Disposals of more than was there: what was found, and what had to come from somewhere."""
    closed = figures.ledger.matches(BY_LOT)
    missing = {match.closed_by: match.quantity for match in closed if match.opened_by < 0}
    yield Claim(f"{path}: count", len(expected), len(missing))
    for row in expected:
        need_figures(row, ("close", "found", "missing"))
        number = row["close"]
        found = total(m.quantity for m in closed if m.closed_by == number and m.opened_by > 0)
        got = {"close": number, "found": found, "missing": missing.get(number, Fraction(0))}
        for key, value in row.items():
            yield figures.claim(f"{path} {number}.{key}", value, got[key], "quantity")


FIGURES: dict[str, Figure] = {
    "qty": one(Figures.quantity, "quantity"),
    "avg_cost": one(Figures.average_cost),
    "cost_basis": one(lambda f: f.cost),
    "realized_pnl": one(lambda f: f.realized),
    "unrealized_pnl": one(Figures.unrealized),
    "unrealized_pnl_ex_fees": one(Figures.unrealized_before_fees),
    "gross_pnl": one(Figures.gross),
    "net_pnl": one(lambda f: f.gross() - f.fees()),
    "market_value": one(Figures.market_value),
    "fees": one(Figures.fees),
    "income": one(Figures.income),
    "avg_acquired_price": one(Figures.average_acquired),
    "lots": lots,
    "matches": matches,
    "by_year": by_year,
    "by_account": _by_account,
    "missing": _missing,
}
