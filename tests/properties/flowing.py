"""Flows in the model: what the facts of each account add up to, whatever the costing."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import NamedTuple

from tests.properties import model, transacting
from tests.properties.folding import Instrument
from tests.properties.model import Correction, Fill
from tests.properties.transacting import CASH_KINDS, Fact, Transaction

ZERO = Fraction(0)
UNMOVED = (*CASH_KINDS, "split", "spin_off")  # what moves nothing of the instrument that they name


class Flow(NamedTuple):
    """A row of utl_private.flows."""

    book: str
    account: str | None
    instrument: str | None
    asset: str | None
    kind: str
    quantity: Fraction = ZERO
    notional: Fraction = ZERO
    received: Fraction = ZERO
    at_price: Fraction = ZERO


def flows(facts: Iterable[Fact]) -> list[Flow]:
    """What the facts that count add up to; what adds up to nothing is left out."""
    known = list(facts)
    sums: defaultdict[tuple[str | None, ...], list[Fraction]] = defaultdict(lambda: [ZERO] * 4)
    fills = model.effective_fills(f for f in known if isinstance(f, Fill | Correction))
    transactions = transacting.effective_transactions(known)
    for flow in (
        *(flow_of_fill(fill) for fill in fills),
        *(flow for transaction in transactions for flow in flows_of_transaction(transaction)),
    ):
        key, figures = flow[:5], flow[5:]
        sums[key] = [a + b for a, b in zip(sums[key], figures, strict=True)]
    return [Flow(*key, *figures) for key, figures in sums.items() if any(figures)]  # type: ignore[arg-type]


def flow_of_fill(fill: Fill) -> Flow:
    """What was traded, and the fee."""
    quantity = fill.quantity if fill.side == "buy" else -fill.quantity
    return Flow(
        *(fill.book, fill.account, fill.instrument.name, fill.fee_asset, "fill"),
        *(quantity, quantity * fill.price, -fill.fee, -fill.coin_fee * fill.price),
    )


def flows_of_transaction(fact: Transaction) -> Iterator[Flow]:
    """What moves of the instrument or the asset, here and where it goes, and the cash for it."""
    quantity = fact.quantity or ZERO
    instrument = fact.instrument.name if fact.instrument else None
    here = (fact.book, fact.account, instrument)
    if fact.kind in CASH_KINDS or fact.instrument is None:
        fee = quantity + fact.to_quantity if fact.to_quantity else ZERO
        yield Flow(*here, fact.asset, fact.kind, received=quantity - fee)
        yield Flow(*here, fact.asset, "network_fee", received=fee)
    elif fact.kind not in UNMOVED:
        is_income = fact.kind in ("reward", "airdrop")
        value = fact.amount or ZERO if is_income else ZERO
        yield Flow(*here, None, fact.kind, quantity=quantity, at_price=value)
    if fact.to_quantity is not None and fact.to_book is not None:
        there = (fact.to_book, fact.to_account)
        if fact.to_instrument is None:
            yield Flow(*there, None, fact.asset, fact.kind, received=fact.to_quantity)
        else:
            name = fact.to_instrument.name
            yield Flow(*there, name, None, fact.kind, quantity=fact.to_quantity)
    if fact.instrument and (cash := cash_for(fact, fact.instrument, quantity)):
        yield Flow(*here, fact.instrument.cost_asset, fact.kind, received=cash)


def cash_for(fact: Transaction, instrument: Instrument, quantity: Fraction) -> Fraction:
    """The cash that comes in for what a transaction moves."""
    amount = fact.amount or ZERO
    if fact.kind == "conversion":
        return -amount
    is_owned = instrument.coin is not None or instrument.name[-2:] in ("-C", "-P")
    if fact.kind == "cash_in_lieu" or (fact.kind == "expiry" and is_owned):
        return -amount if quantity > 0 else amount
    return ZERO
