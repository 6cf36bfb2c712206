"""Kraken: trades and ledgers, of the REST interface, both websockets, and the website's exports.

A trade's id (TBP7O6-…) is unique in an account. Assets and pairs have old names with X and Z before
them: XXBTZUSD is BTC/USD. Fees are in the quote asset, unless the websocket says otherwise. What
the ledger says of trades is in the trades already.
"""

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
    Movement,
    Raw,
    liquidity_of,
    required,
    sequence_of,
    side_of,
    text,
)
from utl.ingest.figures import NotBooked, decimal, decimal_or_none, moment, shortly
from utl.ingest.movements import NOTHING, transfer, within
from utl.ingest.symbols import code, split_pair

VENUE = "kraken"
ZONE = "UTC"  # of exports
# Assets of the first years have a letter before their name: X for coins, Z for money.
LEGACY = {
    f"X{asset}": asset
    for asset in (
        "XBT", "ETH", "LTC", "XDG", "XRP", "XLM", "XMR", "ZEC", "ETC", "REP", "MLN", "ICN", "NMC",
    )
} | {f"Z{asset}": asset for asset in ("USD", "EUR", "GBP", "CAD", "JPY", "KRW", "AUD")}  # fmt: skip
RENAMED = {
    "XDG": "DOGE", "LUNA": "LUNC", "LUNA2": "LUNA", "REPV2": "REP", "REP": "REPV1", "UST": "USTC",
}  # fmt: skip
# What websocket v2 calls as everybody does.
RENAMED_V2 = {"LUNA": "LUNA"}
QUOTES = (
    "XBT", "ETH", "USDT", "USDC", "USDG", "USDQ", "USDR", "RLUSD", "PYUSD", "DAI", "EURC", "EURQ",
    "EURR", "DOT", "USD", "EUR", "GBP", "CAD", "JPY", "CHF", "AUD", "AED",
)  # fmt: skip
# Wallets within an account: staked, opted in for rewards, bonded, on hold, parachain.
WALLETS = frozenset({"S", "M", "F", "B", "P", "HOLD", "T"})

COLUMNS = {
    name: name
    for name in (
        "txid", "ordertxid", "pair", "time", "type", "ordertype", "price", "cost", "fee", "vol",
        "margin", "misc", "ledgers", "refid", "subtype", "aclass", "subclass", "asset", "amount",
        "balance", "wallet", "maker", "amountusd",
    )
} | {"tradeid": "trade_id"}  # fmt: skip

IN_TRADES = frozenset({"trade", "margin", "spend", "receive", "settled", "conversion"})
LEDGER_KINDS = {
    "deposit": "deposit",
    "withdrawal": "withdrawal",
    "staking": "reward",
    "reward": "reward",
    "dividend": "reward",
    "airdrop": "airdrop",
    "rollover": "interest",
    "credit": "adjustment",
    "adjustment": "adjustment",
    "reserve": "adjustment",
    "sale": "adjustment",
}


@adapter("kraken", kinds={"fill", "transaction"})
def read(source: BinaryIO, options: Options) -> Iterator[Row]:
    """Kraken: trades and ledgers, from REST, both websockets or an export."""
    return rows_of(source, options, read_row, COLUMNS)


def read_row(raw: Raw, context: Context) -> list[Found]:
    """Read one trade or ledger entry of a response, a message, or a row of an export."""
    if "exec_type" in raw or "last_qty" in raw:
        return [_from_stream(raw, context)]
    if "ordertxid" in raw or "vol" in raw:
        return [_trade(raw, context)]
    if "refid" in raw:
        return _ledger_entry(raw, context)
    raise Problem("neither a trade nor a ledger entry")


def asset_of(asset: str) -> str:
    """The unified name of XXBT, ZUSD, XBT.M, ETH2.S or DOT28.S: wallets do not count."""
    name, _, wallet = asset.strip().upper().partition(".")
    if wallet and wallet not in WALLETS:
        name = f"{name}.{wallet}"
    elif wallet:
        name = name.rstrip("0123456789") or name
    return code(LEGACY.get(name, name), RENAMED)


def symbol_of(pair: str, context: Context) -> str:
    """The unified symbol of XXBTZUSD, XBTUSD, XBT/USD or BTC/USD."""
    pair = pair.strip().upper()
    listed = context.markets.listed(pair, is_contract=False)
    if listed is not None:
        return listed
    base, slash, quote = pair.partition("/")
    if not slash:
        base, quote = _split(pair)
    return f"{asset_of(base)}/{asset_of(quote)}"


def _split(pair: str) -> tuple[str, str]:
    """Cut a pair in two; the old names first, since XTZUSD is of XTZ and no ZUSD."""
    for quote in LEGACY:
        base = pair.removesuffix(quote)
        if base != pair and (base in LEGACY or (base == "USDT" and quote == "ZUSD")):
            return base, quote
    return split_pair(pair, QUOTES)


def _trade(raw: Raw, context: Context) -> Execution:
    symbol = symbol_of(required(raw, "pair"), context)
    trade_id = required(raw, "id", "txid", "trade_txid")
    cost = decimal_or_none(raw.get("fee"), "fee")
    if cost is None:
        raise Problem("fee is missing")
    return Execution(
        VENUE,
        symbol,
        trade_id,
        side_of(raw.get("type")),
        decimal(raw.get("vol"), "vol"),
        decimal(raw.get("price"), "price"),
        moment(raw.get("time"), context.zone or ZONE),
        (Fee(symbol.rpartition("/")[2], cost),) if cost else (),
        liquidity_of(raw.get("maker")),
        text(raw, "ordertxid"),
        sequence_of(VENUE, text(raw, "trade_id") or ""),
    )


def _from_stream(raw: Raw, context: Context) -> Execution:
    """An execution of websocket v2, whose names are those that everybody uses."""
    if raw.get("exec_type", "trade") != "trade":
        raise NotBooked(f"no execution but {shortly(raw.get('exec_type'))}")
    symbol = "/".join(
        code(asset, RENAMED_V2) for asset in required(raw, "symbol").upper().split("/")
    )
    fees = raw.get("fees")
    if not isinstance(fees, list) or not all(isinstance(fee, Mapping) for fee in fees):
        raise Problem("fees are missing")
    liquidity = {"m": "maker", "t": "taker"}.get(str(raw.get("liquidity_ind", "")).lower())
    return Execution(
        VENUE,
        symbol,
        required(raw, "exec_id"),
        side_of(raw.get("side")),
        decimal(raw.get("last_qty"), "last_qty"),
        decimal(raw.get("last_price"), "last_price"),
        moment(raw.get("timestamp"), context.zone),
        tuple(
            Fee(code(required(fee, "asset"), RENAMED_V2), decimal(fee.get("qty"), "qty"))
            for fee in fees
        ),
        liquidity,
        text(raw, "order_id"),
        sequence_of(VENUE, text(raw, "trade_id") or ""),
    )


def _ledger_entry(raw: Raw, context: Context) -> list[Found]:
    """One row of the ledger; its fee leaves besides its amount."""
    said, subtype = required(raw, "type").lower(), (text(raw, "subtype") or "").lower()
    if said in IN_TRADES:
        raise NotBooked(f"a ledger entry of a {said}, which the trades say")
    if said == "transfer" or (said == "earn" and subtype != "reward"):
        return [_moved(raw, context, subtype)]
    ledger_id = text(raw, "id", "txid")
    if ledger_id is None:
        raise NotBooked("an entry that is not settled yet: it has no id")
    kind = "reward" if said == "earn" else LEDGER_KINDS.get(said)
    if kind is None:
        raise Problem(f"a ledger entry of an unknown type: {shortly(said)}")
    return _entries(raw, kind, ledger_id, context)


def _entries(raw: Raw, kind: str, ledger_id: str, context: Context) -> list[Found]:
    amount, fee = decimal(raw.get("amount"), "amount"), decimal(raw.get("fee") or 0, "fee")
    asset, at = asset_of(required(raw, "asset")), moment(raw.get("time"), context.zone or ZONE)
    found: list[Found] = []
    reference = ledger_id
    if kind in ("deposit", "withdrawal"):
        reference = f"{kind}#{required(raw, 'refid')}"  # which other feeds have, too
    if amount:
        found.append(_signed(kind, amount, asset, at, reference))
    if fee:
        fee_kind = "network_fee" if kind == "withdrawal" else "fee"
        found.append(_signed(fee_kind, fee, asset, at, f"{reference}#fee"))
    if not found:
        raise NotBooked(NOTHING)
    return found


def _signed(kind: str, amount: Decimal, asset: str, at: str, reference: str) -> Movement:
    """A movement; with a sign that its kind cannot have it is an adjustment."""
    if kind in ("fee", "network_fee") and amount < 0:
        kind, amount = "rebate", -amount
    elif kind == "withdrawal" and amount < 0:
        amount = -amount
    elif kind == "withdrawal" or (kind in ("deposit", "reward", "airdrop") and amount < 0):
        kind = "adjustment"
    return Movement(kind, at, reference, {"quantity": amount, "asset": asset})


def _moved(raw: Raw, context: Context, subtype: str) -> Movement:
    """Wallets of one account, such as staking, are passed over; futures are another account."""
    if "futures" not in subtype:
        raise NotBooked(f"a transfer within the account: {subtype or 'transfer'}")
    amount = decimal(raw.get("amount"), "amount")
    origin, target = ("spot", "futures") if amount < 0 else ("futures", "spot")
    accounts = within(context, origin, target)
    asset, at = asset_of(required(raw, "asset")), moment(raw.get("time"), context.zone or ZONE)
    venue_id = required(raw, "id", "txid")
    return transfer(accounts, abs(amount), asset, at, f"transfer#{venue_id}")
