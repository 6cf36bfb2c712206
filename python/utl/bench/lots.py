"""A fill into a position with many open lots, beside one with ten.

Two positions of one book get lots of one each, the deep one 100,000 of them, at prices that differ.
Then each gets the same fills in turn: one that closes one lot and half of another, and one that
opens as much again, so that both stay as deep as they are. Fills are statements of their own in one
transaction a turn, since waiting for the disk is the same for both and would hide what differs.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import count

from psycopg import sql

from utl.bench.figures import Figure, Found, at_most
from utl.bench.fills import FIRST_DAY, Ids
from utl.bench.register import LOT_METHODS, Bench, measurement
from utl.bench.scratch import Shape, Target

SHALLOW_LOTS = 10
FILLS_EACH_TURN = 100
TURNS_FIRST = 1  # until plans are kept
ROWS_PER_COPY = 10_000
DEEP_TO_SHALLOW = at_most(1.3)
COLUMNS = (
    *("book_id", "account_id", "instrument_id", "venue_fill_id"),
    *("side", "quantity", "price", "executed_at", "sequence"),
)
INSERT = sql.SQL("insert into utl.fills ({}) values ({})").format(
    sql.SQL(", ").join(map(sql.Identifier, COLUMNS)),
    sql.SQL(", ").join([sql.Placeholder()] * len(COLUMNS)),
)
COPY = sql.SQL("copy utl.fills ({}) from stdin").format(
    sql.SQL(", ").join(map(sql.Identifier, COLUMNS))
)


@dataclass
class _Position:
    """One position, and the numbers of its fills."""

    target: Target
    instrument: int
    numbers: Iterator[int]

    def open_lots(self, lots: int) -> None:
        for start in range(0, lots, ROWS_PER_COPY):
            rows = [self._fill("buy", "1") for _ in range(min(ROWS_PER_COPY, lots - start))]
            with self.target.connection.cursor() as cursor, cursor.copy(COPY) as copy:
                for row in rows:
                    copy.write_row(row)

    def seconds_a_fill(self) -> float:
        fills = [self._fill(("sell", "buy")[n % 2], "1.5") for n in range(FILLS_EACH_TURN)]
        with self.target.connection.transaction():
            started = time.perf_counter()
            for fill in fills:
                self.target.connection.execute(INSERT, fill, prepare=True)
            return (time.perf_counter() - started) / len(fills)

    def _fill(self, side: str, quantity: str) -> tuple[object, ...]:
        ids: Ids = self.target.ids
        number = next(self.numbers)
        price = 100 + number * 7919 % 1_000  # no two neighbors alike, so that ranks are mixed
        executed_at = FIRST_DAY + timedelta(milliseconds=number)
        return (
            *(ids.books[0], ids.accounts[0], self.instrument, f"{self.instrument}-{number}"),
            *(side, quantity, price, executed_at, number),
        )


@measurement("lots")
def measure(bench: Bench) -> Found:
    """Measure each method by lots. BenchError if the books are wrong afterwards."""
    methods = bench.plan.costings or LOT_METHODS
    return Found([_figure(bench, m, _ratios(bench, m)) for m in methods])


def _ratios(bench: Bench, method: str) -> list[float]:
    """Time a fill in the deep position ÷ in the shallow one, of each turn."""
    ratios = []
    with bench.scratch.database(method, Shape(1, 2)) as target:
        deep, shallow = (_Position(target, nth, count()) for nth in target.ids.instruments)
        bench.say(f"{method}: opening {bench.plan.open_lots:,} lots")
        deep.open_lots(bench.plan.open_lots)
        shallow.open_lots(SHALLOW_LOTS)
        target.connection.execute("vacuum analyze")
        for turn in range(TURNS_FIRST + bench.plan.repeat):
            bench.say(f"{method}: fills into {bench.plan.open_lots:,} lots and {SHALLOW_LOTS}")
            took = deep.seconds_a_fill() / shallow.seconds_a_fill()
            if turn >= TURNS_FIRST:
                ratios.append(took)
        target.require_right_books()
    return ratios


def _figure(bench: Bench, method: str, ratios: list[float]) -> Figure:
    what = f"a fill, {bench.plan.open_lots:,} open lots ÷ {SHALLOW_LOTS}"
    return Figure("lots", what, method, "ratio", ratios, DEEP_TO_SHALLOW)
