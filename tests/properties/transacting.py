"""Transactions in the model: all that moves quantity or money and is no fill, over all books.

Facts of all books are taken in their one order; each does to every costing of the books concerned
what its kind says. Lots that move are handed on at once, so nothing is ever restated.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from fractions import Fraction

from tests.properties import folding, model
from tests.properties.folding import Costing, Instrument, Leg, Lot, Place, Position
from tests.properties.model import Correction, Fill

CASH_KINDS = ("funding", "interest", "rebate", "dividend", "fee", "borrow", "repay")
AMENDABLE = ("occurred_at", "quantity", "amount", "opened_at")
LOTS_OF_ONE = 20  # bits of a lot's id for its number among those of one transaction


@dataclass(frozen=True)
class Transaction:
    """A transaction as the ledger has recorded it; quantities are signed as the account sees it."""

    transaction_id: int
    occurred_at: datetime
    recorded_at: datetime
    sequence: int
    kind: str
    book: str
    account: str | None = None
    instrument: Instrument | None = None
    asset: str | None = None
    quantity: Fraction | None = None
    amount: Fraction | None = None
    price: Fraction | None = None
    to_book: str | None = None
    to_account: str | None = None
    to_instrument: Instrument | None = None
    to_quantity: Fraction | None = None
    new_units: Fraction | None = None
    old_units: Fraction | None = None
    opened_at: datetime | None = None
    reference: str = ""
    chosen: tuple[tuple[int, Fraction], ...] = ()  # lots to leave first, and how much of each

    @property
    def place(self) -> Place:
        """Its place in the order of facts."""
        return self.occurred_at, self.sequence, self.transaction_id


@dataclass(frozen=True)
class TransactionCorrection:
    """Takes a transaction back, or says what counts instead, and None where it stays.

    A choice names the lots that leave.
    """

    reference: str
    kind: str
    occurred_at: datetime | None = None
    quantity: Fraction | None = None
    amount: Fraction | None = None
    opened_at: datetime | None = None
    chosen: tuple[tuple[int, Fraction], ...] = ()


Fact = Fill | Correction | Transaction | TransactionCorrection
Key = tuple[str, str, str | None, Instrument]  # book, costing, account if it is a pool, instrument


@dataclass(frozen=True)
class Moved:
    """What left a position to arrive in another: a lot, or a part of one."""

    quantity: Fraction
    cost: Fraction
    weight: Fraction
    lot: Lot | None


@dataclass
class World:
    """All books, with what one unit of each instrument is, counted in those before all splits."""

    books: dict[str, list[Costing]]
    positions: dict[Key, Position] = field(default_factory=dict)
    units: defaultdict[tuple[str, Instrument], Fraction] = field(
        default_factory=lambda: defaultdict(lambda: Fraction(1))
    )

    def position(
        self, book: str, costing: Costing, account: str | None, instrument: Instrument
    ) -> Position:
        """The position of an account, or of its book."""
        pool = account if costing.pool == "account" else None
        key = book, costing.name, pool, instrument
        return self.positions.setdefault(key, Position(instrument, pool))

    def of(self, book: str, costing: str) -> list[Position]:
        """The positions of a costing in which there was ever anything."""
        return [
            position
            for (a_book, name, *_), position in self.positions.items()
            if (a_book, name) == (book, costing) and position.entries
        ]


def effective_transactions(facts: Iterable[Fact]) -> list[Transaction]:
    """The transactions that count, with the values that their corrections gave them."""
    known = list(facts)
    found = []
    for transaction in known:
        if isinstance(transaction, Transaction):
            is_cancelled = False
            changed = transaction
            for correction in known:
                if (
                    not isinstance(correction, TransactionCorrection)
                    or correction.reference != transaction.reference
                ):
                    continue
                if correction.kind == "choose":
                    changed = replace(changed, chosen=correction.chosen)
                else:
                    is_cancelled = correction.kind == "cancel"
                    given = {name: getattr(correction, name) for name in AMENDABLE}
                    changed = replace(changed, **{n: v for n, v in given.items() if v is not None})
            found += [] if is_cancelled else [changed]
    return found


def world_of(books: dict[str, list[Costing]], facts: Iterable[Fact]) -> World:
    """Where all books stand after some facts. Costings book in the order of events."""
    known = list(facts)
    fills = model.effective_fills(f for f in known if isinstance(f, Fill | Correction))
    happened: list[tuple[Place, Fill | Transaction]] = [
        *(((fill.executed_at, fill.sequence, fill.fill_id), fill) for fill in fills),
        *((transaction.place, transaction) for transaction in effective_transactions(known)),
    ]
    world = World(books)
    for _, fact in happened:
        make_positions(world, fact)
    for _, fact in sorted(happened, key=lambda one: one[0]):
        if isinstance(fact, Transaction):
            transact(world, fact)
            continue
        for costing in books[fact.book]:
            position = world.position(fact.book, costing, fact.account, fact.instrument)
            units = world.units[fact.book, fact.instrument]
            model.book_fill(position, fact, costing, units)
    return world


def make_positions(world: World, fact: Fill | Transaction) -> None:
    """The positions that a fact concerns: they are there for all that happens to their book."""
    places = [(fact.book, fact.account, fact.instrument)]
    if isinstance(fact, Transaction):
        if fact.kind in CASH_KINDS:
            return
        places.append((fact.to_book or "", fact.to_account, fact.to_instrument))
    for book, account, instrument in places:
        if book and account and instrument:
            for costing in world.books[book]:
                world.position(book, costing, account, instrument)


def transact(world: World, transaction: Transaction) -> None:
    """Do what a transaction says, to every costing of its book, then to those where lots arrive."""
    if transaction.instrument is None or transaction.kind in CASH_KINDS:
        return
    if transaction.kind == "split":
        split(world, transaction)
        return
    moved = {
        costing.name: depart(world, transaction, costing)
        for costing in world.books[transaction.book]
    }
    if transaction.to_book is not None:
        for costing in world.books[transaction.to_book]:
            source = source_of(world, transaction, costing)
            if source is not None and (parts := moved[source.name]) is not None:
                arrive(world, transaction, costing, parts)


def split(world: World, transaction: Transaction) -> None:
    """Every lot of the book becomes more units, or fewer."""
    assert transaction.new_units
    assert transaction.old_units
    assert transaction.instrument
    ratio = transaction.new_units / transaction.old_units
    for costing in world.books[transaction.book]:
        for (book, name, _, instrument), position in world.positions.items():
            if (book, name, instrument) == (
                transaction.book,
                costing.name,
                transaction.instrument,
            ):
                folding.split(position, transaction.place, costing, ratio)
    world.units[transaction.book, transaction.instrument] *= ratio


def source_of(world: World, transaction: Transaction, costing: Costing) -> Costing | None:
    """The costing from which lots come: of the same name, else method, else the primary one."""
    costings = world.books[transaction.book]
    if transaction.book == transaction.to_book:
        return costing
    named = [c for c in costings if c.name == costing.name]
    like = [c for c in costings if c.method == costing.method]
    return (named or like or costings)[0]


def depart(world: World, transaction: Transaction, costing: Costing) -> list[Moved] | None:
    """Book a transaction in its own position; what moves on from there, none if it stays."""
    assert transaction.instrument
    position = world.position(
        transaction.book, costing, transaction.account, transaction.instrument
    )
    if transaction.kind == "transfer":
        return transfer(world, transaction, costing, position)
    if transaction.kind == "conversion":
        assert transaction.quantity
        return move(world, transaction, costing, position, transaction.quantity)
    if transaction.kind == "spin_off":
        return spin_off(transaction, costing, position)
    assert transaction.quantity
    fee = transaction.kind == "network_fee"
    dispose(world, transaction, costing, position, transaction.quantity, is_fee=fee)
    return None


def transfer(
    world: World, transaction: Transaction, costing: Costing, position: Position
) -> list[Moved] | None:
    """What is sent leaves at its cost, unless it stays in its pool; then the fee in the coin."""
    assert transaction.quantity
    assert transaction.to_quantity
    stays = costing.pool == "book" and transaction.to_book == transaction.book
    moved = None if stays else move(world, transaction, costing, position, -transaction.to_quantity)
    if fee := transaction.quantity + transaction.to_quantity:
        number = 0  # the lot that it opens, if it does, beside that of what is moved
        dispose(world, transaction, costing, position, fee, is_fee=True, number=number)
    return moved


def move(
    world: World,
    transaction: Transaction,
    costing: Costing,
    position: Position,
    quantity: Fraction,
) -> list[Moved]:
    """Take lots out of a position at their cost."""
    lot = opened_by(world, transaction, costing, quantity, None)
    leg = Leg(transaction.place, quantity, None, lot, moves=True, chosen=transaction.chosen)
    entries = folding.book(position, leg, costing)
    return [
        Moved(-entry.quantity, -entry.amount, -entry.quantity, copy_of(entry.lot))
        for entry in entries
    ]


def spin_off(transaction: Transaction, costing: Costing, position: Position) -> list[Moved]:
    """Take a part of the cost of every lot."""
    assert transaction.amount is not None
    before = len(position.entries)
    folding.spin_off(position, transaction.place, costing, transaction.amount)
    entries = position.entries[before:]
    if not entries:  # of nothing something comes, too
        return [Moved(Fraction(0), Fraction(0), Fraction(1), None)]
    return [
        Moved(
            Fraction(0),
            -entry.amount,
            entry.lot.quantity if entry.lot else Fraction(1),
            copy_of(entry.lot),
        )
        for entry in entries
    ]


def copy_of(lot: Lot | None) -> Lot | None:
    """A lot as it is now; none for the average."""
    return replace(lot) if lot and lot.lot_id else None


def dispose(
    world: World,
    transaction: Transaction,
    costing: Costing,
    position: Position,
    quantity: Fraction,
    *,
    is_fee: bool,
    number: int | None = None,
) -> None:
    """What comes opens at its amount, what goes is sold at it; without one, at cost."""
    value = transaction.amount
    amount = None if value is None else in_position(position.instrument, quantity, value)
    if is_fee and costing.fees == "capitalize":
        amount = Fraction(0)  # what it would bring is spent at once
    lot = opened_by(world, transaction, costing, quantity, amount)
    if number is not None:
        lot.lot_id = lot_id_of(transaction, number)
    arrives = transaction.opened_at is not None or number is not None
    leg = Leg(
        transaction.place,
        quantity,
        amount,
        lot,
        fee=value or Fraction(0) if is_fee else Fraction(0),
        is_expense=is_fee and value is None,
        arrives=arrives,
        chosen=() if arrives else transaction.chosen,
    )
    folding.book(position, leg, costing)


def lot_id_of(transaction: Transaction, number: int) -> int:
    """The id of one of several lots of a transaction."""
    return -((transaction.transaction_id + 1) << LOTS_OF_ONE) + number


def in_position(instrument: Instrument, quantity: Fraction, value: Fraction) -> Fraction:
    """What something is worth, as a position counts it: signed, and of inverse contracts turned."""
    return value * (1 if quantity > 0 else -1) * (-1 if instrument.is_inverse else 1)


def opened_by(
    world: World,
    transaction: Transaction,
    costing: Costing,
    quantity: Fraction,
    amount: Fraction | None,
) -> Lot:
    """The lot that a transaction opens, as far as it opens one."""
    assert transaction.instrument
    units = world.units[transaction.book, transaction.instrument]
    price = transaction.price
    if price is None:
        price = folding.price_of(transaction.instrument, quantity, amount or Fraction(0))
    rank = folding.rank_of(
        transaction.instrument, costing, quantity, price or Fraction(0), Fraction(0)
    )
    return Lot(
        lot_id=transaction.transaction_id,
        origin_id=transaction.transaction_id,
        opened_at=transaction.opened_at or transaction.occurred_at,
        sequence=transaction.sequence,
        price=None if transaction.price is None else transaction.price * units,
        rank=rank * units,
    )


def arrive(world: World, transaction: Transaction, costing: Costing, parts: list[Moved]) -> None:
    """Lots open where they have moved to, or close what is there of the other sign."""
    assert transaction.to_book
    assert transaction.to_instrument
    assert transaction.to_quantity
    position = world.position(
        transaction.to_book, costing, transaction.to_account, transaction.to_instrument
    )
    weights = [part.weight for part in parts]
    quantities = folding.shares(transaction.to_quantity, weights)
    paid = [Fraction(0) for _ in parts]
    if transaction.kind == "transfer":
        quantities = [part.quantity for part in parts]
    elif transaction.kind == "conversion":
        paid = folding.shares(transaction.amount or Fraction(0), weights)
    for number, part in enumerate(parts):
        cost = part.cost + paid[number]
        lot = arriving(world, transaction, costing, number + 1, quantities[number], cost, part.lot)
        leg = Leg(transaction.place, quantities[number], cost, lot, arrives=True)
        folding.book(position, leg, costing)


def arriving(
    world: World,
    transaction: Transaction,
    costing: Costing,
    number: int,
    quantity: Fraction,
    cost: Fraction,
    was: Lot | None,
) -> Lot:
    """A lot where it arrives: opened when and in which order it was, under an id of its own."""
    assert transaction.to_book
    assert transaction.to_instrument
    units = world.units[transaction.to_book, transaction.to_instrument]
    price = was.price if was and transaction.kind == "transfer" else None
    first = price
    if first is None:
        first = (folding.price_of(transaction.to_instrument, quantity, cost) or 0) * units
    return Lot(
        lot_id=lot_id_of(transaction, number),
        origin_id=was.origin_id if was else transaction.transaction_id,
        opened_at=was.opened_at if was else transaction.occurred_at,
        sequence=was.sequence if was else transaction.sequence,
        price=price,
        rank=folding.rank_of(
            transaction.to_instrument, costing, quantity, Fraction(first), Fraction(0)
        ),
    )


def can_choose(
    books: dict[str, list[Costing]],
    facts: Iterable[Fact],
    choice: Correction | TransactionCorrection,
) -> bool:
    """Whether a fact closes, in a costing by lots, as much of each lot as was chosen for it.

    One that does not count need not.
    """
    known = list(facts)
    world = world_of(books, known)
    chooser = chooser_of(known, choice)
    if chooser is None:
        return True
    return chooser.instrument is not None and any(
        closes_chosen(
            world.position(chooser.book, costing, chooser.account, chooser.instrument), chooser
        )
        for costing in books[chooser.book]
        if costing.method != "wac"
    )


def chooser_of(
    facts: list[Fact], choice: Correction | TransactionCorrection
) -> Fill | Transaction | None:
    """The fact for which lots are chosen, if it counts."""
    if isinstance(choice, TransactionCorrection):
        transactions = effective_transactions(facts)
        return next((t for t in transactions if t.reference == choice.reference), None)
    fills = model.effective_fills(f for f in facts if isinstance(f, Fill | Correction))
    named = (choice.account, choice.identity)
    return next((fill for fill in fills if (fill.account, fill.identity) == named), None)


def closes_chosen(position: Position, chooser: Fill | Transaction) -> bool:
    """Whether a fact closes as much of each lot as was chosen for it."""
    fact_id = chooser.fill_id if isinstance(chooser, Fill) else chooser.transaction_id
    closed: defaultdict[int | None, Fraction] = defaultdict(Fraction)
    for entry in position.entries:
        if entry.fact_id == fact_id and entry.effect == "close" and entry.lot:
            closed[entry.lot.lot_id] += abs(entry.quantity)
    asked: defaultdict[int | None, Fraction] = defaultdict(Fraction)
    for lot_id, quantity in chooser.chosen:
        asked[lot_id] += quantity
    return all(lot_id in closed and closed[lot_id] >= most for lot_id, most in asked.items())
