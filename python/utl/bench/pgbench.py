"""Single fills by pgbench: one insert a transaction, by one client or several."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import psutil
from psycopg import pq

from utl import server
from utl.bench.fills import Ids
from utl.bench.scratch import BenchError, Connection, Shape, Target

FILLS = "utl.fills"
CLIENTS = 8
SHAPE = Shape(books=CLIENTS, instruments=25)
PATIENCE_SECONDS = 300
WARM_UP_SECONDS = 1  # of each run, in which sessions load catalogs and plan; not in its rate

# One fill as pgbench makes it. Time is taken before the position is locked, as a gateway's is.
INSERT_FILL = r"""
\set number :number + 1
\set place {place}
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


class Load(StrEnum):
    """How single fills come in: by whom, and whether clients meet in one position."""

    ONE = "1 client"
    APART = "8 clients, a book each"
    SHARED = "8 clients, the same books"
    HOT = "8 clients, one position"

    @property
    def clients(self) -> int:
        """How many sessions commit at once."""
        return 1 if self is Load.ONE else CLIENTS


@dataclass(frozen=True)
class Committed:
    """What pgbench committed, and at what rate a second once the sessions were warm."""

    fills: int
    rate: float

    @property
    def seconds(self) -> float:
        """How long they take at that rate."""
        return self.fills / self.rate


def run(target: Target, load: Load, seconds: int, table: str = FILLS) -> Committed:
    """Commit single fills as fast as it goes. Once a database: the fills would be the same."""
    with _script(table, target.ids, load) as script:
        command = [
            *_command(script, load, WARM_UP_SECONDS + seconds),
            f"--progress={WARM_UP_SECONDS}",
        ]
        try:
            finished = subprocess.run(
                command,
                env=os.environ | environment(target.connection),
                capture_output=True,
                text=True,
                timeout=seconds + PATIENCE_SECONDS,
            )
        except subprocess.TimeoutExpired as error:
            raise BenchError(f"pgbench did not end {PATIENCE_SECONDS} s after its time") from error
    found = re.search(r"^number of transactions actually processed: (\d+)", finished.stdout, re.M)
    whole = re.search(r"^tps = ([\d.]+)", finished.stdout, re.M)
    warm_up = re.search(r"^progress: ([\d.]+) s, ([\d.]+) tps", finished.stderr, re.M)
    if finished.returncode != 0 or not found or not whole or not warm_up:
        raise BenchError("pgbench failed", detail=(finished.stderr or finished.stdout).strip())
    fills = int(found[1])
    warm_up_seconds, warm_up_rate = map(float, warm_up.groups())
    seconds_measured = fills / float(whole[1]) - warm_up_seconds
    return Committed(fills, (fills - warm_up_seconds * warm_up_rate) / seconds_measured)


@contextmanager
def running(target: Target, load: Load, seconds: int, fills_per_second: float) -> Iterator[None]:
    """Commit single fills at a given rate while the block runs, for `seconds` at most."""
    with _script(FILLS, target.ids, load) as script:
        command = [*_command(script, load, seconds), f"--rate={fills_per_second:.0f}"]
        process = subprocess.Popen(
            command,
            env=os.environ | environment(target.connection),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield
            if process.poll():
                raise BenchError(f"pgbench failed with exit code {process.returncode}")
        finally:
            process.terminate()
            process.wait()


@contextmanager
def _script(table: str, ids: Ids, load: Load) -> Iterator[str]:
    """Write one fill's insert; ids of reference data run without gaps in a new database."""
    if load is Load.APART:
        places, book, instrument = SHAPE.instruments, ":client_id", ":place"
    elif load is Load.HOT:
        places, book, instrument = 1, "0", ":place"
    else:
        places = SHAPE.books * SHAPE.instruments
        book, instrument = f":place % {SHAPE.books}", f":place / {SHAPE.books}"
    text = INSERT_FILL.format(
        place=f"random_zipfian(0, {places} - 1, 1.05)" if places > 1 else "0",
        book=f"{ids.books[0]} + {book}",
        instrument=f"{ids.instruments[0]} + {instrument}",
        table=table,
        first_account=ids.accounts[0],
        fee_asset=ids.fee_asset,
    )
    with tempfile.NamedTemporaryFile("w") as script:
        script.write(text)
        script.flush()
        yield script.name


def _command(script: str, load: Load, seconds: int) -> list[str]:
    threads = min(load.clients, psutil.cpu_count() or 1)
    return [
        *(_program(), "--no-vacuum", "--protocol=prepared", "--random-seed=1"),
        *(f"--time={seconds}", f"--client={load.clients}", f"--jobs={threads}"),
        *("--define=number=0", f"--file={script}"),
    ]


def _program() -> str:
    beside_psql = Path(server.psql_program()).with_name("pgbench")
    program = str(beside_psql) if beside_psql.exists() else shutil.which("pgbench")
    if program is None:
        raise BenchError(
            "pgbench was not found",
            hint="install PostgreSQL's client programs, or measure without it: --only bulk",
        )
    return program


def environment(connection: Connection) -> dict[str, str]:
    """Return the libpq variables that lead programs to this connection's database."""
    parameters = connection.info.get_parameters() | {"password": connection.info.password}
    variables = {option.keyword.decode(): option.envvar for option in pq.Conninfo.get_defaults()}
    return {
        variable.decode(): str(value)
        for name, value in parameters.items()
        if value and (variable := variables.get(name))
    }
