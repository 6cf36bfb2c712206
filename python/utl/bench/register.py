"""Where measurements register; `utl bench` runs them. Each is a function:

    @measurement("late", show=show_late)
    def measure(bench: Bench) -> Found: ...

`show` prints the rows of `Found.details`, as dictionaries; figures with targets are shown in one
table by tables.py. The module is imported in __init__.py, in the order in which they run. One that
is not `by_default` runs with --full, or when it is asked for by --only.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console

from utl.bench.figures import Found
from utl.bench.lateness import LEDGERS, Ledger
from utl.bench.scratch import BenchError, Scratch

METHODS = ("wac", "fifo", "lifo", "hifo", "lofo")
LOT_METHODS = METHODS[1:]

Say = Callable[[str], object]  # tells a waiting person what is being measured
Show = Callable[[Sequence[dict[str, Any]], Console], None]


@dataclass(frozen=True)
class Plan:
    """What to measure, and how much of it; the defaults take about ten minutes on two idle cores.

    `costings` are sets of methods, side by side as in wac+fifo; none means those of each section.
    """

    repeat: int = 5
    fills: int = 30_000  # of each bulk run
    seconds: int = 1  # of each run of single fills
    costings: Sequence[str] = ()
    short_history: int = 30_000
    long_history: int = 300_000
    open_lots: int = 100_000  # of the deep position
    copied_fills: int = 1_000_000  # by the COPY whose memory is measured
    ingested_rows: int = 100_000
    read_fills: int = 400_000  # in the ledger that is read as of a time
    ledgers: Sequence[Ledger] = LEDGERS

    def __post_init__(self) -> None:
        for costings in self.costings:
            if unknown := set(costings.split("+")) - set(METHODS):
                raise BenchError(
                    f"unknown costing method {', '.join(sorted(unknown))}",
                    hint=f"known: {', '.join(METHODS)}; side by side as in wac+fifo",
                )


FULL = Plan(
    fills=300_000,
    seconds=4,
    short_history=100_000,
    long_history=10_000_000,
    ingested_rows=1_000_000,
)


@dataclass(frozen=True)
class Bench:
    """What a measurement gets: where, how much, and whom to tell."""

    scratch: Scratch
    plan: Plan
    say: Say


@dataclass(frozen=True)
class Measurement:
    """A part of the benchmark, as --only names it."""

    name: str
    measure: Callable[[Bench], Found]
    show: Show | None
    by_default: bool


MEASUREMENTS: dict[str, Measurement] = {}


def measurement(
    name: str, *, show: Show | None = None, by_default: bool = True
) -> Callable[[Callable[[Bench], Found]], Callable[[Bench], Found]]:
    """Register a function as the part of the benchmark of that name."""

    def register(measure: Callable[[Bench], Found]) -> Callable[[Bench], Found]:
        MEASUREMENTS[name] = Measurement(name, measure, show, by_default)
        return measure

    return register


def chosen(only: Sequence[str], *, is_full: bool) -> list[Measurement]:
    """Return what is to be measured. Raises BenchError for a name that nothing has."""
    if unknown := set(only) - MEASUREMENTS.keys():
        raise BenchError(
            f"nothing measures {', '.join(sorted(unknown))}",
            hint=f"there are: {', '.join(MEASUREMENTS)}",
        )
    if only:
        return [MEASUREMENTS[name] for name in MEASUREMENTS if name in only]
    return [m for m in MEASUREMENTS.values() if m.by_default or is_full]
