"""Objects of every exchange that ccxt knows, made of the examples in its own sources.

Many of these are abridged, or trades of others, and the markets are not theirs. So a row may be
refused; but what is read is what ccxt said, to the last digit.
"""

import copy
import json
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import ccxt
import psycopg
import pytest

from tests.python.ccxt_examples import examples
from tests.python.exchanges import markets_of
from utl.ingest import Form, ingest
from utl.ingest import ccxt as unified
from utl.ingest.adapter import Row
from utl.ingest.exchange import rows_in
from utl.ingest.feed import Context
from utl.ingest.symbols import Markets
from utl.ledger import Defaults, Ledger

MARKETS = {
    "spot": markets_of("binance")[0],
    "linear": markets_of("okx")[1],
    "inverse": markets_of("okx")[2],
}
# In the comments of which methods the examples are, and what parses one of them.
PARSERS: dict[str, tuple[tuple[str, ...], Callable[[Any, Any, Any], Any]]] = {
    "trade": (
        ("parse_trade", "fetch_my_trades", "fetch_order_trades"),
        lambda exchange, raw, market: exchange.parse_trade(raw, market),
    ),
    "funding": (
        ("parse_income", "parse_funding_history", "fetch_funding_history"),
        lambda exchange, raw, market: exchange.parse_income(raw, market),
    ),
    "transaction": (
        ("parse_transaction", "fetch_deposits", "fetch_withdrawals"),
        lambda exchange, raw, _: exchange.parse_transaction(raw),
    ),
    "transfer": (
        ("parse_transfer", "fetch_transfers"),
        lambda exchange, raw, _: exchange.parse_transfer(raw),
    ),
    "position": (
        ("parse_position", "fetch_positions"),
        lambda exchange, raw, market: exchange.parse_position(raw, market),
    ),
    "balance": (
        ("parse_balance", "fetch_balance"),
        lambda exchange, raw, _: exchange.parse_balance(raw),
    ),
    "ledger": (
        ("parse_ledger_entry", "fetch_ledger"),
        lambda exchange, raw, _: exchange.parse_ledger_entry(raw),
    ),
}
FIGURE = {"position": "contracts", "balance": "total"}
WHY = (
    "the trade has no id", "is missing", "side is neither", "fee has no currency",
    "is not positive", "ccxt lost the fee", "lacks its id",
    "its status is", "is not said", "must be said", "its time",
    "whose types are not known", "neither spot nor futures", "is not a time", "is not a number",
    "is neither", "the fee of a", "no symbol", "neither a trade",
)  # fmt: skip


def objects(what: str, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """What each exchange makes of its examples, if there is a figure in it."""
    methods, parse = PARSERS[what]
    market = MARKETS[kind]
    for name in ccxt.exchanges:
        exchange = getattr(ccxt, name)()
        exchange.set_markets([copy.deepcopy(market)])
        for raw in examples(getattr(ccxt, name), methods):
            try:
                found = parse(exchange, copy.deepcopy(raw), exchange.market(market["symbol"]))
            except Exception:  # noqa: BLE001, S112  # a part of an example is no row
                continue
            if isinstance(found, dict) and found.get(FIGURE.get(what, "amount")):
                yield name, found


@cache
def trades(kind: str) -> list[tuple[str, dict[str, Any]]]:
    """Trades, of the market that they were parsed with where they name none that is known."""
    symbol = MARKETS[kind]["symbol"]
    return [
        (name, {**found, "symbol": found["symbol"] if "/" in str(found["symbol"]) else symbol})
        for name, found in objects("trade", kind)
    ]


def read(name: str, found: dict[str, Any], markets: list[dict[str, Any]]) -> Row:
    context = Context(name, account=f"{name}-1", markets=Markets.of(markets))
    (row,) = rows_in(found, context, unified.read_row)
    assert [bool(row.facts), bool(row.problem), bool(row.ignored)].count(True) == 1
    assert row.problem is None or any(reason in row.problem for reason in WHY), row.problem
    return row


def paid(row: Row) -> dict[str, Decimal]:
    """The fees of a fill, with those that are transactions of their own."""
    costs: Counter[str] = Counter()
    for fact in row.facts:
        if "fee" in fact:
            costs[fact["fee_asset"]] += Decimal(fact["fee"])  # type: ignore[assignment]
        elif "kind" in fact:
            sign = -1 if fact["kind"] == "rebate" else 1
            costs[fact["asset"]] += sign * Decimal(fact["quantity"])  # type: ignore[assignment]
    return {asset: Decimal(cost) for asset, cost in costs.items()}


@pytest.mark.parametrize("kind", MARKETS)
def test_a_trade_of_any_exchange_is_refused_or_the_fill_that_ccxt_says(kind: str) -> None:
    booked = set()
    for name, trade in trades(kind):
        row = read(name, trade, [MARKETS[kind]])
        text = json.loads(json.dumps(trade), parse_float=str, parse_int=str)
        assert [dict(fact) for fact in read(name, text, [MARKETS[kind]]).facts] == [
            dict(fact) for fact in row.facts
        ]
        if not row.facts:
            continue
        fill = row.facts[0]
        # A float has fewer digits than `info`, from which they come back.
        assert float(fill["quantity"]) == trade["amount"] or name == "krakenfutures"
        assert float(fill["price"]) == pytest.approx(trade["price"], rel=1e-12)
        assert (fill["instrument"], fill["side"]) == (trade["symbol"], trade["side"].lower())
        assert str(trade["id"]) in fill["venue_fill_id"] or trade["id"] is None
        said: Counter[str] = Counter()
        for fee in trade.get("fees") or [trade.get("fee")]:
            if fee and fee.get("cost"):
                said[fee["currency"] or "USDC"] += fee["cost"]
        assert {asset: float(cost) for asset, cost in paid(row).items()} == pytest.approx(said)
        if kind != "spot" and trade["symbol"] == MARKETS[kind]["symbol"]:
            size = Decimal(str(MARKETS[kind]["contractSize"])).normalize()
            assert Decimal(fill["multiplier"]) in (size, 1)
        booked.add(name)
    assert len(booked) > 85


@pytest.mark.parametrize("what", [what for what in PARSERS if what != "trade"])
def test_whatever_else_an_exchange_says_is_read_or_refused_with_a_reason(what: str) -> None:
    kind = "linear" if what in ("funding", "position") else "spot"
    rows = [read(name, found, [MARKETS[kind]]) for name, found in objects(what, kind)]
    assert len(rows) > 10
    for row in rows:
        for fact in row.facts:
            assert Decimal(fact["quantity"]).is_finite()
            assert fact["kind"] == "statement" or fact["reference"]


def test_trades_of_all_exchanges_are_booked_once(
    database: str, connection: psycopg.Connection, tmp_path: Path
) -> None:
    connection.execute("select utl.add_book('desk'), utl.add_account('all', venue => 'all')")
    path = tmp_path / "trades.jsonl"
    with path.open("w") as file:
        for name, trade in trades("spot"):
            json.dump({"exchange": name, "trades": [trade]}, file)
            file.write("\n")
    defaults = Defaults("desk", "all", create=True)
    with Ledger(database) as ledger:
        first = ingest(ledger, path, defaults, Form("ccxt")).counts
        again = ingest(ledger, path, defaults, Form("ccxt")).counts
    assert first.total() == again.total() == len(trades("spot"))
    row = connection.execute("select count(*) from utl.fills").fetchone()
    assert row == (first["booked"],)
    assert first["booked"] > 150
    assert again["booked"] == 0
    assert again["duplicate"] == first["booked"] + first["duplicate"]
