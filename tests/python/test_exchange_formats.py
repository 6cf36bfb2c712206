"""What else exchanges send: income, ledgers, deposits, balances; and their ways of spelling."""

import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO, cast

import ccxt as ccxt_library
import pytest

from tests.python.exchanges import (
    content,
    exact,
    exchange_of,
    fills,
    markets_of,
    read_feed,
    recorded,
    rows_of,
    transactions,
)
from utl.ingest import binance, bybit, ccxt, coinbase, deribit, kraken, okx
from utl.ingest.adapter import FileError, Options, Problem, Row, find
from utl.ingest.exchange import rows_in
from utl.ingest.feed import Context
from utl.ingest.figures import decimal, moment, with_unit
from utl.ingest.figures import exact as exact_figure
from utl.ingest.opening import opened
from utl.ingest.symbols import Markets


def read(name: str, found: object, account: str = "", **settings: str) -> list[Row]:
    """Read an object, or text, as a file."""
    text = found if isinstance(found, bytes) else json.dumps(found).encode()
    options = Options(account=account or None, settings=settings)
    return rows_of(find(name).read(io.BytesIO(text), options))


def only(rows: list[Row]) -> dict[str, str]:
    """The only fact of the only row."""
    (row,) = rows
    assert row.problem is None, row
    (fact,) = row.facts
    return dict(fact)


def test_income_of_binance_is_what_the_trades_do_not_say() -> None:
    rows = read_feed("binance", "binance_income.json", account="binance-1")
    assert [row.ignored for row in rows] == [
        "a transfer within the account, from future to spot",
        "fees come with the trades",
        None,
        "profit comes of the trades",
        None,
    ]
    assert transactions(rows) == [
        {
            "kind": "funding",
            "quantity": "-0.37500000",
            "asset": "USDT",
            "instrument": "BTC/USDT:USDT",
            "occurred_at": "2019-10-09T16:00:00.000000Z",
            "reference": "funding#BTC/USDT:USDT#2019-10-09T16:00:00.000#9689322393",
        },
        {
            "kind": "rebate",
            "quantity": "0.00012500",
            "asset": "USDT",
            "occurred_at": "2019-10-09T16:00:00.000000Z",
            "reference": "REFERRAL_KICKBACK#9689322395#USDT",
        },
    ]


def test_wallets_that_are_accounts_of_their_own_have_transfers() -> None:
    accounts = "spot=binance-spot,future=binance-futures"
    rows = read_feed("binance", "binance_income.json", account="binance-futures", accounts=accounts)
    assert rows[0].facts[0] == {
        "kind": "transfer",
        "account": "binance-futures",
        "to_account": "binance-spot",
        "quantity": "0.37500000",
        "asset": "USDT",
        "occurred_at": "2019-10-09T08:00:00.000000Z",
        "reference": "transfer#9689322392#USDT",
    }


def test_funding_has_one_reference_from_binance_and_from_ccxt() -> None:
    unified = {
        "info": {},
        "symbol": "BTC/USDT:USDT",
        "code": "USDT",
        "timestamp": 1570636800000,
        "datetime": "2019-10-09T16:00:00.000Z",
        "id": "9689322393",
        "amount": -0.375,
    }
    (native, _) = transactions(read_feed("binance", "binance_income.json", account="binance-1"))
    found = only(read("ccxt", [unified], exchange="binance"))
    assert found.pop("quantity") == "-0.375"
    assert found == {name: said for name, said in native.items() if name != "quantity"}


def test_the_ledger_of_kraken_is_what_the_trades_do_not_say() -> None:
    rows = read_feed("kraken", "kraken_ledgers.csv")
    assert [row.ignored for row in rows] == [
        "an entry that is not settled yet: it has no id",
        None,
        "a ledger entry of a trade, which the trades say",
        None,
        None,
        "a transfer within the account: spottostaking",
        None,
    ]
    found = [
        (fact["kind"], fact["quantity"], fact["asset"], fact["reference"])
        for fact in transactions(rows)
    ]
    assert found == [
        ("deposit", "1000.0000", "USD", "deposit#FTQcuak-V6Za8qrPnhsTx47yYLz8Tg"),
        ("fee", "1.5000", "USD", "deposit#FTQcuak-V6Za8qrPnhsTx47yYLz8Tg#fee"),
        ("withdrawal", "0.0100000000", "BTC", "withdrawal#AGBTSFQ-E7ZWX5-Q6IOVK"),
        ("network_fee", "0.0000500000", "BTC", "withdrawal#AGBTSFQ-E7ZWX5-Q6IOVK#fee"),
        ("reward", "0.1234567890", "DOT", "LGQY2X-BLKMJ-3NQBWX"),
        ("fee", "0.1043", "USD", "LRAMZN-4O7DA-VBQEZA#fee"),
    ]


def test_funding_among_executions_of_bybit_is_no_fill() -> None:
    found = only(read_feed("bybit", "bybit_funding_rest.json"))
    assert (found["kind"], found["quantity"], found["asset"]) == ("funding", "0.0105", "USDC")
    assert found["instrument"] == "ETH/USDC:USDC"


def test_bills_of_okx_are_what_the_fills_do_not_say() -> None:
    rows = read_feed("okx", "okx_bills.json", account="okx-1")
    assert [(row.ignored or "") for row in rows] == [
        "",
        "a bill of a trade, which the fills say",
        "a transfer within the account, from funding to trading",
    ]
    (funding,) = transactions(rows)
    assert (funding["kind"], funding["quantity"]) == ("funding", "-0.0527")


WITHDRAWAL = {
    "info": {},
    "id": "w1",
    "txid": "0xabc",
    "timestamp": 1700000000000,
    "type": "withdrawal",
    "currency": "BTC",
    "amount": 0.5,
    "status": "ok",
    "fee": {"currency": "BTC", "cost": 0.0005},
}


def test_a_withdrawal_of_ccxt_has_its_fee_beside_it() -> None:
    (row,) = read("ccxt", WITHDRAWAL)
    assert [dict(fact) for fact in row.facts] == [
        {
            "kind": "withdrawal",
            "quantity": "0.5",
            "asset": "BTC",
            "occurred_at": "2023-11-14T22:13:20.000000Z",
            "reference": "withdrawal#w1",
        },
        {
            "kind": "network_fee",
            "quantity": "0.0005",
            "asset": "BTC",
            "occurred_at": "2023-11-14T22:13:20.000000Z",
            "reference": "withdrawal#w1#fee",
        },
    ]


@pytest.mark.parametrize(
    ("change", "ignored"),
    [
        ({"status": "pending"}, "a withdrawal that is pending"),
        ({"status": "failed", "type": "deposit"}, "a deposit that is failed"),
        ({"status": "Refunded", "type": "withdraw"}, "a withdrawal that is refunded"),
    ],
)
def test_what_did_not_happen_is_passed_over(change: dict[str, Any], ignored: str) -> None:
    (row,) = read("ccxt", {**WITHDRAWAL, **change})
    assert (row.ignored, row.facts, row.problem) == (ignored, (), None)


def test_what_ccxt_hands_on_as_the_venue_has_it_is_known_or_refused() -> None:
    assert read("ccxt", {**WITHDRAWAL, "type": "withdraw", "status": "FINISHED"})[0].facts
    (row,) = read("ccxt", {**WITHDRAWAL, "type": None, "txid": "x", "address": None})
    assert row.problem == "whether it is a deposit or a withdrawal is not said: type is None"
    (row,) = read("ccxt", {**WITHDRAWAL, "status": "6"})
    assert row.problem == "whether the withdrawal happened is not clear: its status is '6'"


def test_transfers_of_ccxt_are_between_accounts() -> None:
    unified = {
        "id": "t1",
        "timestamp": 1700000000000,
        "currency": "USDT",
        "amount": 100.5,
        "fromAccount": "spot",
        "toAccount": "swap",
        "status": "ok",
    }
    found = only(read("ccxt", unified, account="okx-1", accounts="swap=okx-2"))
    assert (found["account"], found["to_account"], found["quantity"]) == ("okx-1", "okx-2", "100.5")
    (row,) = read("ccxt", unified, account="okx-1")
    assert row.ignored == "a transfer within the account, from spot to swap"
    elsewhere = {**unified, "toAccount": "sub-7"}
    (row,) = read("ccxt", elsewhere, account="okx-1")
    assert (row.problem or "").endswith("'sub-7' is must be said: --set accounts=sub-7=ACCOUNT")
    found = only(read("ccxt", elsewhere, account="okx-1", accounts="sub-7=okx-7"))
    assert (found["account"], found["to_account"]) == ("okx-1", "okx-7")
    (row,) = read("ccxt", {**unified, "fromAccount": None}, account="okx-1")
    assert "which account None is must be said" in (row.problem or "")


def test_positions_and_balances_are_lines_of_a_statement() -> None:
    position = {
        "symbol": "BTC/USDT:USDT",
        "timestamp": 1700000000000,
        "side": "short",
        "contracts": 5.0,
        "contractSize": 0.01,
        "entryPrice": 27000.1,
        "info": {},
    }
    balance = {
        "info": {"btc": "0.123456789012345678"},
        "timestamp": 1700000000000,
        "free": {"BTC": 0.1, "USDT": 10},
        "used": {},
        "total": {"BTC": 0.123456789012345678, "USDT": 10, "OLD": None},
    }
    line = only(read("ccxt", position))
    assert (line["kind"], line["instrument"], line["quantity"]) == (
        "statement",
        "BTC/USDT:USDT",
        "-5.0",
    )
    assert line["multiplier"] == "0.01"
    updated = {**position, "lastUpdateTimestamp": 1700000060000}  # it was opened before
    assert only(read("ccxt", updated))["as_of"] == "2023-11-14T22:14:20.000000Z"
    told = only(read("ccxt", updated, as_of="2023-11-15T00:00Z"))
    assert told["as_of"] == "2023-11-15T00:00:00.000000Z"
    (row,) = rows_in(balance, Context(), ccxt.read_row)
    assert [(fact["asset"], fact["quantity"]) for fact in row.facts] == [
        ("BTC", "0.123456789012345678"),
        ("USDT", "10"),
    ]


TRADE: dict[str, Any] = {
    "id": "12",
    "symbol": "BTC/USDT",
    "timestamp": 1700000000000,
    "side": "buy",
    "amount": 5.0,
    "price": 27000.0,
    "cost": 135000.0,
    "takerOrMaker": "maker",
    "order": "3",
    "fee": {"cost": None, "currency": None},
    "fees": [],
    "info": {},
}


def test_fees_in_several_assets_are_one_in_the_fill_and_the_rest_transactions() -> None:
    several = [
        {"cost": 0.5, "currency": "USDT"},
        {"cost": -0.25, "currency": "OKB"},
        {"cost": 0.001, "currency": "BTC"},
        {"cost": 0.25, "currency": "USDT"},
        {"cost": 0, "currency": "BNB"},
    ]
    for order in (several, several[::-1]):
        (row,) = read("ccxt", {**TRADE, "fees": order}, exchange="okx")
        fill, *others = row.facts
        assert (fill["fee"], fill["fee_asset"]) == ("0.001", "BTC")
        assert [(fact["kind"], fact["quantity"], fact["asset"]) for fact in others] == [
            ("fee", "0.75", "USDT"),
            ("rebate", "0.25", "OKB"),
        ]
        assert {fact["instrument"] for fact in others} == {"BTC/USDT"}
        assert [fact["reference"] for fact in others] == [
            "BTC/USDT#12#buy#fee#USDT",
            "BTC/USDT#12#buy#rebate#OKB",
        ]


def test_a_rebate_is_a_negative_fee() -> None:
    found = only(read("ccxt", {**TRADE, "fee": {"cost": -0.1, "currency": "USDT"}}, exchange="x"))
    assert (found["fee"], found["fee_asset"]) == ("-0.1", "USDT")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"id": None}, "the trade has no id"),
        ({"symbol": None}, "symbol is missing"),
        ({"amount": 0}, "quantity is not positive: 0"),
        ({"amount": -1}, "quantity is not positive: -1"),
        ({"price": None}, "price is missing"),
        ({"side": "hold"}, "side is neither buy nor sell: 'hold'"),
        ({"timestamp": None}, "timestamp is missing"),
        ({"fee": {"cost": 1, "currency": None}}, "fee has no currency"),
        ({"fee": {"cost": None, "currency": "USDT", "rate": 0.001}}, "its rate, and not what"),
        ({"fee": None, "info": {"commission": "0.1"}}, "ccxt lost the fee"),
        ({"fee": None, "info": {"feeDetail": [{"totalFee": "-0.1"}]}}, "ccxt lost the fee"),
        ({"amount": "1,5"}, "amount is not a number: '1,5'"),
    ],
)
def test_a_trade_that_cannot_be_a_fill_says_why(change: dict[str, Any], problem: str) -> None:
    (row,) = read("ccxt", {**TRADE, **change}, exchange="okx")
    assert row.facts == ()
    assert problem in (row.problem or "")


def test_a_trade_without_an_id_gets_one_of_all_it_says_if_that_is_allowed() -> None:
    nameless = {**TRADE, "id": None}
    other = {**nameless, "order": "4"}
    rows = read("ccxt", [nameless, other, nameless], exchange="xt", compose_identity="yes")
    assert [row.facts[0]["venue_fill_id"] for row in rows] == [
        "BTC/USDT#5|3|27000|buy|1700000000000|1#buy",
        "BTC/USDT#5|4|27000|buy|1700000000000|1#buy",
        "BTC/USDT#5|3|27000|buy|1700000000000|2#buy",
    ]


@pytest.mark.parametrize(
    ("symbol", "figures", "size"),
    [
        ("BTC/USDT:USDT", ("3", "0.1", "0.003"), "0.01"),
        ("BTC/USDT:USDT", ("7", "64321.5", "450.25"), "0.001"),  # rounded to cents
        ("BTC/USDT:USDT", ("10", "1.0004", "2501"), "250"),
        ("BTC/USDT:USDT", ("2", "9.7", "19.3806"), "0.999"),  # which is no rounding
        ("BTC/USDT:USDT", ("7", "64321.5", "451.23456"), ""),
        ("BTC/USDT:USDT", ("7", "0.1234", "1"), ""),
        ("BTC/USD:BTC", ("12", "64321.5", "0.018656281336"), "100"),
        ("BTC/USD:BTC-251226-100000-C", ("3", "0.0435", "0.1305"), "1"),
        ("BTC/USD:BTC-251226-100000-C", ("3", "0.0435", "0.6896551724137931"), "0.01"),
        ("BTC/USD:BTC-251226-100000-C", ("3", "0.0435", "0.2"), ""),
        ("BTC/USDT:USDT-251226-100000-C", ("3", "435", "13.05"), "0.01"),
    ],
)
def test_what_a_trade_cost_tells_the_size_of_a_contract_or_nothing(
    symbol: str, figures: tuple[str, str, str], size: str
) -> None:
    terms = dict(zip(("amount", "price", "cost"), figures, strict=True))
    found = only(read("ccxt", {**TRADE, "symbol": symbol, **terms}, exchange="okx"))
    assert found["multiplier"] == size


def test_contracts_of_krakenfutures_are_counted_though_ccxt_says_only_the_cost() -> None:
    raw = {
        "fillTime": "2016-02-25T09:47:01.000Z",
        "order_id": "c18f0c17-9971-40e6-8e5b-10df05d422f0",
        "fill_id": "522d4e08-96e7-4b44-9694-bfaea8fe215e",
        "symbol": "pi_xbtusd",
        "side": "buy",
        "size": 2003,
        "price": 4255.5,
        "fillType": "maker",
    }
    exchange = ccxt_library.krakenfutures()
    bitcoin = {**markets_of("bitmex")[0], "id": "pi_xbtusd"}
    exchange.set_markets([bitcoin])
    parsed = exchange.parse_trade(raw, bitcoin)
    assert parsed["amount"] is None
    found = only(read("ccxt", parsed, exchange="krakenfutures"))
    assert (found["quantity"], found["multiplier"]) == ("2003", "1")


def test_the_exchange_must_be_said_or_stand_in_the_name_of_the_account() -> None:
    assert "which exchange" in (read("ccxt", TRADE)[0].problem or "")
    assert "which exchange" in (read("ccxt", TRADE, account="desk-kraken")[0].problem or "")
    gemini = only(read("ccxt", TRADE, account="gemini:1"))
    assert gemini["venue_fill_id"] == "BTC/USDT#12#buy"
    kraken_id = only(read("ccxt", TRADE, account="kraken-1"))["venue_fill_id"]
    assert kraken_id == only(read("ccxt", TRADE, exchange="kraken"))["venue_fill_id"] == "12"
    assert only(read("ccxt", {"exchange": "kraken", "trades": [TRADE]}))["venue_fill_id"] == "12"


def test_the_id_of_a_position_of_kraken_is_not_that_of_a_trade() -> None:
    raw = recorded("kraken_rest.json")["result"]["trades"]["TCWJEG-FL4SZ-3FKGH6"]
    (parsed,) = exchange_of("kraken").parse_trades([raw])
    assert parsed["id"] == raw["postxid"]
    assert only(read("ccxt", parsed, exchange="kraken"))["venue_fill_id"].endswith("#68230622")
    del parsed["info"]["trade_id"]
    assert "lacks its id" in (read("ccxt", parsed, exchange="kraken")[0].problem or "")


def test_an_export_without_trade_ids_is_refused_unless_identities_may_be_composed() -> None:
    refused = read_feed("binance", "binance_spot_export.csv")
    assert [row.facts for row in refused] == [(), ()]
    assert all("the trade has no id" in (row.problem or "") for row in refused)
    found = fills(read_feed("binance", "binance_spot_export.csv", compose_identity="yes"))
    assert [fill["quantity"] for fill in found] == ["0.0451234500"] * 2
    assert [fill["price"] for fill in found] == ["39123.45"] * 2
    assert [fill["fee_asset"] for fill in found] == ["BTC"] * 2
    identities = {fill["venue_fill_id"] for fill in found}
    assert len(identities) == 2
    again = fills(read_feed("binance", "binance_spot_export.csv", compose_identity="yes"))
    assert {fill["venue_fill_id"] for fill in again} == identities


DERIBIT_EXPORT = (
    b"ID,UserSeq,Date,Instrument,Type,Side,Amount,Base Amount,Position,Price,Mark Price,"
    b"Index Price,Cash Flow,Funding,Fee Rate,Fee Charged,Fee Balance,Change,Balance,Equity,"
    b"Trade ID,Order ID,Info,Note\n"
    b"991,7001,2021-12-16 20:02:07,BTC-PERPETUAL,trade,open buy,580,0.0121,580,47946.5,47944.13,"
    b"47925.45,0,0,0.0005,0.00000605,0,-0.00000605,1,1,195402220,46392353022,,\n"
    b"992,7002,2021-12-17 08:00:00,BTC-PERPETUAL,settlement,long,580,0,580,47900,0,0,0.0001,"
    b"0.00000123,0,0,0,0.0001,1,1,,,,\n"
    b"993,7003,2021-12-17 09:00:00,,deposit,-,,,,,,,1,0,0,0,0,1,2,2,,,de6eba07,\n"
    b"994,7004,2021-12-17 10:00:00,,withdrawal,-,,,,,,,-0.5,0,0,0.0001,0,-0.5001,1,1,,,4a5c,\n"
    b"995,7005,2021-12-17 11:00:00,,deposit,-,,,,,,,1,0,0,0,0,1,2,2,,,,\n"
    b"996,7006,2021-12-17 12:00:00,BTC_USDC,trade,open buy,1,1,1,47946.5,0,0,1,0,0,0,0,1,2,2,"
    b"195402221,46392353023,,\n"
    b"997,7007,2021-12-17 13:00:00,,swap,-,,,,,,,1,0,0,0,0,1,2,2,,,,\n"
)


def test_the_exported_log_of_deribit_says_trades_funding_and_what_came_and_went() -> None:
    trade, settlement, deposit, withdrawal, unknown, spot, swap = read(
        "deribit", DERIBIT_EXPORT, asset="BTC"
    )
    assert trade.facts[0]["venue_fill_id"] == "195402220#buy"
    assert (trade.facts[0]["quantity"], trade.facts[0]["fee"]) == ("580", "0.00000605")
    found = [
        (fact["kind"], fact["quantity"], fact["asset"], fact["reference"])
        for row in (settlement, deposit, withdrawal)
        for fact in row.facts
    ]
    assert found == [
        ("funding", "0.00000123", "BTC", "funding#BTC/USD:BTC#2021-12-17T08:00:00.000#992"),
        ("deposit", "1", "BTC", "deposit#de6eba07"),
        ("withdrawal", "0.5000", "BTC", "withdrawal#4a5c"),
        ("network_fee", "0.0001", "BTC", "withdrawal#4a5c#fee"),
    ]
    assert "a deposit without its transaction" in (unknown.problem or "")
    assert "a spot trade" in (spot.ignored or "")
    assert "a swap of the transaction log" in (swap.problem or "")


def test_an_export_of_one_asset_does_not_name_it() -> None:
    problems = [row.problem for row in read("deribit", DERIBIT_EXPORT)]
    assert problems[:2] == [None, None]
    assert "--set asset=BTC" in (problems[2] or "")


def test_the_log_of_deribit_gives_the_fills_that_its_trades_give() -> None:
    *movements, trade = read_feed("deribit", "deribit_log.json")
    native = content(fills(read_feed("deribit", "deribit_rest.json")))
    assert content(trade.facts).items() <= native.items()
    transfer, settlement, deposit = movements
    assert "--set accounts=Subaccount=ACCOUNT" in (transfer.problem or "")
    funding = dict(settlement.facts[0])
    assert (funding["kind"], funding["quantity"]) == ("funding", "0.00001243")
    exchange = exchange_of("deribit")
    parsed = exchange.parse_transactions(
        [
            {
                "address": "2N8prMvpZHr8aYqodX3S4yhz5wMxjY8La3p",
                "amount": 0.65,
                "currency": "BTC",
                "received_timestamp": 1613657828414,
                "state": "completed",
                "transaction_id": recorded("deribit_log.json")["result"]["logs"][2]["info"][
                    "transaction"
                ],
            }
        ]
    )
    assert read("ccxt", parsed, exchange="deribit")[0].facts == deposit.facts


def test_a_transfer_of_deribit_is_told_by_its_sender() -> None:
    said = {"account": "deribit-1", "accounts": "Subaccount=deribit-2"}
    sent = dict(read_feed("deribit", "deribit_log.json", **said)[0].facts[0])
    assert sent == {
        "kind": "transfer",
        "account": "deribit-1",
        "to_account": "deribit-2",
        "quantity": "2.5",
        "asset": "BTC",
        "occurred_at": "2021-02-18T14:50:30.333000Z",
        "reference": "transfer#61312#BTC",
    }
    entry = recorded("deribit_log.json")["result"]["logs"][0]
    (received,) = read("deribit", [{**entry, "change": 2.5}], **said)
    assert received.ignored == "a transfer that the log of its sender says"


def test_entries_of_ledgers_are_read_as_the_venue_sent_them() -> None:
    """ccxt gives each its own type: kraken's staking is a transaction there, as a deposit is."""
    entry = {
        "id": "LGQY2X-BLKMJ-3NQBWX",
        "refid": "STFVPGL-O7QJ4-TNHJPK",
        "time": 1688774400.0,
        "type": "staking",
        "aclass": "currency",
        "asset": "DOT.S",
        "amount": "0.1234567890",
        "fee": "0.0000000000",
        "balance": "10.1234567890",
    }
    parsed = exchange_of("kraken").parse_ledger([entry])
    native = transactions(read_feed("kraken", "kraken_ledgers.csv"))[4]
    assert only(read("ccxt", parsed, exchange="kraken")) == native
    (row,) = read("ccxt", parsed, exchange="gate")
    assert row.problem == "a ledger entry of gate, whose types are not known"


def test_the_id_that_ccxt_leaves_out_is_in_what_the_venue_sent() -> None:
    parsed = ccxt_library.bingx().parse_trade(
        {
            "orderId": "1817441228670648320",
            "symbol": "SOL-USD",
            "side": "BUY",
            "tradeId": "97244554",
            "volume": "2",
            "tradePrice": "182.652",
            "amount": "20.00000000",
            "commission": "-0.00005475",
            "currency": "SOL",
            "tradeTime": 1722146730000,
        }
    )
    assert parsed["id"] is None
    fact = only(read("ccxt", {**parsed, "symbol": "SOL/USD:SOL"}, exchange="bingx"))
    assert fact["venue_fill_id"] == "SOL/USD:SOL#97244554#buy"


@pytest.mark.parametrize("sign", [1, -1])
def test_the_transaction_log_of_bybit_says_trades_and_funding(sign: int) -> None:
    log = (
        "Uid: 123\nTime,Currency,Contract,Type,Direction,Quantity,Position,Filled Price,Funding,"
        "Fee Paid,Cash Flow,Change,Wallet Balance,Fee Rate,Trade ID,Order ID\n"
        f"2022-12-29 02:58:42,USDC,ETHPERP,trade,Open Short,0.1,0.1,1183.54,0,{sign * 0.071009},0,"
        "-0.071009,100,0.0006,e0cbe81d-0f18-5866-9415-cf319b5dab3b,8c065341\n"
        "2022-12-29 08:00:00,USDC,ETHPERP,funding,Open Short,0.1,0.1,1183.54,0.01,0,0,-0.01,99.9,"
        "0.0001,6b8ea3f3,x\n"
        f"2022-12-29 02:58:42,USDC,ETHPERP,trade,Open Short,0.1,0.1,1183.54,0,{sign * 0.071009},0,"
        "-0.5,100,0.0006,e0cbe81d-0f18-5866-9415-cf319b5dab3b,8c065341\n"
    )
    trade, funding, wrong = read("bybit", log.encode())
    assert trade.facts[0]["venue_fill_id"] == "e0cbe81d-0f18-5866-9415-cf319b5dab3b#sell"
    assert (trade.facts[0]["fee"], trade.facts[0]["fee_asset"]) == ("0.071009", "USDC")
    assert trade.facts[0]["instrument"] == "ETH/USDC:USDC"
    assert (funding.facts[0]["kind"], funding.facts[0]["quantity"]) == ("funding", "-0.01")
    assert "change of the balance" in (wrong.problem or "")


def test_an_exported_income_of_binance_is_that_of_the_api() -> None:
    export = (
        "Time,Type,Amount,Asset,Symbol,Transaction ID\n"
        "2019-10-09 16:00:00,FUNDING_FEE,-0.375,USDT,BTCUSDT,9689322393\n"
    )
    (native, _) = transactions(read_feed("binance", "binance_income.json", account="binance-1"))
    assert only(read("binance", export.encode())) == {**native, "quantity": "-0.375"}


def test_two_columns_that_mean_the_same_are_refused() -> None:
    with pytest.raises(FileError, match="two columns mean the same"):
        read("deribit", b"Trade ID,Instrument,Size,Amount\n1,BTC-PERPETUAL,1,2\n")


def test_times_of_exports_are_in_utc_unless_a_zone_is_given() -> None:
    row = "Trade ID,Date,Instrument,Side,Amount,Price,Fee\n1,2024-07-01 12:00:00,{},buy,1,2,0\n"
    source = row.format("BTC-PERPETUAL").encode()
    assert only(read("deribit", source))["executed_at"] == "2024-07-01T12:00:00.000000Z"
    options = Options(timezone="Europe/Zurich")
    (found,) = find("deribit").read(io.BytesIO(source), options)
    assert isinstance(found, Row)
    assert found.facts[0]["executed_at"] == "2024-07-01T10:00:00.000000Z"


def test_an_hour_that_comes_twice_is_no_moment() -> None:
    with pytest.raises(Problem, match="clocks were changed"):
        moment("2024-10-27 02:30:00", "Europe/Zurich")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le-bom", "utf-32"])
def test_byte_order_marks_and_wide_characters_are_read(encoding: str, tmp_path: Path) -> None:
    text = (
        "portfolio,trade id,product,side,created at,size,size unit,price,fee,total,"
        'price/fee/total unit\r\ndefault,7,BTC-USD,BUY,2021-01-02T21:11:44.123Z,"1,000.5",BTC,'
        '"32,000.50",0.18,-36.66,USD\r\n'
    )
    data = (
        b"\xff\xfe" + text.encode("utf-16-le")
        if encoding == "utf-16-le-bom"
        else text.encode(encoding)
    )
    path = tmp_path / "fills.csv"
    path.write_bytes(data)
    with opened(path) as file:
        found = only(rows_of(find("coinbase").read(cast(BinaryIO, file), Options())))
    assert (found["quantity"], found["price"]) == ("1000.5", "32000.50")


def test_a_list_of_markets_knows_symbols_that_cannot_be_read() -> None:
    odd = {**markets_of("kraken")[0], "id": "AAPLxUSD", "symbol": "AAPLx/USD"}
    context = Context(markets=Markets.of({"AAPLx/USD": odd}))
    assert kraken.symbol_of("AAPLxUSD", context) == "AAPLx/USD"


SYMBOLS = [
    (kraken, "XXBTZUSD", "BTC/USD"),
    (kraken, "XBTUSD", "BTC/USD"),
    (kraken, "XBT/USD", "BTC/USD"),
    (kraken, "XETHXXBT", "ETH/BTC"),
    (kraken, "XTZUSD", "XTZ/USD"),
    (kraken, "XXDGZUSD", "DOGE/USD"),
    (kraken, "XDGEUR", "DOGE/EUR"),
    (kraken, "USDTZUSD", "USDT/USD"),
    (kraken, "ZEURZUSD", "EUR/USD"),
    (kraken, "USDCUSDT", "USDC/USDT"),
    (kraken, "DOTXBT", "DOT/BTC"),
    (okx, "BTC-USDT", "BTC/USDT"),
    (okx, "BTC-USD-SWAP", "BTC/USD:BTC"),
    (okx, "BTC-USDC-SWAP", "BTC/USDC:USDC"),
    (okx, "BTC-USD-251226", "BTC/USD:BTC-251226"),
    (okx, "BTC-USD-230526-26000-C", "BTC/USD:BTC-230526-26000-C"),
    (deribit, "BTC-PERPETUAL", "BTC/USD:BTC"),
    (deribit, "SOL_USDC-PERPETUAL", "SOL/USDC:USDC"),
    (deribit, "BTC-5JAN24", "BTC/USD:BTC-240105"),
    (deribit, "XRP_USDC-26DEC25-0d55-P", "XRP/USDC:USDC-251226-0.55-P"),
    (deribit, "BTC_USDC", "BTC/USDC"),
    (coinbase, "BTC-USD", "BTC/USD"),
    (coinbase, "ETH-PERP-INTX", "ETH/USDC:USDC"),
]


@pytest.mark.parametrize(("module", "spelt", "unified"), SYMBOLS)
def test_symbols_are_read_as_the_venue_spells_them(module: Any, spelt: str, unified: str) -> None:
    assert module.symbol_of(spelt, Context()) == unified
    assert module.symbol_of(f" {spelt.lower()} ", Context()) == unified


@pytest.mark.parametrize(
    ("spelt", "is_contract", "unified"),
    [
        ("BTCFDUSD", False, "BTC/FDUSD"),
        ("BTCTUSD", False, "BTC/TUSD"),
        ("LUNAEUR", False, "LUNA/EUR"),
        ("BTCAEUR", False, "BTC/AEUR"),
        ("1000SHIBUSDT", True, "1000SHIB/USDT:USDT"),
        ("BTCUSDT_230630", True, "BTC/USDT:USDT-230630"),
        ("BTCUSD_PERP", True, "BTC/USD:BTC"),
        ("BTCUSD_230630", True, "BTC/USD:BTC-230630"),
        ("BTCBUSD", True, "BTC/BUSD:BUSD"),
        ("ETH-230211-1500-C", True, "ETH/USDT:USDT-230211-1500-C"),
    ],
)
def test_symbols_of_binance_need_the_market(spelt: str, is_contract: bool, unified: str) -> None:
    assert binance.symbol_of(spelt, Context(), is_contract=is_contract) == unified


@pytest.mark.parametrize(
    ("spelt", "category", "unified"),
    [
        ("BTCUSDT", "spot", "BTC/USDT"),
        ("BTCUSDT", "linear", "BTC/USDT:USDT"),
        ("BTCPERP", "linear", "BTC/USDC:USDC"),
        ("BTCUSDT-26DEC25", "linear", "BTC/USDT:USDT-251226"),
        ("BTC-26DEC25", "linear", "BTC/USDC:USDC-251226"),
        ("BTCUSD", "inverse", "BTC/USD:BTC"),
        ("BTCUSDH24", "inverse", "BTC/USD:BTC-240329"),
        ("BTC-26DEC25-100000-C", "option", "BTC/USDC:USDC-251226-100000-C"),
        ("BTC-26DEC25-100000-C-USDT", "option", "BTC/USDT:USDT-251226-100000-C"),
    ],
)
def test_symbols_of_bybit_need_the_category(spelt: str, category: str, unified: str) -> None:
    assert bybit.symbol_of(spelt, category, Context()) == unified


def test_what_is_spot_or_a_perpetual_is_never_guessed() -> None:
    row = {**exact("bybit_linear_rest.json")["result"]["list"][0], "symbol": "ETHUSDT"}
    assert "say the market type" in (read("bybit", [json_of(row)])[0].problem or "")
    found = only(read("bybit", [json_of(row)], market_type="linear"))
    assert found["instrument"] == "ETH/USDT:USDT"


def json_of(row: dict[str, Any]) -> dict[str, Any]:
    return {name: str(said) if isinstance(said, Decimal) else said for name, said in row.items()}


def test_an_execution_without_its_fee_is_no_whole_fill() -> None:
    fast = {
        "category": "linear",
        "symbol": "ICPUSDT",
        "execId": "3510f361-0add-5c7b-a2e7-9679810944fc",
        "execPrice": "12.015",
        "execQty": "3000",
        "orderId": "443d63fa-b4c3-4297-b7b1-23bca88b04dc",
        "isMaker": False,
        "orderLinkId": "test-00001",
        "side": "Sell",
        "execTime": "1716800399334",
        "seq": 34771365464,
    }
    message = {"topic": "execution.fast", "creationTime": 1716800399338, "data": [fast]}
    assert "execution.fast" in (read("bybit", message)[0].problem or "")


@pytest.mark.parametrize("is_text", [False, True])
def test_taxes_on_the_fee_of_bybit_are_fees_in_both_feeds(is_text: bool) -> None:
    taxes: Any = [{"feeCoin": "BTC", "feeType": "IN_GST", "fee": "0.00000812"}]
    row = recorded("bybit_spot_rest.json")["result"]["list"][0]
    row["extraFees"] = json.dumps(taxes) if is_text else taxes
    native = only(read("bybit", [row], market_type="spot"))
    assert native["fee"] == "0.00005324"
    parsed = exchange_of("bybit").parse_trade(row, exchange_of("bybit").market("BTC/USDT"))
    unified = only(read("ccxt", parsed, exchange="bybit"))
    assert (unified["fee"], unified["fee_asset"]) == (native["fee"], native["fee_asset"])
    row["extraFees"] = "tax"
    assert "extraFees" in (read("bybit", [row], market_type="spot")[0].problem or "")


@pytest.mark.parametrize("kind", ["REVERSAL", "CORRECTION"])
def test_what_takes_a_fill_of_coinbase_back_is_no_fill(kind: str) -> None:
    row = {**recorded("coinbase_rest.json")["fills"][1], "trade_type": kind}
    parsed = exchange_of("coinbase").parse_trade(row)
    for name, said in (("coinbase", {"fills": [row]}), ("ccxt", [parsed])):
        (found,) = read(name, said, **({"exchange": "coinbase"} if name == "ccxt" else {}))
        assert found.facts == ()
        assert f"a {kind}" in (found.problem or "")
        assert "utl.bust_fill" in (found.problem or "")


def test_bad_lines_of_a_file_never_stop_the_good_ones() -> None:
    good = json.dumps(recorded("deribit_rest.json")["result"]["trades"][0]).encode()
    lines = [good, b"{broken", b"\xff\xfe{}", b"[1]", b"null", b'"text"', b"{}", b"", good]
    rows = read("deribit", b"\n".join(lines))
    assert [row.line for row in rows] == [1, 2, 3, 4, 5, 6, 7, 9]
    assert [bool(row.facts) for row in rows] == [True, *[False] * 6, True]
    assert all(row.problem for row in rows[1:-1])


def test_pages_of_rows_are_read_row_by_row() -> None:
    pages = [[TRADE, {**TRADE, "id": "13"}], [], [{**TRADE, "id": "14"}, "x"]]
    found = read("ccxt", pages, exchange="okx")
    assert [bool(row.facts) for row in found] == [True, True, True, False]
    found = read("ccxt", [[TRADE], "x", TRADE], exchange="okx")  # no message of Kraken's
    assert [bool(row.facts) for row in found] == [True, False, True]
    found = read("ccxt", json.dumps(pages, indent=1)[:-30].encode(), exchange="okx")
    assert [bool(row.facts) for row in found] == [True, True, False]
    assert (found[2].problem or "").startswith("the file is damaged from here on")


def test_text_among_the_rows_of_an_array_costs_only_itself() -> None:
    for rows in ([TRADE, "x", None, TRADE], ["x", TRADE], [TRADE, "x"]):
        found = read("ccxt", rows, exchange="okx")
        assert [bool(row.facts) for row in found] == [row == TRADE for row in rows]
        assert [bool(row.problem) for row in found] == [row != TRADE for row in rows]


def test_a_line_of_a_wrong_width_is_a_problem() -> None:
    rows = read("deribit", b"trade_id,instrument,amount\n1,BTC-PERPETUAL\n2,BTC-PERPETUAL,3,4\n")
    assert [row.problem for row in rows] == [
        "2 values in a line of 3 columns",
        "4 values in a line of 3 columns",
    ]


@pytest.mark.parametrize("data", [b"", b"instrument,side\n", b"<html>", b"\x00\x01"])
def test_a_file_of_another_form_is_refused_as_a_whole(data: bytes) -> None:
    for name in ("ccxt", "kraken"):
        with pytest.raises(FileError, match="neither JSON nor"):
            read(name, data)


def test_a_key_that_is_there_twice_is_a_problem() -> None:
    assert "twice" in (
        read("okx", b'{"instId": "BTC-USDT", "instId": "ETH-USDT"}')[0].problem or ""
    )


def test_a_setting_that_does_not_exist_is_refused() -> None:
    with pytest.raises(FileError, match="no setting 'exchnage'"):
        read("ccxt", TRADE, exchnage="okx")


def test_a_list_of_markets_that_is_none_is_refused() -> None:
    with pytest.raises(FileError, match="no list of markets"):
        read("ccxt", TRADE, markets=__file__)


@pytest.mark.parametrize(
    ("written", "figure"),
    [
        ("1,234,567.89", "1234567.89"),
        ("-1,234", "-1234"),
        (" 5 ", "5"),
        ("1e-8", "1E-8"),
        (0.1, "0.1"),
        (1e22, "1E+22"),
        (Decimal("1.50"), "1.50"),
    ],
)
def test_figures_are_exact(written: Any, figure: str) -> None:
    assert str(decimal(written, "figure")) == figure


@pytest.mark.parametrize(
    "written", ["1.234,5", "1,23", "12,34,567", "0x1F", "1_000", "NaN", "1e999", "", None, True, []]
)
def test_what_may_mean_two_things_or_none_is_no_figure(written: Any) -> None:
    with pytest.raises(Problem):
        decimal(written, "figure")


def test_a_figure_and_its_unit_are_told_apart() -> None:
    assert with_unit("1,234.5 USDT", "fee") == (Decimal("1234.5"), "USDT")
    assert with_unit("0.5 1INCH", "fee") == (Decimal("0.5"), "1INCH")
    assert with_unit("0.51INCH", "fee", ["USDT", "1INCH"]) == (Decimal("0.5"), "1INCH")


def test_lost_digits_come_back_only_if_there_is_no_doubt() -> None:
    assert str(exact_figure(0.3, "f", {"a": "0.3000000000000000001"})) == "0.3000000000000000001"
    doubtful = {"a": "0.3000000000000000001", "b": "0.3000000000000000002"}
    assert str(exact_figure(0.3, "f", doubtful)) == "0.3"
    assert str(exact_figure(0.1 + 0.2, "f", {"a": "0.3", "b": "0.30000000000001"})) == "0.3"
    assert str(exact_figure(0.1 + 0.2, "f", {"a": "0.1", "b": "0.2"})) == "0.30000000000000004"
