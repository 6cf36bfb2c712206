"""Subscribe to position changes: `for change in utl.subscribe(dsn, name="risk")`, or async.

Every change comes once a session, in order, from where the subscriber of this name stopped. It is
done when the loop comes back for the next one, and acknowledged within a tenth of a second: if the
caller dies in between, what was not acknowledged comes again.
"""

import asyncio
import contextlib
import threading
from collections.abc import Sequence
from typing import Any, Self, TypeVar

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from utl import server
from utl.changes import Change
from utl.following import (
    CHANNEL,
    MAX_CHANGES,
    Connect,
    Disconnect,
    Follower,
    Listen,
    Rest,
    Run,
    Step,
    Steps,
    Terms,
)

T = TypeVar("T")
# A connection whose other end is gone without a word is given up after 25 s, by both ends: the
# server holds the lock on a subscriber's name, or on the lead of bridges, for as long.
PATIENT = {
    "connect_timeout": "10",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "25000",
}
# What a crash takes back of a watermark, or of what was acknowledged, comes again: the session need
# not wait for the disk.
SESSION = {
    "synchronous_commit": "off",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "25000",
}


def subscribe(
    dsn: str | None = None,
    *,
    name: str,
    books: Sequence[str] | None = None,
    instruments: Sequence[str] | None = None,
    causes: Sequence[str] | None = None,
    costings: str = "primary",
    starts: str = "now",
    max_changes: int = MAX_CHANGES,
) -> "Subscription":
    """Follow position changes under a name, for ever: first what was missed, then live.

    `dsn` is a URL or a key=value string; without it, the server is found as the `utl` command finds
    it. `books` (each with its subtree), `instruments` and `causes` choose changes, None is all;
    `costings` is `primary` (one change a position) or `all`. A new subscriber starts `now` or with
    the `oldest` change that is kept. `max_changes` is how many are fetched at once.

    It connects again, with back-off, when the server goes away; two sessions of one name take
    turns: the second waits until the first is gone. A missing version of a position is logged as an
    error by the logger utl.subscribe.

    Raises psycopg.Error when the first connection fails, when the terms are wrong (22U..), and when
    the server is not the one that the offset is of (55U..): one restored or promoted, say.
    """
    return Subscription(dsn, Terms(name, books, instruments, causes, costings, starts, max_changes))


def subscribe_async(
    dsn: str | None = None,
    *,
    name: str,
    books: Sequence[str] | None = None,
    instruments: Sequence[str] | None = None,
    causes: Sequence[str] | None = None,
    costings: str = "primary",
    starts: str = "now",
    max_changes: int = MAX_CHANGES,
) -> "AsyncSubscription":
    """Like `subscribe`, for asyncio: `async for change in utl.subscribe_async(…)`."""
    return AsyncSubscription(
        dsn, Terms(name, books, instruments, causes, costings, starts, max_changes)
    )


class Stopped(Exception):  # noqa: N818 - it was asked for
    """Raised by the methods of a Subscription after `stop`; a loop over it just ends."""


class Subscription:
    """An endless iterator over changes; see `subscribe`. Not to be shared between threads."""

    def __init__(
        self, dsn: str | None, terms: Terms, stopping: threading.Event | None = None
    ) -> None:
        self._conninfo = conninfo(dsn, f"utl subscriber {terms.name}")
        self._follower = Follower(terms)
        self._connection: psycopg.Connection[tuple[Any, ...]] | None = None
        self._stopping = stopping or threading.Event()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Change:
        try:
            change = self.next()
        except Stopped:
            self.close()
            raise StopIteration from None
        assert change is not None, "only wait_s ends the wait"  # noqa: S101
        return change

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def gaps(self) -> int:
        """How many times a version of a position was missing; 0 unless something is wrong."""
        return self._follower.gaps

    def next(self, wait_s: float | None = None) -> Change | None:
        """The next change, or None if there is none within `wait_s`; the one before it is done."""
        return self._drive(self._follower.advance(wait_s))

    def batch(self, wait_s: float | None = None) -> list[Change]:
        """All changes that can be had at once; acknowledge them before asking for more.

        An empty list if there is none within `wait_s`.
        """
        self._drive(self._follower.batch(wait_s))
        return self._follower.take_all()

    def acknowledge(self, change_id: int) -> None:
        """Say that all changes up to this one are done: they never come again."""
        self._drive(self._follower.acknowledge(change_id))

    def stop(self) -> None:
        """End the loop, from another thread or a signal handler, within a second."""
        self._stopping.set()

    def close(self) -> None:
        """Acknowledge what is done, and close the connection.

        What is not done, the change at which a loop was left among it, comes again to the next of
        this name.
        """
        for step in self._follower.last_steps():
            with contextlib.suppress(psycopg.Error):
                self._do(step)
        self._disconnect()

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        self._follower.closed()

    def _drive(self, steps: Steps[T]) -> T:
        try:
            step = next(steps)
            while True:
                try:
                    answer = self._do(step)
                except psycopg.Error as error:
                    step = steps.throw(error)
                else:
                    step = steps.send(answer)
        except StopIteration as done:
            result: T = done.value
            return result

    def _do(self, step: Step) -> object:
        if self._stopping.is_set() and not isinstance(step, Run):
            raise Stopped
        match step:
            case Connect():
                self._connection = psycopg.connect(self._conninfo, autocommit=True)
                self._connection.execute(f"listen {CHANNEL}")
            case Disconnect():
                self._disconnect()
            case Run(statement, parameters):
                return self._required().execute(statement.encode(), parameters).fetchall()
            case Listen(seconds):
                heard = self._required().notifies(timeout=max(seconds, 0), stop_after=1)
                return [notify.payload for notify in heard]
            case Rest(seconds):
                self._stopping.wait(seconds)
        return None

    def _required(self) -> psycopg.Connection[tuple[Any, ...]]:
        if self._connection is None:
            raise psycopg.OperationalError("the connection is closed")
        return self._connection


class AsyncSubscription:
    """An endless asynchronous iterator over changes; see `subscribe`. For one task at a time."""

    def __init__(self, dsn: str | None, terms: Terms) -> None:
        self._conninfo = conninfo(dsn, f"utl subscriber {terms.name}")
        self._follower = Follower(terms)
        self._connection: psycopg.AsyncConnection[tuple[Any, ...]] | None = None

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Change:
        change = await self.next()
        assert change is not None, "only wait_s ends the wait"  # noqa: S101
        return change

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def gaps(self) -> int:
        """How many times a version of a position was missing; 0 unless something is wrong."""
        return self._follower.gaps

    async def next(self, wait_s: float | None = None) -> Change | None:
        """The next change, or None if there is none within `wait_s`; the one before it is done."""
        return await self._drive(self._follower.advance(wait_s))

    async def close(self) -> None:
        """Acknowledge what is done, and close the connection; see `Subscription.close`."""
        for step in self._follower.last_steps():
            with contextlib.suppress(psycopg.Error):
                await self._do(step)
        await self._disconnect()

    async def _disconnect(self) -> None:
        if self._connection is not None:
            await self._connection.close()
            self._connection = None
        self._follower.closed()

    async def _drive(self, steps: Steps[T]) -> T:
        try:
            step = next(steps)
            while True:
                try:
                    answer = await self._do(step)
                except psycopg.Error as error:
                    step = steps.throw(error)
                else:
                    step = steps.send(answer)
        except StopIteration as done:
            result: T = done.value
            return result

    async def _do(self, step: Step) -> object:
        match step:
            case Connect():
                connection = await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True)
                self._connection = connection
                await connection.execute(f"listen {CHANNEL}")
            case Disconnect():
                await self._disconnect()
            case Run(statement, parameters):
                cursor = await self._required().execute(statement.encode(), parameters)
                return await cursor.fetchall()
            case Listen(seconds):
                heard = self._required().notifies(timeout=max(seconds, 0), stop_after=1)
                return [notify.payload async for notify in heard]
            case Rest(seconds):
                await asyncio.sleep(seconds)
        return None

    def _required(self) -> psycopg.AsyncConnection[tuple[Any, ...]]:
        if self._connection is None:
            raise psycopg.OperationalError("the connection is closed")
        return self._connection


def conninfo(dsn: str | None, application: str) -> str:
    """Where to connect to; what the caller says of how takes precedence."""
    ours = {**PATIENT, "application_name": application}
    given = {key: str(said) for key, said in conninfo_to_dict(dsn or server.url()).items()}
    options = [f"-c {name}={setting}" for name, setting in SESSION.items()]
    options.append(given.get("options", ""))
    return make_conninfo("", **(ours | given | {"options": " ".join(options).strip()}))
