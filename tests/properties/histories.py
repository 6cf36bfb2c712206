"""Random histories: fills and their corrections in any order, and what was believed on the way."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from tests.properties import model
from tests.properties.folding import Costing
from tests.properties.scenarios import (
    FEE_ASSETS,
    FEES,
    FIRST,
    INSTRUMENTS_TRADED,
    METHODS,
    PRICES,
    QUANTITIES,
    WAYS,
    Sent,
    SentCorrection,
    Statement,
    costings,
    sent_fills,
)
from tests.properties.sending import Sender

CORRECTION_WAYS = ("function", "insert", "copy")
SESSIONS = 3
AMENDED_MAX = 4  # values of one amendment, so that most stay as they were
DIGITS_MAX = 100


@dataclass(frozen=True)
class Told:
    """Some corrections, sent together in one of CORRECTION_WAYS."""

    way: str
    corrections: list[SentCorrection]


Step = Statement | Told


@dataclass(frozen=True)
class History:
    """A book's facts in the order, the statements and the sessions in which they arrive."""

    costings: list[Costing]
    added_after: int  # so many steps come before the costings after the first
    steps: list[Step]
    sessions: list[int]  # which one takes each step

    @property
    def corrections(self) -> list[SentCorrection]:
        """All corrections, in order of arrival."""
        return [c for step in self.steps if isinstance(step, Told) for c in step.corrections]


@dataclass(frozen=True)
class Belief:
    """What was known at a moment: so many steps, and these costings."""

    moment: datetime
    steps: int
    costings: list[Costing]


def play(senders: list[Sender], history: History, book: str) -> list[Belief]:
    """Make the book and take all steps; note the moment after each."""
    primary, *others = history.costings
    senders[0].add_book(book, primary)
    known = [primary]
    beliefs = [Belief(senders[0].moment(), 0, known)]
    for number, step in enumerate([*history.steps, None]):
        if number == history.added_after:
            senders[0].add_costings(book, others)
            known = history.costings
            beliefs.append(Belief(senders[0].moment(), number, known))
        if step is not None:
            sender = senders[history.sessions[number] % len(senders)]
            take(sender, book, step)
            beliefs.append(Belief(sender.moment(), number + 1, known))
    return beliefs


def take(sender: Sender, book: str, step: Step) -> None:
    """Send the facts of a step."""
    if isinstance(step, Statement):
        sender.send(book, step)
    else:
        sender.correct(book, step.corrections, step.way)


def facts_after(recorded: Iterable[model.Fill], steps: list[Step]) -> list[model.Fact]:
    """The facts that some steps brought, as they were recorded."""
    sent = {f.identity for step in steps if isinstance(step, Statement) for f in step.fills}
    fills = [fill for fill in recorded if fill.identity in sent]
    told = [c.fact for step in steps if isinstance(step, Told) for c in step.corrections]
    return [*fills, *told]


def sent_again(fill: model.Fill) -> Sent:
    """A fill as a venue would have told it at once, had it known."""
    return Sent(
        identity=fill.identity,
        account=fill.account,
        instrument=fill.instrument,
        side=fill.side,
        quantity=_decimal(fill.quantity),
        price=_decimal(fill.price),
        fee=_decimal(fill.fee),
        fee_asset=fill.fee_asset,
        executed_at=fill.executed_at,
        sequence=fill.sequence,
    )


def _decimal(number: Fraction) -> Decimal:
    with localcontext(prec=DIGITS_MAX):
        return Decimal(number.numerator) / number.denominator


@st.composite
def corrections(draw: st.DrawFn, number: int, fill: Sent) -> SentCorrection:
    """A bust, or an amendment of anything. Its place in the order of fills is its own."""
    if draw(st.booleans()):
        return SentCorrection(fill.account, fill.identity, "bust")
    price = draw(PRICES)
    values: dict[str, Any] = {
        "quantity": draw(QUANTITIES),
        "price": (abs(price) or Decimal(1)) if fill.instrument.is_inverse else price,
        "fee": draw(FEES),
        "fee_asset": draw(st.sampled_from((fill.instrument.cost_asset, *FEE_ASSETS))),
        "executed_at": FIRST + timedelta(seconds=draw(st.integers(-1, 7))),
        "sequence": draw(st.sampled_from((-1, 1))) * (100 + number),
    }
    names = st.lists(st.sampled_from(sorted(values)), min_size=1, max_size=AMENDED_MAX, unique=True)
    given = set(draw(names))
    if "fee" in given and fill.fee_asset is None:
        given.add("fee_asset")
    return SentCorrection(
        fill.account, fill.identity, "amend", **{name: values[name] for name in sorted(given)}
    )


@st.composite
def histories(draw: st.DrawFn) -> History:
    """One to three costings, some fills and corrections, in any order and statements."""
    method = draw(st.sampled_from(METHODS))
    others = [draw(costings(f"costing {n}")) for n in range(draw(st.integers(0, 2)))]
    traded = draw(INSTRUMENTS_TRADED)
    fills = [
        draw(sent_fills(n, traded, in_one_order=True)) for n in range(draw(st.integers(1, 12)))
    ]
    told = [
        draw(corrections(n, draw(st.sampled_from(fills)))) for n in range(draw(st.integers(0, 8)))
    ]
    steps = draw(cut(in_order_of_each_fill(draw(st.permutations([*fills, *told])), told)))
    return History(
        [Costing(method, method), *others],
        draw(st.integers(0, len(steps))),
        steps,
        [draw(st.integers(0, SESSIONS - 1)) for _ in steps],
    )


def in_order_of_each_fill(
    facts: list[Sent | SentCorrection], told: list[SentCorrection]
) -> list[Sent | SentCorrection]:
    """The facts, but corrections of one fill in the order in which they were meant."""
    queues: dict[tuple[str, str], list[SentCorrection]] = {}
    for correction in told:
        queues.setdefault((correction.account, correction.identity), []).append(correction)
    return [
        queues[fact.account, fact.identity].pop(0) if isinstance(fact, SentCorrection) else fact
        for fact in facts
    ]


@st.composite
def cut(draw: st.DrawFn, facts: list[Sent | SentCorrection]) -> list[Step]:
    """The facts cut anywhere, and each piece sent as fills and corrections, or the other way."""
    steps: list[Step] = []
    left = facts
    while left:
        size = draw(st.integers(1, len(left)))
        piece: list[Step] = []
        if fills := [fact for fact in left[:size] if isinstance(fact, Sent)]:
            piece.append(Statement(draw(st.sampled_from(WAYS)), fills))
        if told := [fact for fact in left[:size] if isinstance(fact, SentCorrection)]:
            piece.append(Told(draw(st.sampled_from(CORRECTION_WAYS)), told))
        steps.extend(piece if draw(st.booleans()) else piece[::-1])
        left = left[size:]
    return steps
