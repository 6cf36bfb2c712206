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
import platform
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from functools import partial
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from statistics import median
from typing import Any

import psutil
import psycopg
from psycopg import errors, pq, sql
from psycopg.conninfo import make_conninfo
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from utl import __version__, bench_fills, migrate, server, settings
from utl.bench_fills import COLUMNS, Ids
from utl.settings import UtlError

Connection = psycopg.Connection[tuple[Any, ...]]
Say = Callable[[str], object]  # tells a waiting person what is being measured

BARE = "public.bare_fills"
FILLS = "utl.fills"
ROWS_PER_COPY = 10_000
BOOKS = ACCOUNTS = CLIENTS = 8
INSTRUMENTS = 25  # of each book: 200 positions
METHODS = ("wac", "fifo", "lifo", "hifo", "lofo")
BULK_COSTINGS = (*METHODS, "wac+fifo+hifo")
SINGLE_COSTINGS = ("wac", "fifo", "wac+fifo+hifo")  # others by lots cost what fifo costs
PATIENCE_SECONDS = 60
SETTINGS = (
    "shared_buffers",
    "fsync",
    "synchronous_commit",
    "full_page_writes",
    "wal_compression",
    "wal_level",
    "max_wal_size",
    "checkpoint_timeout",
    "autovacuum",
    "jit",
)

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


class BenchError(UtlError):
    """A benchmark that could not be run, or whose books are wrong."""


class Section(StrEnum):
    """The parts of the benchmark."""

    BULK = "bulk"
    SINGLE = "single"


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
    """What to measure, and how often; the defaults take about eight minutes on two cores.

    `costings` are sets of methods, side by side as in wac+fifo; none means those of each section.
    """

    fills: int = 300_000
    repeat: int = 3
    seconds: int = 4  # of each run of single fills
    sections: Sequence[Section] = tuple(Section)
    costings: Sequence[str] = ()
    figures: list[Figure] = field(default_factory=list)

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
        with _scratch(url) as scratch:
            if Section.BULK in self.sections:
                self._bulk(scratch, say)
            if Section.SINGLE in self.sections:
                self._single(scratch, say)
            about = scratch.about()
        return {
            **about,
            "fills": self.fills,
            "repeat": self.repeat,
            "single_seconds": self.seconds,
            "figures": [asdict(figure) for figure in self.figures],
        }

    def _bulk(self, scratch: "Scratch", say: Say) -> None:
        say(f"making up {self.fills:,} fills")
        with scratch.database("wac") as target:
            blocks = bench_fills.make_blocks(target.ids, self.fills, ROWS_PER_COPY)
        self._compare(
            Section.BULK,
            self.costings or BULK_COSTINGS,
            f"COPY of {ROWS_PER_COPY:,} rows",
            partial(_copy_run, scratch, blocks),
            say,
        )

    def _single(self, scratch: "Scratch", say: Say) -> None:
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


@dataclass(frozen=True)
class Target:
    """A scratch database with its reference data."""

    connection: Connection
    ids: Ids


@dataclass(frozen=True)
class Scratch:
    """A server, and the name of a migrated database on it from which each run gets a copy."""

    url: str
    template: str

    @contextlib.contextmanager
    def database(self, costings: str) -> Iterator[Target]:
        """Give a new database whose books have these costings, the first one as primary."""
        name = f"{self.template}_run"
        with _connect(self.url) as admin:
            _create_database(admin, name, self.template)
        try:
            with _connect(make_conninfo(self.url, dbname=name)) as connection:
                connection.execute(MAKE_BARE_TABLE)
                yield Target(connection, _add_reference(connection, costings.split("+")))
        finally:
            with _connect(self.url) as admin:
                _drop_database(admin, name)

    def about(self) -> dict[str, Any]:
        """Say what was measured, and where."""
        with _connect(self.url) as admin:
            chosen = {name: _one(admin, "select current_setting(%s)", name) for name in SETTINGS}
            version = _one(admin, "select version()")
        return {
            "utl": __version__,
            "server": version,
            "settings": chosen,
            "client_machine": {
                "platform": platform.platform(),
                "cores": psutil.cpu_count(),
                "memory_bytes": psutil.virtual_memory().total,
            },
        }


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
    show(result, console)
    if json_file:
        json_file.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


def show(result: dict[str, Any], console: Console) -> None:
    """Print the figures of Bench.run as a table."""
    console.print(f"{result['server'].split(' on ')[0]}; medians of {result['repeat']} runs")
    for load, figures in groupby(result["figures"], key=itemgetter("load")):
        table = Table(
            title=f"\n{load}", title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0)
        )
        table.add_column("costings", no_wrap=True)
        for heading in ("fills/s", "bare", "ratio", "WAL/fill", "bare", "stored/fill", "bare"):
            table.add_column(heading, justify="right", no_wrap=True)
        for figure in figures:
            table.add_row(
                figure["costings"],
                f"{figure['fills_per_second']:,.0f}",
                f"{figure['bare_fills_per_second']:,.0f}",
                f"[bold]{figure['ratio_to_bare']:.2f}[/]",
                f"{figure['wal_bytes_per_fill']:,.0f}",
                f"{figure['bare_wal_bytes_per_fill']:,.0f}",
                f"{figure['stored_bytes_per_fill']:,.0f}",
                f"{figure['bare_stored_bytes_per_fill']:,.0f}",
            )
        console.print(table)
    console.print(
        "bare: the same rows into a table with the same columns, checks and key.\n"
        "WAL, stored: bytes. stored: with indexes. WAL: of the whole server, from a\n"
        "checkpoint on and into new pages, so that full-page images hardly count.",
        style="dim",
    )


def _copy_run(scratch: Scratch, blocks: Sequence[bytes], table: str, costings: str) -> Run:
    with scratch.database(costings) as target, target.connection.cursor() as cursor:
        statement = sql.SQL("copy {} ({}) from stdin").format(
            sql.Identifier(*table.split(".")), sql.SQL(", ").join(map(sql.Identifier, COLUMNS))
        )

        def load() -> float:
            started = time.perf_counter()
            for block in blocks:
                with cursor.copy(statement) as copy:
                    copy.write(block)
            return time.perf_counter() - started

        return _measured(target.connection, table, load)


def _pgbench_run(scratch: Scratch, load: Load, seconds: int, table: str, costings: str) -> Run:
    with scratch.database(costings) as target, tempfile.NamedTemporaryFile("w") as script:
        script.write(_pgbench_script(table, target.ids, load))
        script.flush()

        def commit() -> float:
            return _pgbench(target.connection, Path(script.name), load.clients, seconds)

        return _measured(target.connection, table, commit)


def _pgbench_script(table: str, ids: Ids, load: Load) -> str:
    """Write one fill's insert; ids of reference data run without gaps in a new database."""
    if load is Load.APART:
        places, book, instrument = INSTRUMENTS, ":client_id", ":place"
    else:
        places, book, instrument = BOOKS * INSTRUMENTS, f":place % {BOOKS}", f":place / {BOOKS}"
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


def _measured(connection: Connection, table: str, work: Callable[[], float]) -> Run:
    """Run work, which returns its own seconds, from a checkpoint on, and check what came of it."""
    with contextlib.suppress(errors.InsufficientPrivilege):
        connection.execute("checkpoint")
    bytes_before = _table_bytes(connection)
    wal_before = _one(connection, "select pg_catalog.pg_current_wal_insert_lsn()::text")
    seconds = work()
    wal_bytes = _one(
        connection,
        "select pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_insert_lsn(), %s)",
        wal_before,
    )
    fills = _one(connection, f"select count(*) from {table}")  # noqa: S608  # a constant
    _require_right_books(connection, fills)
    bytes_after = _table_bytes(connection)
    grown = {name: after - bytes_before.get(name, 0) for name, after in bytes_after.items()}
    return Run(fills, seconds, int(wal_bytes), {k: v for k, v in sorted(grown.items()) if v > 0})


def _table_bytes(connection: Connection) -> dict[str, int]:
    return dict(connection.execute(TABLE_BYTES).fetchall())


def _require_right_books(connection: Connection, fills: int) -> None:
    failed = connection.execute("select title, violations from utl.failed_checks()").fetchall()
    if failed:
        raise BenchError(
            f"the books are wrong after {fills:,} fills",
            detail="; ".join(f"{title} ({count})" for title, count in failed),
            hint="the figures are void; please report it",
        )


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


@contextlib.contextmanager
def _scratch(url: str) -> Iterator[Scratch]:
    name = f"utl_bench_{os.getpid()}"
    with _connect(url) as admin:
        _create_database(admin, name, "template0")
    try:
        migrate.migrate(make_conninfo(url, dbname=name))
        yield Scratch(url, name)
    finally:
        with _connect(url) as admin:
            _drop_database(admin, name)


def _add_reference(connection: Connection, methods: Sequence[str]) -> Ids:
    def add(statement: str, *arguments: object) -> int:
        return int(_one(connection, statement, *arguments))

    def add_book(book: str) -> int:
        statement = "select book_id from utl.add_book(%s, 'USDT', method => %s)"
        book_id = add(statement, book, methods[0])
        for method in methods[1:]:
            connection.execute("select utl.add_costing(%s, %s)", [book, method])
        return book_id

    connection.execute("select utl.add_partitions(%s, 2)", [bench_fills.FIRST_DAY.date()])
    connection.execute("select utl.add_partitions()")
    return Ids(
        books=[add_book(f"maker-{n}") for n in range(BOOKS)],
        accounts=[
            add("select account_id from utl.add_account(%s, %s)", f"account-{n}", f"venue-{n // 2}")
            for n in range(ACCOUNTS)
        ],
        instruments=[
            add("select instrument_id from utl.add_instrument(%s)", f"COIN{n}/USDT")
            for n in range(INSTRUMENTS)
        ],
        fee_asset=add("select utl.asset_id('USDT')"),
    )


def _connect(url: str) -> Connection:
    return psycopg.connect(url, autocommit=True)


def _create_database(admin: Connection, name: str, template: str) -> None:
    admin.execute(
        sql.SQL("create database {} template {}").format(
            sql.Identifier(name), sql.Identifier(template)
        )
    )


def _drop_database(admin: Connection, name: str) -> None:
    admin.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


def _one(connection: Connection, statement: str, *arguments: object) -> Any:
    row = connection.execute(statement.encode(), arguments or None).fetchone()
    return row[0] if row else None
