"""Coinbase: fills, of the Advanced Trade and the Exchange interfaces, and of the website's export.

On the Exchange a trade's id counts within its product; on Advanced Trade it is a UUID. A size may
be in the quote asset: then the base is size ÷ price, cut off at 18 places as ccxt does. Reversals
and corrections are no fills: they take fills back.
"""

from collections.abc import Iterator
from decimal import ROUND_DOWN, Decimal, localcontext
from typing import BinaryIO

from utl.ingest.adapter import Options, Problem, Row, adapter
from utl.ingest.exchange import rows_of
from utl.ingest.feed import (
    Context,
    Execution,
    Fee,
    Found,
    Raw,
    is_true,
    required,
    sequence_of,
    side_of,
    text,
)
from utl.ingest.figures import decimal, decimal_or_none, moment, shortly
from utl.ingest.symbols import code, cost_asset

VENUE = "coinbase"
ZONE = "UTC"  # of exports
PLACES = Decimal("1e-18")  # ccxt divides to 18 places
FILLS = frozenset({"FILL", "SYNTHETIC"})
LIQUIDITY = {"m": "maker", "maker": "maker", "t": "taker", "taker": "taker"}

COLUMNS = {
    "tradeid": "trade_id",
    "product": "product_id",
    "productid": "product_id",
    "side": "side",
    "createdat": "created_at",
    "tradetime": "trade_time",
    "tradetype": "trade_type",
    "size": "size",
    "sizeunit": "size_unit",
    "price": "price",
    "fee": "fee",
    "commission": "commission",
    "total": "total",
    "pricefeetotalunit": "fee_currency",
    "orderid": "order_id",
    "entryid": "entry_id",
    "liquidity": "liquidity",
    "liquidityindicator": "liquidity_indicator",
    "sizeinquote": "size_in_quote",
}


@adapter("coinbase", kinds={"fill"})
def read(source: BinaryIO, options: Options) -> Iterator[Row]:
    """Coinbase: fills, from REST or an export."""
    return rows_of(source, options, read_row, COLUMNS)


def read_row(raw: Raw, context: Context) -> list[Found]:
    """Read one fill of a response, or a row of an export."""
    require_fill(raw)
    symbol = symbol_of(required(raw, "product_id"), context)
    trade_id = required(raw, "trade_id")
    price = decimal(raw.get("price"), "price")
    execution = Execution(
        VENUE,
        symbol,
        trade_id,
        side_of(raw.get("side")),
        size_of(raw, price),
        price,
        moment(raw.get("trade_time") or raw.get("created_at"), context.zone or ZONE),
        _fees(raw, symbol),
        _liquidity(raw),
        text(raw, "order_id"),
        sequence_of(VENUE, trade_id),
    )
    unit = text(raw, "size_unit")
    if unit is not None and code(unit) != symbol.partition("/")[0]:
        raise Problem(f"size is in {shortly(unit)}, which is not the base of {symbol}")
    return [execution]


def require_fill(raw: Raw) -> None:
    """Refuse what takes another fill back or mends it: Coinbase documents no link to that one."""
    kind = (text(raw, "trade_type") or "FILL").upper()
    if kind not in FILLS:
        raise Problem(
            f"a {kind}, which does not say of which fill: take that one back with utl.bust_fill, "
            "or mend it with utl.amend_fill"
        )


def symbol_of(product: str, context: Context) -> str:
    """The unified symbol of BTC-USD, or of a perpetual such as BTC-PERP-INTX."""
    product = product.strip().upper()
    listed = context.markets.listed(product, is_contract=None)
    if listed is not None:
        return listed
    parts = product.split("-")
    if len(parts) == 3 and parts[1:] == ["PERP", "INTX"]:
        return f"{code(parts[0])}/USDC:USDC"
    if len(parts) != 2 or not all(parts):
        raise Problem(f"product {shortly(product)} is not known, nor is it in a list of markets")
    return f"{code(parts[0])}/{code(parts[1])}"


def size_of(raw: Raw, price: Decimal) -> Decimal:
    """The quantity in the base asset."""
    size, is_in_quote = decimal(raw.get("size"), "size"), is_true(raw.get("size_in_quote"))
    if is_in_quote is None and "trade_time" in raw:
        raise Problem("size_in_quote is missing: nothing says in what the size is")
    if not is_in_quote:
        return size
    if price <= 0:
        raise Problem("size is in the quote asset, and there is no price")
    with localcontext() as exact:
        exact.prec = 200
        return (size / price).quantize(PLACES, ROUND_DOWN)


def _fees(raw: Raw, symbol: str) -> tuple[Fee, ...]:
    cost = decimal_or_none(raw.get("commission", raw.get("fee")), "fee")
    if cost is None:
        raise Problem("fee is missing")
    return (Fee(code(text(raw, "fee_currency") or cost_asset(symbol)), cost),) if cost else ()


def _liquidity(raw: Raw) -> str | None:
    return LIQUIDITY.get((text(raw, "liquidity_indicator", "liquidity") or "").lower())
