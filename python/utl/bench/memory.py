"""How much memory one COPY of a million fills takes in the session that runs it.

What counts is memory of the backend's own (RssAnon of Linux's /proc), not the shared buffers that
it touches. On a server elsewhere, or on another system, nothing can be read and no figure is given.
"""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from utl.bench.beside_bare import FILLS
from utl.bench.figures import Figure, Found, at_most
from utl.bench.fills import make_blocks
from utl.bench.pgbench import SHAPE
from utl.bench.register import Bench, measurement
from utl.bench.scratch import Connection, one

PAUSE_S = 0.02
BACKEND_MB = at_most(300)


@measurement("memory")
def measure(bench: Bench) -> Found:
    """Measure each set of costings once: the peak is the same each time. The books are not checked:
    that takes longer than the COPY, and of shorter ones they are.
    """
    figures = []
    fills = bench.plan.copied_fills
    for costings in bench.plan.costings or ("fifo",):
        bench.say(f"one COPY of {fills:,} fills, {costings}")
        with bench.scratch.database(costings, SHAPE) as target:
            (block,) = make_blocks(target.ids, fills, fills)
            if (status := _status_file(target.connection)) is None:
                return Found()
            with _watched(status) as peak_kb:
                target.copy(FILLS, block)
        what = f"peak of a backend, one COPY of {fills:,}"
        figures.append(Figure("memory", what, costings, "MB", [max(peak_kb) / 1024], BACKEND_MB))
    return Found(figures)


def _status_file(connection: Connection) -> Path | None:
    """Find the file that tells the backend's memory, if it runs on this machine."""
    process = Path("/proc") / str(one(connection, "select pg_catalog.pg_backend_pid()"))
    status = process / "status"
    try:
        command = (process / "cmdline").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    is_ours = connection.info.dbname in command  # its title: postgres: user database client
    return status if is_ours and _own_kb(status) is not None else None


@contextmanager
def _watched(status: Path) -> Iterator[list[int]]:
    """Note the backend's own memory, in kB, again and again while the block runs."""
    found = [_own_kb(status) or 0]
    is_over = threading.Event()

    def watch() -> None:
        while not is_over.wait(PAUSE_S):
            found.append(_own_kb(status) or 0)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield found
    finally:
        is_over.set()
        watcher.join()


def _own_kb(status: Path) -> int | None:
    match = re.search(r"^RssAnon:\s*(\d+) kB", status.read_text(encoding="utf-8"), re.M)
    return int(match[1]) if match else None
