"""`utl ingest` of a CSV file beside psql's COPY of the same fills into utl.fills, which books them.

COPY has what the file has, with ids for names, in one statement. Both programs run as users run
them; the time includes their start.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from psycopg.conninfo import make_conninfo

from utl import server
from utl.bench.beside_bare import FILLS
from utl.bench.figures import Figure, Found, at_least, at_most
from utl.bench.fills import COLUMNS, Ids, stream_blocks
from utl.bench.pgbench import SHAPE, environment
from utl.bench.register import Bench, measurement
from utl.bench.scratch import BenchError, Target, one

COSTING = "wac"
ROWS_PER_BLOCK = 10_000
INGEST_TO_COPY = at_least(0.6)
CLIENT_MB = at_most(200)
HEADER = (
    "book,account,instrument,fee_asset,side,quantity,price,fee,liquidity,venue_fill_id,"
    "venue_order_id,executed_at,sequence\n"
)


@dataclass(frozen=True)
class _Ended:
    """How long a program took, and how much memory it had at its peak."""

    seconds: float
    peak_mb: float


@measurement("ingest")
def measure(bench: Bench) -> Found:
    """Measure both in turn, each in a new database. BenchError if a row was not booked."""
    ratios, peaks = [], []
    rows = bench.plan.ingested_rows
    costing = (bench.plan.costings or [COSTING])[0]
    with tempfile.TemporaryDirectory() as folder:
        copied, ingested = Path(folder, "fills.txt"), Path(folder, "fills.csv")
        with bench.scratch.database(costing, SHAPE) as target:
            _write(target.ids, rows, copied, ingested)
        for turn in range(bench.plan.repeat):
            bench.say(f"utl ingest and COPY of {rows:,} rows, {turn + 1} of {bench.plan.repeat}")
            by_copy = _run(bench, costing, rows, _copy_command(copied))
            by_ingest = _run(bench, costing, rows, _ingest_command(ingested))
            ratios.append(by_copy.seconds / by_ingest.seconds)
            peaks.append(by_ingest.peak_mb)
    what = f"utl ingest of {rows:,} rows ÷ psql COPY"
    return Found(
        [
            Figure("ingest", what, costing, "ratio", ratios, INGEST_TO_COPY),
            Figure("ingest", "memory of utl ingest", costing, "MB", peaks, CLIENT_MB),
        ]
    )


def _write(ids: Ids, rows: int, copied: Path, ingested: Path) -> None:
    with copied.open("wb") as for_copy, ingested.open("w", encoding="utf-8") as for_ingest:
        for_ingest.write(HEADER)
        for block in stream_blocks(ids, rows, ROWS_PER_BLOCK):
            for_copy.write(block)
            for_ingest.writelines(_named(ids, block.decode().splitlines()))


def _named(ids: Ids, lines: Sequence[str]) -> Iterator[str]:
    """Write lines for COPY with names instead of ids: those of scratch.py."""
    for line in lines:
        book, account, instrument, _, *rest = line.split("\t")
        names = (
            f"maker-{ids.books.index(int(book))}",
            f"account-{ids.accounts.index(int(account))}",
            f"COIN{ids.instruments.index(int(instrument))}/USDT",
        )
        yield ",".join((*names, "USDT", *rest)) + "\n"


def _copy_command(file: Path) -> list[str]:
    copy = f"\\copy {FILLS} ({', '.join(COLUMNS)}) from '{file}'"
    return [server.psql_program(), "--no-psqlrc", "--quiet", "--command", copy]


def _ingest_command(file: Path) -> list[str]:
    return [sys.executable, "-m", "utl.cli", "ingest", str(file)]


def _run(bench: Bench, costing: str, rows: int, command: Sequence[str]) -> _Ended:
    with bench.scratch.database(costing, SHAPE) as target:
        target.checkpoint()
        ended = _ended(bench, target, command)
        booked = one(target.connection, "select count(*) from utl.fills")
        if booked != rows:
            raise BenchError(f"{command[0]} booked {booked:,} of {rows:,} rows")
        target.require_right_books()
    return ended


def _ended(bench: Bench, target: Target, command: Sequence[str]) -> _Ended:
    """Run a program to its end, and ask the system for the memory of this one alone."""
    url = make_conninfo(bench.scratch.url, dbname=target.connection.info.dbname)
    variables = os.environ | environment(target.connection) | {"DATABASE_URL": url}
    with tempfile.TemporaryFile() as said:
        started = time.perf_counter()
        process = subprocess.Popen(command, env=variables, stdout=said, stderr=said)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            said.seek(0)
            text = said.read().decode(errors="replace").strip()
            raise BenchError(f"{command[0]} failed", detail=text)
    to_mb = 2**20 if sys.platform == "darwin" else 2**10
    return _Ended(seconds, usage.ru_maxrss / to_mb)
