"""A large file in random order, with duplicates, conflicts and rubbish, becomes the clean book.

The suite reads 60,000 rows, for the sake of its time; UTL_INGEST_ROWS=1000000 reads a million,
which takes two minutes.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg

from tests import database as databases
from tests.python.disorder import INSTRUMENTS, write_files
from utl.ingest import Options, Row
from utl.ingest.adapter import Block
from utl.ingest.ordering import in_order
from utl.ingest.parcels import ahead, parcels

ROWS = int(os.environ.get("UTL_INGEST_ROWS", "60000"))
MEMORY_MB_MAX = 200

SETUP = """
    select utl.add_book('main', method => 'fifo'), utl.add_account('binance:1', 'binance'),
        (select count(utl.add_instrument('C' || i || '/USDT')) from generate_series(0, %s - 1) as i)
"""
BOOK = """
    select array_agg(p order by p.instrument)
    from (
        select instrument, quantity, cost, realized_pnl, fees from utl.positions
    ) as p
"""
FILLS = """
    select count(*), md5(string_agg(f.venue_fill_id || ' ' || f.quantity || ' ' || f.price, ','
        order by f.venue_fill_id))
    from utl.fills as f
"""

# In a process of its own, whose memory is that of reading the file alone.
INGEST = """
import re, sys
from pathlib import Path
from utl.ingest import ingest
from utl.ledger import Defaults, Ledger
with Ledger(sys.argv[1]) as ledger:
    summary = ingest(ledger, Path(sys.argv[2]), Defaults("main", "binance:1", source="file"))
# The kernel's own figure: getrusage would count what the test that started us had, too.
kilobytes = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
outcomes = ("booked", "duplicate", "conflict", "rejected", "ignored")
print(*(summary.counts[outcome] for outcome in outcomes), kilobytes // 1024)
"""


def read(conninfo: str, path: Path) -> list[int]:
    """Read a file; return booked, duplicate, conflict, rejected, ignored, and megabytes."""
    done = subprocess.run(
        [sys.executable, "-c", INGEST, conninfo, str(path)], check=True, capture_output=True
    )
    return [int(number) for number in done.stdout.split()]


def test_a_disordered_file_with_rubbish_becomes_the_book_of_the_clean_one(
    server_url: str, template: str, tmp_path: Path
) -> None:
    clean, disordered = tmp_path / "clean.csv", tmp_path / "disordered.csv"
    counts = write_files(clean, disordered, ROWS)
    books = []
    for path in (clean, disordered):
        with databases.clone(server_url, template) as conninfo:
            with psycopg.connect(conninfo, autocommit=True) as connection:
                connection.execute(SETUP, [INSTRUMENTS])
                *found, megabytes = read(conninfo, path)
                books.append([connection.execute(query).fetchall() for query in (BOOK, FILLS)])
                kept = connection.execute(
                    "select (select count(*) from utl.rejected_fills), count(*) "
                    "from utl.fill_conflicts"
                ).fetchone()
            assert megabytes <= MEMORY_MB_MAX
            if path == clean:
                assert found == [counts.booked, 0, 0, 0, 0]
            else:
                assert found == [
                    counts.booked, counts.duplicate, counts.conflict, counts.rejected, 0
                ]  # fmt: skip
                assert sum(found) == ROWS
                assert kept == (counts.rejected, counts.conflict)
    assert books[0] == books[1]


def test_what_reads_ahead_is_closed_by_its_own_thread() -> None:
    rows = (
        Row(line, str(line), ({"executed_at": f"{1767603600000 - line}"},))
        for line in range(50_000)
    )
    closed: list[str] = []

    def watched() -> Iterator[Row | Block]:
        try:
            yield from in_order(rows, Options())
        finally:
            closed.append(threading.current_thread().name)

    given = ahead(parcels(watched()))
    next(given)
    given.close()
    assert closed == ["utl reading"]


def test_newest_first_is_read_oldest_first() -> None:
    rows = [
        Row(line, str(line), ({"executed_at": f"{1767603600000 - line}"},))
        for line in range(30_000)
    ]
    found = [row.line for row in in_order(iter(rows), Options()) if isinstance(row, Row)]
    assert found == list(reversed(range(30_000)))


def test_a_file_that_goes_back_to_its_beginning_is_sorted_from_there_on() -> None:
    rows = [
        Row(line, str(line), ({"executed_at": f"{1767603600000 + line % 10_000}"},))
        for line in range(30_000)
    ]
    found = [row.line for row in in_order(iter(rows), Options()) if isinstance(row, Row)]
    assert found[:10_000] == list(range(10_000))
    assert found[10_000:] == [line for n in range(10_000, 20_000) for line in (n, n + 10_000)]


def test_rows_in_order_or_nearly_so_stay_where_they_are() -> None:
    rows = [
        Row(
            line, str(line), ({"executed_at": f"{1767603600000 + 10 * line - line * 7919 % 1000}"},)
        )
        for line in range(30_000)
    ]
    assert list(in_order(iter(rows), Options())) == rows


def test_lines_of_blocks_keep_their_numbers_when_they_are_sorted() -> None:
    columns = ("venue_fill_id", "executed_at")
    blocks = [
        Block(
            2 + 1000 * number,
            "\n".join(
                f"T{number}-{line},2026-01-{30 - number:02}T00:00Z" if line != 7 else "rubbish"
                for line in range(1000)
            ),
            columns,
        )
        for number in range(5)
    ]
    found = list(in_order(iter(blocks), Options()))
    assert found[0] == blocks[0]
    assert [row.line for row in found if isinstance(row, Row)] == [1009, 2009, 3009, 4009]
    *_, last = found
    assert isinstance(last, Block)
    assert last.columns == (*columns, "line")
    lines = last.lines.split("\n")
    assert len(lines) == 4 * 999
    assert lines[0] == "T4-0,2026-01-26T00:00Z,4002"
    assert lines[-1] == "T1-999,2026-01-29T00:00Z,2001"


def test_of_two_that_contradict_each_other_the_first_in_the_file_is_booked_first() -> None:
    columns = ("venue_fill_id", "executed_at")
    moment = "2026-01-05T09:00:00Z"
    later = Block(1, "\n".join(f"X,2026-01-0{n % 9 + 1}T00:00Z" for n in range(200)), columns)
    said = {"venue_fill_id": "T", "executed_at": moment}
    items: list[Row | Block] = [
        later,
        Row(301, "first", (said,)),
        Block(302, f'"T",{moment}', columns),
        Row(303, "third", (said,)),
    ]
    found = [row for row in in_order(iter(items), Options()) if isinstance(row, Row)]
    assert [row.line for row in found if row.line > 300] == [301, 302, 303]
    assert found[[row.line for row in found].index(302)].facts == (said,)
