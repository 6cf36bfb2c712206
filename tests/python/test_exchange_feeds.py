"""One fill is one fill, from whatever feed of its venue: the same identity and the same content."""

import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import ccxt.pro
import pytest

from tests.python.exchanges import (
    FEEDS,
    content,
    exact,
    exchange_of,
    fills,
    markets_of,
    read_feed,
    read_unified,
    recorded,
    rows_of,
    transactions,
)
from utl.ingest.adapter import Options, find
from utl.ingest.ccxt import rows_from

# Feeds that show the same fills: the REST interface's first, then all others of the venue.
SAME_FILLS = {
    "binance spot": ("binance", ["binance_spot_rest.json", "binance_spot_stream.jsonl"]),
    "binance futures": (
        "binance",
        [
            "binance_futures_rest.json",
            "binance_futures_stream.jsonl",
            "binance_futures_export.csv",
        ],
    ),
    "kraken": (
        "kraken",
        [
            "kraken_rest.json",
            "kraken_stream_v1.jsonl",
            "kraken_stream_v2.jsonl",
            "kraken_trades.csv",
        ],
    ),
    "coinbase exchange": ("coinbase", ["coinbaseexchange_rest.json", "coinbase_fills.csv"]),
    "okx": ("okx", ["okx_rest.json", "okx_stream.jsonl", "okx.csv"]),
    "deribit": ("deribit", ["deribit_rest.json", "deribit_stream.jsonl", "deribit.csv"]),
}
COUNTS = {
    "binance spot": 3,
    "binance futures": 2,
    "kraken": 2,
    "coinbase exchange": 1,
    "okx": 3,
    "deribit": 3,
}


@pytest.mark.parametrize("feeds", SAME_FILLS)
@pytest.mark.parametrize("has_markets", [False, True])
def test_all_feeds_of_a_venue_give_the_same_fills(
    feeds: str, has_markets: bool, tmp_path: Path
) -> None:
    venue, names = SAME_FILLS[feeds]
    settings = {"markets": str(tmp_path / "markets.json")} if has_markets else {}
    (tmp_path / "markets.json").write_text(json.dumps(markets_of(venue)))
    first, *others = (content(fills(read_feed(venue, name, **settings))) for name in names)
    assert len(first) == COUNTS[feeds]
    for name, other in zip(names[1:], others, strict=True):
        assert other == first, name


def test_all_feeds_of_bybit_give_the_same_fills() -> None:
    rest: dict[str, dict[str, object]] = {}
    for category in ("spot", "linear", "inverse"):
        rest |= content(fills(read_feed("bybit", f"bybit_{category}_rest.json")))
    assert len(rest) == 3
    assert content(fills(read_feed("bybit", "bybit_stream.jsonl"))) == rest
    assert content(fills(read_feed("bybit", "bybit.csv"))) == rest


# Where ccxt gets the rows of a response from, and the name of its exchange.
RESPONSES: list[tuple[str, str, str, Any, str | None]] = [
    ("binance", "binance", "binance_spot_rest.json", lambda found: found, None),
    ("binance", "binanceusdm", "binance_futures_rest.json", lambda found: found, None),
    ("bybit", "bybit", "bybit_spot_rest.json", lambda found: found["result"]["list"], "BTC/USDT"),
    (
        "bybit",
        "bybit",
        "bybit_linear_rest.json",
        lambda found: found["result"]["list"],
        "ETH/USDC:USDC",
    ),
    (
        "bybit",
        "bybit",
        "bybit_inverse_rest.json",
        lambda found: found["result"]["list"],
        "BTC/USD:BTC",
    ),
    ("okx", "okx", "okx_rest.json", lambda found: found["data"], None),
    (
        "kraken",
        "kraken",
        "kraken_rest.json",
        lambda found: [{"id": key, **row} for key, row in found["result"]["trades"].items()],
        None,
    ),
    ("coinbase", "coinbase", "coinbase_rest.json", lambda found: found["fills"], None),
    ("coinbase", "coinbaseexchange", "coinbaseexchange_rest.json", lambda found: found, None),
    ("deribit", "deribit", "deribit_rest.json", lambda found: found["result"]["trades"], None),
]


@pytest.mark.parametrize(("venue", "name", "response", "rows", "symbol"), RESPONSES)
@pytest.mark.parametrize("number", [float, str])
def test_what_ccxt_parsed_is_the_fill_of_the_native_adapter(
    venue: str, name: str, response: str, rows: Any, symbol: str | None, number: type
) -> None:
    exchange = exchange_of(venue, name)
    exchange.number = number
    parsed = exchange.parse_trades(rows(recorded(response)), symbol and exchange.market(symbol))
    native = fills(read_feed(venue, response))
    assert len(native) == len(parsed) > 0
    unified = fills(read_unified(parsed, venue))
    assert content(unified) == content(native)
    by_id = {fact["venue_fill_id"]: fact for fact in native}
    for fact in unified:
        same = by_id[fact["venue_fill_id"]]
        assert fact["executed_at"][:23] == same["executed_at"][:23]
        assert fact.get("sequence") == same.get("sequence")
        assert fact.get("liquidity") == same.get("liquidity")


STREAMS: list[tuple[str, str, Any]] = [
    (
        "binance",
        "binance_spot_stream.jsonl",
        lambda found: [found] if found["x"] == "TRADE" else [],
    ),
    ("bybit", "bybit_stream.jsonl", lambda found: found.get("data", [])),
    ("kraken", "kraken_stream_v2.jsonl", lambda found: found.get("data", [])),
]


@pytest.mark.parametrize(("venue", "feed", "rows"), STREAMS)
def test_what_ccxt_parsed_of_a_stream_is_the_fill_of_the_native_adapter(
    venue: str, feed: str, rows: Any
) -> None:
    exchange = getattr(ccxt.pro, venue)()
    exchange.set_markets(markets_of(venue))
    parse = exchange.parse_trade if venue == "bybit" else exchange.parse_ws_trade
    messages = [json.loads(line) for line in (FEEDS / feed).read_text().splitlines()]
    parsed = [parse(row) for message in messages for row in rows(message)]
    native = fills(read_feed(venue, feed))
    assert len(parsed) > 1
    assert content(fills(read_unified(parsed, venue))) == content(native)


def test_bitmex_counts_fees_in_satoshis_and_reports_funding_among_trades() -> None:
    exchange = exchange_of("bitmex")
    parsed = exchange.parse_trades(recorded("bitmex_rest.json"))
    rows = read_unified(parsed, "bitmex")
    assert content(fills(rows)) == {
        "8d5ba0b5-0b9c-9a1f-1f1f-000000000001#buy": {
            "instrument": "BTC/USD:BTC",
            "side": "buy",
            "quantity": Decimal(100),
            "price": Decimal("9999.5"),
            "fee": Decimal("0.0000075"),
            "fee_asset": "BTC",
        },
        "8d5ba0b5-0b9c-9a1f-1f1f-000000000002#sell": {
            "instrument": "BTC/USDT:USDT",
            "side": "sell",
            "quantity": Decimal(1000),
            "price": Decimal("40000.5"),
            "fee": Decimal("-0.01"),
            "fee_asset": "USDT",
        },
    }
    (funding,) = transactions(rows)
    assert (funding["kind"], funding["asset"]) == ("funding", "BTC")
    assert Decimal(funding["quantity"]) == Decimal("-0.000001")


def test_hyperliquid_needs_symbol_and_time_beside_its_trade_id() -> None:
    exchange = exchange_of("hyperliquid")
    parsed = exchange.parse_trades(recorded("hyperliquid_rest.json"))
    (fill,) = fills(read_unified(parsed, "hyperliquid"))
    assert fill["venue_fill_id"] == ("ETH/USDC:USDC#128423918764978#2024-01-03T06:21:28.911#sell")
    assert "sequence" not in fill
    assert (fill["fee"], fill["fee_asset"]) == ("0.050062", "USDC")


def test_a_trade_with_oneself_is_two_fills_though_it_has_one_id() -> None:
    found = fills(read_feed("binance", "binance_spot_rest.json"))
    assert [fill["venue_fill_id"] for fill in found] == [
        "BNB/BTC#28457#buy",
        "BTC/USDT#28457#buy",
        "BTC/USDT#28457#sell",
    ]


@pytest.mark.parametrize("has_markets", [False, True])
def test_markets_or_what_a_trade_cost_say_the_size_of_contracts(has_markets: bool) -> None:
    parsed = exchange_of("okx").parse_trades(exact("okx_rest.json")["data"])
    found = fills(read_unified(parsed, "okx", has_markets=has_markets))
    assert {
        fill["instrument"]: fill.get("multiplier") and Decimal(fill["multiplier"]) for fill in found
    } == {"ETH/USDT": None, "BTC/USDT:USDT": Decimal("0.01"), "BTC/USD:BTC": Decimal(100)}


def test_a_size_of_contracts_that_nothing_says_is_empty_and_not_one() -> None:
    found = {fill["instrument"]: fill for fill in fills(read_feed("okx", "okx_rest.json"))}
    assert found["BTC/USDT:USDT"]["multiplier"] == ""
    assert "multiplier" not in found["ETH/USDT"]


def test_deribit_counts_dollars_though_its_contracts_are_of_ten() -> None:
    exchange = exchange_of("deribit")
    parsed = exchange.parse_trades(recorded("deribit_rest.json")["result"]["trades"])
    found = {fill["instrument"]: fill for fill in fills(read_unified(parsed, "deribit"))}
    perpetual, linear = found["BTC/USD:BTC"], found["BTC/USDC:USDC"]
    assert (perpetual["quantity"], perpetual["multiplier"]) == ("580.0", "1")
    assert (linear["quantity"], linear["multiplier"]) == ("0.001", "1")


def test_objects_in_memory_are_read_with_the_markets_of_their_exchange() -> None:
    exchange = exchange_of("okx")
    parsed = exchange.parse_trades(recorded("okx_rest.json")["data"])
    found = fills(rows_from(exchange, parsed))
    assert content(found) == content(fills(read_feed("okx", "okx_rest.json")))
    assert {fill.get("multiplier") for fill in found} == {None, "0.01", "100"}


def test_fees_that_ccxt_lost_are_a_problem_and_not_free_of_charge() -> None:
    exchange = exchange_of("okx")
    exchange.number = Decimal
    parsed = exchange.parse_trades(recorded("okx_rest.json")["data"])
    problems = [row.problem or "" for row in read_unified(parsed, "okx")]
    assert problems[0] == (
        "ccxt lost the fee (fee '-0.00000192834'), as it does with number=Decimal: use str"
    )
    assert all("ccxt lost the fee" in problem for problem in problems)


@pytest.mark.parametrize("lines", [False, True])
def test_a_dump_of_unified_trades_loses_no_digit(lines: bool) -> None:
    exchange = exchange_of("okx")
    parsed = exchange.parse_trades(recorded("okx_rest.json")["data"])
    dumped = "\n".join(map(json.dumps, parsed)) if lines else json.dumps(parsed, indent=1)
    options = Options(settings={"exchange": "okx"})
    found = fills(rows_of(find("ccxt").read(io.BytesIO(dumped.encode()), options)))
    assert content(found) == content(fills(read_feed("okx", "okx_rest.json")))


def test_what_ccxt_rounded_comes_back_from_what_the_venue_sent() -> None:
    row = {**recorded("okx_rest.json")["data"][0], "fillSz": "12345678.123456789012"}
    parsed = exchange_of("okx").parse_trades([row])
    assert parsed[0]["amount"] == 12345678.12345679
    assert fills(read_unified(parsed, "okx"))[0]["quantity"] == "12345678.123456789012"
