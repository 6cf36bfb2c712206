"""Binance: trades of spot, futures and options, and the income history of futures.

Reads responses of the REST interface (myTrades, userTrades, income), messages of the user data
stream (executionReport, ORDER_TRADE_UPDATE), and the website's exports. A trade's id counts within
its symbol, and spot and futures have the same symbols: so the unified symbol is part of the
identity. The website's export of spot trades has no trade id at all.
"""

from collections.abc import Iterable, Iterator
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
    composed_id,
    is_true,
    liquidity_of,
    required,
    sequence_of,
    side_of,
    text,
)
from utl.ingest.figures import NotBooked, decimal, decimal_or_none, moment, shortly, with_unit
from utl.ingest.movements import NOTHING, funding, transfer, within
from utl.ingest.symbols import code, dated, perpetual, split_pair

VENUE = "binance"
ZONE = "UTC"  # of exports
QUOTES = (
    "USDT", "FDUSD", "USDC", "TUSD", "BUSD", "USDP", "DAI", "BTC", "ETH", "BNB", "XRP", "TRX",
    "DOGE", "DOT", "TRY", "EUR", "GBP", "AUD", "BRL", "RUB", "UAH", "NGN", "ZAR", "PLN", "RON",
    "ARS", "JPY", "MXN", "CZK", "COP", "BIDR", "IDRT", "BVND", "BKRW", "VAI", "PAX", "USDS",
)  # fmt: skip
# Pairs in AEUR; any other that ends so is in EUR, of a coin whose name ends with A.
AEUR_PAIRS = {"BTCAEUR": "BTC/AEUR", "ETHAEUR": "ETH/AEUR", "EURAEUR": "EUR/AEUR"}

# What fills and their fees say already, or what does not change what the account holds.
PASSED_OVER = {
    "COMMISSION": "fees come with the trades",
    "REALIZED_PNL": "profit comes of the trades",
    "COIN_SWAP_DEPOSIT": "a transfer within the account",
    "COIN_SWAP_WITHDRAW": "a transfer within the account",
    "AUTO_EXCHANGE": "an exchange within the account",
}
INCOME_KINDS = {
    "FUNDING_FEE": "funding",
    "COMMISSION_REBATE": "rebate",
    "API_REBATE": "rebate",
    "REFERRAL_KICKBACK": "rebate",
    "CONTEST_REWARD": "reward",
    "WELCOME_BONUS": "reward",
    "INSURANCE_CLEAR": "adjustment",
    "POSITION_LIMIT_INCREASE_FEE": "fee",
}

# Columns of exports, without blanks and punctuation, and what the REST interface calls them.
COLUMNS = {
    "dateutc": "time",
    "timeutc": "time",
    "time": "time",
    "tradetime": "time",
    "pair": "pair",
    "market": "pair",
    "symbol": "symbol",
    "side": "side",
    "type": "type",
    "price": "price",
    "executed": "executed",
    "quantity": "qty",
    "qty": "qty",
    "fee": "fee",
    "commission": "commission",
    "feecoin": "commissionAsset",
    "commissionasset": "commissionAsset",
    "tradeid": "id",
    "id": "id",
    "orderid": "orderId",
    "realizedprofit": "realizedPnl",
    "incometype": "incomeType",
    "income": "income",
    "asset": "asset",
    "tranid": "tranId",
    "transactionid": "tranId",
    "amount": "amount",
}


@adapter("binance", kinds={"fill", "transaction"})
def read(source: BinaryIO, options: Options) -> Iterator[Row]:
    """Binance: trades of spot, futures and options, and income; from REST, stream or export."""
    return rows_of(source, options, read_row, COLUMNS)


def read_row(raw: Raw, context: Context) -> list[Found]:
    """Read one object of a response, a message, or a row of an export."""
    event = text(raw, "e")
    if event is not None:
        return [_from_stream(raw, event, context)]
    if "incomeType" not in raw and "tranId" in raw:  # an export, whose names are shorter
        raw = {**raw, "incomeType": raw.get("type"), "income": raw.get("amount")}
    if "incomeType" in raw:
        return [_income(raw, context)]
    if "executed" in raw:
        return [_exported(raw, context)]
    return [_from_rest(raw, context)]


def symbol_of(venue_symbol: str, context: Context, *, is_contract: bool) -> str:
    """The unified symbol of BTCUSDT, BTCUSDT_230630, BTCUSD_PERP or ETH-230211-1500-C."""
    venue_symbol = venue_symbol.strip().upper().replace("/", "")
    listed = context.markets.listed(venue_symbol, is_contract=is_contract)
    if listed is not None:
        return listed
    parts = venue_symbol.split("-")
    if len(parts) == 4:
        base, expiry, strike, right = parts
        return dated(code(base), "USDT", "USDT", expiry, f"-{strike}-{right}")
    if not is_contract:
        if venue_symbol in AEUR_PAIRS:
            return AEUR_PAIRS[venue_symbol]
        base, quote = split_pair(venue_symbol, QUOTES)
        return f"{code(base)}/{code(quote)}"
    pair, _, delivery = venue_symbol.partition("_")
    is_inverse = pair.endswith("USD") and pair[-4:-3] not in ("B", "T") and bool(delivery)
    base, quote = split_pair(pair, ("USD",) if is_inverse else QUOTES)
    settle = code(base) if is_inverse else code(quote)
    if delivery in ("", "PERP"):
        return perpetual(code(base), code(quote), settle)
    return dated(code(base), code(quote), settle, delivery)


def _from_rest(raw: Raw, context: Context) -> Execution:
    is_option = "optionSide" in raw
    is_contract = is_option or _is_contract(raw, context)
    symbol = symbol_of(required(raw, "symbol"), context, is_contract=is_contract)
    trade_id = required(raw, "tradeId", "id") if is_option else required(raw, "id", "tradeId")
    quantity = decimal(raw.get("qty") or raw.get("quantity"), "qty")
    found = text(raw, "side")
    side = _side_of_buyer(raw) if found is None else side_of(found)
    return Execution(
        VENUE,
        symbol,
        trade_id,
        side,
        abs(quantity) if is_option else quantity,
        decimal(raw.get("price"), "price"),
        moment(raw.get("time"), context.zone or ZONE),
        _fees(raw),
        (text(raw, "liquidity") or "").lower() or liquidity_of(_is_maker(raw)),
        text(raw, "orderId"),
        sequence_of(VENUE, trade_id),
        _multiplier(symbol),
    )


def _is_contract(raw: Raw, context: Context) -> bool:
    """Spot and futures call the same thing BTCUSDT: other fields tell them apart."""
    if any(name in raw for name in ("isBuyer", "isMaker", "isIsolated")):
        return False
    if any(name in raw for name in ("positionSide", "marginAsset", "realizedPnl", "maker")):
        return True
    if context.market_type is None:
        raise Problem("neither spot nor futures: say the market type")
    return context.market_type != "spot"


def _side_of_buyer(raw: Raw) -> str:
    is_buyer = is_true(raw.get("isBuyer", raw.get("buyer")))
    if is_buyer is None:
        raise Problem("side is missing")
    return "buy" if is_buyer else "sell"


def _is_maker(raw: Raw) -> object:
    return raw.get("isMaker", raw.get("maker"))


def _fees(raw: Raw, units: Iterable[str] = ()) -> tuple[Fee, ...]:
    """A fee is a figure and its asset apart, or (in exports) 0.0007BNB; options pay in USDT."""
    if "commission" in raw:
        cost, asset = decimal(raw["commission"], "commission"), text(raw, "commissionAsset")
        if asset is None and cost:
            raise Problem("commissionAsset is missing")
        return (Fee(code(asset or ""), cost),) if cost else ()
    if text(raw, "fee") is None:
        raise Problem("commission is missing")
    if "optionSide" in raw or "commissionAsset" in raw:
        asset = text(raw, "quoteAsset", "commissionAsset") or "USDT"
        return (Fee(code(asset), decimal(raw["fee"], "fee")),)
    cost, asset = with_unit(raw["fee"], "fee", units)
    return (Fee(code(asset), cost),)


def _multiplier(symbol: str) -> Decimal | None:
    """Linear contracts count the base asset; inverse ones are of 100 USD (BTC) or 10 USD."""
    base, _, rest = symbol.partition("/")
    if ":" not in rest:
        return None
    is_inverse = rest.startswith("USD:")
    return Decimal(100 if base == "BTC" else 10) if is_inverse else Decimal(1)


def _from_stream(raw: Raw, event: str, context: Context) -> Execution:
    """A message of the user data stream; its keys are single letters."""
    if event not in ("executionReport", "ORDER_TRADE_UPDATE"):
        raise NotBooked(f"a message of another kind: {shortly(event)}")
    order = raw if event == "executionReport" else raw.get("o")
    if not isinstance(order, dict):
        raise Problem("the message has no order")
    if order.get("x") not in ("TRADE", "CALCULATED"):
        raise NotBooked(f"no execution but {shortly(order.get('x'))}")
    is_contract = event == "ORDER_TRADE_UPDATE"
    symbol = symbol_of(required(order, "s"), context, is_contract=is_contract)
    trade_id = required(order, "t")
    cost = decimal_or_none(order.get("n"), "n") or Decimal(0)
    return Execution(
        VENUE,
        symbol,
        trade_id,
        side_of(order.get("S")),
        decimal(order.get("l"), "l"),
        decimal(order.get("L"), "L"),
        moment(order.get("T"), name="T"),
        (Fee(code(required(order, "N")), cost),) if cost else (),
        liquidity_of(order.get("m")),
        text(order, "i"),
        sequence_of(VENUE, trade_id),
        _multiplier(symbol),
    )


def _exported(raw: Raw, context: Context) -> Execution:
    """A row of the website's export of spot trades: figures with their units, and no trade id."""
    pair = required(raw, "pair", "symbol").upper().replace("/", "")
    base, quote = split_pair(pair, QUOTES)
    quantity, unit = with_unit(raw.get("executed"), "Executed", [base])
    if unit != base:
        raise Problem(f"Executed is in {unit}, which is not the coin of {shortly(pair)}")
    symbol = symbol_of(pair, context, is_contract=False)
    at = moment(raw.get("time"), context.zone or ZONE)
    price, side = decimal(raw.get("price"), "Price"), side_of(raw.get("side"))
    trade_id = text(raw, "id") or composed_id(context, raw)
    fees = _fees(raw, (base, quote))
    return Execution(VENUE, symbol, trade_id, side, quantity, price, at, fees)


def _income(raw: Raw, context: Context) -> Movement:
    kind_said = required(raw, "incomeType").upper()
    if kind_said in PASSED_OVER:
        raise NotBooked(PASSED_OVER[kind_said])
    amount, asset = decimal(raw.get("income"), "income"), code(required(raw, "asset"))
    at, venue_id = moment(raw.get("time"), context.zone or ZONE), required(raw, "tranId")
    if not amount:
        raise NotBooked(NOTHING)
    if kind_said in ("TRANSFER", "INTERNAL_TRANSFER", "CROSS_COLLATERAL_TRANSFER"):
        origin, target = ("spot", "future") if amount > 0 else ("future", "spot")
        accounts = within(context, origin, target)
        return transfer(accounts, abs(amount), asset, at, f"transfer#{venue_id}")
    kind = INCOME_KINDS.get(kind_said)
    if kind is None:
        raise Problem(f"income of an unknown kind: {shortly(kind_said)}")
    found = text(raw, "symbol")
    instrument = symbol_of(found, context, is_contract=True) if found else None
    if kind == "funding":
        return funding(instrument, asset, amount, at, venue_id)
    if kind == "reward" and amount < 0:
        kind = "adjustment"
    if kind == "fee":
        amount = -amount
    terms = {"quantity": amount, "asset": asset}
    if kind not in ("reward", "adjustment"):
        terms["instrument"] = instrument
    # An id is unique within one kind of income.
    reference = "#".join([kind_said, venue_id, instrument or asset])
    return Movement(kind, at, reference, terms)
