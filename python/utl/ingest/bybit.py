"""Bybit: executions of spot, linear, inverse and options, and the funding among them.

Reads responses of /v5/execution/list and messages of the topic `execution`. What is called BTCUSDT
may be spot or a perpetual: the category of the response or the message says it. Messages of
`execution.fast` have no fee, so they are no whole fills.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import BinaryIO

from utl.ingest.adapter import Options, Problem, Row, adapter
from utl.ingest.documents import loads
from utl.ingest.exchange import rows_of
from utl.ingest.feed import (
    Context,
    Execution,
    Fee,
    Found,
    Raw,
    is_true,
    liquidity_of,
    required,
    sequence_of,
    side_of,
    text,
)
from utl.ingest.figures import decimal, decimal_or_none, moment, shortly
from utl.ingest.movements import funding
from utl.ingest.symbols import (
    MONTH_CODES,
    code,
    cost_asset,
    dated,
    expiry_of,
    expiry_of_code,
    perpetual,
    split_pair,
)

VENUE = "bybit"
ZONE = "UTC"  # of exports
QUOTES = (
    "USDT", "USDC", "USDE", "USD1", "USDQ", "USDR", "EUR", "BTC", "ETH", "DAI", "BRZ", "TRY",
    "BRL", "PLN", "MNT", "SOL",
)  # fmt: skip
EXECUTED = frozenset({"", "trade", "adltrade", "busttrade", "blocktrade", "movepos"})

COLUMNS = {
    name.lower(): name
    for name in (
        "category", "symbol", "orderId", "side", "execFee", "execId", "execPrice", "execQty",
        "execType", "execTime", "isMaker", "feeCurrency", "feeCoin", "seq", "execValue", "feeRate",
    )
} | {
    "contract": "contract",
    "currency": "currency",
    "type": "type",
    "direction": "side",
    "quantity": "execQty",
    "filledprice": "execPrice",
    "feepaid": "feePaid",
    "cashflow": "cashFlow",
    "funding": "funding",
    "change": "change",
    "tradeid": "execId",
    "time": "execTime",
    "timeutc": "execTime",
}  # fmt: skip
DIRECTIONS = {
    "open long": "buy",
    "close short": "buy",
    "open short": "sell",
    "close long": "sell",
}


@adapter("bybit", kinds={"fill", "transaction"})
def read(source: BinaryIO, options: Options) -> Iterator[Row]:
    """Bybit: executions and funding, from REST, stream or CSV."""
    return rows_of(source, options, read_row, COLUMNS)


def read_row(raw: Raw, context: Context) -> list[Found]:
    """Read one execution of a response or a message, or a row of it as CSV."""
    if "contract" in raw:
        raw = _of_log(raw)
    kind = (text(raw, "execType") or "").lower()
    if kind == "funding":
        return [_funding(raw, context)]
    if kind not in EXECUTED:
        raise Problem(f"an execution of an unknown type: {shortly(raw.get('execType'))}")
    return [_execution(raw, context)]


def _of_log(raw: Raw) -> Raw:
    """A row of the exported transaction log, in the words of the REST interface.

    Its fees have one sign in some exports and the other in others: the change of the balance tells.
    """
    kind, side = required(raw, "type").lower(), (text(raw, "side") or "").lower()
    if kind not in ("trade", "funding", "settlement", "liquidation"):
        raise Problem(f"a {kind} of the transaction log, which does not say all of it")
    names = ("feePaid", "cashFlow", "funding", "change")
    fee, flow, funding, change = (decimal(raw.get(name) or 0, name) for name in names)
    named: dict[str, object] = {"symbol": raw["contract"], "side": DIRECTIONS.get(side, side)}
    if side in DIRECTIONS:
        is_linear = (text(raw, "currency") or "").upper() in ("USDT", "USDC")
        named["category"] = "linear" if is_linear else "inverse"
    if kind in ("funding", "settlement"):
        return {**raw, **named, "execType": "Funding", "execFee": -change}
    if change not in (flow + funding - fee, flow + funding + fee):
        raise Problem("the change of the balance is not what the cash flow and the fee make")
    paid = flow + funding - change
    named["execType"] = "BustTrade" if kind == "liquidation" else "Trade"
    return {**raw, **named, "execFee": paid, "feeCurrency": raw.get("currency")}


def category_of(raw: Raw, context: Context) -> str:
    """Spot, linear, inverse or option."""
    category = (text(raw, "category") or context.market_type or "").lower()
    symbol = text(raw, "symbol") or ""
    if not category and re.search(r"-[CP](-[A-Z]+)?$", symbol):
        category = "option"
    if category not in ("spot", "linear", "inverse", "option"):
        raise Problem("neither spot, linear, inverse nor option: say the market type")
    return category


def symbol_of(venue_symbol: str, category: str, context: Context) -> str:
    """The unified symbol of BTCUSDT, BTCPERP, BTCUSDT-26DEC25, BTCUSDZ25 or an option."""
    venue_symbol = venue_symbol.strip().upper()
    listed = context.markets.listed(venue_symbol, is_contract=category != "spot")
    if listed is not None:
        return listed
    name, *rest = venue_symbol.split("-")
    if category == "option" and len(rest) in (3, 4):
        settle = rest[3] if len(rest) == 4 else "USDC"
        return dated(code(name), settle, settle, expiry_of(rest[0]), f"-{rest[1]}-{rest[2]}")
    if category == "inverse":
        return _inverse(name)
    if category == "linear" and not name.endswith("USDT"):
        base = name.removesuffix("PERP").removesuffix("USDC")
        pair = (code(base), "USDC")
    else:
        base, quote = split_pair(name, QUOTES)
        pair = (code(base), code(quote))
    if category == "spot":
        return "/".join(pair)
    return dated(*pair, pair[1], expiry_of(rest[0])) if rest else perpetual(*pair, pair[1])


def _inverse(name: str) -> str:
    """BTCUSD, or BTCUSDZ25 with the letter of its month and the year."""
    found = re.fullmatch(rf"([A-Z0-9]+?)USD(?:([{MONTH_CODES}])(\d\d))?", name, re.ASCII)
    if not found:
        raise Problem(f"symbol {shortly(name)} is not known, nor is it in a list of markets")
    base = code(found[1])
    if found[2] is None:
        return perpetual(base, "USD", base)
    return dated(base, "USD", base, expiry_of_code(found[2], int(found[3])))


def _execution(raw: Raw, context: Context) -> Execution:
    category = category_of(raw, context)
    symbol = symbol_of(required(raw, "symbol"), category, context)
    trade_id = required(raw, "execId", "tradeId")
    side = side_of(raw.get("side"))
    return Execution(
        VENUE,
        symbol,
        trade_id,
        side,
        decimal(raw.get("execQty"), "execQty"),
        decimal(raw.get("execPrice"), "execPrice"),
        moment(raw.get("execTime") or raw.get("tradeTime"), context.zone or ZONE),
        _fees(raw, symbol, side),
        liquidity_of(is_true(raw.get("isMaker"))),
        text(raw, "orderId"),
        sequence_of(VENUE, text(raw, "seq") or trade_id),
        None if category == "spot" else Decimal(1),
    )


def _fees(raw: Raw, symbol: str, side: str) -> tuple[Fee, ...]:
    """The fee and those of jurisdictions; spot pays in what is received, unless it says so."""
    cost = decimal_or_none(raw.get("execFee"), "execFee")
    if cost is None:
        raise Problem("no fee: take the topic execution instead of execution.fast")
    asset = text(raw, "feeCoin", "feeCurrency")
    if asset is None:
        is_of_base = ":" not in symbol and (side == "buy") == (cost > 0)
        asset = symbol.partition("/")[0] if is_of_base else cost_asset(symbol)
    return (Fee(code(asset), cost), *extra_fees(raw))


def extra_fees(raw: Raw) -> list[Fee]:
    """Taxes on the fee, which some countries' users pay: a list, or the same as JSON in text."""
    extra = raw.get("extraFees") or []
    try:
        found = loads(extra) if isinstance(extra, str) else extra
    except ValueError as error:
        raise Problem(f"extraFees is no list of fees: {shortly(extra)}") from error
    if not isinstance(found, list) or not all(isinstance(fee, dict) for fee in found):
        raise Problem(f"extraFees is no list of fees: {shortly(extra)}")
    return [
        Fee(code(required(fee, "feeCoin")), decimal(fee.get("fee", fee.get("subFee")), "extraFees"))
        for fee in found
    ]


def _funding(raw: Raw, context: Context) -> Found:
    """A payment of funding: execFee is what was paid, negative if received."""
    symbol = symbol_of(required(raw, "symbol"), category_of(raw, context), context)
    received = -decimal(raw.get("execFee"), "execFee")
    at = moment(raw.get("execTime"), context.zone or ZONE)
    return funding(symbol, cost_asset(symbol), received, at, text(raw, "execId"))
