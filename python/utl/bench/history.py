"""Whether booking stays as fast: the bulk rate at a long history beside that at a short one.

Two databases get the same fills, one few and one many; then blocks go to each in turn, so that
whatever else the machine does hits both. How the rate goes while the long one grows is kept for the
plot.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any

from rich.console import Console

from utl.bench.beside_bare import FILLS
from utl.bench.figures import Figure, Found, at_least
from utl.bench.fills import stream_blocks
from utl.bench.pgbench import SHAPE
from utl.bench.register import Bench, measurement
from utl.bench.scratch import Target
from utl.bench.tables import print_table

COSTINGS = ("wac", "fifo")
ROWS_PER_COPY = 10_000
BLOCKS_EACH_TURN = 2
POINTS = 20  # of the plot
LONG_TO_SHORT = at_least(0.9)


@dataclass(frozen=True)
class HistoryFigure:
    """How fast fills were booked up to a history of so many."""

    costings: str
    history: int
    fills_per_second: float


def show(rows: Sequence[dict[str, Any]], console: Console) -> None:
    """Print rates by the length of the history."""
    print_table(
        console,
        "rate while the history grows",
        ("costings", "history", "fills/s"),
        rows,
        lambda row: (row["costings"], f"{row['history']:,}", f"{row['fills_per_second']:,.0f}"),
    )


@measurement("history", show=show)
def measure(bench: Bench) -> Found:
    """Measure bulk booking at both lengths. BenchError if the books are wrong afterwards."""
    found = [_measured(bench, costings) for costings in bench.plan.costings or COSTINGS]
    return Found(
        [figure for of_one in found for figure in of_one.figures],
        [row for of_one in found for row in of_one.details],
    )


def _measured(bench: Bench, costings: str) -> Found:
    plan, scratch = bench.plan, bench.scratch
    with (
        scratch.database(costings, SHAPE, "short") as short,
        scratch.database(costings, SHAPE, "long") as long,
    ):
        measured = plan.repeat * BLOCKS_EACH_TURN * ROWS_PER_COPY
        to_short = stream_blocks(short.ids, plan.short_history + measured, ROWS_PER_COPY)
        to_long = stream_blocks(long.ids, plan.long_history + measured, ROWS_PER_COPY)
        _grow(bench, costings, short, to_short, plan.short_history)
        details = _grow(bench, costings, long, to_long, plan.long_history)
        for target in (short, long):
            target.connection.execute("analyze")
        ratios = []
        for turn in range(plan.repeat):
            bench.say(f"long and short history, {costings}, {turn + 1} of {plan.repeat}")
            seconds_short = _seconds(short, list(islice(to_short, BLOCKS_EACH_TURN)))
            ratios.append(seconds_short / _seconds(long, list(islice(to_long, BLOCKS_EACH_TURN))))
        long.require_right_books()
        short.require_right_books()
    what = f"bulk, {plan.long_history:,} fills before ÷ {plan.short_history:,}"
    return Found([Figure("history", what, costings, "ratio", ratios, LONG_TO_SHORT)], details)


def _grow(
    bench: Bench, costings: str, target: Target, blocks: Iterator[bytes], history: int
) -> list[dict[str, Any]]:
    """Book the history, and return how fast each twentieth went."""
    rows = []
    total = max(1, history // ROWS_PER_COPY)
    each = max(1, total // POINTS)
    for done in range(0, total, each):
        bench.say(f"history of {history:,}, {costings}: {done * ROWS_PER_COPY:,} booked")
        coming = min(each, total - done)
        seconds = sum(_seconds(target, [block]) for block in islice(blocks, coming))
        rate = coming * ROWS_PER_COPY / seconds
        rows.append(asdict(HistoryFigure(costings, (done + coming) * ROWS_PER_COPY, rate)))
    return rows


def _seconds(target: Target, blocks: Sequence[bytes]) -> float:
    started = time.perf_counter()
    for block in blocks:
        target.copy(FILLS, block)
    return time.perf_counter() - started
