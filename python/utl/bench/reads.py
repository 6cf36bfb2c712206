"""What reading as of a time costs: one position, and all 2,000 of them.

The fills are in order but for every 100th, late by 10 places, and recent ones are busted: half of
them before, half of them after the moment in the middle of the load that is asked for.
"""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from statistics import median
from typing import Any

from rich.console import Console

from utl.bench.figures import Found
from utl.bench.fills import SEED, Stream
from utl.bench.late import in_turn
from utl.bench.lateness import Lateness
from utl.bench.register import Bench, measurement
from utl.bench.scratch import Connection, Shape, Target, one
from utl.bench.tables import print_table

SHAPE = Shape(books=8, instruments=250)
POSITIONS = SHAPE.books * SHAPE.instruments
LATENESS = Lateness(10, every=100)
CHUNK_MAX = 100  # fills of each position made up at once
DAYS = 60
BUSTS = 200
POSITION_READS = 200
LEDGER_READS = 3

BUST_RECENT = """
    insert into utl.corrections (kind, account_id, venue_fill_id, reason)
    select 'bust', f.account_id, f.venue_fill_id, 'benchmark'
    from utl.fills as f
    where f.fill_id > (select max(l.fill_id) from utl.fills as l) - 10 * %s
    order by f.fill_id
    limit %s
"""

READ_POSITION = """
    select * from utl.position_at(%s, %s, as_of => %s::timestamptz, as_known => %s::timestamptz)
"""
READ_POSITIONS = """
    select * from utl.positions_at(as_of => %s::timestamptz, as_known => %s::timestamptz)
"""


@dataclass(frozen=True)
class ReadFigure:
    """How long reading takes, in ms: the median, and the 95th percentile of one position."""

    asked: str
    fills: int
    position_ms: float
    position_ms_p95: float
    positions: int
    positions_ms: float


@dataclass(frozen=True)
class _Middle:
    """The middle of the load: its time in the fills, and by the clock."""

    effective_at: str
    known_at: str


def show(rows: Sequence[dict[str, Any]], console: Console) -> None:
    """Print how long each question takes."""
    fills, positions = rows[0]["fills"], rows[0]["positions"]
    print_table(
        console,
        f"reads as of a time, {fills:,} fills",
        ("asked", "one position, ms", "95th percentile", f"all {positions:,}, ms"),
        rows,
        lambda row: (
            row["asked"],
            f"{row['position_ms']:,.1f}",
            f"{row['position_ms_p95']:,.1f}",
            f"{row['positions_ms']:,.0f}",
        ),
    )


@measurement("reads", show=show, by_default=False)
def measure(bench: Bench) -> Found:
    """Load fills, two a position or more, and read. BenchError if the books are wrong then."""
    with bench.scratch.database("wac", SHAPE) as target:
        middle = _load(target, bench.plan.read_fills // POSITIONS, bench.say)
        target.connection.execute("analyze")
        fills = int(one(target.connection, "select count(*) from utl.fills"))
        asked = {
            "now": ("infinity", "infinity"),
            "then, as known now": (middle.effective_at, "infinity"),
            "then, as known then": (middle.effective_at, middle.known_at),
            "now, as known then": ("infinity", middle.known_at),
        }
        rows = []
        for name, times in asked.items():
            bench.say(f"reads, {name}")
            rows.append(asdict(_figure(target.connection, name, fills, times)))
        target.require_right_books()
    return Found(details=rows)


def _load(target: Target, fills_each: int, say: Callable[[str], object]) -> _Middle:
    chunk_fills = min(CHUNK_MAX, fills_each // 2)
    chunks = fills_each // chunk_fills
    stream = Stream(target.ids, DAYS * 86_400_000 / (chunks * chunk_fills * POSITIONS))
    orders = [LATENESS.order(chunk_fills, phase) for phase in range(POSITIONS)]
    for chunk in range(chunks):
        if chunk == chunks // 2:
            target.connection.execute(BUST_RECENT, [BUSTS, BUSTS // 2])
            middle = _moment(target.connection)
        say(f"reads, loading {(chunk + 1) * chunk_fills * POSITIONS:,} fills")
        fills = stream.take(chunk_fills)
        arriving = in_turn(fills, orders)
        for _ in range(0, chunk_fills * POSITIONS, 10_000):
            target.copy("utl.fills", "".join(islice(arriving, 10_000)).encode())
    target.connection.execute(BUST_RECENT, [BUSTS, BUSTS // 2])
    return middle


def _moment(connection: Connection) -> _Middle:
    last = "select max(p.last_effective_at)::text from utl_private.positions as p"
    return _Middle(one(connection, last), one(connection, "select clock_timestamp()::text"))


def _figure(connection: Connection, asked: str, fills: int, times: tuple[str, str]) -> ReadFigure:
    chance = random.Random(SEED)  # noqa: S311  # not for secrets
    position_seconds = []
    for _ in range(POSITION_READS):
        book = f"maker-{chance.randrange(SHAPE.books)}"
        instrument = f"COIN{chance.randrange(SHAPE.instruments)}/USDT"
        position_seconds.append(_timed(connection, READ_POSITION, book, instrument, *times)[0])
    all_reads = [_timed(connection, READ_POSITIONS, *times) for _ in range(LEDGER_READS)]
    position_seconds.sort()
    return ReadFigure(
        asked=asked,
        fills=fills,
        position_ms=1_000 * median(position_seconds),
        position_ms_p95=1_000 * position_seconds[int(0.95 * POSITION_READS)],
        positions=all_reads[0][1],
        positions_ms=1_000 * median(seconds for seconds, _ in all_reads),
    )


def _timed(connection: Connection, statement: str, *arguments: object) -> tuple[float, int]:
    """Return the seconds a statement takes, and how many rows it returns."""
    started = time.perf_counter()
    rows = connection.execute(statement.encode(), arguments).fetchall()
    return time.perf_counter() - started, len(rows)
