"""Single fills, each a commit: beside the bare table, and in one hot position beside many.

The same hot position is also booked by the Writer, which makes batches of what threads hand over.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial

from psycopg.conninfo import make_conninfo

from utl.bench import beside_bare, pgbench
from utl.bench.beside_bare import FILLS, Run, compare, measured
from utl.bench.figures import Figure, Found, at_least
from utl.bench.pgbench import CLIENTS, SHAPE, Load
from utl.bench.register import Bench, measurement
from utl.bench.ringing import ringing
from utl.bench.scratch import BenchError, Scratch, one
from utl.writer import Writer

COSTINGS = ("wac", "fifo")  # others by lots cost what fifo costs
# By whom, and how listeners are told: commits that notify stand in line (ADR 22).
LOADS = {
    (Load.ONE, "direct"): at_least(0.60),
    (Load.APART, "direct"): at_least(0.45),
    (Load.APART, "ticker"): at_least(0.45),
}
HOT = at_least(0.5)
HOT_FILL = {
    "book": "maker-0",
    "account": "account-0",
    "instrument": "COIN0/USDT",
    "quantity": "1",
    "price": "100",
    "fee": "0.1",
    "fee_asset": "USDT",
}


@measurement("single", show=beside_bare.show)
def measure_single(bench: Bench) -> Found:
    """Measure commits of one fill beside the bare table, by 1 client and by 8."""
    figures, cases = [], []
    for (load, notify), limit in LOADS.items():
        run = partial(_committed, bench.scratch, load, notify, bench.plan.seconds)
        for case in compare(bench, f"{load}, {notify}", bench.plan.costings or COSTINGS, run):
            what = f"{case.costings}, {case.load}"
            figures.append(
                Figure("single", "single ÷ bare commits", what, "ratio", case.ratios, limit)
            )
            cases.append(case)
    return Found(figures, [case.as_row() for case in cases])


@measurement("hot")
def measure_hot(bench: Bench) -> Found:
    """Measure 8 clients in one position beside the same clients in 200, and beside the Writer."""
    figures = []
    for costings in bench.plan.costings or ("fifo",):
        to_shared, to_commits = [], []
        for turn in range(bench.plan.repeat):
            bench.say(f"one hot position, {costings}, {turn + 1} of {bench.plan.repeat}")
            shared, hot = (
                _committed(bench.scratch, load, "direct", bench.plan.seconds, FILLS, costings).rate
                for load in (Load.SHARED, Load.HOT)
            )
            to_shared.append(hot / shared)
            to_commits.append(_written_rate(bench, costings) / hot)
        figures += [
            Figure("hot", "one hot position ÷ 200, 8 clients", costings, "ratio", to_shared, HOT),
            Figure("hot", "one hot position, Writer ÷ commits", costings, "ratio", to_commits),
        ]
    return Found(figures)


def _written_rate(bench: Bench, costings: str) -> float:
    """Fills a second of one position that as many threads hand to the Writer, all booked."""
    with bench.scratch.database(costings, SHAPE) as target:
        dsn = make_conninfo(bench.scratch.url, dbname=target.connection.info.dbname)
        until = time.perf_counter() + bench.plan.seconds

        def hand_over(thread: int) -> int:
            number = 0
            while time.perf_counter() < until:
                number += 1
                side = ("buy", "sell")[number % 2]
                ids = {"venue_fill_id": f"{thread}-{number}", "sequence": number}
                writer.record(HOT_FILL | ids | {"side": side, "executed_at": datetime.now(UTC)})
            return number

        started = time.perf_counter()
        with Writer(dsn) as writer, ThreadPoolExecutor(CLIENTS) as pool:
            fills = sum(pool.map(hand_over, range(CLIENTS)))
        seconds = time.perf_counter() - started
        target.require_right_books()
        if fills != one(target.connection, "select count(*) from utl.fills"):
            raise BenchError("the Writer did not book all that was handed over")
    return fills / seconds


def _committed(
    scratch: Scratch, load: Load, notify: str, seconds: int, table: str, costings: str
) -> Run:
    with (
        scratch.database(costings, SHAPE) as target,
        ringing(scratch, target, notify if table == FILLS else "off"),
    ):
        return measured(target, table, lambda: pgbench.run(target, load, seconds, table).seconds)
