"""ccxt: the unified objects of any exchange, dumped as JSON or as they are in Python.

Trades become fills; funding, deposits, withdrawals and transfers become transactions; positions and
balances become lines of a venue's statement. Entries of a ledger are read from what the venue sent,
by the venue's own adapter: what ccxt calls their types differs from venue to venue. ccxt's figures
are floats unless it was told otherwise: lost digits come back from `info`, which is what the venue
sent.
"""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any, BinaryIO

from utl.ingest import binance, bybit, coinbase, kraken, okx
from utl.ingest.adapter import Options, Problem, Row, adapter
from utl.ingest.exchange import rows_in, rows_of
from utl.ingest.feed import (
    Context,
    Execution,
    Fee,
    Found,
    Raw,
    StatementLine,
    composed_id,
    is_true,
    required,
    sequence_of,
    side_of,
    text,
    venue_name,
)
from utl.ingest.figures import (
    NotBooked,
    decimal,
    decimal_or_none,
    exact,
    figures_in,
    is_near,
    moment,
    sharpest_moment,
    shortly,
    text_of,
)
from utl.ingest.movements import funding, moved, transfer, within
from utl.ingest.sizes import size_of
from utl.ingest.symbols import Market, Markets, code

# Where `info` has the venue's own order, if the trade's id does not tell it.
SEQUENCE_IN_INFO = {"bybit": "seq", "kraken": "trade_id"}
# The units in which BitMEX counts money, which ccxt leaves as they are for contracts.
BITMEX_UNITS = {"XBt": ("BTC", 8), "USDt": ("USDT", 6), "BMEx": ("BMEX", 6), "Gwei": ("ETH", 9)}
# What venues call the fee of a trade.
FEES_IN_INFO = frozenset(
    {
        "fee",
        "commission",
        "execfee",
        "fillfee",
        "feecost",
        "feeamount",
        "execcomm",
        "tradefee",
        "totalfee",
    }
)
NO_TIME = "it does not say its time, and none is given: --set as_of=2026-01-31T00:00Z"
# Whose sizes of positions are in the asset itself, or in USD, though contracts have a size.
COUNTS_UNITS = frozenset({"deribit"})
# Where the id of a trade is if ccxt leaves it out, as of BingX's swaps.
IDS_IN_INFO = ("tradeId", "trade_id", "tradeID", "execId", "fillId")
# Who reads the entries of a ledger.
LEDGERS: Mapping[str, Callable[[Raw, Context], list[Found]]] = {
    "binance": binance.read_row,
    "kraken": kraken.read_row,
    "okx": okx.read_row,
}
# ccxt hands on what a venue calls a status that it does not know.
DONE = frozenset(
    {"ok", "success", "successful", "complete", "completed", "confirmed", "done", "finished"}
)
NOT_DONE = frozenset(
    {
        *("pending", "processing", "initiated", "unknown"),
        *("failed", "fail", "failure", "error", "canceled", "cancelled", "rejected"),
        *("declined", "refused", "expired", "refunded"),
    }
)
MOVES = {"deposit": "deposit", "withdrawal": "withdrawal", "withdraw": "withdrawal"}
# The wallets that one account has, by ccxt's names and by those that venues have for them.
WALLETS = frozenset(
    {
        *("spot", "margin", "cross", "isolated", "swap", "future", "futures", "delivery", "option"),
        *("options", "linear", "inverse", "contract", "contracts", "perpetual", "perp", "main"),
        *("exchange", "trade", "trading", "unified", "fund", "funding", "wallet", "cash", "earn"),
        *("savings", "saving", "hf", "pool", "mining", "lending", "loan", "p2p", "otc", "card"),
        *("derivatives", "copy_trading", "account"),
    }
)


@adapter("ccxt", kinds={"fill", "transaction", "statement"})
def read(source: BinaryIO, options: Options) -> Iterator[Row]:
    """ccxt: unified objects: trades, funding, deposits, transfers, ledgers, positions, balances."""
    return rows_of(source, options, read_row, {})


def rows_from(exchange: Any, found: object, account: str | None = None) -> Iterator[Row]:
    """Read objects in memory, as ccxt's `exchange` gave them, with its markets."""
    markets = Markets.of(exchange.markets or {})
    context = Context(
        venue=exchange.id, account=account, markets=markets, as_of=str(exchange.milliseconds())
    )
    return rows_in(found, context, read_row)


def read_row(raw: Raw, context: Context) -> list[Found]:
    """Read one unified object; what it is shows in its keys."""
    for is_one, reader in READERS:
        if is_one(raw):
            return reader(raw, context)
    raise Problem("neither a trade, funding, a deposit, a transfer, a position nor a balance")


def trade(raw: Raw, context: Context) -> list[Found]:
    """Read a trade of fetchMyTrades or watchMyTrades."""
    venue, info = _venue(raw, context), _info(raw)
    if venue == "coinbase":
        coinbase.require_fill(info)
    if venue == "bitmex" and info.get("execType", "Trade") != "Trade":
        return [_bitmex_funding(raw)]
    symbol = required(raw, "symbol")
    at = sharpest_moment(_when(raw), info)
    market = context.markets.find(symbol)
    quantity, price = _figures(raw, venue, market)
    trade_id = _trade_id(raw, venue) or _composed_id(raw, quantity, price, context)
    execution = Execution(
        venue,
        symbol,
        trade_id,
        side_of(raw.get("side")),
        quantity,
        price,
        at,
        fees(raw, venue, symbol),
        _liquidity(raw),
        text(raw, "order"),
        sequence_of(venue, text(info, SEQUENCE_IN_INFO.get(venue, "")) or trade_id),
        _size(raw, quantity, price, market),
    )
    return [execution]


def _venue(raw: Raw, context: Context) -> str:
    venue = venue_name(context.venue or text(raw, "exchange") or "")
    if not venue:
        raise Problem("which exchange it is must be said: --venue, or an account like binance-1")
    return venue


def _info(raw: Raw) -> Raw:
    info = raw.get("info")
    return info if isinstance(info, Mapping) else {}


def _trade_id(raw: Raw, venue: str) -> str | None:
    """The trade's id. Where Kraken's is lost, ccxt puts that of a position in its place."""
    info = _info(raw)
    trade_id = text(raw, "id") or text(info, *IDS_IN_INFO)
    if trade_id is None:
        return None
    if venue != "kraken" or "id" in info or trade_id != text(info, "postxid"):
        return trade_id
    if text(info, "trade_id") is None:
        raise Problem("the trade lacks its id, which is its key in Kraken's response")
    return f"{trade_id}#{text(info, 'trade_id')}"


def _composed_id(raw: Raw, quantity: Decimal, price: Decimal, context: Context) -> str:
    """An identity for a trade without one, as of the swaps of BYDFi and XT."""
    figures = {"amount": text_of(quantity.normalize()), "price": text_of(price.normalize())}
    names = ("order", "timestamp", "side", "ordinal")
    return composed_id(context, {**figures, **{name: raw.get(name) for name in names}})


def _figures(raw: Raw, venue: str, market: Market | None) -> tuple[Decimal, Decimal]:
    """The quantity and the price; Coinbase's sizes in the quote asset cost ccxt some digits."""
    info = _info(raw)
    if venue == "coinbase" and is_true(info.get("size_in_quote")):
        price = decimal(info.get("price"), "price")
        return coinbase.size_of(info, price), price
    price = exact(raw.get("price"), "price", info)
    if raw.get("amount") is None and market is not None and market.is_inverse:
        return _amount_of_cost(raw, price, market), price
    return exact(raw.get("amount"), "amount", info), price


def _amount_of_cost(raw: Raw, price: Decimal, market: Market) -> Decimal:
    """How many inverse contracts cost so much: krakenfutures says the cost only.

    What comes out must stand in what the venue sent, digit for digit.
    """
    cost, size = raw.get("cost"), market.contract_size or Decimal(1)
    if cost is None:
        raise Problem("amount is missing")
    amount = decimal(cost, "cost") * price / size
    near = {figure for figure in figures_in(_info(raw)) if figure and is_near(figure, amount)}
    if len(near) != 1:
        raise Problem("amount is missing")
    return near.pop()


def _liquidity(raw: Raw) -> str | None:
    said = (text(raw, "takerOrMaker") or "").lower()
    return said if said in ("maker", "taker") else None


def fees(raw: Raw, venue: str, symbol: str) -> tuple[Fee, ...]:
    """All fees of a trade: `fees`, or `fee` if there are none; what has no cost is none."""
    several = raw.get("fees")
    found = several if isinstance(several, list) and several else [raw.get("fee")]
    read = []
    for fee in found:
        if fee is None:
            continue
        if not isinstance(fee, Mapping):
            raise Problem(f"a fee is not a structure: {shortly(fee)}")
        if fee.get("cost") is not None:
            read.append(_fee(fee, raw, venue, symbol))
        elif decimal_or_none(fee.get("rate"), "rate of the fee"):
            raise Problem("the fee says its rate, and not what it cost")
    if not read:
        _require_no_fee(_info(raw))
    if venue == "bybit":
        read += bybit.extra_fees(_info(raw))  # which ccxt does not know
    return tuple(fee for fee in read if fee.cost)


def _require_no_fee(info: object) -> None:
    """Refuse a trade without a fee of which the venue reported one: it would be free of charge."""
    if isinstance(info, list):
        for part in info:
            _require_no_fee(part)
    elif isinstance(info, Mapping):
        for name, found in info.items():
            if isinstance(found, Mapping | list):
                _require_no_fee(found)
            elif _is_fee(str(name), found):
                said = f"ccxt lost the fee ({name} {shortly(found)})"
                raise Problem(f"{said}, as it does with number=Decimal: use str")


def _is_fee(name: str, found: object) -> bool:
    if isinstance(found, bool) or name.replace("_", "").lower() not in FEES_IN_INFO:
        return False
    return bool(decimal_or_none(found, name))


def _fee(fee: Raw, raw: Raw, venue: str, symbol: str) -> Fee:
    info = _info(raw)
    cost, asset = exact(fee["cost"], "fee", info), text(fee, "currency")
    if venue == "bitmex" and ":" in symbol and cost:
        return _bitmex_fee(cost, info)
    if asset is None and venue == "hyperliquid" and ":" in symbol:
        asset = "USDC"  # perpetuals pay in it, and the venue did not always say so
    if asset is None and cost:
        raise Problem("fee has no currency")
    return Fee(asset or "", cost)


def _bitmex_fee(cost: Decimal, info: Raw) -> Fee:
    unit = text(info, "settlCurrency", "currency")
    if unit is None:
        raise Problem("a fee of BitMEX in an unknown unit: the trade lacks its info")
    asset, places = BITMEX_UNITS.get(unit, (code(unit), 0))
    raw_cost = decimal(info.get("execComm"), "execComm")
    return Fee(asset, cost.scaleb(-places) if cost == raw_cost else cost)


def _bitmex_funding(raw: Raw) -> Found:
    """BitMEX reports funding among the executions."""
    info = _info(raw)
    if info.get("execType") != "Funding":
        raise NotBooked(f"no trade but {shortly(info.get('execType'))}")
    symbol, paid = required(raw, "symbol"), _bitmex_fee(decimal(info.get("execComm"), ""), info)
    at = sharpest_moment(_when(raw), info)
    return funding(symbol, paid.asset, -paid.cost, at, text(info, "execID"))


def _size(raw: Raw, quantity: Decimal, price: Decimal, market: Market | None) -> Decimal | None:
    if market is None:
        return None
    try:
        cost = decimal_or_none(raw.get("cost"), "cost")
    except Problem:
        cost = None
    return size_of(market, quantity, price, cost)


def funding_payment(raw: Raw, context: Context) -> list[Found]:
    """Read an entry of fetchFundingHistory: the amount is positive if it was received."""
    received = exact(raw.get("amount"), "amount", _info(raw))
    symbol, at = required(raw, "symbol"), _time(raw, context)
    return [funding(symbol, text(raw, "code"), received, at, text(raw, "id"))]


def transaction(raw: Raw, context: Context) -> list[Found]:
    """Read a deposit or a withdrawal; its fee leaves besides its amount."""
    kind = kind_of(raw)
    if kind is None:
        said = shortly(raw.get("type"))
        raise Problem(f"whether it is a deposit or a withdrawal is not said: type is {said}")
    _require_done(raw, kind)
    info, asset = _info(raw), required(raw, "currency")
    quantity, at = exact(raw.get("amount"), "amount", info), _time(raw, context)
    # Deribit's log knows a withdrawal by its transaction on the chain only.
    names = ("txid", "id") if venue_name(context.venue) == "deribit" else ("id", "txid")
    fee = raw.get("fee")
    if not isinstance(fee, Mapping) or not fee.get("cost"):
        fee = {"cost": 0}
    cost, fee_asset = exact(fee["cost"], "fee", info), text(fee, "currency") or asset
    return moved(kind, required(raw, *names), quantity, cost, asset, at, fee_asset)


def kind_of(raw: Raw) -> str | None:
    """Whether it is a deposit or a withdrawal; None if it does not say."""
    return MOVES.get((text(raw, "type") or "").lower())


def _require_done(raw: Raw, what: str) -> None:
    """Pass over what has not happened, or never will; refuse what nobody knows of."""
    status = (text(raw, "status") or "ok").lower()
    if status in NOT_DONE:
        raise NotBooked(f"a {what} that is {status}")
    if status not in DONE:
        raise Problem(f"whether the {what} happened is not clear: its status is {shortly(status)}")


def transfer_of_user(raw: Raw, context: Context) -> list[Found]:
    """Read a transfer between the wallets of one user, or from one account to another."""
    _require_done(raw, "transfer")
    origin, target = raw.get("fromAccount"), raw.get("toAccount")
    for wallet in (origin, target):
        if not _is_wallet(wallet) and str(wallet) not in context.accounts:
            raise Problem(
                f"a transfer from {shortly(origin)} to {shortly(target)}: which account "
                f"{shortly(wallet)} is must be said: --set accounts={wallet}=ACCOUNT"
            )
    accounts = within(context, origin, target)
    quantity = exact(raw.get("amount"), "amount", _info(raw))
    asset, reference = required(raw, "currency"), f"transfer#{required(raw, 'id')}"
    return [transfer(accounts, quantity, asset, _time(raw, context), reference)]


def _is_wallet(name: object) -> bool:
    """Whether it is one of an account's wallets, or that of one market (BTC/USDT)."""
    return isinstance(name, str) and (name.lower() in WALLETS or "/" in name)


def reads_ledger_of(context: Context) -> bool:
    """Whether entries of the venue's ledger can be read."""
    return venue_name(context.venue) in LEDGERS


def ledger_entry(raw: Raw, context: Context) -> list[Found]:
    """Read an entry of fetchLedger."""
    venue = _venue(raw, context)
    if venue not in LEDGERS:
        raise Problem(f"a ledger entry of {venue}, whose types are not known")
    return LEDGERS[venue](_info(raw), context)


def position(raw: Raw, context: Context) -> list[Found]:
    """Read a position of fetchPositions: how many contracts are held, negative if short."""
    symbol, side = required(raw, "symbol"), (text(raw, "side") or "").lower()
    info = _info(raw)
    contracts = exact(raw.get("contracts"), "contracts", info)
    # Of a position of Kraken's, ccxt gives what was opened, closed or not.
    contracts -= decimal_or_none(info.get("vol_closed"), "vol_closed") or 0
    if contracts and side not in ("long", "short"):
        raise Problem(f"side is neither long nor short: {shortly(raw.get('side'))}")
    quantity = -abs(contracts) if side == "short" else contracts
    as_of, size = _position_time(raw, context), _position_unit(raw, context, symbol)
    return [StatementLine(quantity, as_of, instrument=symbol, multiplier=size)]


def _position_time(raw: Raw, context: Context) -> str:
    """When it was so: as we are told, or at its last update. Some give the time of its opening."""
    said = [_when(raw), raw.get("lastUpdateTimestamp")]
    times = [context.as_of] if context.as_of else [found for found in said if found]
    if not times:
        raise Problem(NO_TIME)
    return max(moment(found, context.zone, "timestamp") for found in times)


def _position_unit(raw: Raw, context: Context, symbol: str) -> Decimal | None:
    if venue_name(context.venue) in COUNTS_UNITS:
        return Decimal(1)
    market = context.markets.find(symbol)
    listed = market.contract_size if market else None
    return listed or decimal_or_none(raw.get("contractSize"), "contractSize")


def balance(raw: Raw, context: Context) -> list[Found]:
    """Read a balance of fetchBalance: a line for each asset."""
    total, at = raw["total"], _as_of(raw, context)
    if not isinstance(total, Mapping):
        raise Problem(f"total is not a structure: {shortly(total)}")
    held = {str(asset): found for asset, found in total.items() if found is not None}
    if not held:
        raise NotBooked("a balance of nothing")
    info = raw.get("info")
    return [
        StatementLine(exact(found, f"total of {asset}", info), at, asset=asset)
        for asset, found in held.items()
    ]


def _as_of(raw: Raw, context: Context) -> str:
    found = _when(raw) or context.as_of
    if found is None:
        raise Problem(NO_TIME)
    return moment(found, context.zone, "timestamp")


def _when(raw: Raw) -> object:
    """The timestamp, or else the datetime, which is the same."""
    timestamp = raw.get("timestamp")
    return raw.get("datetime") if timestamp is None else timestamp


def _time(raw: Raw, context: Context) -> str:
    return moment(_when(raw), context.zone, "timestamp")


def _has(*names: str) -> Callable[[Raw], bool]:
    return lambda raw: all(name in raw for name in names)


# In this order: an order has an amount and a price, too.
READERS: tuple[tuple[Callable[[Raw], bool], Callable[[Raw, Context], list[Found]]], ...] = (
    (_has("total", "free"), balance),
    (_has("fromAccount", "toAccount"), transfer_of_user),
    (_has("direction", "referenceAccount"), ledger_entry),
    (_has("contracts"), position),
    (_has("currency", "txid", "address"), transaction),
    (lambda raw: kind_of(raw) is not None and "currency" in raw, transaction),
    (lambda raw: "side" in raw and "amount" in raw and "filled" not in raw, trade),
    (_has("symbol", "code", "amount"), funding_payment),
)
