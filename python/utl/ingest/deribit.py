"""Deribit: trades of futures, perpetuals, options and spot, and the transaction log.

Reads responses of get_user_trades_by_… and get_transaction_log, messages of user.trades.…, and the
website's exports. A trade's id counts within its currency, and says which: 195402220 is Bitcoin's,
ETH-34066 is not. Amounts of inverse futures are in USD and all others in the base asset, so a
contract's size is 1 here, whatever the size of Deribit's own contracts.
"""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import BinaryIO

from utl.ingest.adapter import Options, Problem, Row, adapter
from utl.ingest.exchange import rows_of
from utl.ingest.feed import (
    Context,
    Execution,
    Fee,
    Found,
    Raw,
    required,
    sequence_of,
    side_of,
    text,
)
from utl.ingest.figures import NotBooked, decimal, decimal_or_none, moment, shortly
from utl.ingest.movements import NOTHING, funding, moved, transfer
from utl.ingest.symbols import code, cost_asset, dated, expiry_of, perpetual

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
    "change": "change",
    "info": "info",
}
# What get_transaction_log calls them.
OF_LOG = {
    "id": "log_id",
    "side": "direction",
    "user_role": "liquidity",
    "commission": "fee",
    "currency": "fee_currency",
    "total_interest_pl": "funding",
}


@adapter("deribit", kinds={"fill", "transaction"})
def read(source: BinaryIO, options: Options) -> Iterator[Row]:
    """Deribit: trades and the transaction log, from REST, stream or export."""
    return rows_of(source, options, read_row, COLUMNS)


def read_row(raw: Raw, context: Context) -> list[Found]:
    """Read one trade or log entry of a response, a message, or a row of an export."""
    if "user_seq" in raw:
        named = {ours: raw[theirs] for theirs, ours in OF_LOG.items() if theirs in raw}
        return _logged({**raw, **named}, context)
    if "log_id" in raw:
        return _logged(raw, context)
    return [_execution(raw, context)]


def _execution(raw: Raw, context: Context) -> Execution:
    symbol = symbol_of(required(raw, "instrument_name"), context)
    trade_id = required(raw, "trade_id")
    # The log says "open buy", "close sell".
    side = side_of(str(raw.get("direction", "")).rpartition(" ")[2])
    return Execution(
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


def _logged(raw: Raw, context: Context) -> list[Found]:
    """An entry of the transaction log, which has one for each asset that changes."""
    kind = required(raw, "type").lower()
    if kind == "trade":
        if ":" not in symbol_of(required(raw, "instrument_name"), context):
            raise NotBooked("one side of a spot trade, which the trades say as a whole")
        return [_execution(raw, context)]
    if kind == "settlement":
        return [_funding(raw, context)]
    if kind == "transfer":
        return [_transfer(raw, context)]
    if kind in ("deposit", "withdrawal"):
        return _moved(raw, kind, context)
    raise Problem(f"a {kind} of the transaction log, which does not say all of it")


def _funding(raw: Raw, context: Context) -> Found:
    """The funding that a settlement pays; the profit that it pays comes of the trades."""
    symbol = symbol_of(required(raw, "instrument_name"), context)
    received = decimal_or_none(raw.get("funding"), "funding")
    if not received:
        raise NotBooked("a settlement without funding")
    at = moment(raw.get("timestamp"), context.zone or ZONE)
    return funding(symbol, cost_asset(symbol), received, at, required(raw, "log_id"))


def _moved(raw: Raw, kind: str, context: Context) -> list[Found]:
    """A deposit or a withdrawal, known by its transaction on the chain, as in ccxt's feeds."""
    asset, change, at = _change(raw, context)
    fee = decimal_or_none(raw.get("fee"), "fee") or Decimal(0)
    quantity = change if kind == "deposit" else -change - fee
    info = raw.get("info")
    chain_id = text(info, "transaction") if isinstance(info, Mapping) else text(raw, "info")
    if chain_id is None:
        raise Problem(f"a {kind} without its transaction, so another feed's would be another one")
    return moved(kind, chain_id, quantity, fee, asset, at)


def _transfer(raw: Raw, context: Context) -> Found:
    """A transfer to another account: the sender's log says it, the receiver's says it again."""
    asset, change, at = _change(raw, context)
    info = raw.get("info")
    other = text(info, "other_user") if isinstance(info, Mapping) else None
    if context.account is None or other is None or other not in context.accounts:
        named = f"{other or 'SUBACCOUNT'}=ACCOUNT"
        raise Problem(f"a transfer to or from another account: say which, --set accounts={named}")
    if change > 0:
        raise NotBooked("a transfer that the log of its sender says")
    accounts = (context.account, context.accounts[other])
    return transfer(accounts, -change, asset, at, f"transfer#{required(raw, 'log_id')}")


def _change(raw: Raw, context: Context) -> tuple[str, Decimal, str]:
    """The asset, the change of its balance, and the time. Exports are of one asset, and silent."""
    asset = text(raw, "fee_currency") or context.asset
    if asset is None:
        raise Problem("the export does not say its asset: --set asset=BTC")
    change = decimal(raw.get("change"), "change")
    if not change:
        raise NotBooked(NOTHING)
    return code(asset), change, moment(raw.get("timestamp"), context.zone or ZONE)


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
    return (Fee(code(text(raw, "fee_currency") or cost_asset(symbol)), cost),)
