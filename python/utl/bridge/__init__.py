"""`utl bridge`: tick the stream's watermark, forward changes to sinks, keep up the partitions.

One bridge leads, by an advisory lock; others of the same database stand by and take over when its
session ends. Each sink is a subscriber named `bridge SINK` with an offset of its own, so a slow or
broken sink holds up no other.

This file is the leader's loop; forwarding.py is a sink's, upkeeping.py that of the partitions, and
sinks.py says what a sink is.
"""

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg

from utl.bridge.dead_letters import DeadLetters
from utl.bridge.forwarding import Delivery, Forwarder, subscriber
from utl.bridge.http import serve
from utl.bridge.metrics import Metrics
from utl.bridge.sinks import Specification, parse_all
from utl.bridge.upkeeping import Upkeeper
from utl.following import BackOff, Terms
from utl.subscription import conninfo

log = logging.getLogger("utl.bridge")

LEADER_LOCK = 0x75746C62  # of the advisory lock; "utlb" in ASCII
LOOK_EVERY_S = 1.0
ATTEMPTS_MAX = 8
UPKEEP_S = 300.0

LEAD = "select pg_catalog.pg_try_advisory_lock(%s)"
TICK = "select utl.tick()"
LAG = "select subscriber, lag_changes, lag_seconds from utl.subscribers where subscriber = any(%s)"
STREAM = "select watermark_age, queue_usage from utl.stream"

Connection = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True)
class Settings:
    """How a bridge works; `port` 0 is any free one, None no HTTP at all."""

    sinks: Sequence[str]
    books: Sequence[str] | None = None
    starts: str = "now"
    tick_s: float = 0.01
    attempts_max: int = ATTEMPTS_MAX
    dead_letters: Path | None = None
    host: str = "127.0.0.1"
    port: int | None = None
    upkeep_s: float = UPKEEP_S  # 0: no upkeep


class Bridge:
    """A bridge of one database. `run` blocks until `stop` is called, from anywhere."""

    def __init__(self, dsn: str, chosen: Settings) -> None:
        self._dsn = dsn
        self._chosen = chosen
        self._specifications = parse_all(chosen.sinks)
        for specification in self._specifications:  # what is wrong with them is said at once
            specification.make().close()
        self.metrics = Metrics([each.name for each in self._specifications])
        self.port: int | None = None
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Stop after what is being sent; safe in a signal handler."""
        self._stopping.set()

    def run(self) -> None:
        """Stand by, lead, and stand by again, until stopped."""
        if self._chosen.port is None:
            self._run()
            return
        with serve(self.metrics, self._chosen.host, self._chosen.port) as self.port:
            log.info("http://%s:%d/healthz and /metrics", self._chosen.host, self.port)
            self._run()

    def _run(self) -> None:
        away = BackOff()
        while not self._stopping.is_set():
            try:
                with psycopg.connect(
                    conninfo(self._dsn, "utl bridge"), autocommit=True
                ) as connection:
                    away.reset()
                    self._stand_by(connection)
                    self._lead(connection)
            except psycopg.Error as error:
                log.warning("%s", str(error).strip())
                self._stopping.wait(away.next_s())

    def _stand_by(self, connection: Connection) -> None:
        """Wait until no other bridge leads. Polling holds no snapshot, as waiting would."""
        waited = False
        while not self._stopping.is_set():
            if connection.execute(LEAD, [LEADER_LOCK]).fetchone() == (True,):
                return
            if not waited:
                log.info("another bridge leads; standing by")
            waited = True
            self._measure(connection)
            self.metrics.beat()
            self._stopping.wait(LOOK_EVERY_S)

    def _lead(self, connection: Connection) -> None:
        if self._stopping.is_set():
            return
        log.info("leading: %s", ", ".join(each.name for each in self._specifications) or "no sinks")
        helpers: list[Forwarder | Upkeeper] = [
            self._forwarder(each) for each in self._specifications
        ]
        if self._chosen.upkeep_s > 0:
            helpers.append(Upkeeper(self._dsn, self._chosen.upkeep_s, self.metrics))
        self.metrics.leader.set(1)
        try:
            for helper in helpers:
                helper.start()
            self._tick(connection)
        finally:
            self.metrics.leader.set(0)
            for helper in helpers:
                helper.stop()
            for helper in helpers:
                helper.join()

    def _tick(self, connection: Connection) -> None:
        measured_at = 0.0
        while not self._stopping.is_set():
            with self.metrics.ticks.time():
                connection.execute(TICK)
            self.metrics.beat()
            if time.monotonic() - measured_at > LOOK_EVERY_S:
                self._measure(connection)
                measured_at = time.monotonic()
            self._stopping.wait(self._chosen.tick_s)

    def _measure(self, connection: Connection) -> None:
        sinks = {subscriber(name): name for name in self.metrics.sinks}
        for name, changes, seconds in connection.execute(LAG, [list(sinks)]):
            self.metrics.lag_changes.labels(sinks[str(name)]).set(float(str(changes)))
            self.metrics.lag_seconds.labels(sinks[str(name)]).set(float(str(seconds)))
        for age, usage in connection.execute(STREAM):
            self.metrics.watermark.set(float(str(age)))
            self.metrics.queue.set(float(str(usage)))

    def _forwarder(self, specification: Specification) -> Forwarder:
        terms = Terms("", books=self._chosen.books, starts=self._chosen.starts)
        delivery = Delivery(
            self._chosen.attempts_max, DeadLetters(self._chosen.dead_letters), terms
        )
        return Forwarder(self._dsn, specification, delivery, self.metrics)
