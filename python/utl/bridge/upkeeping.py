"""Upkeep of partitions beside the ticking: a thread of the leader, with a connection of its own."""

import logging
import threading

import psycopg

from utl import upkeep
from utl.bridge.metrics import Metrics
from utl.subscription import conninfo

log = logging.getLogger("utl.bridge")


class Upkeeper(threading.Thread):
    """Calls utl.maintain every so often until it is stopped, whatever happens."""

    def __init__(self, dsn: str, every_s: float, metrics: Metrics) -> None:
        super().__init__(name="upkeep", daemon=True)
        self._dsn = dsn
        self._every_s = every_s
        self._metrics = metrics
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Stop after what is being done."""
        self._stopping.set()

    def run(self) -> None:
        """Do what is due, at once and then every so often; an error is for the next time."""
        while not self._stopping.is_set():
            try:
                self._maintain()
            except psycopg.Error as error:
                self._metrics.upkeep.labels("maintain", "failed").inc()
                log.warning("upkeep: %s", str(error).strip())
            self._stopping.wait(self._every_s)

    def _maintain(self) -> None:
        with psycopg.connect(
            conninfo(self._dsn, "utl bridge upkeep"), autocommit=True
        ) as connection:
            for step in upkeep.maintain(connection):
                self._metrics.upkeep.labels(step.task, step.outcome).inc()
                log.info("upkeep: %s", step)
                if self._stopping.is_set():
                    return
