"""What people see of the stream: `utl watch` and `utl subscribers`."""

import io
import os
import pty
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from rich.console import Console, RenderableType

import utl
import utl.watch
from tests.streaming import BOOK, INSTRUMENT, PATIENCE_S, buy, in_thread, make_book, wait_until
from utl import subscribers
from utl.watch import Board, watch

Connection = psycopg.Connection[Any]


@pytest.fixture
def trading(connection: psycopg.Connection) -> psycopg.Connection:
    make_book(connection, BOOK, "other", instruments=[INSTRUMENT, "ETH/USDT"])
    connection.execute(
        """
        select utl.record_prices(
            format('[{"instrument": "BTC/USDT", "mark": "130", "at": "%s"}]', now())::jsonb,
            source => 'test'
        )
        """
    )
    return connection


def shown(board: Board) -> str:
    console = Console(width=120, file=io.StringIO(), record=True)
    console.print(Board.render(board, 20))  # whatever else its own would do
    return console.export_text()


def interrupted(monkeypatch: pytest.MonkeyPatch, when: Callable[[Board], bool]) -> None:
    """Have a watcher see Ctrl-C as soon as its board is so."""

    class Interrupted(Board):
        def render(self, rows_max: int) -> RenderableType:
            if when(self):
                raise KeyboardInterrupt
            return super().render(rows_max)

    monkeypatch.setattr(utl.watch, "Board", Interrupted)


def is_appraised_after_a_change(board: Board) -> bool:
    return board.changes > 0 and all(line.total_pnl is not None for line in board.lines.values())


def test_watch_shows_positions_pnl_and_the_last_changes(
    database: str, trading: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    buy(trading, "1")
    boards: list[Board] = []
    console = Console(file=io.StringIO(), width=120)
    interrupted(monkeypatch, is_appraised_after_a_change)

    with in_thread(lambda: boards.append(watch(database, [BOOK], console)), lambda: None):
        watchers = "select from utl.subscribers where subscriber ~ '^watch '"
        wait_until(lambda: trading.execute(watchers).fetchall(), "it follows")
        buy(trading, "2", book="other")
        buy(trading, "3")

    text = shown(boards[0])
    assert "1 positions, 1 changes" in text
    (line,) = [line for line in text.splitlines() if " 130 " in line]
    assert line.split() == [BOOK, INSTRUMENT, "2", "100", "130", "0.00", "60.00", "60.00"]
    assert "fill" in text.partition("last changes")[2]
    left = trading.execute("select subscriber from utl.subscribers").fetchall()
    assert left == []


def test_watch_lives_in_a_terminal_until_ctrl_c(database: str, trading: Connection) -> None:
    buy(trading, "1")
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "utl.cli", "watch"]
    environment = os.environ | {"DATABASE_URL": database, "COLUMNS": "120", "TERM": "xterm"}
    with subprocess.Popen(
        command, env=environment, stdout=theirs, stderr=theirs, preexec_fn=heed_ctrl_c
    ) as process:
        os.close(theirs)
        screen = read_until(ours, INSTRUMENT)
        assert "1 positions" in screen
        process.send_signal(signal.SIGINT)
        read_until(ours, None)
        assert process.wait(PATIENCE_S) == 0
    os.close(ours)


def test_a_watcher_that_was_killed_is_forgotten_by_the_next(
    database: str, trading: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    for pid in (process.pid, os.getppid()):
        trading.execute("select utl.subscribe(%s)", [f"watch {socket.gethostname()} {pid}"])
    trading.execute("select utl.subscribe('watch elsewhere 1')")
    interrupted(monkeypatch, lambda _: True)

    watch(database, [BOOK], Console(file=io.StringIO()))

    left = trading.execute("select subscriber from utl.subscribers order by 1").fetchall()
    assert left == [("watch elsewhere 1",), (f"watch {socket.gethostname()} {os.getppid()}",)]


def heed_ctrl_c() -> None:
    """What runs in the background ignores SIGINT, and so would what it starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def read_until(terminal: int, text: str | None) -> str:
    """What the terminal shows until a text comes, or, without one, until it is closed."""
    seen = ""
    deadline = time.monotonic() + PATIENCE_S
    while text is None or text not in seen:
        assert time.monotonic() < deadline, seen
        if select.select([terminal], [], [], 0.5)[0]:
            try:
                seen += os.read(terminal, 65536).decode(errors="replace")
            except OSError:  # Linux says so when nobody has the other end open
                return seen
    return seen


def test_subscribers_shows_how_far_behind_each_is(
    database: str, trading: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", database)
    with utl.subscribe(database, name="risk", books=[BOOK]) as changes:
        assert changes.next(wait_s=0) is None
    for identity in "12":
        buy(trading, identity)
    console = Console(width=120, file=io.StringIO(), record=True)

    subscribers.show(console)

    text = console.export_text()
    (line,) = [line for line in text.splitlines() if line.strip().startswith("risk")]
    assert line.split()[:4] == ["risk", BOOK, "0", "2"]
    assert "notify direct, its queue 0.0% full" in text
