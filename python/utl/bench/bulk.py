"""COPY in bulk: rate beside the bare table, bytes stored and logged, two writers, batch sizes."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import islice
from typing import Any

from psycopg.conninfo import make_conninfo
from rich.console import Console

from utl.bench import beside_bare
from utl.bench.beside_bare import FILLS, Case, Run, compare, measured
from utl.bench.figures import Figure, Found, Limit, at_least, at_most
from utl.bench.fills import Ids, make_blocks
from utl.bench.pgbench import SHAPE
from utl.bench.register import LOT_METHODS, METHODS, Bench, measurement
from utl.bench.scratch import Connection, Scratch, connect, copy_block
from utl.bench.tables import print_table

ROWS_PER_COPY = 10_000
COSTINGS = (*METHODS, "wac+fifo+hifo")
RATIOS = {
    "wac": at_least(0.50),
    **dict.fromkeys(LOT_METHODS, at_least(0.42)),
    "wac+fifo+hifo": at_least(0.20),
}
STORED = {"wac": at_most(450), **dict.fromkeys(LOT_METHODS, at_most(520))}
LOGGED = {"wac": at_most(800), **dict.fromkeys(LOT_METHODS, at_most(950))}

WRITERS = 2
TWO_WRITERS = at_least(1.6)

BATCHES = (1, 10, 100, 1_000, 10_000, 100_000)
BATCH_STATEMENTS_MAX = 300
BATCH_FILLS_MAX = 50_000
BATCH_COSTINGS = ("wac", "fifo")


@dataclass(frozen=True)
class BatchFigure:
    """How fast COPY of so many rows a statement books, one commit a statement."""

    costings: str
    rows: int
    fills_per_second: float


def show_batches(rows: Sequence[dict[str, Any]], console: Console) -> None:
    """Print rates by the size of statements."""
    print_table(
        console,
        "rows a statement, a commit each",
        ("costings", "rows", "fills/s"),
        rows,
        lambda row: (row["costings"], f"{row['rows']:,}", f"{row['fills_per_second']:,.0f}"),
    )


@measurement("bulk", show=beside_bare.show)
def measure_bulk(bench: Bench) -> Found:
    """Measure bulk booking beside bare COPY, and what a fill takes in storage and in WAL."""
    plan = bench.plan
    bench.say(f"making up {plan.fills:,} fills")
    with bench.scratch.database("wac", SHAPE) as target:
        blocks = make_blocks(target.ids, plan.fills, ROWS_PER_COPY)
    load = f"COPY of {ROWS_PER_COPY:,} rows"
    cases = compare(bench, load, plan.costings or COSTINGS, partial(_copied, bench.scratch, blocks))
    figures = [
        figure
        for what, unit, limits in (
            ("bulk ÷ bare COPY", "ratio", RATIOS),
            ("stored per fill", "bytes", STORED),
            ("WAL per fill", "bytes", LOGGED),
        )
        for case in cases
        for figure in [_figure(case, what, unit, limits)]
    ]
    return Found(figures, [case.as_row() for case in cases])


@measurement("writers")
def measure_writers(bench: Bench) -> Found:
    """Measure two bulk writers on disjoint books and accounts beside one of them alone."""
    ratios: dict[str, list[float]] = {}
    for turn in range(bench.plan.repeat):
        for costings in bench.plan.costings or ("fifo",):
            bench.say(f"bulk writers, {costings}, {turn + 1} of {bench.plan.repeat}")
            rates = [_written_per_second(bench, costings, writers) for writers in (1, WRITERS)]
            ratios.setdefault(costings, []).append(rates[1] / rates[0])
    what = "two bulk writers ÷ one"
    return Found([Figure("writers", what, c, "ratio", r, TWO_WRITERS) for c, r in ratios.items()])


@measurement("batches", show=show_batches)
def measure_batches(bench: Bench) -> Found:
    """Measure how the rate depends on the rows a statement has."""
    details = []
    for costings in bench.plan.costings or BATCH_COSTINGS:
        bench.say(f"rows a statement, {costings}")
        with bench.scratch.database(costings, SHAPE) as target:
            fills = sum(rows * _statements(rows, bench) for rows in BATCHES)
            lines = b"".join(make_blocks(target.ids, fills, fills)).splitlines(keepends=True)
            coming = iter(lines)
            for rows in BATCHES:
                statements = _statements(rows, bench)
                blocks = [b"".join(islice(coming, rows)) for _ in range(statements)]
                started = time.perf_counter()
                for block in blocks:
                    target.copy(FILLS, block)
                rate = rows * statements / (time.perf_counter() - started)
                details.append(asdict(BatchFigure(costings, rows, rate)))
            target.require_right_books()
    return Found(details=details)


def _figure(case: Case, what: str, unit: str, limits: dict[str, Limit]) -> Figure:
    samples = {
        "bulk ÷ bare COPY": case.ratios,
        "stored per fill": [run.stored_per_fill for run in case.booked],
        "WAL per fill": [run.wal_per_fill for run in case.booked],
    }[what]
    return Figure("bulk", what, case.costings, unit, samples, limits.get(case.costings))


def _copied(scratch: Scratch, blocks: Sequence[bytes], table: str, costings: str) -> Run:
    with scratch.database(costings, SHAPE) as target:

        def load() -> float:
            started = time.perf_counter()
            for block in blocks:
                target.copy(table, block)
            return time.perf_counter() - started

        return measured(target, table, load)


def _written_per_second(bench: Bench, costings: str, writers: int) -> float:
    fills = bench.plan.fills
    with bench.scratch.database(costings, SHAPE) as target, ExitStack() as stack:
        url = make_conninfo(bench.scratch.url, dbname=target.connection.info.dbname)
        jobs = [
            (stack.enter_context(connect(url)), make_blocks(ids, fills, ROWS_PER_COPY))
            for ids in _disjoint(target.ids)[:writers]
        ]
        target.checkpoint()
        with ThreadPoolExecutor(writers) as pool:
            started = time.perf_counter()
            written = [pool.submit(_write, *job) for job in jobs]
            for of_one in written:
                of_one.result()
            seconds = time.perf_counter() - started
        target.require_right_books()
    return fills * writers / seconds


def _write(connection: Connection, blocks: Sequence[bytes]) -> None:
    for block in blocks:
        copy_block(connection, FILLS, block)


def _disjoint(ids: Ids) -> list[Ids]:
    """Share books and accounts out to the writers."""
    return [
        replace(ids, books=ids.books[n::WRITERS], accounts=ids.accounts[n::WRITERS])
        for n in range(WRITERS)
    ]


def _statements(rows: int, bench: Bench) -> int:
    fills = min(BATCH_FILLS_MAX, bench.plan.fills)
    return max(1, min(BATCH_STATEMENTS_MAX, fills // rows))
