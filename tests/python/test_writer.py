"""`Writer` and `AsyncWriter`: many small fills become few commits, each with its own outcome."""

import asyncio
import itertools
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import psycopg
import pytest

from utl.ledger import Defaults
from utl.writer import AsyncWriter, Writer, WriterClosed, WriterFull

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
HERE = Defaults(book="main", account="binance:1")
SOON_S = 300.0
AT_REST_S = 0.3
Fill = Mapping[str, object]


@pytest.fixture
def book(connection: psycopg.Connection) -> psycopg.Connection:
    connection.execute("select utl.add_book('main'), utl.add_account('binance:1', 'binance')")
    connection.execute("select utl.add_instrument('BTC/USDT')")
    return connection


@pytest.fixture
def lock(book: psycopg.Connection) -> Iterator[Callable[[], None]]:
    """Nobody can record fills until this is called."""
    with psycopg.connect(book.info.dsn) as blocker:
        blocker.execute("lock table utl.fills in exclusive mode")
        yield blocker.rollback


def fill(name: str, **said: object) -> Fill:
    return {
        "instrument": "BTC/USDT",
        "venue_fill_id": name,
        "side": "buy",
        "quantity": "1.5",
        "price": 100,
        "executed_at": NOON,
        **said,
    }


def booked(connection: psycopg.Connection) -> int:
    row = connection.execute("select count(*) from utl.fills").fetchone()
    assert row is not None
    return int(row[0])


def commits(connection: psycopg.Connection) -> int:
    """How many transactions recorded the fills that are there."""
    row = connection.execute("select count(distinct xmin::text) from utl.fills").fetchone()
    assert row is not None
    return int(row[0])


def test_each_fill_tells_what_became_of_it(database: str, book: psycopg.Connection) -> None:
    fills = [fill("A"), fill("A"), fill("A", side="sell"), fill("B", quantity=0), fill("C")]
    with Writer(database, defaults=HERE) as writer:
        outcomes = [future.result(SOON_S) for future in map(writer.record, fills)]
    assert [row.outcome for row in outcomes] == [
        *("booked", "duplicate", "conflict", "rejected", "booked")
    ]
    assert outcomes[1].fill_id == outcomes[0].fill_id
    assert outcomes[3].reason == "quantity is not positive: '0'"
    assert booked(book) == 2


def test_what_is_not_plain_text_is_recorded_as_it_is(
    database: str, book: psycopg.Connection
) -> None:
    names = ["plain", "a,b", 'say "x"', "two\nlines", "größer", "\\t"]
    with Writer(database, defaults=HERE, delay_s=3600) as writer:
        plain = [writer.record(fill(name)) for name in names]
        writer.flush(SOON_S)
        misspelt = writer.record(fill("A", qty=1))
        writer.flush(SOON_S)
        unreadable = writer.record(fill("null\0"))
    assert [future.result(0).outcome for future in plain] == ["booked"] * len(names)
    stored = book.execute("select venue_fill_id from utl.fills order by fill_id").fetchall()
    assert [name for (name,) in stored] == names
    assert misspelt.result(0).reason == "unknown keys: 'qty'"
    assert unreadable.result(0).reason == "a character that is not text"
    lines = book.execute("select line from utl.rejected_fills order by 1").fetchall()
    assert lines == [(len(names) + 1,), (len(names) + 2,)]


@pytest.mark.usefixtures("book")
def test_a_lone_fill_does_not_wait_for_others(database: str) -> None:
    with Writer(database, defaults=HERE, batch_max=1_000_000) as writer:
        assert writer.record(fill("A")).result(SOON_S).outcome == "booked"


def test_a_full_batch_does_not_wait_for_its_time(database: str, book: psycopg.Connection) -> None:
    with Writer(database, defaults=HERE, batch_max=3, delay_s=3600) as writer:
        futures = [writer.record(fill(str(number))) for number in range(7)]
        assert [future.result(SOON_S).outcome for future in futures[:6]] == ["booked"] * 6
        assert not futures[6].done()
        assert writer.flush(SOON_S)
        assert futures[6].result(0).outcome == "booked"
    assert commits(book) == 3


def test_closing_settles_what_was_handed_over(database: str, book: psycopg.Connection) -> None:
    writer = Writer(database, defaults=HERE, delay_s=3600)
    futures = [writer.record(fill(str(number))) for number in range(2_500)]
    writer.close()
    assert {future.result(0).outcome for future in futures} == {"booked"}
    assert booked(book) == 2_500
    writer.close()
    with pytest.raises(WriterClosed, match="the writer is closed"):
        writer.record(fill("late"))


def test_flushing_waits_for_no_fill_that_comes_later(
    database: str, book: psycopg.Connection
) -> None:
    stopped = threading.Event()
    names = itertools.count()

    def trade() -> None:
        while not stopped.is_set():
            writer.record(fill(str(next(names))))

    with Writer(database, defaults=HERE, delay_s=3600) as writer:
        first = writer.record(fill("first"))
        threads = [threading.Thread(target=trade) for _ in range(2)]
        for thread in threads:
            thread.start()
        assert writer.flush(SOON_S)
        assert first.result(0).outcome == "booked"
        stopped.set()
        for thread in threads:
            thread.join()
    assert booked(book) == next(names) + 1


def test_a_script_that_does_not_close_its_writer_loses_nothing(
    database: str, book: psycopg.Connection
) -> None:
    row = {**fill("x"), "executed_at": "2026-01-01T00:00Z"}
    script = f"""
from utl.ledger import Defaults
from utl.writer import Writer
writer = Writer({database!r}, defaults=Defaults("main", "binance:1"), delay_s=3600)
for name in "ABC":
    writer.record({row} | {{"venue_fill_id": name}})
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert booked(book) == 3


def test_threads_on_one_hot_position_share_commits(database: str, book: psycopg.Connection) -> None:
    def trade(thread: int) -> list[str]:
        futures = [writer.record(fill(f"{thread}-{number}")) for number in range(500)]
        return [future.result(SOON_S).outcome for future in futures]

    # It waits a tenth of a second for a batch: a slow machine hands over less in 5 ms.
    with (
        Writer(database, defaults=HERE, delay_s=0.1) as writer,
        ThreadPoolExecutor(8) as threads,
    ):
        outcomes = [row for rows in threads.map(trade, range(8)) for row in rows]
    assert outcomes == ["booked"] * 4_000
    row = book.execute("select quantity from utl.positions").fetchone()
    assert row == (6_000,)
    assert commits(book) <= 400


def test_a_fill_may_change_after_it_was_handed_over(
    database: str, book: psycopg.Connection
) -> None:
    row = dict(fill("A"))
    with Writer(database, defaults=HERE, delay_s=3600) as writer:
        future = writer.record(row)
        row["quantity"] = "99"
    assert future.result(0).outcome == "booked"
    assert book.execute("select quantity from utl.positions").fetchone() == (1.5,)


def test_what_cannot_be_a_fill_raises_where_it_comes_from(
    database: str, book: psycopg.Connection
) -> None:
    class Unwritable:
        def __str__(self) -> str:
            raise RuntimeError("no text")

    with Writer(database, defaults=HERE, delay_s=3600) as writer:
        good = writer.record(fill("A"))
        with pytest.raises(TypeError, match="a fill is a mapping, and no int"):
            writer.record(7)  # type: ignore[arg-type]
        with pytest.raises(RuntimeError, match="no text"):
            writer.record(fill("B", price=Unwritable()))
    assert good.result(0).outcome == "booked"
    assert booked(book) == 1


def test_a_full_writer_makes_its_callers_wait(database: str, lock: Callable[[], None]) -> None:
    with Writer(database, defaults=HERE, pending_max=2) as writer:
        futures = [writer.record(fill(str(number))) for number in range(2)]
        with pytest.raises(WriterFull, match="2 fills wait for the server already"):
            writer.record(fill("2"), timeout_s=0.05)
        waiting = threading.Thread(target=lambda: futures.append(writer.record(fill("3"))))
        waiting.start()
        waiting.join(AT_REST_S)
        assert waiting.is_alive()
        lock()
        waiting.join(SOON_S)
        assert [future.result(SOON_S).outcome for future in futures] == ["booked"] * 3


def test_closing_lets_those_go_who_wait_for_room(database: str, lock: Callable[[], None]) -> None:
    told: list[type[BaseException]] = []

    def record_one_too_many() -> None:
        try:
            writer.record(fill("B"))
        except WriterClosed as error:
            told.append(type(error))

    writer = Writer(database, defaults=HERE, pending_max=1)
    first = writer.record(fill("A"))
    waiting = threading.Thread(target=record_one_too_many)
    waiting.start()
    waiting.join(AT_REST_S)
    closing = threading.Thread(target=writer.close)
    closing.start()
    waiting.join(SOON_S)
    assert told == [WriterClosed]
    assert not first.done()
    lock()
    closing.join(SOON_S)
    assert first.result(0).outcome == "booked"


def test_a_future_that_is_cancelled_takes_nothing_back(
    database: str, book: psycopg.Connection
) -> None:
    with Writer(database, defaults=HERE, delay_s=3600) as writer:
        futures = [writer.record(fill(name)) for name in "ABC"]
        assert futures[1].cancel()
    assert [future.cancelled() for future in futures] == [False, True, False]
    assert booked(book) == 3


def test_a_batch_is_sent_again_when_its_session_is_killed(
    database: str, lock: Callable[[], None], book: psycopg.Connection
) -> None:
    with Writer(database, defaults=HERE) as writer:
        futures = [writer.record(fill(str(number))) for number in range(20)]
        deadline = time.monotonic() + SOON_S
        killed = False
        while not killed and time.monotonic() < deadline:
            killed = book.execute(
                "select bool_or(pg_terminate_backend(pid)) from pg_stat_activity "
                "where application_name = 'utl ledger' and wait_event_type = 'Lock' "
                "and datname = current_database()"
            ).fetchone() == (True,)
        assert killed
        lock()
        assert [future.result(SOON_S).outcome for future in futures] == ["booked"] * 20
    assert booked(book) == 20


def test_a_batch_that_cannot_be_recorded_says_so_and_the_next_goes_on(
    database: str, book: psycopg.Connection
) -> None:
    book.execute("alter function utl.record_fill_lines rename to lines_away")
    with Writer(database, defaults=HERE) as writer:
        lost = writer.record(fill("A"))
        assert isinstance(lost.exception(SOON_S), psycopg.errors.UndefinedFunction)
        book.execute("alter function utl.lines_away rename to record_fill_lines")
        assert writer.record(fill("A")).result(SOON_S).outcome == "booked"


def test_a_server_that_stays_away_is_given_up(tmp_path: object) -> None:
    with Writer(f"host={tmp_path} dbname=none", patience_s=0.1) as writer:
        assert isinstance(writer.record(fill("A")).exception(SOON_S), psycopg.OperationalError)


def test_limits_below_one_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Writer(batch_max=0)
    with pytest.raises(ValueError, match="at least 1"):
        Writer(pending_max=0)


def test_coroutines_share_commits(database: str, book: psycopg.Connection) -> None:
    async def trade() -> list[str]:
        async with AsyncWriter(database, defaults=HERE, delay_s=0.1) as writer:
            futures = [await writer.record(fill(str(number))) for number in range(1_000)]
            return [row.outcome for row in await asyncio.gather(*futures)]

    assert asyncio.run(trade()) == ["booked"] * 1_000
    assert commits(book) <= 100


def test_a_full_writer_lets_the_loop_go_on(database: str, lock: Callable[[], None]) -> None:
    async def trade() -> list[str]:
        async with AsyncWriter(database, defaults=HERE, pending_max=1) as writer:
            first = await writer.record(fill("A"))
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(writer.record(fill("never")), AT_REST_S)
            lock()
            second = await asyncio.wait_for(writer.record(fill("B")), SOON_S)
            return [(await first).outcome, (await second).outcome]

    assert asyncio.run(trade()) == ["booked", "booked"]


def test_a_task_that_is_cancelled_leaves_its_fill_with_the_writer(
    database: str, lock: Callable[[], None], book: psycopg.Connection
) -> None:
    async def trade() -> str:
        async with AsyncWriter(database, defaults=HERE) as writer:
            outcome = await writer.record(fill("A"))
            task = asyncio.ensure_future(asyncio.wait_for(outcome, SOON_S))
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            lock()
            return (await (await writer.record(fill("A")))).outcome

    assert asyncio.run(trade()) == "duplicate"
    assert booked(book) == 1


def test_an_error_reaches_the_coroutine(database: str, book: psycopg.Connection) -> None:
    book.execute("alter function utl.record_fill_lines rename to lines_away")

    async def trade() -> None:
        async with AsyncWriter(database, defaults=HERE) as writer:
            await (await writer.record(fill("A")))

    with pytest.raises(psycopg.errors.UndefinedFunction):
        asyncio.run(trade())


@pytest.mark.usefixtures("book")
def test_an_async_writer_that_is_closed_takes_nothing(database: str) -> None:
    async def trade() -> None:
        writer = AsyncWriter(database, defaults=HERE)
        await writer.close()
        await writer.record(fill("A"))

    with pytest.raises(WriterClosed):
        asyncio.run(trade())
