"""Deribit: trades of futures, perpetuals, options and spot.

Reads responses of get_user_trades_by_…, messages of user.trades.…, and the website's export. A
trade's id counts within its currency, and says which: 195402220 is Bitcoin's, ETH-34066 is not.
Amounts of inverse futures are in USD and all others in the base asset, so a contract's size is 1
here, whatever the size of Deribit's own contracts.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import BinaryIO

from utl.ingest.adapter import Options, Problem, Row, adapter
from utl.ingest.exchange import rows_of
from utl.ingest.feed import (
    Context,
    Execution,
    Fee,
    Found,
    Movement,
    Raw,
    funding_reference,
    required,
    sequence_of,
    side_of,
    text,
)
from utl.ingest.figures import NotBooked, decimal, decimal_or_none, moment, shortly
from utl.ingest.symbols import code, dated, expiry_of, perpetual

VENUE = "deribit"
ZONE = "UTC"  # of exports
LIQUIDITY = {"M": "maker", "T": "taker", "MAKER": "maker", "TAKER": "taker", "MT": "taker"}
NAME = re.compile(
    r"([A-Z0-9]+)(?:_([A-Z0-9]+))?(?:-(PERPETUAL|\d{1,2}[A-Z]{3}\d\d)(?:-([\dD]+)-([CP]))?)?",
    re.ASCII,
)

COLUMNS = {
    "tradeid": "trade_id",
    "id": "log_id",
    "type": "type",
    "size": "amount",
    "feecharged": "fee",
    "feepaid": "fee",
    "funding": "funding",
    "instrument": "instrument_name",
    "instrumentname": "instrument_name",
    "timestamp": "timestamp",
    "date": "timestamp",
    "side": "direction",
    "direction": "direction",
    "amount": "amount",
    "price": "price",
    "fee": "fee",
    "feecurrency": "fee_currency",
    "orderid": "order_id",
    "liquidity": "liquidity",
    "role": "liquidity",
}


@adapter("deribit", kinds={"fill", "transaction"})
def read(source: BinaryIO, options: Options) -> Iterator[Row]:
    """Deribit: trades, from REST, stream or the transaction log."""
    return rows_of(source, options, read_row, COLUMNS)


def read_row(raw: Raw, context: Context) -> list[Found]:
    """Read one trade of a response or a message, or a row of an export."""
    kind = (text(raw, "type") or "trade").lower()
    if kind == "settlement":
        return [_funding(raw, context)]
    if "log_id" in raw and kind != "trade":
        raise Problem(f"a {kind} of the transaction log, which does not say all of it")
    symbol = symbol_of(required(raw, "instrument_name"), context)
    trade_id = required(raw, "trade_id")
    # An export says "open buy", "close sell".
    side = side_of(str(raw.get("direction", "")).rpartition(" ")[2])
    return [
        Execution(
            VENUE,
            symbol,
            trade_id,
            side,
            decimal(raw.get("amount"), "amount"),
            decimal(raw.get("price"), "price"),
            moment(raw.get("timestamp"), context.zone or ZONE),
            _fees(raw, symbol),
            LIQUIDITY.get(str(raw.get("liquidity", "")).strip().upper()),
            text(raw, "order_id"),
            sequence_of(VENUE, trade_id),
            Decimal(1) if ":" in symbol else None,
        )
    ]


def _funding(raw: Raw, context: Context) -> Movement:
    """The funding that a settlement pays; the profit that it pays comes of the trades."""
    symbol = symbol_of(required(raw, "instrument_name"), context)
    amount = decimal_or_none(raw.get("funding"), "funding")
    if not amount:
        raise NotBooked("a settlement without funding")
    at = moment(raw.get("timestamp"), context.zone or ZONE)
    settle = symbol.rpartition(":")[2].partition("-")[0]
    terms = {"quantity": amount, "asset": settle, "instrument": symbol}
    return Movement("funding", at, funding_reference(symbol, at, required(raw, "log_id")), terms)


def symbol_of(name: str, context: Context) -> str:
    """The unified symbol of BTC-PERPETUAL, BTC_USDC-26DEC25, ETH-22FEB19-120-C or BTC_USDC."""
    name = name.strip().upper()
    listed = context.markets.listed(name, is_contract=None)
    if listed is not None:
        return listed
    found = NAME.fullmatch(name)
    if not found or (found[2] is None and found[3] is None):
        raise Problem(f"{shortly(name)} is not known, nor is it in a list of markets")
    base, quote, expiry, strike, right = found.groups()
    base, quote = code(base), code(quote or "USD")
    settle = base if found[2] is None else quote
    if expiry is None:
        return f"{base}/{quote}"
    if expiry == "PERPETUAL":
        return perpetual(base, quote, settle)
    option = f"-{strike.replace('D', '.')}-{right}" if strike else ""
    return dated(base, quote, settle, expiry_of(expiry), option)


def _fees(raw: Raw, symbol: str) -> tuple[Fee, ...]:
    cost = decimal_or_none(raw.get("fee"), "fee")
    if cost is None:
        raise Problem("fee is missing")
    if not cost:
        return ()
    settle = symbol.rpartition("/")[2].rpartition(":")[2].partition("-")[0]
    return (Fee(code(text(raw, "fee_currency") or settle), cost),)
