"""How a subscriber follows the stream, apart from how it waits: steps for threads or asyncio.

A `Follower` says what to do next (connect, run this statement, wait for the doorbell, rest) as a
generator of steps; `utl.subscription` has the two drivers that do them. What it keeps to:

-   LISTEN comes before the first fetch, so that no bell is missed; the bell is only a hint, and the
    log is read every second without one.
-   A change is done when the caller asks for the next one. What is done is acknowledged ten times a
    second, without waiting for the disk, which would hold up the next change: after a crash of the
    server it is acknowledged again. What a crash of the caller leaves unacknowledged comes again.
-   One session at a time follows under a name, by an advisory lock. Another one waits, and goes on
    where the first one stopped.
-   A writer's own bell may come before its change is safe to read: who hears it moves the watermark
    (utl.tick), and again, soon at first and more and more slowly, while an older transaction runs.
-   Anybody may ring, with whatever payload: how far the log is read, only the log says.
"""

import contextlib
import json
import logging
import math
import random
import time
from collections import deque
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import psycopg
from psycopg import errors

from utl.changes import COLUMNS, Change, PositionKey, from_row
from utl.ledger import is_passing

log = logging.getLogger("utl.subscribe")

CHANNEL = "utl_positions"
NAME_LOCK = 0x75746C73  # first key of the advisory lock on a subscriber's name; "utls" in ASCII
MAX_CHANGES = 1_000
LOOK_EVERY_S = 1.0  # without a bell
ACKNOWLEDGE_EVERY_S = 0.1
SKIP_EVERY_S = 1.0  # move the offset over changes that are not wanted
AGAIN_MIN_S, AGAIN_MAX_S = 0.001, 0.05  # between looks at a watermark that lags behind the bell

SUBSCRIBE = """
    select from utl.subscribe(
        %(name)s, books => %(books)s, instruments => %(instruments)s, causes => %(causes)s,
        costings => %(costings)s, starts => %(starts)s
    )
"""
LOCK = "select pg_catalog.pg_try_advisory_lock(%s, pg_catalog.hashtext(%s))"
TICK = "select utl.tick()"
TICK_TO = "select utl.tick(), last_change_id from utl.stream"
# How far the log can be read, and what there is of it; at least one row, of nulls if need be.
# Python has no -infinity, the time of a position none of whose facts counts any more.
NAMES = ", ".join(COLUMNS).replace("effective_at", "nullif(effective_at, '-infinity')")
FETCH = f"""
    select safe, {NAMES}
    from utl.tick() as safe left join lateral utl.fetch_changes(%s, %s) on true
"""  # noqa: S608 - our own names
ACKNOWLEDGE = "select utl.acknowledge(%s, %s)"
ACKNOWLEDGE_FOR_GOOD = f"{ACKNOWLEDGE} from pg_catalog.set_config('synchronous_commit', 'on', true)"


@dataclass(frozen=True)
class Connect:
    """Step: connect, and LISTEN."""


@dataclass(frozen=True)
class Disconnect:
    """Step: close the connection, whatever state it is in."""


@dataclass(frozen=True)
class Run:
    """Step: run a statement; its rows are the answer."""

    statement: str
    parameters: Sequence[object] | dict[str, object] = ()


@dataclass(frozen=True)
class Listen:
    """Step: wait for notifications, at most so long; their payloads are the answer."""

    seconds: float


@dataclass(frozen=True)
class Rest:
    """Step: do nothing for a while."""

    seconds: float


Step = Connect | Disconnect | Run | Listen | Rest
T = TypeVar("T")
Steps = Generator[Step, Any, T]


@dataclass
class BackOff:
    """How long to wait after the n-th failure in a row: doubled each time, and never quite alike.

    Those who lost the same server do not come back all at the same moment.
    """

    first_s: float = 0.1
    most_s: float = 5.0
    failures: int = 0

    def next_s(self) -> float:
        """Count a failure, and say how long to wait."""
        wait_s = min(self.first_s * 2.0**self.failures, self.most_s)
        self.failures = min(self.failures + 1, 32)
        return wait_s * random.uniform(0.5, 1)  # noqa: S311 - no secret

    def reset(self) -> None:
        """It works again."""
        self.failures = 0


@dataclass(frozen=True)
class Terms:
    """What a subscriber is called and wants; a book stands for its whole subtree."""

    name: str
    books: Sequence[str] | None = None
    instruments: Sequence[str] | None = None
    causes: Sequence[str] | None = None
    costings: str = "primary"
    starts: str = "now"
    max_changes: int = MAX_CHANGES

    def parameters(self) -> dict[str, object]:
        """The arguments of utl.subscribe."""
        return {
            "name": self.name,
            "books": _as_list(self.books),
            "instruments": _as_list(self.instruments),
            "causes": _as_list(self.causes),
            "costings": self.costings,
            "starts": self.starts,
        }


@dataclass
class Follower:
    """A subscriber's state: what it has, what it handed out, what it has acknowledged."""

    terms: Terms
    queue: deque[Change] = field(default_factory=deque)
    handed_out: int = 0  # the last change that the caller got
    done: int = 0  # the last change that he is done with
    acknowledged: int = 0
    gaps: int = 0  # how often a version was missing: never, unless something is wrong
    _seen: int = 0  # the log is read up to here, whether anything matched or not
    _safe: int = 0  # the watermark as the server told it last
    _rung: int = 0  # the highest change that a bell spoke of
    _drained: bool = False  # the last fetch got all that was safe
    _is_open: bool = False
    _ever_connected: bool = False
    _subscribed: bool = False
    _acknowledged_at: float = field(default_factory=time.monotonic)
    _failing: BackOff = field(default_factory=BackOff)
    _lagging: BackOff = field(default_factory=lambda: BackOff(AGAIN_MIN_S, AGAIN_MAX_S))
    _versions: dict[PositionKey, int] = field(default_factory=dict)

    def advance(self, wait_s: float | None = None) -> Steps[Change | None]:
        """The next change; the one before it is done. None if none comes within `wait_s`."""
        self.done = self.handed_out
        must = not self.queue and not self._drained  # else the next fetch would not get further
        if self._acknowledge_in_s() <= 0 or (must and self.done > self.acknowledged):
            yield from self._persist(lambda: self._acknowledge(self.done))
        if not self.queue:
            yield from self.batch(wait_s)
        return self._hand_out() if self.queue else None

    def take_all(self) -> list[Change]:
        """Hand out all that was fetched."""
        return [self._hand_out() for _ in range(len(self.queue))]

    def batch(self, wait_s: float | None = None) -> Steps[None]:
        """Fetch the next changes into the queue; give up after `wait_s`."""
        deadline = None if wait_s is None else time.monotonic() + wait_s
        while not self.queue:
            left_s = None if deadline is None else deadline - time.monotonic()
            yield from self._persist(lambda left_s=left_s: self._look(left_s))  # type: ignore[misc]
            if deadline is not None and time.monotonic() >= deadline:
                return

    def acknowledge(self, change_id: int) -> Steps[None]:
        """Say that everything up to a change is done, once and for all."""
        self.done = max(self.done, change_id)
        yield from self._persist(lambda: self._acknowledge(change_id, ACKNOWLEDGE_FOR_GOOD))

    def last_steps(self) -> list[Run]:
        """What remains to be done before the connection is closed."""
        if not self._is_open or self.done <= self.acknowledged:
            return []
        return [Run(ACKNOWLEDGE_FOR_GOOD, [self.terms.name, self.done])]

    def closed(self) -> None:
        """The connection is closed: what was fetched and not handed out will be fetched again."""
        self._is_open = self._drained = False
        self.queue.clear()
        # A server that crashed may know less.
        self._seen = self._safe = self._rung = self.acknowledged = 0

    def _look(self, wait_s: float | None) -> Steps[None]:
        """Wait for the bell, unless there is more to fetch right away; then fetch."""
        if not self._drained:
            yield from self._fetch()
        if self.queue:
            return
        yield from self._acknowledge_skipped()
        pause_s = LOOK_EVERY_S if self._rung <= self._safe else self._lagging.next_s()
        pause_s = min(pause_s, self._acknowledge_in_s())
        payloads = yield Listen(pause_s if wait_s is None else min(pause_s, wait_s))
        for payload in payloads:
            self._hear(payload)
        if payloads:
            if self._rung > self._safe:
                yield from self._fetch()  # which ticks: mostly that is all it takes
        elif self._acknowledge_in_s() <= 0:
            yield from self._acknowledge(self.done)
        elif self._rung <= self._safe or (yield from self._has_moved()):
            yield from self._fetch()

    def _has_moved(self) -> Steps[bool]:
        """Whether the watermark comes on when it is ticked, which costs less than a fetch."""
        ((safe,),) = yield Run(TICK)
        return self._learn(safe)

    def _learn(self, safe: int) -> bool:
        """Keep where the watermark is; whether it has moved: no long transaction holds it up."""
        has_moved = safe > self._safe
        if has_moved:
            self._lagging.reset()
        self._safe = safe
        return has_moved

    def _fetch(self) -> Steps[None]:
        rows = yield Run(FETCH, [self.terms.name, self.terms.max_changes])
        found = [from_row(row[1:]) for row in rows if row[1] is not None]
        # What is not acknowledged yet is given again.
        self.queue.extend(change for change in found if change.change_id > self.handed_out)
        self._drained = len(found) < self.terms.max_changes
        self._learn(rows[0][0])
        self._seen = self._safe if self._drained else found[-1].change_id

    def _acknowledge_skipped(self) -> Steps[None]:
        """Move the offset over what others' changes are, so that it does not seem to lag."""
        due = time.monotonic() - self._acknowledged_at > SKIP_EVERY_S
        if due and self._seen > max(self.acknowledged, self.handed_out):
            yield from self._acknowledge(self._seen)

    def _acknowledge_in_s(self) -> float:
        """How long what is done may stay unacknowledged; for ever if it is not."""
        if self.done <= self.acknowledged:
            return math.inf
        return self._acknowledged_at + ACKNOWLEDGE_EVERY_S - time.monotonic()

    def _acknowledge(self, change_id: int, statement: str = ACKNOWLEDGE) -> Steps[None]:
        if change_id > self.acknowledged:
            yield Run(statement, [self.terms.name, change_id])
            self.acknowledged = change_id
        self._acknowledged_at = time.monotonic()

    def _persist(self, work: Callable[[], Steps[T]]) -> Steps[T]:
        """Do it, and connect again as often as need be; what cannot pass is raised."""
        while True:
            try:
                if not self._is_open:
                    yield from self._open()
                done = yield from work()
            except psycopg.Error as error:
                # At first a wrong address or password is the likeliest reason: say so at once.
                if not (self._ever_connected and _may_pass(error)):
                    yield Disconnect()
                    raise
                self._is_open = False
                wait_s = self._failing.next_s()
                log.warning("%s: %s; again in %.1f s", self.terms.name, _first_line(error), wait_s)
                yield Disconnect()
                yield Rest(wait_s)
            else:
                self._failing.reset()
                return done

    def _open(self) -> Steps[None]:
        yield Connect()
        self._ever_connected = True
        if not self._subscribed:  # once: after a failover it would hide that the offset is void
            yield Run(SUBSCRIBE, self.terms.parameters())
            self._subscribed = True
        yield from self._lock()
        # What a crash took back of the watermark comes again with the next ticks; what it took back
        # of the changes does not: acknowledging them says so.
        last = self.done
        while self._safe < self.done <= last:
            ((safe, last),) = yield Run(TICK_TO)
            if not self._learn(safe):
                yield Rest(AGAIN_MAX_S)
        yield from self._acknowledge(self.done)
        self._is_open = True

    def _lock(self) -> Steps[None]:
        lock = Run(LOCK, [NAME_LOCK, self.terms.name])
        rows = yield lock
        if rows == [(False,)]:
            log.warning("%s: another session follows under this name", self.terms.name)
        while rows == [(False,)]:
            yield Rest(LOOK_EVERY_S)
            rows = yield lock

    def _hand_out(self) -> Change:
        change = self.queue.popleft()
        self._check_version(change)
        self.handed_out = change.change_id
        return change

    def _hear(self, payload: str) -> None:
        with contextlib.suppress(ValueError, TypeError, KeyError):  # somebody else's
            self._rung = max(self._rung, int(json.loads(payload)["change_id"]))

    def _check_version(self, change: Change) -> None:
        """Say so if a version is missing; with a filter on causes, some are bound to be."""
        known = self._versions.get(change.position)
        self._versions[change.position] = change.version
        if known is not None and not self.terms.causes and change.version != known + 1:
            self.gaps += 1
            log.error(
                "%s: %s went from version %d to %d at change %d: see utl.verify_stream",
                self.terms.name, "/".join(filter(None, change.position)), known, change.version,
                change.change_id,
            )  # fmt: skip


def _may_pass(error: psycopg.Error) -> bool:
    """Whether to connect again: the server is away, restarts, is full, or is a standby still."""
    if isinstance(error, psycopg.OperationalError) and is_passing(error):
        return True
    return isinstance(
        error,
        errors.ReadOnlySqlTransaction | errors.TooManyConnections | errors.IdleSessionTimeout,
    )


def _as_list(names: Sequence[str] | None) -> list[str] | None:
    return None if names is None else list(names)


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
