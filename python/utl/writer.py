"""Record fills as they happen: `writer.record(fill)` from threads, or from asyncio.

A commit for each fill is what makes a live script slow, so a thread of the writer's own collects
what all others hand over and sends it in batches: as soon as the oldest fill has waited
`delay_s`, or `batch_max` are there. While a batch is on its way the next one collects, so that the
busier it gets the larger batches become, and fills of one hot position never wait for each other's
commits.

When the server goes away in the middle of a batch nobody knows whether it was committed. The writer
sends the whole batch again, for as long as `patience_s`: a fill is known by its account and
venue_fill_id, so what had been committed is there once.
"""

import asyncio
import atexit
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import asdict
from types import TracebackType
from typing import NamedTuple, Self

import psycopg

from utl.ledger import Defaults, Ledger, Outcome, Row, is_passing, text_of

BATCH_MAX = 1_000
DELAY_S = 0.005
PENDING_MAX = 10_000
PATIENCE_S = 60.0
PAUSE_MAX_S = 1.0

# Plain lines take the server two thirds of the time that JSON takes.
COLUMNS = (
    *("book", "account", "instrument", "venue_fill_id", "side", "quantity", "price"),
    *("executed_at", "fee", "fee_asset", "sequence", "liquidity", "venue_order_id"),
)
RECORD_LINES = """
    select line, outcome, fill_id, sqlstate, reason
    from utl.record_fill_lines(
        %(lines)s, %(columns)s, source => %(source)s, book => %(book)s, account => %(account)s,
        timezone => %(timezone)s, create_unknown => %(create)s, venue => %(venue)s,
        first_line => %(first_line)s
    )
"""


class WriterClosed(RuntimeError):  # noqa: N818  # it says what the writer is
    """A fill came after the writer was closed."""


class WriterFull(TimeoutError):  # noqa: N818
    """There was no room for a fill within its timeout: the server does not keep up."""


class _Pending(NamedTuple):
    row: Mapping[str, str]
    future: "Future[Outcome]"
    came_at: float


class Writer:
    """Records fills from any number of threads, in batches.

    `dsn` is that of `Ledger`; `defaults` is what fills do not say themselves. A batch is sent when
    its oldest fill has waited `delay_s`, or when `batch_max` fills wait. At most `pending_max`
    fills wait or are on their way: then `record` blocks. A server that is gone is tried again for
    `patience_s`.

        with Writer(defaults=Defaults(book="desk", account="binance-1")) as writer:
            outcome = writer.record(fill).result()
    """

    def __init__(
        self,
        dsn: str | None = None,
        *,
        defaults: Defaults | None = None,
        batch_max: int = BATCH_MAX,
        delay_s: float = DELAY_S,
        pending_max: int = PENDING_MAX,
        patience_s: float = PATIENCE_S,
    ) -> None:
        if batch_max < 1 or pending_max < 1:
            raise ValueError("batch_max and pending_max are at least 1")
        self._ledger = Ledger(dsn)
        self._defaults = defaults or Defaults()
        self._batch_max = batch_max
        self._delay_s = delay_s
        self._pending_max = pending_max
        self._patience_s = patience_s
        self._waiting: deque[_Pending] = deque()
        self._taken = 0  # how many were handed over, and how many of those first are settled
        self._settled = 0
        self._flush_until = 0  # how many are to be settled without delay
        self._is_closed = False
        self._has_changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="utl writer", daemon=True)
        self._thread.start()
        atexit.register(self.close)  # a script that ends without it loses nothing

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def record(self, fill: Row, timeout_s: float | None = None) -> "Future[Outcome]":
        """Hand over a fill, under the keys of `utl.record_fills`; its future says what came of it.

        The outcome is booked, duplicate, conflict or rejected, with the reason. After the server
        went away in the middle of a batch, fills that had been committed come back as duplicates.
        The future raises psycopg.Error if the whole batch could not be recorded; the fill may then
        be sent again. To cancel a future does not take the fill back.

        Blocks while the writer is full, up to `timeout_s`: then WriterFull. Raises WriterClosed
        after `close`, and TypeError for what is no mapping.
        """
        if not isinstance(fill, Mapping):
            raise TypeError(f"a fill is a mapping, and no {type(fill).__name__}")
        # Here, so that what cannot be written raises where it came from, and costs no other fill.
        row = {name: text_of(value) for name, value in fill.items()}
        future: Future[Outcome] = Future()
        with self._has_changed:
            has_room = self._has_changed.wait_for(
                lambda: self._is_closed or self._taken - self._settled < self._pending_max,
                timeout_s,
            )
            if self._is_closed:
                raise WriterClosed("the writer is closed")
            if not has_room:
                raise WriterFull(f"{self._pending_max} fills wait for the server already")
            self._waiting.append(_Pending(row, future, time.monotonic()))
            self._taken += 1
            if len(self._waiting) in (1, self._batch_max):
                self._has_changed.notify_all()
        return future

    def flush(self, timeout_s: float | None = None) -> bool:
        """Send what waits without delay, and wait until it is settled. False if time ran out.

        What others hand over meanwhile is not waited for.
        """
        with self._has_changed:
            taken = self._flush_until = self._taken
            self._has_changed.notify_all()
            return self._has_changed.wait_for(lambda: self._settled >= taken, timeout_s)

    def close(self) -> None:
        """Settle what was handed over, and end. More than once does no harm."""
        with self._has_changed:
            self._is_closed = True
            self._has_changed.notify_all()
        self._thread.join()
        atexit.unregister(self.close)

    def _run(self) -> None:
        try:
            while batch := self._next_batch():
                self._settle(batch)
        finally:
            self._ledger.close()

    def _next_batch(self) -> list[_Pending]:
        """Wait for the next batch; none when the writer is closed and nothing waits."""
        with self._has_changed:
            self._has_changed.wait_for(lambda: self._waiting or self._is_closed)
            if self._waiting:
                left_s = self._waiting[0].came_at + self._delay_s - time.monotonic()
                self._has_changed.wait_for(self._is_due, max(left_s, 0))
            size = min(len(self._waiting), self._batch_max)
            return [self._waiting.popleft() for _ in range(size)]

    def _is_due(self) -> bool:
        is_flushing = self._settled < self._flush_until
        return self._is_closed or is_flushing or len(self._waiting) >= self._batch_max

    def _settle(self, batch: list[_Pending]) -> None:
        """Send a batch, and tell each fill's future what became of it."""
        try:
            outcomes = self._send([pending.row for pending in batch])
        except Exception as error:  # noqa: BLE001  # whoever waits raises it; the next may do
            for pending in batch:
                _tell(pending.future, error)
        else:
            for pending, outcome in zip(batch, outcomes, strict=True):
                _tell(pending.future, outcome)
        with self._has_changed:
            self._settled += len(batch)
            self._has_changed.notify_all()

    def _send(self, rows: list[Mapping[str, str]]) -> list[Outcome]:
        """Record a batch; again after the server went away: what is there already stays."""
        first_line = self._settled + 1
        give_up_at = time.monotonic() + self._patience_s
        pause_s = 0.01
        while True:
            try:
                return self._send_once(rows, first_line)
            except psycopg.OperationalError as error:
                if not is_passing(error) or time.monotonic() + pause_s > give_up_at:
                    raise
                time.sleep(pause_s)
                pause_s = min(2 * pause_s, PAUSE_MAX_S)

    def _send_once(self, rows: list[Mapping[str, str]], first_line: int) -> list[Outcome]:
        lines = _plain_lines(rows)
        if lines is None:
            return self._ledger.send_rows(rows, self._defaults, first_line)
        said = {"lines": lines, "columns": list(COLUMNS), "first_line": first_line}
        found = self._ledger.query(RECORD_LINES, {**said, **asdict(self._defaults)})
        return [Outcome(*row) for row in found]


class AsyncWriter:
    """`Writer` for asyncio: the loop never blocks, and futures are asyncio's.

        async with AsyncWriter(dsn) as writer:
            outcome = await (await writer.record(fill))

    It belongs to the loop in which it is first used. The arguments are those of `Writer`.
    """

    def __init__(
        self,
        dsn: str | None = None,
        *,
        defaults: Defaults | None = None,
        batch_max: int = BATCH_MAX,
        delay_s: float = DELAY_S,
        pending_max: int = PENDING_MAX,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._writer = Writer(
            dsn,
            defaults=defaults,
            batch_max=batch_max,
            delay_s=delay_s,
            pending_max=sys.maxsize,  # or its lock would stop the loop: here the loop counts
            patience_s=patience_s,
        )
        self._room = asyncio.Semaphore(pending_max)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def record(self, fill: Row) -> "asyncio.Future[Outcome]":
        """Hand over a fill as `Writer.record` does; waits while the writer is full.

        To be cancelled while it waits means that the fill was not handed over. To cancel the future
        that it returns does not take the fill back.
        """
        await self._room.acquire()
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Outcome] = loop.create_future()
        try:
            settled = self._writer.record(fill)
        except BaseException:
            self._room.release()
            raise

        def pass_on(future: "Future[Outcome]") -> None:
            with suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(self._answer, answer, future)

        settled.add_done_callback(pass_on)
        return answer

    async def close(self) -> None:
        """Settle what was handed over, and end."""
        await asyncio.to_thread(self._writer.close)

    def _answer(self, answer: "asyncio.Future[Outcome]", settled: "Future[Outcome]") -> None:
        self._room.release()
        if answer.cancelled():
            return
        error = settled.exception()
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(settled.result())


def _plain_lines(rows: list[Mapping[str, str]]) -> str | None:
    """Write fills as lines of plain CSV; None if a key or a text in them is none for such lines."""
    known = set(COLUMNS)
    if not all(row.keys() <= known for row in rows):
        return None
    lines = "\n".join(",".join([row.get(name, "") for name in COLUMNS]) for row in rows)
    separators = (lines.count(","), lines.count("\n"))
    if separators != (len(rows) * (len(COLUMNS) - 1), len(rows) - 1):
        return None
    is_plain = lines.isascii() and not any(character in lines for character in '"\r\0')
    return lines if is_plain else None


def _tell(future: "Future[Outcome]", told: Outcome | Exception) -> None:
    """Settle a future, unless somebody has cancelled it."""
    with suppress(InvalidStateError):
        if isinstance(told, Exception):
            future.set_exception(told)
        else:
            future.set_result(told)
