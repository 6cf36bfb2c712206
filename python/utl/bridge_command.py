"""`utl bridge`: run a bridge until a signal stops it; `utl resend`: its dead letters, once more.

The bridge's log goes to standard error.
"""

import logging
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from utl import server
from utl.bridge import Bridge, Settings
from utl.bridge.dead_letters import DeadLetters
from utl.bridge.sinks import Refused, SinkError, Specification, Unavailable
from utl.settings import UtlError


def run(
    sinks: Sequence[str],
    books: Sequence[str] | None,
    starts: str,
    listen: str | None,
    tick_ms: float,
    attempts: int,
    dead_letters: Path | None,
    upkeep_s: float,
) -> None:
    """Run it. Raises SinkError when the sinks, or the address to listen on, make no sense."""
    logging.basicConfig(
        level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s"
    )
    host, port = _address(listen)
    chosen = Settings(
        sinks,
        books,
        starts,
        tick_ms / 1000,
        attempts,
        dead_letters,
        host=host,
        port=port,
        upkeep_s=upkeep_s,
    )
    bridge = Bridge(server.url(), chosen)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: bridge.stop())
    bridge.run()


def resend(sink: str, dead_letters: Path | None, console: Console) -> None:
    """Send a sink's dead letters again. Raises UtlError if one is not taken: it and others stay."""
    specification = Specification.parse(sink)
    letters = DeadLetters(dead_letters)
    target = specification.make()
    try:
        sent = letters.resend(specification.name, lambda message: target.send([message]))
    except (Refused, Unavailable) as error:
        raise UtlError(
            f"{specification.name} did not take a dead letter",
            detail=str(error),
            hint="it is kept, with those after it",
        ) from error
    finally:
        target.close()
    console.print(f"{sent:,} dead letters of {specification.name} sent")


def _address(listen: str | None) -> tuple[str, int | None]:
    if listen is None:
        return "127.0.0.1", None
    host, _, port = listen.rpartition(":")
    if not port.isdigit() or int(port) > 65535:
        raise SinkError(f"not HOST:PORT: {listen}", hint="such as --listen 127.0.0.1:9187")
    return host.strip("[]") or "127.0.0.1", int(port)
