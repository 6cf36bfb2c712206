"""OKX: fills of all kinds of instruments, and bills of the account.

Reads responses of /trade/fills, /trade/fills-history and /account/bills, messages of the channels
`fills` and `orders`, and the same as CSV. A trade's id counts within its instrument. Sizes of
derivatives are in contracts, whose size the list of markets says.
"""

import re
from collections.abc import Iterator
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
    composed_id,
    required,
    sequence_of,
    side_of,
    text,
)
from utl.ingest.figures import NotBooked, decimal, decimal_or_none, moment, shortly
from utl.ingest.movements import NOTHING, funding, transfer, within
from utl.ingest.symbols import code, dated, perpetual

VENUE = "okx"
ZONE = "UTC"  # of exports that do not say theirs in the column's name
RENAMED = {"AE": "AET", "WIN": "WINTOKEN", "TRADE": "UNITRADE", "YOYO": "YOYOW", "BOX": "DEFIBOX"}
BILLS = {"7": "interest", "8": "funding", "22": "repay"}
IN_FILLS = {"2": "trade", "5": "liquidation", "9": "ADL", "24": "spread", "25": "structured"}

COLUMNS = {
    name.lower(): name
    for name in (
        "instType", "instId", "tradeId", "ordId", "billId", "fillPx", "fillSz", "side", "posSide",
        "execType", "feeCcy", "fee", "ts", "fillTime", "type", "subType", "ccy", "balChg", "pnl",
    )
} | {
    "symbol": "instId",
    "filledprice": "fillPx",
    "action": "side",
    "orderid": "ordId",
    "amount": "fillSz",
    "feeunit": "feeCcy",
    "time": "ts",
    "id": "exportId",
    "tradetype": "instType",
}  # fmt: skip


@adapter("okx", kinds={"fill", "transaction"})
def read(source: BinaryIO, options: Options) -> Iterator[Row]:
    """OKX: fills and bills, from REST, stream or CSV."""
    return rows_of(source, options, read_row, COLUMNS)


def read_row(raw: Raw, context: Context) -> list[Found]:
    """Read one fill or bill of a response, a message, or a row of it as CSV."""
    if "fillPx" in raw and "balChg" not in raw:
        return [_fill(raw, context)]
    if "balChg" in raw or "subType" in raw:
        return [_bill(raw, context)]
    raise Problem("neither a fill nor a bill")


def symbol_of(instrument: str, context: Context) -> str:
    """The unified symbol of BTC-USDT, BTC-USDT-SWAP, BTC-USD-251226 or an option."""
    instrument = instrument.strip().upper()
    listed = context.markets.listed(instrument, is_contract=None)
    if listed is not None:
        return listed
    parts = re.fullmatch(
        r"([A-Z0-9]+)[-/]([A-Z0-9]+)(?:-(SWAP|\d{6})(?:-([\d.]+)-([CP]))?)?", instrument, re.ASCII
    )
    if not parts:
        raise Problem(f"{shortly(instrument)} is not known, nor is it in a list of markets")
    base, quote, expiry, strike, right = parts.groups()
    base, quote = code(base, RENAMED), code(quote, RENAMED)
    settle = base if quote == "USD" else quote
    if expiry is None:
        return f"{base}/{quote}"
    if expiry == "SWAP":
        return perpetual(base, quote, settle)
    return dated(base, quote, settle, expiry, f"-{strike}-{right}" if strike else "")


def _fill(raw: Raw, context: Context) -> Execution:
    symbol = symbol_of(required(raw, "instId"), context)
    trade_id = text(raw, "tradeId")
    if trade_id is None and "ordId" in raw and "state" in raw:
        raise NotBooked("a message of an order without a fill")
    trade_id = trade_id or composed_id(context, raw)
    market = context.markets.find(symbol)
    return Execution(
        VENUE,
        symbol,
        trade_id,
        side_of(raw.get("side")),
        decimal(raw.get("fillSz"), "fillSz"),
        decimal(raw.get("fillPx"), "fillPx"),
        moment(raw.get("ts") or raw.get("fillTime"), context.zone or ZONE),
        _fees(raw),
        {"M": "maker", "T": "taker"}.get(str(raw.get("execType", "")).upper()),
        text(raw, "ordId"),
        sequence_of(VENUE, trade_id),
        market.contract_size if market else None,
    )


def _fees(raw: Raw) -> tuple[Fee, ...]:
    """OKX says what the balance gets: a fee is negative, a rebate positive."""
    is_order = "fillFee" in raw
    cost = decimal_or_none(raw.get("fillFee" if is_order else "fee"), "fee")
    asset = text(raw, "fillFeeCcy" if is_order else "feeCcy")
    if cost is None:
        raise Problem("no fee: take the channel orders instead of fills")
    if not cost:
        return ()
    if asset is None:
        raise Problem("feeCcy is missing")
    return (Fee(code(asset, RENAMED), -cost),)


def _bill(raw: Raw, context: Context) -> Movement:
    """A bill: funding, interest, or a transfer between the wallets of the account."""
    kind_said = required(raw, "type")
    if kind_said in IN_FILLS:
        raise NotBooked(f"a bill of a {IN_FILLS[kind_said]}, which the fills say")
    amount, asset = decimal(raw.get("balChg"), "balChg"), code(required(raw, "ccy"), RENAMED)
    bill_id, at = required(raw, "billId"), moment(raw.get("ts"), context.zone or ZONE)
    if not amount:
        raise NotBooked(NOTHING)
    if kind_said == "1":
        origin, target = ("funding", "trading") if amount > 0 else ("trading", "funding")
        accounts = within(context, origin, target)
        return transfer(accounts, abs(amount), asset, at, f"transfer#{bill_id}")
    kind = BILLS.get(kind_said)
    if kind is None:
        raise Problem(f"a bill of an unknown type: {shortly(kind_said)}")
    if kind == "funding":
        symbol = symbol_of(required(raw, "instId"), context)
        return funding(symbol, asset, amount, at, bill_id)
    quantity = -amount if kind == "repay" else amount
    return Movement(kind, at, f"bill#{bill_id}", {"quantity": quantity, "asset": asset})
