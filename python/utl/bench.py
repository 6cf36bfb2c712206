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
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import psutil
from psycopg import errors, pq
from rich.console import Console

from utl import bench_fills, bench_late, bench_reads, bench_tables, server, settings
from utl.bench_fills import Ids
from utl.bench_late import LateFigure, Ledger
from utl.bench_reads import ReadFigure
from utl.bench_scratch import BenchError, Connection, Scratch, Shape, Target, one, scratch_on

Say = Callable[[str], object]  # tells a waiting person what is being measured

BARE = "public.bare_fills"
FILLS = "utl.fills"
ROWS_PER_COPY = 10_000
CLIENTS = 8
SHAPE = Shape(books=CLIENTS, instruments=25)
METHODS = ("wac", "fifo", "lifo", "hifo", "lofo")
BULK_COSTINGS = (*METHODS, "wac+fifo+hifo")
SINGLE_COSTINGS = ("wac", "fifo", "wac+fifo+hifo")  # others by lots cost what fifo costs
PATIENCE_SECONDS = 60
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

# One fill as pgbench makes it. Time is taken before the position is locked, as a gateway's is.
INSERT_FILL = r"""
\set number :number + 1
\set place random_zipfian(0, {places} - 1, 1.05)
\set book {book}
\set instrument {instrument}
\set side random(0, 1)
\set quantity random(1, 500000)
\set price random(2900000, 3100000)
insert into {table} (
    book_id, account_id, instrument_id, fee_asset_id, side, quantity, price, fee, liquidity,
    venue_fill_id, venue_order_id, executed_at, sequence
) values (
    :book, {first_account} + :client_id, :instrument, {fee_asset},
    case when :side = 0 then 'buy' else 'sell' end, :quantity * 0.00001, :price * 0.01,
    round(:quantity * 0.0000000001 * :price, 8), 'maker',
    :client_id || '-' || :number, null, clock_timestamp(), :number
);
"""


class Section(StrEnum):
    """The parts of the benchmark."""

    BULK = "bulk"
    SINGLE = "single"
    LATE = "late"
    READS = "reads"


class Load(StrEnum):
    """How single fills come in: by whom, and whether clients meet in one position."""

    ONE = "1 client"
    APART = "8 clients, a book each"
    SHARED = "8 clients, the same books"

    @property
    def clients(self) -> int:
        """How many sessions commit at once."""
        return 1 if self is Load.ONE else CLIENTS


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
    """What to measure, and how often; the defaults take about fifteen minutes on two cores.

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
            about = scratch.about()
        return {
            **about,
            "fills": self.fills,
            "repeat": self.repeat,
            "single_seconds": self.seconds,
            "figures": [asdict(figure) for figure in self.figures],
            "late": [asdict(figure) for figure in self.late],
            "reads": [asdict(figure) for figure in self.reads],
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
    with scratch.database(costings, SHAPE) as target, tempfile.NamedTemporaryFile("w") as script:
        script.write(_pgbench_script(table, target.ids, load))
        script.flush()

        def commit() -> float:
            return _pgbench(target.connection, Path(script.name), load.clients, seconds)

        return _measured(target, table, commit)


def _pgbench_script(table: str, ids: Ids, load: Load) -> str:
    """Write one fill's insert; ids of reference data run without gaps in a new database."""
    if load is Load.APART:
        places, book, instrument = SHAPE.instruments, ":client_id", ":place"
    else:
        places = SHAPE.books * SHAPE.instruments
        book, instrument = f":place % {SHAPE.books}", f":place / {SHAPE.books}"
    return INSERT_FILL.format(
        places=places,
        book=f"{ids.books[0]} + {book}",
        instrument=f"{ids.instruments[0]} + {instrument}",
        table=table,
        first_account=ids.accounts[0],
        fee_asset=ids.fee_asset,
    )


def _pgbench(connection: Connection, script: Path, clients: int, seconds: int) -> float:
    """Run the script and return for how many seconds it committed."""
    threads = min(clients, psutil.cpu_count() or 1)
    command = [_pgbench_program(), "--no-vacuum", "--protocol=prepared", "--random-seed=1"]
    command += [f"--time={seconds}", f"--client={clients}", f"--jobs={threads}"]
    try:
        finished = subprocess.run(
            [*command, "--define=number=0", f"--file={script}"],
            env=os.environ | _environment(connection),
            capture_output=True,
            text=True,
            timeout=seconds + PATIENCE_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise BenchError(f"pgbench did not end {PATIENCE_SECONDS} s after its time") from error
    found = re.search(r"^number of transactions actually processed: (\d+)", finished.stdout, re.M)
    rate = re.search(r"^tps = ([\d.]+)", finished.stdout, re.M)
    if finished.returncode != 0 or not found or not rate:
        raise BenchError("pgbench failed", detail=(finished.stderr or finished.stdout).strip())
    return int(found[1]) / float(rate[1])


def _pgbench_program() -> str:
    beside_psql = Path(server.psql_program()).with_name("pgbench")
    program = str(beside_psql) if beside_psql.exists() else shutil.which("pgbench")
    if program is None:
        raise BenchError(
            "pgbench was not found",
            hint="install PostgreSQL's client programs, or measure without it: --only bulk",
        )
    return program


def _environment(connection: Connection) -> dict[str, str]:
    """Return the libpq variables that lead to this connection's database."""
    parameters = connection.info.get_parameters() | {"password": connection.info.password}
    variables = {option.keyword.decode(): option.envvar for option in pq.Conninfo.get_defaults()}
    return {
        variable.decode(): str(value)
        for name, value in parameters.items()
        if value and (variable := variables.get(name))
    }


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
