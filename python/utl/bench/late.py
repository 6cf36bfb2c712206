"""What late fills cost, beside the same fills in order.

A fill is late by n places when n fills of its position that count after it, by executed_at, were
booked in statements before its own. Two ways of being late are measured, on a stream of fills that
come to each position in turn:

- Every fill is late: the newest n fills of each position were booked first, as from a faster feed,
  and each fill measured goes right before them, so it is late by exactly n places. This is the
  worst there is: each position of each statement restates n fills.
- Every 10th fill is late: it comes when n fills after it have come, the other fills in order.
- Fills are shuffled within n places: each comes later by 0 to n places at random, as from feeds
  with different delays.

In bulk is COPY of 50 rows for each position; within it the order of rows costs nothing, so fewer
places than that are late only across statements. One by one is a commit for each fill, by one
client. The bigger ledger has 200 positions; histories of different length are those of one position
alone, so that nothing else differs. Each case has a book of its own, with the same fills, and turns
are taken: in order, then each case, and again. Ratios are time a fill beside in order of that turn.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import chain, groupby, islice
from operator import itemgetter
from statistics import median
from typing import Any

from psycopg import sql
from rich.console import Console

from utl.bench.figures import Found
from utl.bench.fills import COLUMNS, Stream
from utl.bench.lateness import IN_ORDER, Lateness, Ledger
from utl.bench.register import Bench, measurement
from utl.bench.scratch import Connection, Scratch, Shape, Target
from utl.bench.tables import print_table

FILLS = "utl.fills"
COSTINGS = ("wac", "fifo", "hifo")
PAUSE_MS = 10
COPIED_FILLS = 50  # of each position, in one COPY
COPIED_ROWS_MIN = 2_000  # of each run: one COPY into one position is too short to time
SINGLE_FILLS = 400
SINGLE_SECONDS_MAX = 2.0
STREAM_NUMBERS = 10_000_000  # venue_fill_ids kept for each book


@dataclass(frozen=True)
class LateFigure:
    """What is shown of one case: medians. `every` is 1: each fill late, 0: shuffled."""

    load: str
    costings: str
    positions: int
    history: int
    places: int
    every: int
    fills_per_second: float
    ratio_to_in_order: float
    ratios: list[float]


@dataclass
class _Case:
    """A book, the fills that are still to come to it, and what was measured: seconds a fill."""

    target: Target
    lateness: Lateness
    coming: Iterator[str]
    taken: dict[str, list[float]] = field(default_factory=dict)

    def measure(self, load: str, work: Callable[["_Case"], float]) -> None:
        self.taken.setdefault(load, []).append(work(self))

    def take(self, fills: int) -> list[str]:
        return list(islice(self.coming, fills))


def show(rows: Sequence[dict[str, Any]], console: Console) -> None:
    """Print a table for each set of costings and each load."""
    for (costings, load), of_load in groupby(rows, key=itemgetter("costings", "load")):
        print_table(
            console,
            f"late fills, {costings}, {load}",
            ("late", "positions", "history", "fills/s", "to in order"),
            of_load,
            lambda row: (
                _how_late(row["places"], row["every"]),
                f"{row['positions']:,}",
                f"{row['history']:,}",
                f"{row['fills_per_second']:,.0f}",
                f"[bold]{row['ratio_to_in_order']:.2f}[/]",
            ),
        )
    console.print(
        "late by n: n fills of its position that count after it were booked before.\n"
        "history: fills of each position. to in order: time a fill, beside in order.",
        style="dim",
    )


@measurement("late", show=show, by_default=False)
def measure(bench: Bench) -> Found:
    """Measure each set of costings in each ledger. BenchError if the books are wrong afterwards."""
    plan = bench.plan
    return Found(
        details=[
            asdict(figure)
            for costings in plan.costings or COSTINGS
            for ledger in plan.ledgers
            for figure in _measure_ledger(bench.scratch, costings, ledger, plan.repeat, bench.say)
        ]
    )


def in_turn(fills: Sequence[Sequence[str]], orders: Sequence[Sequence[int]]) -> Iterator[str]:
    """Give a fill of each position, again and again, each position's in an order of its own."""
    for turn in zip(*orders, strict=True):
        for of_position, nth in zip(fills, turn, strict=True):
            yield of_position[nth]


def _measure_ledger(
    scratch: Scratch, costings: str, ledger: Ledger, repeat: int, say: Callable[[str], object]
) -> list[LateFigure]:
    latenesses = (IN_ORDER, *ledger.cases)
    rows = COPIED_FILLS * ledger.positions
    copies = -(-COPIED_ROWS_MIN // rows)

    def copy(case: _Case) -> float:
        return _copied(case, rows, copies)

    loads = {f"COPY of {rows:,} rows": copy, "single commits": _committed}
    measured = repeat * (copies * COPIED_FILLS + -(-SINGLE_FILLS // ledger.positions))
    with scratch.database(costings, Shape(len(latenesses), ledger.positions)) as target:
        cases = []
        for nth, lateness in enumerate(latenesses):
            say(f"late fills, {costings}: history of {ledger.history:,}, case {nth + 1}")
            cases.append(_started(target, nth, lateness, ledger, measured))
        for load, work in loads.items():
            for turn in range(repeat):
                say(f"late fills, {costings}: {load}, {turn + 1} of {repeat}")
                for case in cases:
                    case.measure(load, work)
        target.require_right_books()
    return [_figure(load, costings, ledger, case, cases[0]) for load in loads for case in cases]


def _started(target: Target, nth: int, lateness: Lateness, ledger: Ledger, measured: int) -> _Case:
    """Book the history of one case's book, and what leads to its fills being late."""
    ids = replace(target.ids, books=[target.ids.books[nth]])
    stream = Stream(ids, PAUSE_MS, STREAM_NUMBERS * nth)
    history = stream.take(ledger.history)
    fills = stream.take(lateness.lead + measured + lateness.trail)
    orders = [lateness.order(len(lines), phase) for phase, lines in enumerate(fills)]
    in_order = [list(range(ledger.history))] * ledger.positions
    arriving = chain(in_turn(history, in_order), in_turn(fills, orders))
    case = _Case(target, lateness, arriving)
    booked_before = (ledger.history + lateness.lead) * ledger.positions
    for start in range(0, booked_before, 10_000):
        target.copy(FILLS, _block(case.take(min(10_000, booked_before - start))))
    return case


def _copied(case: _Case, rows: int, copies: int) -> float:
    blocks = [_block(case.take(rows)) for _ in range(copies)]
    started = time.perf_counter()
    for block in blocks:
        case.target.copy(FILLS, block)
    return (time.perf_counter() - started) / (rows * copies)


def _committed(case: _Case) -> float:
    """Commit one by one; what there is no time for never comes, as if it had not happened."""
    fills = [_values(line) for line in case.take(SINGLE_FILLS)]
    insert = _insert(case.target.connection)
    done, elapsed, started = 0, 0.0, time.perf_counter()
    while done < len(fills) and elapsed < SINGLE_SECONDS_MAX:
        case.target.connection.execute(insert, fills[done], prepare=True)
        done += 1
        elapsed = time.perf_counter() - started
    return elapsed / done


def _insert(connection: Connection) -> bytes:
    return (
        sql.SQL("insert into utl.fills ({}) values ({})")
        .format(
            sql.SQL(", ").join(map(sql.Identifier, COLUMNS)),
            sql.SQL(", ").join([sql.Placeholder()] * len(COLUMNS)),
        )
        .as_bytes(connection)
    )


def _values(line: str) -> list[str]:
    return line.rstrip("\n").split("\t")


def _block(lines: Sequence[str]) -> bytes:
    return "".join(lines).encode()


def _figure(load: str, costings: str, ledger: Ledger, case: _Case, in_order: _Case) -> LateFigure:
    pairs = zip(case.taken[load], in_order.taken[load], strict=True)
    ratios = [late / punctual for late, punctual in pairs]
    return LateFigure(
        load=load,
        costings=costings,
        positions=ledger.positions,
        history=ledger.history,
        places=case.lateness.places,
        every=case.lateness.every,
        fills_per_second=1 / median(case.taken[load]),
        ratio_to_in_order=median(ratios),
        ratios=ratios,
    )


def _how_late(places: int, every: int) -> str:
    if places == 0:
        return "in order"
    if every == 0:
        return f"shuffled in {places:,}"
    return f"by {places:,}, {'each' if every == 1 else f'every {every}th'}"
