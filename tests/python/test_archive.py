"""`utl maintain`, `utl archive` and `utl restore`: months go into files and come back the same."""

import errno
import os
import shutil
import signal
import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo
from typer.testing import CliRunner

from tests.concurrency.sessions import meanwhile, session
from tests.database import clone
from utl import archive as archiving
from utl import fact_files, upkeep
from utl.cli import app
from utl.settings import UtlError

FILLS = 3_000  # over three months, so a thousand a month
MARCH = date(2024, 3, 1)
ODD = [  # a fill may say all of this
    ('"', "a\nb"),
    ("", "a,b"),
    ("N\\A", "\\N"),
    ("ü€😀", " "),
    ("null", "NULL"),
    ("0x00", "'"),
]


@pytest.fixture
def booked(connection: psycopg.Connection) -> psycopg.Connection:
    """A ledger of three months, of which two are closed, with all kinds of text and numbers."""
    book(connection, FILLS)
    return connection


def book(connection: psycopg.Connection[Any], count: int) -> None:
    connection.execute("select utl.add_book('desk', method => 'fifo')")
    connection.execute("select utl.add_costing('desk', 'hifo')")
    connection.execute("select utl.add_account('a', 'v'), utl.add_instrument('BTC/USDT')")
    connection.execute("select utl.add_partitions('2024-01-01', 3)")
    connection.execute(
        """
        insert into utl.fills (
            book_id, account_id, instrument_id, venue_fill_id, venue_order_id, side, quantity,
            price, fee, fee_asset_id, liquidity, sequence, executed_at
        )
        select
            1, 1, 1, n || (%(odd)s::text[])[1 + mod(n, 6)],
            nullif((%(orders)s::text[])[1 + mod(n, 6)], ' '),
            case mod(n, 3) when 0 then 'sell' else 'buy' end,
            1 + (n::numeric / 10 ^ mod(n, 20)), (%(prices)s::numeric[])[1 + mod(n, 5)],
            0.10, 1, case mod(n, 3) when 0 then 'maker' when 1 then 'taker' end,
            n * 1000000007::bigint,
            timestamptz '2024-01-01Z' + n * interval '43 minutes 0.000001 seconds'
        from generate_series(1, %(fills)s) as n
        """,
        {
            "odd": [name for name, _ in ODD],
            "orders": [order for _, order in ODD],
            "prices": ["0.00000000000000000001", "1e30", "100.50", "-3.10", "7"],
            "fills": count,
        },
    )
    connection.execute("select utl.close_period('desk', '2024-03-01Z')")


def fills(connection: psycopg.Connection[Any]) -> list[Any]:
    return connection.execute("select f::text from utl.fills as f order by f.fill_id").fetchall()


def flaws(connection: psycopg.Connection[Any]) -> list[Any]:
    return connection.execute(
        """
        select check_name, violations::text from utl.failed_checks()
        union all select book, line::text from utl.replay_differences()
        """
    ).fetchall()


def states(connection: psycopg.Connection[Any]) -> list[Any]:
    return connection.execute(
        "select month, state from utl.archived_partitions order by archive_id"
    ).fetchall()


def archive(database: str, folder: Path) -> list[archiving.Archive]:
    return list(archiving.archive(database, MARCH, "fills", folder))


def restore(database: str, since: str = "2024-01", folder: Path | None = None) -> list[Any]:
    return list(archiving.restore(database, since, "fills", folder))


def test_what_is_archived_comes_back_to_the_last_digit(
    booked: psycopg.Connection, database: str, tmp_path: Path
) -> None:
    before = fills(booked)
    archived = archive(database, tmp_path)
    assert [(each.month, each.state) for each in archived] == [
        ("2024-01", "archived"),
        ("2024-02", "archived"),
    ]
    left = fills(booked)
    assert len(left) + sum(each.rows or 0 for each in archived) == len(before) == FILLS
    assert min(booked.execute("select executed_at from utl.fills").fetchall())[0].month == 3
    assert flaws(booked) == []
    assert [each.month for each in restore(database)] == ["2024-02", "2024-01"]
    assert fills(booked) == before
    assert flaws(booked) == []
    assert restore(database) == []


def test_how_a_database_writes_its_times_makes_no_difference(
    booked: psycopg.Connection, database: str, tmp_path: Path
) -> None:
    before = fills(booked)
    name = sql.Identifier(booked.info.dbname)
    for setting in ("datestyle = 'SQL, DMY'", "timezone = 'Asia/Kolkata'"):  # IST: Israel's, too
        booked.execute(b"alter database %s set %s" % (name.as_bytes(), setting.encode()))
    archive(database, tmp_path)
    assert [each.month for each in restore(database, "2024-02")] == ["2024-02"]
    restore(database)
    assert fills(booked) == before
    assert flaws(booked) == []


def test_a_file_says_numbers_and_times_exactly(
    booked: psycopg.Connection, database: str, tmp_path: Path
) -> None:
    rows = booked.execute(
        """
        select fill_id, quantity::text, price::text, executed_at, venue_fill_id, venue_order_id
        from utl.fills where executed_at < '2024-02-01Z' order by fill_id
        """
    ).fetchall()
    first, second = archive(database, tmp_path)
    table = pq.read_table(str(first.path)).sort_by("fill_id")
    assert table.schema.field("price").type == pa.string()
    assert table.schema.field("executed_at").type == pa.timestamp("us", "UTC")
    assert (table.schema.metadata or {})[b"utl.digest"].decode() == first.digest
    columns = ("fill_id", "quantity", "price", "executed_at", "venue_fill_id", "venue_order_id")
    assert list(zip(*(table.column(name).to_pylist() for name in columns), strict=True)) == rows
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"fills_2024_01.{str(first.digest)[:16]}.parquet",
        f"fills_2024_02.{str(second.digest)[:16]}.parquet",
    ]


def test_a_file_is_written_and_read_in_parts(
    booked: psycopg.Connection, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fact_files, "BLOCK_BYTES", 20_000)
    monkeypatch.setattr(fact_files, "READ_ROWS", 100)
    before = fills(booked)
    first, _ = archive(database, tmp_path)
    assert pq.ParquetFile(str(first.path)).num_row_groups > 3
    restore(database)
    assert fills(booked) == before


@pytest.mark.parametrize(
    "damage", ["flip a byte", "cut off", "leave out a row", "change a digit", "another month"]
)
def test_a_file_that_was_altered_does_not_come_back(
    booked: psycopg.Connection, database: str, tmp_path: Path, damage: str
) -> None:
    before = fills(booked)
    first, second = archive(database, tmp_path)
    path = Path(str(second.path))
    kept = shutil.copy(path, tmp_path / "kept")
    content = path.read_bytes()
    if damage == "another month":
        shutil.copy(str(first.path), path)
    elif damage == "flip a byte":
        middle = len(content) // 2
        path.write_bytes(content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :])
    elif damage == "cut off":
        path.write_bytes(content[: len(content) // 2])
    else:
        table = pq.read_table(path)
        if damage == "leave out a row":
            table = table.slice(1)
        else:
            prices = ["8", *table.column("price").to_pylist()[1:]]
            place = table.schema.get_field_index("price")
            table = table.set_column(place, "price", pa.array(prices, pa.string()))
        pq.write_table(table, path)
    with pytest.raises((UtlError, psycopg.OperationalError), match=r"cannot be read|does not say"):
        restore(database)
    assert states(booked) == [("2024-01", "archived"), ("2024-02", "archived")]
    assert flaws(booked) == []
    shutil.copy(kept, path)
    restore(database)
    assert fills(booked) == before


def test_ledgers_that_share_a_folder_do_not_write_over_each_others_files(
    booked: psycopg.Connection, database: str, server_url: str, template: str, tmp_path: Path
) -> None:
    with clone(server_url, template) as other, session(other) as connection:
        book(connection, 10)
        before = fills(booked), fills(connection)
        for ledger in (database, other):
            assert archive(ledger, tmp_path)[0].archive_id == 1
        for ledger in (database, other):
            restore(ledger)
        assert (fills(booked), fills(connection)) == before


def test_files_may_move(booked: psycopg.Connection, database: str, tmp_path: Path) -> None:
    before = fills(booked)
    archive(database, tmp_path / "here")
    shutil.move(tmp_path / "here", tmp_path / "there")
    with pytest.raises(archiving.ArchiveError, match="is not there") as missing:
        restore(database)
    assert "--folder" in missing.value.hint
    restore(database, folder=tmp_path / "there")
    assert fills(booked) == before


def test_what_keeps_a_file_from_being_written_freezes_nothing_that_is_not_told(
    booked: psycopg.Connection, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = fills(booked)
    (tmp_path / "file").touch()
    with pytest.raises(UtlError, match=f"files cannot be written to {tmp_path}/file"):
        archive(database, tmp_path / "file")
    assert states(booked) == []

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(pq.ParquetWriter, "write_table", full)
        with pytest.raises(archiving.ArchiveError, match="2024-01 cannot be written") as failure:
            archive(database, tmp_path)
    assert "--from 2024-01" in failure.value.hint
    assert states(booked) == [("2024-01", "being archived")]
    assert fills(booked) == before
    archive(database, tmp_path)
    restore(database)
    assert fills(booked) == before


def test_who_does_not_own_the_ledger_freezes_nothing(
    booked: psycopg.Connection, database: str, tmp_path: Path
) -> None:
    role = f"utl_test_{os.getpid()}"
    booked.execute(f"create role {role} login in role utl_admin".encode())
    try:
        theirs = make_conninfo(database, user=role)
        for work in (lambda: archive(theirs, tmp_path), lambda: restore(theirs)):
            with pytest.raises(archiving.ArchiveError, match="who owns the ledger"):
                work()
        assert states(booked) == []
    finally:
        booked.execute(f"drop role {role}".encode())


def test_who_needs_archived_fills_is_told_how_to_get_them(
    booked: psycopg.Connection, database: str, tmp_path: Path
) -> None:
    archive(database, tmp_path)
    for need, month in (
        ("select * from utl.holdings_at('2024-02-10Z')", "2024-02"),
        ("select * from utl.pnl_translated('desk')", "2024-01"),
        ("select utl.reopen_period('desk')", "2024-01"),
    ):
        with pytest.raises(psycopg.OperationalError) as refused:
            booked.execute(need.encode())
        assert f"`utl restore --from {month}`" in str(refused.value.diag.message_hint)


def killed_at(step: int, work: Callable[[], Any]) -> bool:
    """Do work in a process that kills itself before its nth step; whether it came to that."""
    pid = os.fork()
    if pid == 0:
        steps = iter(range(1, step + 1))

        def dying(original: Callable[..., Any]) -> Callable[..., Any]:
            def call(*arguments: Any, **names: Any) -> Any:
                if next(steps) == step:
                    os.kill(os.getpid(), signal.SIGKILL)
                return original(*arguments, **names)

            return call

        for owner, name in (
            (psycopg.Cursor, "execute"),
            (psycopg.Cursor, "copy"),
            (pq.ParquetWriter, "write_table"),
            (os, "fsync"),
            (Path, "replace"),
        ):
            setattr(owner, name, dying(getattr(owner, name)))
        try:
            work()
            os._exit(0)
        finally:
            os._exit(1)
    status = os.waitpid(pid, 0)[1]
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


def in_files(connection: psycopg.Connection[Any]) -> int:
    """How many fills are in files alone, counted there."""
    paths = connection.execute(
        "select path from utl.archived_partitions where state = 'archived'"
    ).fetchall()
    return sum(pq.ParquetFile(path).metadata.num_rows for (path,) in paths)


def test_a_kill_at_any_step_leaves_a_month_in_the_database_or_in_a_file(
    booked: psycopg.Connection, database: str, tmp_path: Path
) -> None:
    before = fills(booked)
    ways: list[tuple[Callable[[], Any], int]] = [
        (lambda: archive(database, tmp_path), 9),
        (lambda: restore(database), 5),
    ]
    for work, steps in ways:
        kills = 0
        while killed_at(kills + 1, work):
            kills += 1
            assert len(fills(booked)) + in_files(booked) == FILLS
            assert flaws(booked) == []
        assert kills >= steps  # statements, copies and what is done to files
        assert len(fills(booked)) + in_files(booked) == FILLS
    assert fills(booked) == before
    assert not list(tmp_path.glob("*.part"))


def test_a_month_that_cannot_be_archived_is_told(
    booked: psycopg.Connection, database: str, tmp_path: Path
) -> None:
    with pytest.raises(archiving.ArchiveError, match="2024-03 cannot be archived") as refused:
        list(archiving.archive(database, date(2024, 4, 1), "fills", tmp_path))
    assert "not closed" in refused.value.detail
    assert states(booked) == [("2024-01", "archived"), ("2024-02", "archived")]


def test_prices_are_archived_and_restored(
    booked: psycopg.Connection, database: str, tmp_path: Path
) -> None:
    booked.execute(
        """
        insert into utl.prices (instrument_id, source, bid, ask, at)
        select 1, 'test', n + 0.10, n + 0.2, timestamptz '2024-01-01Z' + n * interval '1 hour'
        from generate_series(1, 2000) as n
        """
    )
    query = "select p::text from utl.prices as p order by p.price_id"
    before = booked.execute(query).fetchall()
    assert len(list(archiving.archive(database, MARCH, "prices", tmp_path))) == 2
    assert len(booked.execute(query).fetchall()) < len(before)
    assert len(list(archiving.restore(database, "2024-01", "prices"))) == 2
    assert booked.execute(query).fetchall() == before


def test_the_commands_say_what_they_do(
    booked: psycopg.Connection, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", database)
    runner = CliRunner()

    def told(*arguments: str) -> list[str]:
        result = runner.invoke(app, list(arguments), catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return [line.rstrip() for line in result.output.splitlines()]

    assert told("maintain") == ["nothing is due"]
    booked.execute(
        """
        insert into utl.fills (
            book_id, account_id, instrument_id, venue_fill_id, side, quantity, price, executed_at
        )
        values (1, 1, 1, 'old', 'buy', 1, 1, '2023-11-05Z')
        """
    )
    assert [line.split() for line in told("maintain")[2:]] == [
        ["drain", "fills_2023_11", "done", "1", "rows"],
    ]
    archived = told("archive", "--before", "2024-02", "--folder", str(tmp_path))
    assert archived[-1].startswith("archived fills of 2024-01: ")
    assert told("archive", "--before", "2024-02", "--folder", str(tmp_path)) == [
        "no month is concerned"
    ]
    assert told("check") == [
        "every check is empty; replayed 100% of the positions without archived fills: no difference"
    ]
    restored = told("restore", "--from", "2024-01")
    assert [line.split(":")[0] for line in restored] == ["restored fills of 2024-01"]
    assert runner.invoke(app, ["restore", "--from", "January"]).exit_code == 2


def test_a_lock_that_is_not_got_is_deferred_and_booking_goes_on(
    booked: psycopg.Connection, database: str
) -> None:
    insert = """
        insert into utl.fills (
            book_id, account_id, instrument_id, venue_fill_id, side, quantity, price, executed_at
        )
        values (1, 1, 1, %s, 'buy', 1, 1, %s)
    """
    booked.execute(insert, ["old", "2023-11-05Z"])
    with session(database) as reader:
        reader.execute("begin")
        reader.execute("select count(*) from utl.fills")  # as a long report does
        started = threading.Event()

        def upkept() -> list[upkeep.Step]:
            started.set()
            with session(database) as connection:
                return list(upkeep.maintain(connection))

        with meanwhile(upkept) as work:
            started.wait()
            for number in range(20):
                booked.execute(insert, [f"new {number}", "2024-03-05Z"])
            steps = work.result()
        assert [(step.partition, step.outcome) for step in steps] == [("fills_default", "deferred")]
        assert "lock" in steps[0].detail
        reader.execute("rollback")
    with session(database) as connection:
        steps = list(upkeep.maintain(connection))
    assert ("fills_2023_11", "done") in [(step.partition, step.outcome) for step in steps]
    assert flaws(booked) == []
