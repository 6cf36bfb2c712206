"""Feeds of exchanges in the ledger: one fill is booked once, and contracts count as registered."""

import json
import random
import string
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.python.exchanges import (
    FEEDS,
    exchange_of,
    markets_of,
    read_feed,
    recorded,
    transactions,
)
from utl.ingest import Form, Options, Summary, ingest
from utl.ingest.adapter import Row
from utl.ingest.contracts import Contracts
from utl.ledger import Defaults, Ledger


@pytest.fixture
def ledger(database: str) -> Iterator[Ledger]:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("select utl.add_book('desk', reporting_asset => 'USD')")
    with Ledger(database) as found:
        yield found


def send(ledger: Ledger, name: str, path: Path, create: bool = True, **settings: str) -> Summary:
    """Ingest a file into the account of its venue."""
    account = f"{settings.get('exchange', name)}-1"
    defaults = Defaults("desk", account, path.name, create=create)
    return ingest(ledger, path, defaults, Form(name, Options(settings=settings)))


FEEDS_OF = {
    "binance": [
        "binance_spot_rest.json",
        "binance_spot_stream.jsonl",
        "binance_futures_rest.json",
        "binance_futures_stream.jsonl",
        "binance_futures_export.csv",
    ],
    "bybit": [
        "bybit_spot_rest.json",
        "bybit_linear_rest.json",
        "bybit_inverse_rest.json",
        "bybit_stream.jsonl",
        "bybit.csv",
    ],
    "coinbase": ["coinbaseexchange_rest.json", "coinbase_fills.csv", "coinbase_rest.json"],
    "deribit": ["deribit_rest.json", "deribit_stream.jsonl", "deribit.csv"],
    "kraken": [
        "kraken_rest.json",
        "kraken_stream_v1.jsonl",
        "kraken_stream_v2.jsonl",
        "kraken_trades.csv",
    ],
    "okx": ["okx_rest.json", "okx_stream.jsonl", "okx.csv"],
}
FILLS = {"binance": 5, "bybit": 3, "coinbase": 3, "deribit": 3, "kraken": 2, "okx": 3}


@pytest.mark.parametrize("venue", FEEDS_OF)
def test_all_feeds_of_a_venue_book_each_fill_once(
    venue: str, ledger: Ledger, tmp_path: Path
) -> None:
    markets = tmp_path / "markets.json"
    markets.write_text(json.dumps(markets_of(venue)))
    read = 0
    for feed in (*FEEDS_OF[venue], *FEEDS_OF[venue][::-1]):
        summary = send(ledger, venue, FEEDS / feed, markets=str(markets))
        assert not summary.needs_attention, (feed, summary.shown)
        read += summary.counts["booked"] + summary.counts["duplicate"]
    assert ledger.query("select count(*) from utl.fills") == [(FILLS[venue],)]
    assert ledger.query("select count(*) from utl.fill_conflicts") == [(0,)]
    assert read > 2 * FILLS[venue]


@pytest.mark.parametrize("venue", FEEDS_OF)
def test_nothing_is_created_unless_asked(venue: str, ledger: Ledger, tmp_path: Path) -> None:
    markets = tmp_path / "markets.json"
    markets.write_text(json.dumps(markets_of(venue)))
    ledger.query("select utl.add_account(%(a)s, %(v)s)", {"a": f"{venue}-1", "v": venue})
    ledger.query("select utl.add_instrument('BTC/XYZ')")
    first = FEEDS / FEEDS_OF[venue][0]
    summary = send(ledger, venue, first, create=False, markets=str(markets))
    assert set(summary.counts) <= {"rejected", "ignored"}
    assert summary.shown
    for row in summary.shown:
        assert (row.reason or "").startswith("unknown instrument")
        assert (row.reason or "").endswith("the nearest known: 'BTC/XYZ'")
    assert ledger.query("select count(*) from utl.instruments") == [(1,)]


def test_what_ccxt_parsed_is_there_already(ledger: Ledger, tmp_path: Path) -> None:
    """As it is dumped: with floats, and without a list of markets."""
    dump = tmp_path / "trades.json"
    parsed = exchange_of("okx").parse_trades(recorded("okx_rest.json")["data"])
    dump.write_text(json.dumps(parsed))
    assert send(ledger, "ccxt", dump, exchange="okx").counts == {"booked": 3}
    assert send(ledger, "okx", FEEDS / "okx_rest.json").counts == {"duplicate": 3}


INSTRUMENTS = "select instrument, multiplier, is_inverse from utl.instruments order by 1"


def test_new_contracts_get_the_size_that_the_venue_gives_them(
    ledger: Ledger, tmp_path: Path
) -> None:
    dump = tmp_path / "trades.json"
    parsed = exchange_of("okx").parse_trades(recorded("okx_rest.json")["data"])
    dump.write_text(json.dumps(parsed))
    send(ledger, "ccxt", dump, exchange="okx")
    assert ledger.query(INSTRUMENTS) == [
        ("BTC/USD:BTC", Decimal(100), True),
        ("BTC/USDT:USDT", Decimal("0.01"), False),
        ("ETH/USDT", Decimal(1), False),
    ]
    cost = ledger.query("select cost from utl.positions where instrument = 'BTC/USDT:USDT'")
    assert cost == [(Decimal("-1350.005"),)]


def test_quantities_count_as_the_instrument_is_registered(ledger: Ledger, tmp_path: Path) -> None:
    ledger.query("select utl.add_instrument('BTC/USDT:USDT')")
    ledger.query("select utl.add_instrument('BTC/USD:BTC', multiplier => 10)")
    dump = tmp_path / "trades.json"
    parsed = exchange_of("okx").parse_trades(recorded("okx_rest.json")["data"])
    dump.write_text(json.dumps(parsed))
    assert send(ledger, "ccxt", dump, exchange="okx").counts == {"booked": 3}
    found = dict(ledger.query("select instrument, quantity from utl.positions"))
    assert found["BTC/USDT:USDT"] == Decimal("-0.05")
    assert found["BTC/USD:BTC"] == Decimal(100)
    cost = ledger.query("select cost from utl.positions where instrument = 'BTC/USDT:USDT'")
    assert cost == [(Decimal("-1350.005"),)]


def test_contracts_of_an_unknown_size_are_not_added(ledger: Ledger) -> None:
    summary = send(ledger, "okx", FEEDS / "okx_rest.json")
    assert summary.counts == {"booked": 1, "rejected": 2}
    assert all("size of a contract" in (row.reason or "") for row in summary.shown)
    ledger.query("select utl.add_instrument('BTC/USDT:USDT', multiplier => 0.01)")
    ledger.query("select utl.add_instrument('BTC/USD:BTC', multiplier => 100)")
    assert send(ledger, "okx", FEEDS / "okx_rest.json").counts == {"booked": 2, "duplicate": 1}


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"multiplier": "0"}, "multiplier is not positive"),
        ({"multiplier": "much"}, "multiplier is not a number"),
        ({"multiplier": "3", "quantity": "x"}, "quantity is not a number"),
        ({"multiplier": "3", "quantity": "1"}, "no whole decimal"),
    ],
)
def test_what_cannot_be_counted_is_a_problem(
    ledger: Ledger, said: dict[str, str], problem: str
) -> None:
    ledger.query("select utl.add_instrument('BTC/USDT:USDT', multiplier => 7)")
    fact = {"instrument": "BTC/USDT:USDT", "quantity": "1", **said}
    (row,) = Contracts(ledger).counted([Row(1, "", (fact,))])
    assert row.facts == ()
    assert problem in (row.problem or "")


def test_an_alias_of_the_venue_is_the_instrument_that_counts(ledger: Ledger) -> None:
    ledger.query("select utl.add_account('okx-1', 'okx')")
    ledger.query("select utl.add_instrument('BTC-PERP', 'perpetual', 'BTC', 'USDT', 'USDT', 10)")
    ledger.query("select utl.add_instrument_alias('okx', 'BTC/USDT:USDT', 'BTC-PERP')")
    fact = {"instrument": "BTC/USDT:USDT", "quantity": "5", "multiplier": "0.01"}
    (row,) = Contracts(ledger, create=True, account="okx-1").counted([Row(1, "", (fact,))])
    assert row.facts == ({"instrument": "BTC/USDT:USDT", "quantity": "0.005"},)
    assert ledger.query("select instrument from utl.instruments") == [("BTC-PERP",)]


def test_an_instrument_that_cannot_be_added_costs_only_its_rows(
    ledger: Ledger, tmp_path: Path
) -> None:
    """Its name is longer than an index can hold."""
    ledger.query("select utl.add_asset('USDT')")
    letters = "".join(random.Random(6).choices(string.ascii_uppercase, k=9000))
    parsed = exchange_of("okx").parse_trades(recorded("okx_rest.json")["data"])
    trades = [{**parsed[0], "symbol": f"{letters}/USDT:USDT"}, *parsed]
    dump = tmp_path / "trades.json"
    dump.write_text(json.dumps(trades))
    summary = send(ledger, "ccxt", dump, exchange="okx")
    assert summary.counts == {"rejected": 1, "booked": 3}
    assert "cannot be added" in (summary.shown[0].reason or "")


def test_a_symbol_that_is_none_is_left_to_the_ledger(ledger: Ledger) -> None:
    facts = tuple(
        {"instrument": name, "quantity": "1", "multiplier": "1"}
        for name in ("BTC/USDT:USDT-261399", "AAPL", "")
    )
    (row,) = Contracts(ledger, create=True).counted([Row(1, "", facts)])
    assert [set(fact) for fact in row.facts] == [{"instrument", "quantity"}] * 3
    assert ledger.query("select count(*) from utl.instruments") == [(0,)]


def test_fees_in_other_assets_and_the_ledger_of_the_venue_are_booked_once(
    ledger: Ledger, tmp_path: Path
) -> None:
    for asset in ("BTC", "USD", "DOT", "OKB", "USDT"):
        ledger.query("select utl.add_asset(%(asset)s)", {"asset": asset})
    ledger.query("select utl.add_account('kraken-1', 'kraken')")
    first = send(ledger, "kraken", FEEDS / "kraken_ledgers.csv")
    assert not first.needs_attention, first.shown
    assert first.counts == {"booked": 4, "ignored": 3}
    assert send(ledger, "kraken", FEEDS / "kraken_ledgers.csv").counts == {
        "duplicate": 4,
        "ignored": 3,
    }
    trade = exchange_of("okx").parse_trades(recorded("okx_rest.json")["data"])[0]
    fees = [{"cost": 0.5, "currency": "USDT"}, {"cost": -0.25, "currency": "OKB"}]
    dump = tmp_path / "trades.json"
    dump.write_text(json.dumps([{**trade, "fees": fees}]))
    assert send(ledger, "ccxt", dump, exchange="okx").counts == {"booked": 1}
    assert send(ledger, "ccxt", dump, exchange="okx").counts == {"duplicate": 1}
    kinds = ledger.query("select kind, count(*) from utl.transactions group by 1 order by 1")
    assert kinds == [
        ("deposit", 1),
        ("fee", 2),
        ("network_fee", 1),
        ("rebate", 1),
        ("reward", 1),
        ("withdrawal", 1),
    ]


def test_a_resend_with_another_figure_is_a_conflict(ledger: Ledger, tmp_path: Path) -> None:
    send(ledger, "kraken", FEEDS / "kraken_rest.json")
    changed = tmp_path / "changed.json"
    changed.write_text((FEEDS / "kraken_rest.json").read_text().replace("30010.0", "30011.0"))
    assert send(ledger, "kraken", changed).counts == {"duplicate": 1, "conflict": 1}


FUNCTIONS = {"borrow": "borrowing", "repay": "repayment"}
MOVEMENTS = [
    ("binance", "binance_income.json"),
    ("bybit", "bybit_funding_rest.json"),
    ("kraken", "kraken_ledgers.csv"),
    ("okx", "okx_bills.json"),
]


@pytest.mark.parametrize(("venue", "feed"), MOVEMENTS)
def test_transactions_are_calls_of_the_functions_of_their_kinds(
    venue: str, feed: str, connection: psycopg.Connection
) -> None:
    """Wallets are accounts here, so that transfers count, too."""
    accounts = {"spot": "a-spot", "future": "a-future", "funding": "a-spot", "trading": "a-future"}
    said = ",".join(f"{wallet}={account}" for wallet, account in accounts.items())
    connection.execute("select utl.add_book('desk', reporting_asset => 'USD')")
    for account in ("a-spot", "a-future"):
        connection.execute("select utl.add_account(%s, %s)", [account, venue])
    facts = transactions(read_feed(venue, feed, account="a-future", accounts=said))
    assert facts
    for fact in facts:
        for asset in (fact["asset"], "DOT", "BTC"):
            connection.execute("select utl.add_asset(%s)", [asset])
        if "instrument" in fact:
            connection.execute("select utl.add_instrument(%s)", [fact["instrument"]])
        record(connection, {"book": "desk", "account": "a-future", **fact})
    found = connection.execute("select count(*), count(distinct reference) from utl.transactions")
    assert found.fetchone() == (len(facts), len(facts))


def record(connection: psycopg.Connection, fact: dict[str, str]) -> None:
    """Call the function of a transaction's kind with what the fact says, twice."""
    kind = fact.pop("kind")
    words = sql.SQL(", ").join(
        sql.SQL("{} => {}").format(sql.Identifier(name), sql.Literal(said))
        for name, said in fact.items()
    )
    function = sql.Identifier("utl", f"record_{FUNCTIONS.get(kind, kind)}")
    for _ in range(2):
        connection.execute(sql.SQL("select {}({})").format(function, words))
