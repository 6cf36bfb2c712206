"""Restatements: those that the ledger has recorded, and those that the model says there were."""

from collections.abc import Iterator
from datetime import datetime
from fractions import Fraction
from typing import NamedTuple

from tests.properties import model
from tests.properties.folding import Costing, Place, Position
from tests.properties.histories import Belief, History, Step, Told, facts_after
from tests.properties.model import Correction, Fact, Fill
from tests.properties.rows import exact, in_order
from tests.properties.sending import Sender

Key = tuple[str | None, str]  # account and instrument of a position


class Restatement(NamedTuple):
    """utl.restatements."""

    costing: str
    account: str | None
    instrument: str
    cause: str
    restated_from: datetime
    entries_replaced: int
    late_fills: int | None
    realized_pnl_before: Fraction
    realized_pnl_after: Fraction


RECORDED = """
    select costing, account, instrument, cause, restated_from, entries_replaced,
        case cause when 'late fill' then facts end, realized_pnl_before, realized_pnl_after
    from utl.restatements where book = %s
"""


def assert_restatements_are_recorded(
    sender: Sender, book: str, history: History, beliefs: list[Belief]
) -> None:
    """Each position is restated once a statement, if at all, for its cause and from its point."""
    rows = sender.connection.execute(RECORDED, [book])
    recorded = [Restatement(*map(exact, row)) for row in rows]
    fills = sender.facts(book)
    expected = [
        restatement
        for number, step in enumerate(history.steps)
        for costing in known_at(beliefs, number)
        for restatement in of_step(
            step, facts_after(fills, history.steps[:number]), facts_after(fills, [step]), costing
        )
    ]
    assert in_order(recorded) == in_order(expected)


def known_at(beliefs: list[Belief], step: int) -> list[Costing]:
    """The costings that a step books into: those of the last moment before it."""
    return [belief.costings for belief in beliefs if belief.steps <= step][-1]


def of_step(
    step: Step, before: list[Fact], facts: list[Fact], costing: Costing
) -> Iterator[Restatement]:
    """What the statements of a step restate."""
    known = list(before)
    for statement in statements(step, facts):
        fills = [fact for fact in statement if isinstance(fact, Fill)]
        if fills:
            yield from of_fills(known, fills, costing)
        else:
            yield from of_corrections(known, statement, costing)
        known += statement


def statements(step: Step, facts: list[Fact]) -> list[list[Fact]]:
    """A step's facts as the server sees them: some ways send each alone."""
    if isinstance(step, Told):
        return [[fact] for fact in facts] if step.way == "function" else [facts]
    if step.way != "single":
        return [facts]
    found = {fact.identity: fact for fact in facts}
    return [[found[fill.identity]] for fill in step.fills]


def of_fills(known: list[Fact], fills: list[Fill], costing: Costing) -> Iterator[Restatement]:
    """Late fills restate; then those whose corrections have come before them."""
    effective = model.effective_fills(known)
    journals, booked = by_key(effective, costing), by_key([*effective, *fills], costing)
    for key, position in journals.items():
        last = position.entries[-1].place
        places = [place for fill in fills if (place := placed(fill, key, costing))]
        if late := [place for place in places if place < last]:
            yield restatement(costing, key, "late fill", min(late), len(late), position, booked)

    told = {(fact.account, fact.identity) for fact in known if isinstance(fact, Correction)}
    awaited = [fill for fill in fills if (fill.account, fill.identity) in told]
    after = [model.corrected(fill, corrections_of(known)) for fill in awaited]
    cause = "amendment" if any(after) else "bust"
    yield from of_moves(awaited, after, cause, booked, by_key([*known, *fills], costing), costing)


def of_corrections(
    known: list[Fact], corrections: list[Fact], costing: Costing
) -> Iterator[Restatement]:
    """Corrections restate the positions of their fills from where these were or come to be."""
    told = {(fact.account, fact.identity) for fact in corrections}
    fills = [f for f in known if isinstance(f, Fill) and (f.account, f.identity) in told]
    before = [model.corrected(fill, corrections_of(known)) for fill in fills]
    after = [model.corrected(fill, corrections_of([*known, *corrections])) for fill in fills]
    cause = "bust" if all(c.kind == "bust" for c in corrections_of(corrections)) else "amendment"
    journals, booked = by_key(known, costing), by_key([*known, *corrections], costing)
    yield from of_moves(before, after, cause, journals, booked, costing)


def of_moves(
    before: list[Fill] | list[Fill | None],
    after: list[Fill | None],
    cause: str,
    journals: dict[Key, Position],
    booked: dict[Key, Position],
    costing: Costing,
) -> Iterator[Restatement]:
    """One restatement for each position in which fills counted before or count after."""
    moved = [fill for fill in (*before, *after) if fill]
    for key in {key_of(fill, costing) for fill in moved}:
        point = min(place for fill in moved if (place := placed(fill, key, costing)))
        yield restatement(costing, key, cause, point, None, journals.get(key), booked)


def restatement(
    costing: Costing,
    key: Key,
    cause: str,
    point: Place,
    late_fills: int | None,
    before: Position | None,
    booked: dict[Key, Position],
) -> Restatement:
    """A row of utl.restatements."""
    entries = before.entries if before else []
    return Restatement(
        *(costing.name, *key, cause, point[0]),
        sum(entry.place >= point for entry in entries),
        late_fills,
        before.realized_pnl if before else Fraction(0),
        booked[key].realized_pnl if key in booked else Fraction(0),
    )


def corrections_of(facts: list[Fact]) -> list[Correction]:
    """The corrections among facts."""
    return [fact for fact in facts if isinstance(fact, Correction)]


def key_of(fill: Fill, costing: Costing) -> Key:
    """The position that a fill moves."""
    return fill.account if costing.pool == "account" else None, fill.instrument.name


def placed(fill: Fill, key: Key, costing: Costing) -> Place | None:
    """A fill's place in a position, if it moves that one."""
    return model.place(fill, costing) if key_of(fill, costing) == key else None


def by_key(facts: list[Fact] | list[Fill], costing: Costing) -> dict[Key, Position]:
    """Positions by their keys."""
    return {(p.account, p.instrument.name): p for p in model.positions(facts, costing)}
