"""What the adapters of exchanges share: what they are told, and the facts they give.

An `Execution` is one fill as any feed of a venue shows it. Its identity depends only on what every
feed of that venue has, so that the REST row, the websocket row and the CSV row of one fill become
one fill. A `Movement` is anything else that changes what an account holds.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from utl.ingest.adapter import Problem
from utl.ingest.figures import shortly, text_of
from utl.ingest.symbols import Markets, market_of

Fact = dict[str, str]
Raw = Mapping[str, object]

SEQUENCE_MAX = 2**63 - 1
TIME_IN_ID = "time"
SYMBOL_IN_ID = "symbol"
SIDE_IN_ID = "side"

# What makes a fill unique besides the trade's id. Most ids are those of a match: a trade with
# oneself is two fills with one id. Ids that count within a market need the symbol.
BY_MATCH = (SYMBOL_IN_ID, SIDE_IN_ID)
IDENTITY: dict[str, tuple[str, ...]] = {
    "binance": BY_MATCH,
    "bitmex": (SIDE_IN_ID,),
    "bybit": (SIDE_IN_ID,),
    "coinbase": BY_MATCH,
    "deribit": (SIDE_IN_ID,),
    "hyperliquid": (SYMBOL_IN_ID, TIME_IN_ID, SIDE_IN_ID),
    "kraken": (),
    "okx": BY_MATCH,
}

# ccxt has several names for what is one venue, as far as identity goes.
VENUES = {
    "binancecoinm": "binance",
    "binanceus": "binance",
    "binanceusdm": "binance",
    "coinbaseadvanced": "coinbase",
    "coinbaseexchange": "coinbase",
    "coinbasepro": "coinbase",
    "bybiteu": "bybit",
    "myokx": "okx",
    "okxus": "okx",
}

# Ids that are hashes, or that count nothing in time.
UNORDERED = frozenset({"bitmex", "hyperliquid"})


@dataclass(frozen=True)
class Context:
    """What a file or a response does not say itself.

    `zone` is that of times without one. `market_type` (spot, linear, inverse, option) tells apart
    what a venue calls by one symbol. `accounts` maps a venue's wallets (spot, swap, funding, …) to
    accounts, for transfers between them. With `compose_identity`, exports that have no trade id get
    an identity made of all that the row says. `as_of` is the time of balances that have none,
    `asset` that of exports of one asset which do not name it.
    """

    venue: str = ""
    account: str | None = None
    zone: str | None = None
    market_type: str | None = None
    markets: Markets = field(default_factory=Markets)
    accounts: Mapping[str, str] = field(default_factory=dict)
    compose_identity: bool = False
    as_of: str | None = None
    asset: str | None = None

    def account_of(self, wallet: object) -> str | None:
        """The account that is a wallet of the venue; the only one, if none is named."""
        return self.accounts.get(str(wallet), self.account)


@dataclass(frozen=True)
class Fee:
    """A fee in one asset; positive was paid, negative is a rebate."""

    asset: str
    cost: Decimal


@dataclass(frozen=True)
class Execution:
    """One fill. `quantity` is what the venue counts: base asset, contracts, or (Deribit) USD."""

    venue: str
    symbol: str
    trade_id: str
    side: str
    quantity: Decimal
    price: Decimal
    executed_at: str
    fees: tuple[Fee, ...] = ()
    liquidity: str | None = None
    order_id: str | None = None
    sequence: int | None = None
    multiplier: Decimal | None = None

    @property
    def identity(self) -> str:
        """The venue_fill_id: the trade's id, and what else it takes to make it unique."""
        parts = {
            SYMBOL_IN_ID: self.symbol,
            TIME_IN_ID: self.executed_at[:23],  # to the millisecond, which every feed has
            SIDE_IN_ID: self.side,
        }
        more = IDENTITY.get(venue_name(self.venue), BY_MATCH)
        leading = [parts[SYMBOL_IN_ID]] if SYMBOL_IN_ID in more else []
        trailing = [parts[part] for part in more if part != SYMBOL_IN_ID]
        return "#".join([*leading, self.trade_id, *trailing])


@dataclass(frozen=True)
class StatementLine:
    """What a venue says is held: an asset's balance, or a position's signed quantity."""

    quantity: Decimal
    as_of: str
    asset: str | None = None
    instrument: str | None = None
    account: str | None = None
    multiplier: Decimal | None = None

    def fact(self) -> Fact:
        """The line in the words of utl.record_venue_statement."""
        terms = {"account": self.account, "asset": self.asset, "instrument": self.instrument}
        said = {name: found for name, found in terms.items() if found is not None}
        if self.instrument is not None and is_contract(self.instrument, self.multiplier):
            said["multiplier"] = size_text(self.multiplier)
        figures = {"quantity": text_of(self.quantity), "as_of": self.as_of}
        return {"kind": "statement", **said, **figures}


@dataclass(frozen=True)
class Movement:
    """A transaction: `kind` and `terms` are the name and the arguments of utl.record_…."""

    kind: str
    occurred_at: str
    reference: str
    terms: Mapping[str, object]

    def fact(self) -> Fact:
        """The transaction in the words of utl.record_transactions."""
        terms = {
            name: text_of(term) if isinstance(term, Decimal) else str(term)
            for name, term in self.terms.items()
            if term is not None
        }
        moment = {"occurred_at": self.occurred_at, "reference": self.reference}
        return {"kind": self.kind, **terms, **moment}


Found = Execution | Movement | StatementLine


def is_contract(symbol: str, multiplier: Decimal | None) -> bool:
    """Whether a quantity may be one of contracts, whose size must be known."""
    market = market_of(symbol)
    return multiplier is not None or (market is not None and market.is_contract)


def size_text(multiplier: Decimal | None) -> str:
    """Write the size of a contract; empty if it is not known."""
    return text_of(multiplier.normalize()) if multiplier else ""


def venue_name(exchange: str) -> str:
    """The venue behind one of ccxt's names."""
    return VENUES.get(exchange, exchange)


def sequence_of(venue: str, trade_id: str) -> int | None:
    """The number that a trade's id ends with, where a venue counts its trades."""
    found = re.fullmatch(r"(?:[A-Z]{3,5}-)?(\d+)", trade_id, re.ASCII)
    if not found or venue_name(venue) in UNORDERED:
        return None
    number = int(found[1]) if len(found[1]) < 20 else 0
    return number if 0 < number <= SEQUENCE_MAX else None


def side_of(found: object) -> str:
    """Read buy or sell."""
    side = {"b": "buy", "s": "sell", "bid": "buy", "ask": "sell"}.get(
        str(found).strip().lower(), str(found).strip().lower()
    )
    if side not in ("buy", "sell"):
        raise Problem(f"side is neither buy nor sell: {shortly(found)}")
    return side


def text(raw: Raw, *names: str) -> str | None:
    """The first of these that is there and not empty, as text."""
    for name in names:
        found = raw.get(name)
        if isinstance(found, str | int) and not isinstance(found, bool) and str(found).strip():
            return str(found).strip()
    return None


def required(raw: Raw, *names: str) -> str:
    """The same, or Problem."""
    found = text(raw, *names)
    if found is None:
        raise Problem(f"{names[0]} is missing")
    return found


def is_true(found: object) -> bool | None:
    """Read true and false, as JSON and as CSV have them; None for anything else."""
    if isinstance(found, bool):
        return found
    return {"true": True, "false": False, "1": True, "0": False}.get(str(found).strip().lower())


def liquidity_of(is_maker: object) -> str | None:
    """Maker or taker, from the answer to whether it was the maker."""
    return {True: "maker", False: "taker", None: None}[is_true(is_maker)]


def execution_facts(execution: Execution) -> tuple[Fact, ...]:
    """The fill, and a transaction for every fee that does not fit in it."""
    check_execution(execution)
    fees = _fees(execution)
    fill: dict[str, str | None] = {
        "instrument": execution.symbol,
        "venue_fill_id": execution.identity,
        "side": execution.side,
        "quantity": text_of(execution.quantity),
        "price": text_of(execution.price),
        "executed_at": execution.executed_at,
        "sequence": None if execution.sequence is None else str(execution.sequence),
        "liquidity": execution.liquidity,
        "venue_order_id": execution.order_id,
    }
    if is_contract(execution.symbol, execution.multiplier):
        fill["multiplier"] = size_text(execution.multiplier)
    if fees:
        fill |= {"fee": text_of(fees[0].cost), "fee_asset": fees[0].asset}
    said = {name: found for name, found in fill.items() if found is not None}
    return (said, *(_fee_fact(execution, fee) for fee in fees[1:]))


def composed_id(context: Context, raw: Raw) -> str:
    """An identity for a row that has none: all it says, and which of equal rows it is."""
    if not context.compose_identity:
        raise Problem(
            "the trade has no id, so it cannot be told from others: take another feed, or allow "
            "identities that are made of all that a row says: --set compose_identity=yes"
        )
    said = [str(found) for name, found in sorted(raw.items()) if name != "ordinal"]
    return "|".join([*said, str(raw.get("ordinal", 1))])


def check_execution(execution: Execution) -> None:
    """Refuse what cannot be a fill, before the server does."""
    if not execution.trade_id or execution.trade_id.lower() in ("none", "null", "nan"):
        raise Problem("the trade has no id")
    if execution.quantity <= 0:
        raise Problem(f"quantity is not positive: {text_of(execution.quantity)}")
    market = market_of(execution.symbol)
    if execution.price <= 0 and (market is None or not market.is_option):
        raise Problem(f"price is not positive: {text_of(execution.price)}")


def _fees(execution: Execution) -> list[Fee]:
    """Sum up by asset; the fee that changes the position comes first, in every feed the same."""
    market = market_of(execution.symbol)
    costs: dict[str, Decimal] = {}
    for fee in execution.fees:
        costs[fee.asset] = costs.get(fee.asset, Decimal(0)) + fee.cost
    first = [market.base, market.cost_asset] if market else []

    def rank(fee: Fee) -> tuple[int, str]:
        return (first.index(fee.asset) if fee.asset in first else len(first), fee.asset)

    return sorted((Fee(asset, cost) for asset, cost in costs.items() if cost), key=rank)


def _fee_fact(execution: Execution, fee: Fee) -> Fact:
    terms = {"quantity": abs(fee.cost), "asset": fee.asset, "instrument": execution.symbol}
    kind = "fee" if fee.cost > 0 else "rebate"
    reference = f"{execution.identity}#{kind}#{fee.asset}"
    return Movement(kind, execution.executed_at, reference, terms).fact()
