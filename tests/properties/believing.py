"""What was believed at each moment: as the ledger tells it now, and as the model says."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from fractions import Fraction
from typing import NamedTuple

from tests.properties import folding, model
from tests.properties.histories import Belief, History, facts_after
from tests.properties.rows import exact, in_order
from tests.properties.scenarios import FIRST
from tests.properties.sending import Sender

# Before all, within, and after; None is without end, which is now.
TIMES: tuple[datetime | None, ...] = (
    FIRST - timedelta(seconds=9),
    FIRST,
    FIRST + timedelta(seconds=3),
    None,
)
SPANS = tuple((start, end) for n, start in enumerate(TIMES) for end in TIMES[n:])


class Standing(NamedTuple):
    """A position at a time (as_of), as known at a moment: utl.positions_at."""

    as_known: datetime
    as_of: datetime | None
    costing: str
    account: str | None
    instrument: str
    quantity: Fraction
    average_cost: Fraction | None
    cost: Fraction
    realized_pnl: Fraction
    fees: Fraction
    last_fill_at: datetime


class Realized(NamedTuple):
    """What a position realized from one time to another, as known: utl.realized_pnl_between."""

    as_known: datetime
    start: datetime | None
    end: datetime | None
    costing: str
    account: str | None
    instrument: str
    realized_pnl: Fraction
    fees: Fraction


Believed = list[tuple[datetime, folding.Costing, list[folding.Position]]]

STANDINGS = """
    select k, nullif(o, 'infinity'), p.costing, p.account, p.instrument, p.quantity,
        p.average_cost, p.cost, p.realized_pnl, p.fees, p.last_fill_at
    from unnest(%s::timestamptz[]) as k, unnest(%s::timestamptz[]) as o,
        lateral utl.positions_at(o, k, %s) as p
"""
STANDINGS_OF_ONE = """
    select k, nullif(o, 'infinity'), p.costing, p.account, i.instrument, p.quantity,
        p.average_cost, p.cost, p.realized_pnl, p.fees, p.last_fill_at
    from unnest(%s::timestamptz[]) as k, unnest(%s::timestamptz[]) as o,
        (select distinct u.book, u.instrument from utl.unit_costs as u where u.book = %s) as i,
        lateral utl.position_at(i.book, i.instrument, o, k) as p
"""
REALIZED = """
    select k, nullif(f, 'infinity'), nullif(t, 'infinity'), r.costing, r.account, r.instrument,
        r.realized_pnl, r.fees
    from unnest(%s::timestamptz[]) as k,
        unnest(%s::timestamptz[], %s::timestamptz[]) as s (f, t),
        lateral utl.realized_pnl_between(%s, f, t, k) as r
"""


def assert_told_as_believed(
    sender: Sender, book: str, history: History, beliefs: list[Belief]
) -> None:
    """At every moment that was noted, the ledger says what the facts known then give."""
    recorded = sender.facts(book)
    believed = [
        (belief.moment, costing, model.positions(facts, costing))
        for belief in beliefs
        for facts in [facts_after(recorded, history.steps[: belief.steps])]
        for costing in belief.costings
    ]
    assert_told(sender, book, believed)


def assert_told(sender: Sender, book: str, believed: Believed, *, of_empty: bool = True) -> None:
    """At every moment the ledger says what these positions show, at times and between them.

    Of a position in which there was nothing but a split it depends on what was busted whether it is
    told: `of_empty` says whether such rows count.
    """
    moments = list(dict.fromkeys(moment for moment, _, _ in believed))
    # A moment among the times: costings by arrival have the clock's.
    times = (*TIMES, moments[len(moments) // 2])
    standings = told(_standings(believed, times), of_empty=of_empty)
    for query in (STANDINGS, STANDINGS_OF_ONE):
        found = sender.connection.execute(query, [moments, _times(times), book])
        rows = (Standing(*map(exact, row)) for row in found)
        assert told(rows, of_empty=of_empty) == standings
    starts, ends = zip(*SPANS, strict=True)
    found = sender.connection.execute(REALIZED, [moments, _times(starts), _times(ends), book])
    spans = (Realized(*map(exact, row)) for row in found)
    assert told(spans, of_empty=of_empty) == told(_realized(believed), of_empty=of_empty)


def told(rows: Iterable[Standing | Realized], *, of_empty: bool) -> list[Standing | Realized]:
    """The rows in order, without those that say nothing if these do not count."""
    return in_order(
        row
        for row in rows
        if of_empty or any(value for value in row if isinstance(value, Fraction))
    )


def _standings(believed: Believed, times: Iterable[datetime | None]) -> Iterator[Standing]:
    for moment, costing, positions in believed:
        for position in positions:
            for time in times:
                if entry := last_entry(position, time):
                    yield Standing(
                        *(moment, time, costing.name, position.account, position.instrument.name),
                        entry.quantity_after,
                        folding.price_of(
                            position.instrument, entry.quantity_after, entry.cost_after
                        ),
                        *(entry.cost_after, entry.realized_pnl_after, entry.fees_after),
                        entry.effective_at,
                    )


def _realized(believed: Believed) -> Iterator[Realized]:
    for moment, costing, positions in believed:
        for position in positions:
            for start, end in SPANS:
                if entry := last_entry(position, end):
                    before = last_entry(position, start)
                    yield Realized(
                        *(moment, start, end),
                        *(costing.name, position.account, position.instrument.name),
                        entry.realized_pnl_after - (before.realized_pnl_after if before else 0),
                        entry.fees_after - (before.fees_after if before else 0),
                    )


def last_entry(position: folding.Position, time: datetime | None) -> folding.Entry | None:
    """The last entry up to a time; entries are in their order."""
    entries = [entry for entry in position.entries if time is None or entry.effective_at <= time]
    return entries[-1] if entries else None


def _times(times: Iterable[datetime | None]) -> list[str]:
    return [time.isoformat() if time else "infinity" for time in times]
