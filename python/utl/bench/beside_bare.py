"""Runs that book, each right after the same rows went into a table that books nothing.

The bare table is `like utl.fills including all` (columns, defaults, checks, the BRIN index), and
the key of a fill, (account_id, venue_fill_id), is its primary key. It is not partitioned: it is the
fastest way to keep the same facts, each once, and not the one that is most like UTL's.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from statistics import median
from typing import Any

from rich.console import Console

from utl.bench.register import Bench
from utl.bench.scratch import Connection, Target, one
from utl.bench.tables import print_table

BARE = "public.bare_fills"
FILLS = "utl.fills"
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
class Case:
    """The runs of one load and one set of costings: each that booked, and the bare one before."""

    load: str
    costings: str
    bare: Sequence[Run]
    booked: Sequence[Run]

    @property
    def ratios(self) -> list[float]:
        """Rate booked ÷ rate bare of each pair."""
        return [b.rate / a.rate for a, b in zip(self.bare, self.booked, strict=True)]

    def as_row(self) -> dict[str, Any]:
        """Return medians, as they are shown and written."""
        tables = sorted({table for run in self.booked for table in run.stored_bytes})
        return {
            "load": self.load,
            "costings": self.costings,
            "fills_per_second": median(run.rate for run in self.booked),
            "bare_fills_per_second": median(run.rate for run in self.bare),
            "ratio_to_bare": median(self.ratios),
            "wal_bytes_per_fill": median(run.wal_per_fill for run in self.booked),
            "bare_wal_bytes_per_fill": median(run.wal_per_fill for run in self.bare),
            "stored_bytes_per_fill": median(run.stored_per_fill for run in self.booked),
            "bare_stored_bytes_per_fill": median(run.stored_per_fill for run in self.bare),
            "stored_bytes_per_fill_by_table": {
                table: median(run.stored_bytes.get(table, 0) / run.fills for run in self.booked)
                for table in tables
            },
        }


def compare(
    bench: Bench, load: str, sets: Sequence[str], run: Callable[[str, str], Run]
) -> list[Case]:
    """Run each set of costings in turn, the bare table right before it, and that again."""
    pairs: dict[str, list[tuple[Run, Run]]] = {costings: [] for costings in sets}
    for turn in range(bench.plan.repeat):
        for costings, found in pairs.items():
            bench.say(f"{load}, {costings}, {turn + 1} of {bench.plan.repeat}")
            found.append((run(BARE, costings), run(FILLS, costings)))
    return [
        Case(load, costings, [bare for bare, _ in found], [booked for _, booked in found])
        for costings, found in pairs.items()
    ]


def measured(target: Target, table: str, work: Callable[[], float]) -> Run:
    """Run work, which returns its own seconds, from a checkpoint on, and check what came of it."""
    connection = target.connection
    connection.execute(MAKE_BARE_TABLE)
    target.checkpoint()
    bytes_before = _table_bytes(connection)
    wal_before = one(connection, "select pg_catalog.pg_current_wal_insert_lsn()::text")
    seconds = work()
    wal_bytes = one(
        connection,
        "select pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_insert_lsn(), %s)",
        wal_before,
    )
    fills = one(connection, f"select count(*) from {table}")  # noqa: S608  # a constant
    if table != BARE:
        target.require_right_books()
    grown = {
        name: after - bytes_before.get(name, 0) for name, after in _table_bytes(connection).items()
    }
    return Run(fills, seconds, int(wal_bytes), {k: v for k, v in sorted(grown.items()) if v > 0})


def show(rows: Sequence[dict[str, Any]], console: Console) -> None:
    """Print a table for each load."""
    headings = ("fills/s", "bare", "ratio", "WAL/fill", "bare", "stored/fill", "bare")
    for load, of_load in groupby(rows, key=itemgetter("load")):
        print_table(
            console,
            load,
            ("costings", *headings),
            of_load,
            lambda row: (
                row["costings"],
                f"{row['fills_per_second']:,.0f}",
                f"{row['bare_fills_per_second']:,.0f}",
                f"[bold]{row['ratio_to_bare']:.2f}[/]",
                f"{row['wal_bytes_per_fill']:,.0f}",
                f"{row['bare_wal_bytes_per_fill']:,.0f}",
                f"{row['stored_bytes_per_fill']:,.0f}",
                f"{row['bare_stored_bytes_per_fill']:,.0f}",
            ),
        )
    console.print(
        "bare: the same rows into a table with the same columns, checks and key.\n"
        "WAL, stored: bytes. stored: with indexes. WAL: of the whole server, from a\n"
        "checkpoint on and into new pages, so that full-page images hardly count.",
        style="dim",
    )


def _table_bytes(connection: Connection) -> dict[str, int]:
    return dict(connection.execute(TABLE_BYTES).fetchall())
