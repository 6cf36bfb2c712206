"""What tests of the stream share: a book that trades, and brokers of a test's own."""

import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from tests.database import STATE

BROKERS = STATE / "tools" / "brokers"
PATIENCE_S = 300.0  # until it has failed: other tests, and other people, load the machine
BOOK, ACCOUNT, INSTRUMENT = "mm", "binance-1", "BTC/USDT"
INSERT_FILL = """
    insert into utl.fills (
        book_id, account_id, instrument_id, venue_fill_id, side, quantity, price, executed_at
    )
    select
        utl.book_id(%(book)s), utl.account_id(%(account)s), utl.instrument_id(%(instrument)s),
        n, 'buy', 1, 100, clock_timestamp()
    from unnest(%(identities)s::text[]) as n
    returning fill_id
"""

Connection = psycopg.Connection[Any]


def make_book(connection: Connection, *books: str, instruments: Sequence[str] = ()) -> None:
    """Books with an account and instruments to trade."""
    for book in books or (BOOK,):
        connection.execute("select utl.add_book(%s, reporting_asset => 'USDT')", [book])
    connection.execute("select utl.add_account(%s, venue => 'binance')", [ACCOUNT])
    for instrument in instruments or (INSTRUMENT,):
        connection.execute("select utl.add_instrument(%s)", [instrument])


def buy(
    connection: Connection, *identities: str, book: str = BOOK, instrument: str = INSTRUMENT
) -> list[int]:
    """Buy one for each identity, in one statement; return the fills' ids."""
    names = {"book": book, "account": ACCOUNT, "instrument": instrument}
    found = connection.execute(INSERT_FILL, names | {"identities": list(identities)})
    return [fill_id for (fill_id,) in found]


def wait_until(true: Callable[[], object], what: str, patience_s: float = PATIENCE_S) -> None:
    """Wait until something is true; fail if it does not become so."""
    deadline = time.monotonic() + patience_s
    while not true():
        assert time.monotonic() < deadline, f"not within {patience_s} s: {what}"
        time.sleep(0.02)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answers(port: int, question: bytes, answer: bytes) -> bool:
    """Whether a server is there and ready, and not just listening."""
    with socket.socket() as probe:
        probe.settimeout(1)
        try:
            probe.connect(("127.0.0.1", port))
            probe.sendall(question)
            return probe.recv(4096).startswith(answer)
        except OSError:
            return False


class Broker:
    """A broker's server: started, stopped, and started again with what it had."""

    def __init__(
        self, folder: Path, program: str, options: Sequence[str], hello: tuple[bytes, bytes]
    ) -> None:
        self.port = free_port()
        self._hello = hello
        self._folder = folder
        self._command = [_program(program), *(each.format(port=self.port) for each in options)]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        libraries = sorted({str(file.parent) for file in BROKERS.rglob("*.so*")})
        with (self._folder / "broker.log").open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd=self._folder,
                env=os.environ | {"LD_LIBRARY_PATH": os.pathsep.join(libraries)},
                stdout=log,
                stderr=log,
            )
        wait_until(lambda: answers(self.port, *self._hello), f"{self._command[0]} answers")

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(PATIENCE_S)
            self._process = None


@contextmanager
def redis_server(folder: Path) -> Iterator[Broker]:
    """Redis that has every acknowledged entry after a restart."""
    options = ("--port", "{port}", "--bind", "127.0.0.1", "--appendonly", "yes", "--save", "")
    yield from _running(Broker(folder, "redis-server", options, (b"PING\r\n", b"+PONG")))


@contextmanager
def nats_server(folder: Path) -> Iterator[Broker]:
    """NATS with JetStream."""
    options = ("--port", "{port}", "--addr", "127.0.0.1", "--jetstream", "--store_dir", "jetstream")
    yield from _running(Broker(folder, "nats-server", options, (b"", b"INFO")))


def _running(broker: Broker) -> Iterator[Broker]:
    broker.start()
    try:
        yield broker
    finally:
        broker.stop()


def _program(name: str) -> str:
    for folder in ("usr/bin", "usr/sbin"):
        if (BROKERS / folder / name).exists():
            return str(BROKERS / folder / name)
    raise AssertionError(f"no {name}: run `make tools`, which fetches it")


@contextmanager
def in_thread(work: Callable[[], object], stop: Callable[[], object]) -> Iterator[threading.Thread]:
    """Run something in a thread while the block runs, then stop it."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield thread
    finally:
        stop()
        thread.join(PATIENCE_S)
        assert not thread.is_alive(), "it did not stop"
