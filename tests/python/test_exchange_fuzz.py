"""Whatever an exchange sends: no exception, every row accounted for, and no row silently wrong."""

import codecs
import io
import json
import re
from datetime import datetime
from decimal import Context, Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.python.exchanges import FEEDS, exchange_of, fills, read_unified, recorded, rows_of
from utl.ingest.adapter import FileError, Options, Problem, Row, find
from utl.ingest.contracts import rescaled

ADAPTERS = ("binance", "bybit", "ccxt", "coinbase", "deribit", "kraken", "okx")
RECORDED = sorted(path.name for path in FEEDS.iterdir() if path.name != "markets.json")
DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)", re.ASCII)

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["NaN", "1e400", "-0", "0", "9" * 200, "٣", "\0", "\ud800", " ", "1,234.5"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


def read(name: str, data: bytes) -> list[Row]:
    """Read what an exchange may have sent; a file of no known form at all has no rows."""
    said = {"exchange": "okx"} if name == "ccxt" else {}
    options = Options(account=f"{name}-1", settings=said)
    try:
        return rows_of(find(name).read(io.BytesIO(data), options))
    except FileError:
        assert not data.removeprefix(codecs.BOM_UTF8).lstrip().startswith((b"[", b"{"))
        return []


def check(rows: list[Row]) -> None:
    """Every row is one thing, and every fact is one that the ledger can read."""
    for row in rows:
        assert [bool(row.facts), bool(row.problem), bool(row.ignored)].count(True) == 1
        assert row.line >= 1
        row.raw.encode()
        assert "\0" not in row.raw
        for fact in row.facts:
            check_fact(dict(fact))


def check_fact(fact: dict[str, str]) -> None:
    assert all(isinstance(said, str) for said in fact.values())
    "".join(fact.values()).encode()
    for name in ("quantity", "price", "fee"):
        if name in fact:
            assert DECIMAL.fullmatch(fact[name]), fact
            assert len(fact[name]) <= 120
    for name in ("executed_at", "occurred_at", "as_of"):
        if name in fact:
            assert datetime.fromisoformat(fact[name]).utcoffset() is not None
    if "kind" not in fact:
        assert Decimal(fact["quantity"]) > 0
        assert fact["side"] in ("buy", "sell")
        assert fact["venue_fill_id"]
        assert fact["instrument"]
        assert ("fee" in fact) == ("fee_asset" in fact)


@pytest.mark.parametrize("name", ADAPTERS)
@given(data=st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(name: str, data: bytes) -> None:
    check(read(name, data))


@pytest.mark.parametrize("feed", RECORDED)
@given(data=st.data())
@settings(max_examples=settings().max_examples // 4)
def test_damaged_feeds_are_read_or_refused(feed: str, data: st.DataObject) -> None:
    whole = (FEEDS / feed).read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    damage = data.draw(st.binary(max_size=8))
    length = data.draw(st.integers(0, 50))
    name = data.draw(st.sampled_from(ADAPTERS))
    check(read(name, whole[:at] + damage + whole[at + length :]))


KRAKEN_TRADES = recorded("kraken_rest.json")["result"]["trades"]
# A recorded row of each shape, and the adapter that reads it.
ROWS: list[tuple[str, dict[str, Any]]] = [
    ("binance", recorded("binance_spot_rest.json")[0]),
    ("binance", recorded("binance_futures_rest.json")[1]),
    ("binance", recorded("binance_income.json")[2]),
    ("bybit", {**recorded("bybit_linear_rest.json")["result"]["list"][0], "category": "linear"}),
    ("coinbase", recorded("coinbase_rest.json")["fills"][0]),
    ("coinbase", recorded("coinbaseexchange_rest.json")[0]),
    ("deribit", recorded("deribit_rest.json")["result"]["trades"][0]),
    (
        "kraken",
        {"id": "T-1", **next(iter(recorded("kraken_rest.json")["result"]["trades"].values()))},
    ),
    ("okx", recorded("okx_rest.json")["data"][1]),
    ("okx", recorded("okx_bills.json")["data"][0]),
    ("ccxt", exchange_of("okx").parse_trades(recorded("okx_rest.json")["data"])[1]),
]


@pytest.mark.parametrize("place", range(len(ROWS)))
@given(data=st.data())
def test_any_value_in_any_field_is_read_or_refused(place: int, data: st.DataObject) -> None:
    name, row = ROWS[place]
    key = data.draw(st.sampled_from(sorted(row)))
    changed = {**row, key: data.draw(json_values)}
    check(read(name, json.dumps([changed]).encode()))


@pytest.mark.parametrize("place", range(len(ROWS)))
@given(data=st.data())
@settings(max_examples=settings().max_examples // 3)
def test_a_field_that_is_missing_changes_no_figure(place: int, data: st.DataObject) -> None:
    """Either the row says the same without it, or it is refused: nothing stands in."""
    name, row = ROWS[place]
    key = data.draw(st.sampled_from(sorted(row)))
    (whole,) = read(name, json.dumps([row]).encode())
    found = read(name, json.dumps([{k: v for k, v in row.items() if k != key}]).encode())
    check(found)
    for less, more in zip(found[0].facts, whole.facts, strict=False):
        for figure in ("quantity", "price", "side", "executed_at", "instrument"):
            if figure in less:
                same = less[figure][:19] == more[figure][:19] or is_same(less, more, figure)
                assert same, (key, less, more)


def is_same(less: Any, more: Any, figure: str) -> bool:
    if figure not in ("quantity", "price"):
        return False
    return Decimal(less[figure]) == Decimal(more[figure])


WIDE = Context(prec=100)
# Up to 40 digits: more than a float has, and more than Python's decimals keep by themselves.
figures = st.integers(1, 10**40).map(lambda digits: Decimal(digits).scaleb(-20, WIDE))


@given(quantity=figures, price=figures, fee=figures, side=st.sampled_from(["buy", "sell"]))
def test_no_digit_is_lost_on_the_way_through_ccxt(
    quantity: Decimal, price: Decimal, fee: Decimal, side: str
) -> None:
    # Of two figures that are one float nobody knows which was meant.
    said = {quantity, price, fee}
    assume(len({float(figure) for figure in said}) == len(said))
    row = {
        **recorded("okx_rest.json")["data"][0],
        "fillSz": format(quantity, "f"),
        "fillPx": format(price, "f"),
        "fee": f"-{fee:f}",
        "side": side,
    }
    (fill,) = fills(read_unified(OKX.parse_trades([row]), "okx"))
    assert Decimal(fill["quantity"]) == quantity
    assert Decimal(fill["price"]) == price
    assert Decimal(fill["fee"]) == fee
    assert fill["side"] == side


OKX = exchange_of("okx")


@given(quantity=figures, multiplier=figures, registered=figures)
def test_rescaled_contracts_are_worth_exactly_the_same(
    quantity: Decimal, multiplier: Decimal, registered: Decimal
) -> None:
    try:
        found = rescaled(quantity, multiplier, registered)
    except Problem:
        return
    same = Fraction(quantity) * Fraction(multiplier)
    assert Fraction(found) * Fraction(registered) == same
    assert rescaled(Decimal(5), Decimal("0.01"), Decimal(1)) == "0.05"
