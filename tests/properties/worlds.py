"""Random worlds: fills and transactions of all kinds over two books, with their corrections.

Facts arrive in any order, in any statements. What corrects a transaction, or names lots, comes
after what it speaks of.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from tests.properties.folding import Costing, Instrument
from tests.properties.scenarios import (
    FIRST,
    INVERSE,
    METHODS,
    OPTION,
    PERPETUAL,
    QUANTO,
    SPOT,
    TOKEN,
    Sent,
    SentCorrection,
    decimals,
)

BOOKS = ("one", "two")
WALLETS = ("spot", "margin")
FAMILIES = ((SPOT, TOKEN), (SPOT, TOKEN), (OPTION, SPOT), (PERPETUAL,), (INVERSE,), (QUANTO,))
SUCCESSORS = {SPOT: TOKEN, TOKEN: SPOT, OPTION: SPOT}  # what each can be converted to
SPLITS = ((2, 1), (10, 1), (1, 2), (1, 8), (3, 2))
FILLS_MAX, TRANSACTIONS_MAX, CORRECTIONS_MAX = 9, 7, 4
WORLD_WAYS = ("insert", "copy", "single", "function")


@dataclass(frozen=True)
class SentTransaction:
    """A row of utl.transactions. One split has the same `reference` in every book."""

    reference: str
    kind: str
    book: str
    occurred_at: datetime
    sequence: int
    account: str | None = None
    instrument: Instrument | None = None
    asset: str | None = None
    quantity: Decimal | None = None
    amount: Decimal | None = None
    price: Decimal | None = None
    fee: Decimal = Decimal(0)
    fee_asset: str | None = None
    to_book: str | None = None
    to_account: str | None = None
    to_instrument: Instrument | None = None
    to_quantity: Decimal | None = None
    new_units: Decimal | None = None
    old_units: Decimal | None = None
    opened_at: datetime | None = None


@dataclass(frozen=True)
class SentTransactionCorrection:
    """A cancellation, or an amendment of some values."""

    reference: str
    kind: str
    occurred_at: datetime | None = None
    quantity: Decimal | None = None
    amount: Decimal | None = None
    opened_at: datetime | None = None


@dataclass(frozen=True)
class Choice:
    """Lots that a fact is to close, named by what opened them, and how much of each.

    A fill is known by account and identity, a transaction has no account here.
    """

    account: str | None
    identity: str
    lots: tuple[tuple[str, Decimal], ...]


Maker = Callable[[st.DrawFn, Instrument], dict[str, Any]]
SentFact = Sent | SentCorrection | SentTransaction | SentTransactionCorrection | Choice


@dataclass(frozen=True)
class Step:
    """Some facts, sent in one of WORLD_WAYS by one of the sessions: a statement for each sort."""

    way: str
    session: int
    facts: list[SentFact]


@dataclass(frozen=True)
class SentWorld:
    """Two books with their costings, and what happens in them, in order of arrival."""

    costings: dict[str, list[Costing]]
    added_after: int  # so many steps come before the costings after the first of each book
    steps: list[Step]


# Small numbers meet: positions go flat, lots end with a fact. Long ones round, also in a split.
AMOUNTS_HELD = st.one_of(
    st.integers(1, 6).map(Decimal),
    st.integers(1, 6).map(Decimal),
    decimals(1, 99, places_max=3),
    decimals(10**15, 10**22, places_max=20),
)
VALUES = st.one_of(
    st.integers(0, 60).map(Decimal),
    decimals(0, 10**6, places_max=4),
    decimals(1, 10**22, places_max=20),
)
WORLD_PRICES = st.one_of(
    st.integers(1, 9).map(Decimal), st.integers(1, 3).map(Decimal), decimals(1, 10**8, places_max=4)
)
MAYBE_VALUES = st.one_of(st.none(), VALUES)


@st.composite
def times(draw: st.DrawFn) -> datetime:
    """Some seconds; facts of one second are ordered by their sequence."""
    return FIRST + timedelta(seconds=draw(st.integers(0, 6)))


@st.composite
def world_fills(draw: st.DrawFn, number: int, traded: list[Instrument]) -> Sent:
    """A fill in one of the books, often with a fee, often in the coin."""
    instrument = draw(st.sampled_from(traded))
    quantity = draw(AMOUNTS_HELD)
    fee = draw(st.one_of(st.just(Decimal(0)), decimals(-9, 99, places_max=2), st.just(quantity)))
    assets = (instrument.cost_asset, instrument.coin or "BNB", "BNB")
    return Sent(
        identity=f"fill {number}",
        account=draw(st.sampled_from(WALLETS)),
        instrument=instrument,
        side=draw(st.sampled_from(("buy", "buy", "sell"))),
        quantity=quantity,
        price=draw(WORLD_PRICES),
        fee=fee,
        fee_asset=draw(st.sampled_from(assets)) if fee else None,
        executed_at=draw(times()),
        sequence=number,
        book=draw(st.sampled_from(BOOKS)),
    )


def opening(draw: st.DrawFn, _: Instrument) -> dict[str, Any]:
    """What was there before: long, or short; perhaps opened long ago, perhaps of unknown cost."""
    return {
        "quantity": draw(AMOUNTS_HELD) * draw(st.sampled_from((1, 1, -1))),
        "amount": draw(MAYBE_VALUES),
        "price": draw(st.one_of(st.none(), WORLD_PRICES)),
        "opened_at": draw(st.one_of(st.none(), st.just(FIRST - timedelta(days=9)))),
    }


def receipt(draw: st.DrawFn, _: Instrument) -> dict[str, Any]:
    """Something comes."""
    return {"quantity": draw(AMOUNTS_HELD), "amount": draw(MAYBE_VALUES)}


def outflow(draw: st.DrawFn, _: Instrument) -> dict[str, Any]:
    """Something goes."""
    return {"quantity": -draw(AMOUNTS_HELD), "amount": draw(MAYBE_VALUES)}


def adjustment(draw: st.DrawFn, instrument: Instrument) -> dict[str, Any]:
    """Something comes or goes."""
    maker: Maker = draw(st.sampled_from((receipt, outflow)))
    return maker(draw, instrument)


def disposal(draw: st.DrawFn, _: Instrument) -> dict[str, Any]:
    """Something ends at a value, long or short."""
    sign = draw(st.sampled_from((-1, -1, 1)))
    return {"quantity": sign * draw(AMOUNTS_HELD), "amount": draw(VALUES)}


def target(draw: st.DrawFn, instrument: Instrument) -> dict[str, Any]:
    """Where something goes."""
    return {
        "to_book": draw(st.sampled_from(BOOKS)),
        "to_account": draw(st.sampled_from(WALLETS)),
        "to_instrument": instrument,
    }


def transfer(draw: st.DrawFn, instrument: Instrument) -> dict[str, Any]:
    """To the other account or book or both: a long, perhaps with a fee in the coin, or a short."""
    received = draw(AMOUNTS_HELD)
    if draw(st.sampled_from((False, False, True))):
        sent, fee, value = received, Decimal(0), None
        received = -received
    else:
        fee = draw(decimals(0, 3, places_max=1)) if instrument.coin else Decimal(0)
        sent, value = -(received + fee), draw(MAYBE_VALUES) if fee else None
    return {
        **target(draw, instrument),
        "quantity": sent,
        "to_quantity": received,
        "amount": value,
        "fee": fee,
        "fee_asset": instrument.coin if fee else None,
    }


def conversion(draw: st.DrawFn, instrument: Instrument) -> dict[str, Any]:
    """Into something else, of the same direction, or, as a put is exercised, of the other."""
    given = draw(AMOUNTS_HELD) * draw(st.sampled_from((-1, -1, 1)))
    return {
        **target(draw, SUCCESSORS[instrument]),
        "quantity": given,
        "to_quantity": draw(AMOUNTS_HELD) * draw(st.sampled_from((1, 1, -1))),
        "amount": draw(st.one_of(st.none(), VALUES, VALUES.map(lambda value: -value))),
    }


def spin_off(draw: st.DrawFn, instrument: Instrument) -> dict[str, Any]:
    """A part of the cost goes into something new."""
    place = target(draw, SUCCESSORS[instrument])
    return {**place, "to_quantity": draw(AMOUNTS_HELD), "amount": draw(VALUES)}


def cash(draw: st.DrawFn, instrument: Instrument) -> dict[str, Any]:
    """Money alone comes or goes, for an instrument or for none."""
    return {
        "asset": draw(st.sampled_from((instrument.cost_asset, "BNB"))),
        "instrument": draw(st.sampled_from((instrument, None))),
        "quantity": draw(AMOUNTS_HELD) * draw(st.sampled_from((1, -1))),
    }


MAKERS: dict[str, Maker] = {
    "opening_balance": opening,
    "deposit": receipt,
    "withdrawal": outflow,
    "network_fee": outflow,
    "transfer": transfer,
    "reward": receipt,
    "airdrop": receipt,
    "funding": cash,
    "interest": cash,
    "rebate": cash,
    "dividend": cash,
    "adjustment": adjustment,
    "cash_in_lieu": disposal,
    "expiry": disposal,
    "conversion": conversion,
    "spin_off": spin_off,
}
OF_ASSETS = (
    *("opening_balance", "deposit", "withdrawal", "network_fee", "transfer", "reward", "airdrop"),
    "adjustment",
)
OF_POSITIONS = ("instrument", "to_instrument", "amount", "price", "opened_at")
SIGNS = {"withdrawal": -1, "network_fee": -1}
PAYMENTS = {"fee": -1, "borrow": 1, "repay": -1}
KINDS = (*MAKERS, *PAYMENTS, "split", "transfer", "transfer", "transfer", "split", "conversion")


@st.composite
def sent_transactions(
    draw: st.DrawFn, number: int, traded: list[Instrument]
) -> list[SentTransaction]:
    """A transaction of any kind; a split of both books is one of each."""
    kind = draw(st.sampled_from(KINDS))
    instrument = draw(st.sampled_from(traded))
    if kind in ("conversion", "spin_off") and instrument not in SUCCESSORS:
        kind = "transfer"
    if kind == "split" and instrument.is_inverse:
        kind = "expiry"
    place: dict[str, Any] = {
        "reference": f"transaction {number}",
        "occurred_at": draw(times()),
        "sequence": number,
    }
    if kind == "split":
        new, old = draw(st.sampled_from(SPLITS))
        units: dict[str, Any] = {"new_units": Decimal(new), "old_units": Decimal(old)}
        return [
            SentTransaction(kind=kind, book=book, instrument=instrument, **place, **units)
            for book in BOOKS
        ]
    place |= {"book": draw(st.sampled_from(BOOKS)), "account": draw(st.sampled_from(WALLETS))}
    if kind in PAYMENTS:
        quantity = draw(AMOUNTS_HELD) * PAYMENTS[kind]
        return [SentTransaction(kind=kind, asset="BNB", quantity=quantity, **place)]
    fields = {"instrument": instrument, **MAKERS[kind](draw, instrument)}
    if kind in OF_ASSETS and instrument.coin and draw(st.sampled_from((False, False, True))):
        fields = {name: value for name, value in fields.items() if name not in OF_POSITIONS}
        fields["asset"] = instrument.coin
        if kind not in ("transfer", "adjustment"):
            fields["quantity"] = fields["quantity"].copy_sign(SIGNS.get(kind, 1))
    if kind == "transfer" and (fields["to_book"], fields["to_account"]) == (
        place["book"],
        place["account"],
    ):
        fields["to_account"] = WALLETS[1 - WALLETS.index(place["account"])]
    return [SentTransaction(kind=kind, **place, **fields)]


@st.composite
def corrections(draw: st.DrawFn, facts: list[SentFact]) -> SentFact:
    """A bust, a cancellation, an amendment, or a choice of lots."""
    fact = draw(st.sampled_from([f for f in facts if not isinstance(f, SentCorrection)]))
    time = draw(times())
    assert isinstance(fact, Sent | SentTransaction)
    lots = [other for other in facts if isinstance(other, Sent) and may_close(fact, other)]
    if draw(st.booleans()) and lots:
        named = draw(st.lists(st.sampled_from(lots), min_size=1, max_size=2, unique=True))
        chosen = tuple((lot.identity, draw(st.integers(1, 2).map(Decimal))) for lot in named)
        if isinstance(fact, SentTransaction):
            return Choice(None, fact.reference, chosen)
        return Choice(fact.account, fact.identity, chosen)
    if isinstance(fact, SentTransaction):
        values: dict[str, Any] = {"occurred_at": time}
        if fact.amount is not None or (fact.instrument and fact.kind in ("deposit", "withdrawal")):
            values["amount"] = draw(VALUES)
        if fact.instrument and fact.kind == "opening_balance":
            values["opened_at"] = FIRST - timedelta(days=3)
        if fact.quantity and fact.kind != "transfer":
            values["quantity"] = draw(AMOUNTS_HELD) * (1 if fact.quantity > 0 else -1)
        return SentTransactionCorrection(fact.reference, **amendment(draw, "cancel", values))
    values = {"executed_at": time, "quantity": draw(AMOUNTS_HELD), "price": draw(WORLD_PRICES)}
    return SentCorrection(fact.account, fact.identity, **amendment(draw, "bust", values))


def may_close(fact: Sent | SentTransaction, other: Sent) -> bool:
    """Whether a fact may come to close what a fill opened."""
    same = (fact.book, fact.instrument) == (other.book, other.instrument)
    if isinstance(fact, SentTransaction):
        sold = fact.quantity is not None and fact.quantity < 0
        return same and other.executed_at < fact.occurred_at and sold == (other.side == "buy")
    earlier = (other.executed_at, other.sequence) < (fact.executed_at, fact.sequence)
    return same and earlier and fact.side != other.side


def amendment(draw: st.DrawFn, undoing: str, values: dict[str, Any]) -> dict[str, Any]:
    """What undoes a fact, or amends some of the values."""
    if draw(st.booleans()):
        return {"kind": undoing}
    names = draw(st.lists(st.sampled_from(sorted(values)), min_size=1, unique=True))
    return {"kind": "amend", **{name: values[name] for name in names}}


@st.composite
def worlds(draw: st.DrawFn) -> SentWorld:
    """Two books, two accounts, one or two families of instruments, and what happens in them."""
    families = draw(st.lists(st.sampled_from(FAMILIES), min_size=1, max_size=2, unique=True))
    traded = sorted({i for family in families for i in family}, key=lambda i: i.name)
    facts: list[SentFact] = [
        draw(world_fills(number, traded)) for number in range(draw(st.integers(1, FILLS_MAX)))
    ]
    for number in range(draw(st.integers(1, TRANSACTIONS_MAX))):
        facts += draw(sent_transactions(FILLS_MAX + number, traded))
    told = [draw(corrections(facts)) for _ in range(draw(st.integers(0, CORRECTIONS_MAX)))]
    arriving = causal(draw(st.permutations([*facts, *told])))
    steps = []
    while arriving:
        size = draw(st.integers(1, len(arriving)))
        way, session = draw(st.sampled_from(WORLD_WAYS)), draw(st.integers(0, 1))
        steps.append(Step(way, session, arriving[:size]))
        arriving = arriving[size:]
    costings = {book: draw(world_costings()) for book in BOOKS}
    return SentWorld(costings, draw(st.integers(0, len(steps))), steps)


@st.composite
def world_costings(draw: st.DrawFn) -> list[Costing]:
    """A primary costing, which pools the book, and one or two of any sort."""
    method = draw(st.sampled_from(METHODS))
    others = [
        Costing(
            f"costing {n}",
            method=draw(st.sampled_from(METHODS)),
            pool=draw(st.sampled_from(("book", "account", "account"))),
            fees=draw(st.sampled_from(("expense", "capitalize"))),
            rank_by=draw(st.sampled_from(("price", "unit_cost"))),
        )
        for n in draw(st.sampled_from(((1,), (2,), (1, 2))))
    ]
    return [Costing(method, method), *others]


def causal(facts: list[SentFact]) -> list[SentFact]:
    """The facts, but what speaks of a transaction, or names lots, comes when these are known."""
    rows = Counter(name_of(fact) for fact in facts)
    known: set[str | None] = set()
    arriving: list[SentFact] = []
    waiting = list(facts)
    while waiting:
        for fact in waiting:
            if needs(fact) <= known:
                arriving.append(fact)
                waiting.remove(fact)
                rows[name_of(fact)] -= 1
                if not rows[name_of(fact)]:
                    known.add(name_of(fact))
                break
    return arriving


def name_of(fact: SentFact) -> str | None:
    """By what others speak of a fact."""
    if isinstance(fact, Sent):
        return fact.identity
    return fact.reference if isinstance(fact, SentTransaction) else None


def needs(fact: SentFact) -> set[str]:
    """What a fact speaks of and must come after."""
    if isinstance(fact, Choice):
        return {fact.identity, *(name for name, _ in fact.lots)}
    return {fact.reference} if isinstance(fact, SentTransactionCorrection) else set()
