"""One sink's way from the log to the sink: a thread, a subscriber, an offset."""

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import psycopg

from utl.bridge.dead_letters import DeadLetters
from utl.bridge.message import Message
from utl.bridge.metrics import Metrics
from utl.bridge.sinks import Refused, Sink, Specification, Unavailable
from utl.changes import Change
from utl.following import BackOff, Terms
from utl.subscription import Stopped, Subscription, conninfo

log = logging.getLogger("utl.bridge")

SEND_MAX = 100  # messages at once: what a crash between sending and acknowledging sends again
WAIT_S = 0.5
RETRY_MIN_S, RETRY_MAX_S = 0.1, 30.0
TROUBLE_MIN_S, TROUBLE_MAX_S = 1.0, 60.0  # while a person is needed: wrong offset, wrong filter


@dataclass(frozen=True)
class Delivery:
    """How a sink's messages are sent: how often a refused one, and where to when it is dead."""

    attempts_max: int
    dead_letters: DeadLetters
    terms: Terms  # the name is each sink's own


class Forwarder(threading.Thread):
    """Forwards until it is stopped, whatever happens."""

    def __init__(
        self, dsn: str, specification: Specification, delivery: Delivery, metrics: Metrics
    ) -> None:
        super().__init__(name=f"sink {specification.name}", daemon=True)
        self.subscriber = subscriber(specification.name)
        self._dsn = dsn
        self._sink_name = specification.name
        self._specification = specification
        self._delivery = delivery
        self._metrics = metrics
        self._state = metrics.sinks[specification.name]
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Stop after what is being sent."""
        self._stopping.set()

    def run(self) -> None:
        """Forward; after an error that needs a person, try again less and less often."""
        sink = self._specification.make()
        patience = BackOff(TROUBLE_MIN_S, TROUBLE_MAX_S)
        while not self._stopping.is_set():
            terms = replace(self._delivery.terms, name=self.subscriber)
            subscription = Subscription(self._dsn, terms, self._stopping)
            try:
                self._forward(sink, subscription, patience)
            except Stopped:
                pass
            except (psycopg.Error, OSError) as error:  # OSError: of the dead letters' disk
                self._trouble("stream", str(error).strip())
                self._stopping.wait(patience.next_s())
            except Exception as error:  # a mistake of ours must not end it, unseen
                log.exception("%s", self._sink_name)
                self._trouble("unexpected", f"{type(error).__name__}: {error}")
                self._stopping.wait(patience.next_s())
            finally:
                subscription.close()
        sink.close()

    def _forward(self, sink: Sink, subscription: Subscription, patience: BackOff) -> None:
        incarnation = self._incarnation()
        while not self._stopping.is_set():
            changes = subscription.batch(WAIT_S)
            patience.reset()
            for first in range(0, len(changes), SEND_MAX):
                self._deliver(sink, subscription, changes[first : first + SEND_MAX], incarnation)
            if not changes and self._state.trouble is not None:
                self._state.well()

    def _incarnation(self) -> str:
        with psycopg.connect(conninfo(self._dsn, "utl bridge"), autocommit=True) as connection:
            row = connection.execute("select incarnation::text from utl.stream").fetchone()
        return str(row[0]) if row else ""

    def _deliver(
        self, sink: Sink, subscription: Subscription, changes: Sequence[Change], incarnation: str
    ) -> None:
        """Send until everything is sent, or dead."""
        left = [Message.of(change, incarnation) for change in changes]
        retry = BackOff(RETRY_MIN_S, RETRY_MAX_S)
        refusals = 0
        while left:
            sent, refused = self._attempt(sink, left)
            if sent:
                subscription.acknowledge(left[sent - 1].change_id)
                self._count(changes[len(changes) - len(left) :][:sent])
                left, refusals = left[sent:], 0
                retry.reset()
            if refused is not None:
                refusals += 1
            if refused is not None and refusals >= self._delivery.attempts_max:
                self._bury(left[0], refused, refusals)
                subscription.acknowledge(left[0].change_id)
                left, refusals = left[1:], 0
            elif left and self._stopping.wait(retry.next_s()):
                raise Stopped

    def _attempt(self, sink: Sink, messages: Sequence[Message]) -> tuple[int, str | None]:
        """Send; say how many got through, and why the next one was refused, if it was."""
        try:
            sink.send(messages)
        except Unavailable as error:
            self._trouble("unavailable", str(error))
            return error.sent, None
        except Refused as error:
            self._trouble("refused", str(error))
            return error.sent, str(error)
        except Exception as error:  # a client's own mistake must not stop the others
            log.exception("%s", self._sink_name)
            self._trouble("unexpected", f"{type(error).__name__}: {error}")
            return 0, f"{type(error).__name__}: {error}"
        self._state.well()
        return len(messages), None

    def _count(self, changes: Sequence[Change]) -> None:
        now = time.time()
        self._metrics.changes.labels(self._sink_name).inc(len(changes))
        for change in changes:
            delay_s = max(now - change.changed_at.timestamp(), 0)
            self._metrics.delivery.labels(self._sink_name).observe(delay_s)

    def _bury(self, message: Message, reason: str, attempts: int) -> None:
        log.error("%s: change %d is a dead letter: %s", self._sink_name, message.change_id, reason)
        self._delivery.dead_letters.add(self._sink_name, message, reason, attempts)
        self._metrics.dead.labels(self._sink_name).inc()

    def _trouble(self, kind: str, reason: str) -> None:
        log.warning("%s: %s", self._sink_name, reason)
        self._metrics.errors.labels(self._sink_name, kind).inc()
        self._state.ill(reason)


def subscriber(sink: str) -> str:
    """The name under which a sink subscribes."""
    return f"bridge {sink}"
