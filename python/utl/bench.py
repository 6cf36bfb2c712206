"""The benchmark: what booking costs, beside the same rows into a table that books nothing.

Every run has a new database of its own: migrated, with nothing in it but reference data, and after
a checkpoint. A run into the bare table comes right before each run that books, so that whatever
else the machine does hits both; ratios are of such neighbors, and medians of them are shown.

The bare table is `like utl.fills including all` (columns, defaults, checks, the BRIN index), and
the key of a fill, (account_id, venue_fill_id), is its primary key. It is not partitioned: it is the
fastest way to keep the same facts, each once, and not the one that is most like UTL's.
"""

import contextlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from psycopg import errors
from rich.console import Console

from utl import (
    bench_fills,
    bench_late,
    bench_pgbench,
    bench_reads,
    bench_stream,
    bench_tables,
    server,
    settings,
)
from utl.bench_late import LateFigure, Ledger
from utl.bench_pgbench import FILLS, SHAPE, Load
from utl.bench_reads import ReadFigure
from utl.bench_scratch import BenchError, Connection, Scratch, Target, one, scratch_on
from utl.bench_stream import LatencyFigure, ListenerFigure

Say = Callable[[str], object]  # tells a waiting person what is being measured

BARE = "public.bare_fills"
ROWS_PER_COPY = 10_000
METHODS = ("wac", "fifo", "lifo", "hifo", "lofo")
BULK_COSTINGS = (*METHODS, "wac+fifo+hifo")
SINGLE_COSTINGS = ("wac", "fifo", "wac+fifo+hifo")  # others by lots cost what fifo costs
MAKE_BARE_TABLE = """
    create table public.bare_fills (
        like utl.fills including all,
        primary key (account_id, venue_fill_id)
    )
"""

# A table's growth is counted with its indexes; partitions count as their table.
TABLE_BYTES = """
    select
        regexp_replace(c.relname, '_(default|[0-9]{4}_[0-9]{2})$', ''),
        sum(pg_total_relation_size(c.oid))::bigint
    from pg_catalog.pg_class as c
    where
        c.relkind = 'r'
        and c.relnamespace::regnamespace::text in ('utl', 'utl_private', 'public')
    group by 1
"""


class Section(StrEnum):
    """The parts of the benchmark."""

    BULK = "bulk"
    SINGLE = "single"
    LATE = "late"
    READS = "reads"
    STREAM = "stream"


@dataclass(frozen=True)
class Run:
    """One measurement of one table: fills a second, bytes of WAL, bytes of storage by table."""

    fills: int
    seconds: float
    wal_bytes: int
    stored_bytes: dict[str, int]

    @property
    def rate(self) -> float:
        """Fills a second."""
        return self.fills / self.seconds

    @property
    def wal_per_fill(self) -> float:
        """Bytes of WAL a fill."""
        return self.wal_bytes / self.fills

    @property
    def stored_per_fill(self) -> float:
        """Bytes of tables and indexes a fill."""
        return sum(self.stored_bytes.values()) / self.fills


@dataclass(frozen=True)
class Pair:
    """A run that books, and the run into the bare table right before it."""

    bare: Run
    booked: Run


@dataclass(frozen=True)
class Figure:
    """What is shown of the pairs of one case: medians."""

    section: Section
    load: str
    costings: str
    fills_per_second: float
    bare_fills_per_second: float
    ratio_to_bare: float
    ratios: list[float]
    wal_bytes_per_fill: float
    bare_wal_bytes_per_fill: float
    stored_bytes_per_fill: float
    bare_stored_bytes_per_fill: float
    stored_bytes_per_fill_by_table: dict[str, float]


@dataclass
class Bench:
    """What to measure, and how often; the defaults take about twenty minutes on two cores.

    `costings` are sets of methods, side by side as in wac+fifo; none means those of each section.
    `history` is how many fills there are where positions are read as of a time.
    """

    fills: int = 300_000
    repeat: int = 3
    seconds: int = 4  # of each run of single fills
    sections: Sequence[Section] = tuple(Section)
    costings: Sequence[str] = ()
    history: int = 400_000
    ledgers: Sequence[Ledger] = bench_late.LEDGERS
    figures: list[Figure] = field(default_factory=list)
    late: list[LateFigure] = field(default_factory=list)
    reads: list[ReadFigure] = field(default_factory=list)
    latency: list[LatencyFigure] = field(default_factory=list)
    listeners: list[ListenerFigure] = field(default_factory=list)

    def __post_init__(self) -> None:
        for costings in self.costings:
            if unknown := set(costings.split("+")) - set(METHODS):
                raise BenchError(
                    f"unknown costing method {', '.join(unknown)}",
                    hint=f"known: {', '.join(METHODS)}; side by side as in wac+fifo",
                )

    def run(self, url: str, say: Say) -> dict[str, Any]:
        """Measure on the server of `url` in scratch databases, and return all that is known.

        Raises BenchError when the books are wrong afterwards or pgbench is missing, and psycopg
        errors when the server cannot be reached or the user may not create databases.
        """
        with scratch_on(url) as scratch:
            if Section.BULK in self.sections:
                self._bulk(scratch, say)
            if Section.SINGLE in self.sections:
                self._single(scratch, say)
            if Section.LATE in self.sections:
                for costings in self.costings or bench_late.COSTINGS:
                    self.late += bench_late.measure(
                        scratch, costings, self.ledgers, self.repeat, say
                    )
            if Section.READS in self.sections:
                self.reads += bench_reads.measure(scratch, self.history, say)
            if Section.STREAM in self.sections:
                found = bench_stream.measure(scratch, self.seconds, self.repeat, say)
                self.latency += found.latency
                self.listeners += found.listeners
            about = scratch.about()
        return {
            **about,
            "fills": self.fills,
            "repeat": self.repeat,
            "single_seconds": self.seconds,
            "figures": [asdict(figure) for figure in self.figures],
            "late": [asdict(figure) for figure in self.late],
            "reads": [asdict(figure) for figure in self.reads],
            "latency": [asdict(figure) for figure in self.latency],
            "listeners": [asdict(figure) for figure in self.listeners],
        }

    def _bulk(self, scratch: Scratch, say: Say) -> None:
        say(f"making up {self.fills:,} fills")
        with scratch.database("wac", SHAPE) as target:
            blocks = bench_fills.make_blocks(target.ids, self.fills, ROWS_PER_COPY)
        self._compare(
            Section.BULK,
            self.costings or BULK_COSTINGS,
            f"COPY of {ROWS_PER_COPY:,} rows",
            partial(_copy_run, scratch, blocks),
            say,
        )

    def _single(self, scratch: Scratch, say: Say) -> None:
        for load in Load:
            self._compare(
                Section.SINGLE,
                self.costings or SINGLE_COSTINGS,
                load,
                partial(_pgbench_run, scratch, load, self.seconds),
                say,
            )

    def _compare(
        self,
        section: Section,
        sets: Sequence[str],
        load: str,
        run: Callable[[str, str], Run],
        say: Say,
    ) -> None:
        """Run each costing set `repeat` times, the bare table right before it each time."""
        cases: dict[str, list[Pair]] = {costings: [] for costings in sets}
        for turn in range(self.repeat):
            for costings, pairs in cases.items():
                say(f"{load}, {costings}, {turn + 1} of {self.repeat}")
                pairs.append(Pair(bare=run(BARE, costings), booked=run(FILLS, costings)))
        self.figures += [_figure(section, load, *case) for case in cases.items()]


def command(bench: Bench, json_file: Path | None, console: Console) -> None:
    """Measure on the configured server, or on the embedded one, and print and write the figures."""
    was_running = settings.configured_url() or server.status().url
    url = server.start()
    try:
        with console.status("measuring") as status:
            result = bench.run(url, status.update)
    finally:
        if not was_running:
            server.stop()
    bench_tables.show(result, console)
    if json_file:
        json_file.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


def _copy_run(scratch: Scratch, blocks: Sequence[bytes], table: str, costings: str) -> Run:
    with scratch.database(costings, SHAPE) as target:

        def load() -> float:
            started = time.perf_counter()
            for block in blocks:
                target.copy(table, block)
            return time.perf_counter() - started

        return _measured(target, table, load)


def _pgbench_run(scratch: Scratch, load: Load, seconds: int, table: str, costings: str) -> Run:
    with scratch.database(costings, SHAPE) as target:

        def commit() -> float:
            return bench_pgbench.run(target, load, seconds, table).seconds

        return _measured(target, table, commit)


def _measured(target: Target, table: str, work: Callable[[], float]) -> Run:
    """Run work, which returns its own seconds, from a checkpoint on, and check what came of it."""
    connection = target.connection
    connection.execute(MAKE_BARE_TABLE)
    with contextlib.suppress(errors.InsufficientPrivilege):
        connection.execute("checkpoint")
    bytes_before = _table_bytes(connection)
    wal_before = one(connection, "select pg_catalog.pg_current_wal_insert_lsn()::text")
    seconds = work()
    wal_bytes = one(
        connection,
        "select pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_insert_lsn(), %s)",
        wal_before,
    )
    fills = one(connection, f"select count(*) from {table}")  # noqa: S608  # a constant
    target.require_right_books()
    bytes_after = _table_bytes(connection)
    grown = {name: after - bytes_before.get(name, 0) for name, after in bytes_after.items()}
    return Run(fills, seconds, int(wal_bytes), {k: v for k, v in sorted(grown.items()) if v > 0})


def _table_bytes(connection: Connection) -> dict[str, int]:
    return dict(connection.execute(TABLE_BYTES).fetchall())


def _figure(section: Section, load: str, costings: str, pairs: Sequence[Pair]) -> Figure:
    bare = [pair.bare for pair in pairs]
    booked = [pair.booked for pair in pairs]
    ratios = [pair.booked.rate / pair.bare.rate for pair in pairs]
    tables = sorted({table for run in booked for table in run.stored_bytes})
    return Figure(
        section=section,
        load=load,
        costings=costings,
        fills_per_second=median(run.rate for run in booked),
        bare_fills_per_second=median(run.rate for run in bare),
        ratio_to_bare=median(ratios),
        ratios=ratios,
        wal_bytes_per_fill=median(run.wal_per_fill for run in booked),
        bare_wal_bytes_per_fill=median(run.wal_per_fill for run in bare),
        stored_bytes_per_fill=median(run.stored_per_fill for run in booked),
        bare_stored_bytes_per_fill=median(run.stored_per_fill for run in bare),
        stored_bytes_per_fill_by_table={
            table: median(run.stored_bytes.get(table, 0) / run.fills for run in booked)
            for table in tables
        },
    )
