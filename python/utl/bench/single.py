"""Single fills, each a commit: beside the bare table, and in one hot position beside many."""

from functools import partial

from utl.bench import beside_bare, pgbench
from utl.bench.beside_bare import FILLS, Run, compare, measured
from utl.bench.figures import Figure, Found, at_least
from utl.bench.pgbench import SHAPE, Load
from utl.bench.register import Bench, measurement
from utl.bench.scratch import Scratch

COSTINGS = ("wac", "fifo")  # others by lots cost what fifo costs
RATIOS = {Load.ONE: at_least(0.60), Load.APART: at_least(0.45), Load.SHARED: at_least(0.45)}
HOT = at_least(0.5)


@measurement("single", show=beside_bare.show)
def measure_single(bench: Bench) -> Found:
    """Measure commits of one fill beside the bare table, by 1 client and by 8."""
    cases = [
        case
        for load in RATIOS
        for case in compare(
            bench,
            load,
            bench.plan.costings or COSTINGS,
            partial(_committed, bench.scratch, load, bench.plan.seconds),
        )
    ]
    figures = [
        Figure(
            "single",
            "single ÷ bare commits",
            f"{case.costings}, {case.load}",
            "ratio",
            case.ratios,
            RATIOS[Load(case.load)],
        )
        for case in cases
    ]
    return Found(figures, [case.as_row() for case in cases])


@measurement("hot")
def measure_hot(bench: Bench) -> Found:
    """Measure 8 clients in one position beside the same clients in 200."""
    figures = []
    for costings in bench.plan.costings or ("fifo",):
        ratios = []
        for turn in range(bench.plan.repeat):
            bench.say(f"one hot position, {costings}, {turn + 1} of {bench.plan.repeat}")
            hot, shared = (
                _committed(bench.scratch, load, bench.plan.seconds, FILLS, costings)
                for load in (Load.HOT, Load.SHARED)
            )
            ratios.append(hot.rate / shared.rate)
        figures.append(
            Figure("hot", "one hot position ÷ 200, 8 clients", costings, "ratio", ratios, HOT)
        )
    return Found(figures)


def _committed(scratch: Scratch, load: Load, seconds: int, table: str, costings: str) -> Run:
    with scratch.database(costings, SHAPE) as target:
        return measured(target, table, lambda: pgbench.run(target, load, seconds, table).seconds)
