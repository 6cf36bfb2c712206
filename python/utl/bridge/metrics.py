"""What a bridge tells Prometheus, and whoever asks for its health."""

import math
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

DELIVERY_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600)
TICK_BUCKETS_S = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1)
STALE_AFTER_S = 5.0  # a leader that has not ticked for so long is not well


@dataclass
class SinkState:
    """How a sink does: `trouble` is the last error, None when it does well."""

    trouble: str | None = None
    since: float = field(default_factory=time.time)

    def well(self) -> None:
        """It works."""
        if self.trouble is not None:
            self.trouble, self.since = None, time.time()

    def ill(self, trouble: str) -> None:
        """It does not."""
        if self.trouble is None:
            self.since = time.time()
        self.trouble = trouble


class Metrics:
    """All figures of one bridge. Names and labels are a contract: dashboards have them."""

    def __init__(self, sinks: Sequence[str]) -> None:
        self.registry = CollectorRegistry()
        self.sinks = {name: SinkState() for name in sinks}
        self.ticked_at = -math.inf  # time.monotonic of the last tick, or look at the lock
        self.lock = threading.Lock()
        ProcessCollector(registry=self.registry)

        def gauge(name: str, meaning: str, *labels: str) -> Gauge:
            return Gauge(name, meaning, labels, registry=self.registry)

        def counter(name: str, meaning: str, *labels: str) -> Counter:
            return Counter(name, meaning, labels, registry=self.registry)

        def histogram(name: str, meaning: str, buckets: Sequence[float], *labels: str) -> Histogram:
            return Histogram(name, meaning, labels, buckets=buckets, registry=self.registry)

        self.leader = gauge("utl_bridge_leader", "1 on the bridge that forwards, 0 on a stand-by")
        self.changes = counter("utl_bridge_changes", "Changes that a sink confirmed", "sink")
        self.errors = counter("utl_bridge_errors", "Failed attempts to send", "sink", "kind")
        self.dead = counter("utl_bridge_dead_letters", "Changes that a sink never took", "sink")
        self.upkeep = counter(
            "utl_bridge_upkeep", "What was done, deferred or failed", "task", "outcome"
        )
        self.lag_changes = gauge("utl_bridge_lag_changes", "Changes not yet acknowledged", "sink")
        self.lag_seconds = gauge("utl_bridge_lag_seconds", "Age of the oldest of them", "sink")
        self.delivery = histogram(
            "utl_bridge_delivery_seconds", "From booked to confirmed", DELIVERY_BUCKETS_S, "sink"
        )
        self.ticks = histogram("utl_bridge_tick_seconds", "Duration of a tick", TICK_BUCKETS_S)
        self.watermark = gauge("utl_stream_watermark_age_seconds", "Age of the watermark")
        self.queue = gauge("utl_stream_notify_queue_usage", "Share of the NOTIFY queue in use")
        for name in sinks:  # so that they are there before anything happened
            for figure in (self.changes, self.dead, self.lag_changes, self.lag_seconds):
                figure.labels(name)

    def beat(self) -> None:
        """The bridge ticked, or saw that another one leads."""
        self.ticked_at = time.monotonic()

    def health(self) -> tuple[bool, dict[str, object]]:
        """Whether the bridge does what it is for, and the state of its parts.

        A sink in trouble does not make the bridge ill: restarting it would not help.
        """
        leads = bool(self.leader._value.get())
        quiet_s = time.monotonic() - self.ticked_at
        sinks = {
            name: {"state": "ok" if state.trouble is None else "retrying", "error": state.trouble}
            for name, state in self.sinks.items()
        }
        well = quiet_s < STALE_AFTER_S
        role = "leader" if leads else "stand-by"
        return well, {"status": "ok" if well else "no server", "role": role, "sinks": sinks}
