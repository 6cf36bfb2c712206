"""`utl watch`: positions, PnL and the last changes as a table that lives.

Positions come from utl.pnl, which has prices in it, at the start and every few seconds; in between,
each change is put in as it arrives. The watcher is a subscriber for as long as it runs.
"""

import contextlib
import os
import socket
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import psutil
import psycopg
from rich.box import SIMPLE_HEAD
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from utl.changes import Change
from utl.following import Terms
from utl.subscription import Subscription

APPRAISE_EVERY_S = 2.0
WAIT_S = 0.25
LAST_CHANGES = 8
HIGHLIGHT_S = 1.5  # how long a row that changed stands out
TERMINAL_MARGIN = 14  # lines that are not positions

APPRAISE = """
    select book, account, instrument, quantity, average_cost, realized_pnl, unrealized_pnl,
        total_pnl, price
    from utl.pnl
    where is_primary and (
        %(books)s::text[] is null
        or book in (
            with recursive subtree as (
                select unnest(%(books)s::text[]) as book
                union
                select b.book from utl.books as b inner join subtree as s on b.parent = s.book
            )
            select s.book from subtree as s
        )
    )
"""

Key = tuple[str, str | None, str]


@dataclass
class Line:
    """A position as it is shown; unrealized and total PnL and the price are of the last look."""

    quantity: Decimal
    average_cost: Decimal | None
    realized_pnl: Decimal
    unrealized_pnl: Decimal | None = None
    total_pnl: Decimal | None = None
    price: Decimal | None = None
    changed_at: float = 0.0


@dataclass
class Board:
    """All that is shown."""

    lines: dict[Key, Line] = field(default_factory=dict)
    last: deque[Change] = field(default_factory=lambda: deque(maxlen=LAST_CHANGES))
    changes: int = 0

    def appraised(self, rows: Sequence[Sequence[Any]]) -> None:
        """Take over positions as utl.pnl has them."""
        known = self.lines
        self.lines = {}
        for book, account, instrument, *figures in rows:
            key = (book, account, instrument)
            before = known.get(key)
            self.lines[key] = Line(*figures)
            self.lines[key].changed_at = before.changed_at if before else 0.0

    def changed(self, change: Change) -> None:
        """Put in a change."""
        key = (change.book, change.account, change.instrument)
        line = self.lines.setdefault(key, Line(Decimal(0), None, Decimal(0)))
        line.quantity, line.average_cost = change.quantity, change.average_cost
        line.realized_pnl = change.realized_pnl
        line.unrealized_pnl = line.total_pnl = None  # until the next look
        line.changed_at = time.monotonic()
        self.last.appendleft(change)
        self.changes += 1

    def render(self, rows_max: int) -> RenderableType:
        """Draw the positions, those that changed last first, and the last changes."""
        return Group(self._positions(rows_max), Text(), self._last())

    def _positions(self, rows_max: int) -> Table:
        ordered = sorted(
            self.lines.items(), key=lambda item: (-item[1].changed_at, *map(str, item[0]))
        )
        table = _table(
            f"{len(ordered):,} positions, {self.changes:,} changes",
            ("book", "account", "instrument"),
            ("quantity", "average cost", "price", "realized", "unrealized", "total"),
        )
        for (book, account, instrument), line in ordered[:rows_max]:
            fresh = time.monotonic() - line.changed_at < HIGHLIGHT_S and line.changed_at
            table.add_row(
                *(book, account or "", instrument, _figure(line.quantity)),
                *(_figure(line.average_cost), _figure(line.price), _pnl(line.realized_pnl)),
                *(_pnl(line.unrealized_pnl), _pnl(line.total_pnl)),
                style="bold" if fresh else "",
            )
        return table

    def _last(self) -> Table:
        table = _table(
            "last changes",
            ("time", "book", "instrument", "cause"),
            ("version", "quantity", "realized by it"),
        )
        for change in self.last:
            table.add_row(
                *(f"{change.changed_at:%H:%M:%S.%f}"[:-3], change.book, change.instrument),
                *(change.cause, str(change.version), _figure(change.quantity)),
                _pnl(change.realized_delta),
            )
        return table


def watch(dsn: str, books: Sequence[str] | None, console: Console) -> Board:
    """Show the table until Ctrl-C; return what it showed last."""
    board = Board()
    prefix = f"watch {socket.gethostname()} "
    _forget_killed(dsn, prefix)
    name = f"{prefix}{os.getpid()}"
    subscription = Subscription(dsn, Terms(name, books=books))
    try:
        with (
            contextlib.suppress(KeyboardInterrupt),
            Live(console=console, auto_refresh=False, screen=console.is_terminal) as live,
        ):
            _follow(dsn, books, subscription, board, live)
    finally:
        subscription.close()
        with contextlib.suppress(psycopg.Error), psycopg.connect(dsn) as connection:
            connection.execute("select utl.unsubscribe(%s)", [name])
    return board


def _forget_killed(dsn: str, prefix: str) -> None:
    """Take away watchers of this host whose process is gone: they had no time to do it."""
    with psycopg.connect(dsn, autocommit=True, application_name="utl watch") as connection:
        watchers = connection.execute(
            "select subscriber from utl.subscribers where starts_with(subscriber, %s)", [prefix]
        ).fetchall()
        for (name,) in watchers:
            pid = name.removeprefix(prefix)
            if pid.isdigit() and not psutil.pid_exists(int(pid)):
                connection.execute("select utl.unsubscribe(%s)", [name])


def _follow(
    dsn: str,
    books: Sequence[str] | None,
    subscription: Subscription,
    board: Board,
    live: Live,
) -> None:
    appraised_at = wait_s = 0.0
    while True:
        changes = subscription.batch(wait_s)  # at first it subscribes: nothing is missed
        for change in changes:
            board.changed(change)
        if changes:
            subscription.acknowledge(changes[-1].change_id)
        if time.monotonic() - appraised_at > APPRAISE_EVERY_S:
            with contextlib.suppress(psycopg.OperationalError):  # the subscription tells, and waits
                board.appraised(_appraise(dsn, books))
            appraised_at = time.monotonic()
        rows_max = max(live.console.height - TERMINAL_MARGIN, 5)
        live.update(board.render(rows_max), refresh=True)
        wait_s = WAIT_S


def _appraise(dsn: str, books: Sequence[str] | None) -> list[tuple[Any, ...]]:
    with psycopg.connect(dsn, autocommit=True, application_name="utl watch") as connection:
        names = None if books is None else list(books)
        return connection.execute(APPRAISE, {"books": names}).fetchall()


def _table(title: str, names: Sequence[str], figures: Sequence[str]) -> Table:
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, show_edge=False)
    for heading in names:
        table.add_column(heading, no_wrap=True)
    for heading in figures:
        table.add_column(heading, justify="right", no_wrap=True)
    return table


def _figure(figure: Decimal | None) -> str:
    """A figure for the eye: eight places at most."""
    if figure is None:
        return ""
    text = f"{figure:,.8f}"
    return text.rstrip("0").rstrip(".")


def _pnl(figure: Decimal | None) -> Text:
    if figure is None:
        return Text("…", style="dim")
    style = "green" if figure > 0 else "red" if figure < 0 else ""
    return Text(f"{figure:,.2f}", style=style)
