"""What fills do to inventories of coins, in plain Python: legs in the reporting currency.

A trade moves its base and its quote, both worth the same: at the rate of the quote or, failing it,
at that of the base. What has no rate comes for nothing, or leaves at its cost.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from tests.properties import folding
from tests.properties.folding import Costing, Instrument, Leg, Lot, Position

REPORTING = "USD"
ZERO = Fraction(0)


@dataclass(frozen=True)
class Price:
    """What one unit of a coin was worth in the reporting currency."""

    at: datetime
    coin: str
    mark: Fraction


@dataclass(frozen=True)
class Trade:
    """A fill of what is owned, or of what is on margin."""

    nth: int
    at: datetime
    account: str
    base: str
    quote: str
    quantity: Fraction  # signed
    price: Fraction
    fee: Fraction
    fee_asset: str
    is_margined: bool = False


@dataclass(frozen=True)
class Move:
    """What a trade does to one coin; without a worth of a unit nobody knows it."""

    coin: str
    quantity: Fraction
    unit: Fraction | None
    fee: Fraction = ZERO
    is_fee: bool = False


def rate(prices: Iterable[Price], coin: str, at: datetime) -> Fraction | None:
    """The newest price by then."""
    if coin == REPORTING:
        return Fraction(1)
    known = [price for price in prices if price.coin == coin and price.at <= at]
    return max(known, key=lambda price: price.at).mark if known else None


def moves(trade: Trade, prices: list[Price]) -> list[Move]:
    """The coins that a trade moves, but for the reporting currency."""
    paid = rate(prices, trade.fee_asset, trade.at)
    if trade.is_margined:
        worth = None if paid is None else trade.fee * paid
        found = [Move(trade.fee_asset, -trade.fee, paid, worth or ZERO, is_fee=True)]
        return [move for move in found if move.coin != REPORTING and (move.quantity or move.fee)]
    base, quote = units(trade, prices)
    quantity, cost = trade.quantity, -trade.quantity * trade.price
    by_asset = {trade.base: base, trade.quote: quote}
    worth = None if (unit := by_asset.get(trade.fee_asset, paid)) is None else trade.fee * unit
    fee = worth or ZERO
    if trade.fee_asset == trade.base:
        quantity -= trade.fee
    elif trade.fee_asset == trade.quote:
        cost -= trade.fee
    is_bought = trade.base != REPORTING  # else the quote carries the fee
    found = [
        Move(trade.base, quantity, base, fee),
        Move(trade.quote, cost, quote, ZERO if is_bought else fee),
    ]
    if trade.fee_asset not in (trade.base, trade.quote):
        found.append(Move(trade.fee_asset, -trade.fee, paid, is_fee=True))
    return [move for move in found if move.coin != REPORTING and (move.quantity or move.fee)]


def units(trade: Trade, prices: list[Price]) -> tuple[Fraction | None, Fraction | None]:
    """What a unit of the base and of the quote was worth."""
    if trade.base == REPORTING:
        return Fraction(1), rounded_to_40_places(1 / trade.price)
    base, quote = (rate(prices, coin, trade.at) for coin in (trade.base, trade.quote))
    if quote is not None:
        return trade.price * quote, quote
    return base, None if base is None else rounded_to_40_places(base / trade.price)


def stand(
    trades: Iterable[Trade], prices: list[Price], costing: Costing
) -> dict[tuple[str, str | None], Position]:
    """Where each inventory stands in the end, by coin and, where accounts are pools, account."""
    positions: defaultdict[tuple[str, str | None], Position] = defaultdict(
        lambda: Position(Instrument("", REPORTING), None)
    )
    for trade in sorted(trades, key=lambda trade: (trade.at, trade.nth)):
        for move in moves(trade, prices):
            pool = trade.account if costing.pool == "account" else None
            folding.book(positions[move.coin, pool], leg(trade, move, costing), costing)
    return positions


def leg(trade: Trade, move: Move, costing: Costing) -> Leg:
    """A move as the fold eats it: a fee is in the amount where it is capitalized."""
    amount = None if move.unit is None else move.quantity * move.unit
    is_expense = amount is None and move.is_fee and move.quantity < 0
    fee = ZERO if amount is None else move.fee
    if costing.fees == "capitalize":  # and what is paid as a fee brings nothing
        amount = ZERO if is_expense else None if amount is None else amount + fee
    price = move.unit or ZERO
    lot = Lot(
        lot_id=trade.nth,
        opened_at=trade.at,
        sequence=trade.nth,
        rank=price if move.quantity > 0 else -price,
    )
    return Leg(
        (trade.at, trade.nth, trade.nth),
        move.quantity,
        amount,
        lot,
        fee,
        is_expense=is_expense,
    )


def rounded_to_40_places(number: Fraction) -> Fraction:
    """Half away from zero; prices are positive."""
    return Fraction((2 * number * 10**40 + 1).__floor__() // 2, 10**40)
