"""The demo: real trades, replayed as our own fills, and what UTL makes of them.

Each trade of the tapes in demo_data/ becomes one fill, taken with the side of its aggressor. They
go in by Ledger.record_fills, as anybody's would, into a database that is made anew each time.
"""

import csv
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from rich.console import Console
from rich.padding import Padding
from rich.panel import Panel
from rich.syntax import Syntax

from utl import demo_day, migrate, server, settings
from utl.demo_show import duration, exact, minute, money, new_table, pnl, say, show
from utl.ledger import Ledger
from utl.settings import UtlError

Connection = psycopg.Connection[tuple[Any, ...]]
Fill = dict[str, object]

DATABASE = "utl_demo"
DATA = Path(__file__).with_name("demo_data")
FEE_UNIT = Decimal("0.00000001")
LINES_SHOWN = 5
WIDTH_MIN = 100

INTRODUCTION = """\
Public trades of Binance, Kraken and COMEX, replayed as if each of them were a fill of ours.
Tapes have no fees; assumed are 2 bp at Binance, 5 bp at Kraken, 1.50 USD a contract at COMEX."""

REFERENCE = """
    select utl.add_asset('USDT', 'stablecoin');
    select utl.add_asset('XAU', 'commodity');

    select utl.add_book('mm-btc', reporting_asset => 'USDT', method => 'wac');
    select utl.add_costing('mm-btc', method)
    from unnest(array['fifo', 'lifo', 'hifo', 'lofo']) as method;
    select utl.add_book('arb', reporting_asset => 'USDT', method => 'fifo');
    select utl.add_book('metals', reporting_asset => 'USD', method => 'fifo');

    select utl.add_account('binance-mm', venue => 'binance');
    select utl.add_account('kraken-mm', venue => 'kraken');
    select utl.add_account('kraken-arb', venue => 'kraken');
    select utl.add_account('comex-1', venue => 'comex');

    select utl.add_instrument('BTC/USDT');
    select utl.add_instrument(
        'GCZ3', kind => 'future', base => 'XAU', quote => 'USD', multiplier => 100,
        expires_at => '2013-12-27 18:30Z'
    );
"""

POSITIONS = """
    select
        book, instrument, method, cost_asset, quantity, average_cost, realized_pnl, fees, net_pnl
    from utl.positions
    order by book desc
"""

METHODS = """
    with last_price as (
        select f.price, f.instrument_id
        from utl.fills as f
        where f.instrument_id = utl.instrument_id('BTC/USDT')
        order by f.executed_at desc, f.sequence desc
        limit 1
    )

    select
        u.method,
        u.average_cost,
        u.cost,
        u.realized_pnl,
        u.quantity * l.price - u.cost as unrealized_pnl,
        u.realized_pnl + u.quantity * l.price - u.cost as total_pnl,
        l.price
    from utl.unit_costs as u
    inner join last_price as l on u.instrument_id = l.instrument_id
    where u.book = 'mm-btc'
    order by u.costing_id
"""

OPEN_LOTS = """
    select opened_at, fill_id, quantity, unit_cost, cost
    from utl.open_lots
    where book = 'metals'
    order by opened_at, fill_id
"""

LOT_MATCHES = """
    select
        opened_at, closed_at, holding_time, quantity, open_price, close_price, realized_pnl
    from utl.lot_matches
    where book = 'mm-btc' and costing = 'fifo'
    order by realized_pnl desc
"""

TRY_NEXT = (
    """select book, instrument, quantity, average_cost, net_pnl from utl.positions;""",
    """select method, average_cost, realized_pnl from utl.unit_costs where book = 'mm-btc';""",
    """\
select outcome, reason from utl.record_fills('[{
    "book": "metals", "account": "comex-1", "instrument": "GCZ3", "venue_fill_id": "mine-1",
    "side": "buy", "quantity": 20, "price": 1310.5, "executed_at": "2013-10-07T13:00Z"}]');""",
)


class DemoError(UtlError):
    """The demo's own figures do not agree."""


@dataclass(frozen=True)
class Replay:
    """A tape, and how its lines become fills of ours."""

    name: str
    file: str
    fills: Callable[[Iterator[dict[str, str]]], Iterator[Fill]]

    def read(self) -> Iterator[Fill]:
        """Give the fills, in the order of the tape."""
        with (DATA / self.file).open(encoding="utf-8", newline="") as lines:
            yield from self.fills(csv.DictReader(lines))


def command() -> None:
    """Run the demo on the configured server or the embedded one, and leave that as it was."""
    console = Console()
    was_running = settings.configured_url() or server.status().pid
    try:
        # A line that is too long for the terminal wraps; a number that is cut would be a wrong one.
        run(server.start(), Console(width=max(WIDTH_MIN, console.width)))
    finally:
        if not was_running:
            server.stop()


def run(url: str, console: Console, database: str = DATABASE) -> None:
    """Replay the tapes in a database made anew on the server of `url`, and show the result.

    Raises DemoError when the figures do not agree with each other or the checks find something.
    """
    conninfo = make_conninfo(url, dbname=database)
    title = "[bold]UTL, the Universal Transaction Ledger[/]"
    console.print(Panel.fit(INTRODUCTION, title=title, border_style="cyan", padding=(0, 2)))
    with console.status("making a database"):
        _recreate(url, database)
        migrate.migrate(conninfo)
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(REFERENCE.encode())
        _ingest(conninfo, console)
        _show_positions(connection, console)
        _show_methods(connection, console)
        _show_matches(connection, console)
        _show_open_lots(connection, console)
        demo_day.run(conninfo, connection, console)
        _show_checks(connection, console)
    _show_next(console, database)


def _recreate(url: str, database: str) -> None:
    with psycopg.connect(url, autocommit=True) as admin:
        for statement in ("drop database if exists {} with (force)", "create database {}"):
            admin.execute(sql.SQL(statement).format(sql.Identifier(database)))


def _binance(lines: Iterator[dict[str, str]]) -> Iterator[Fill]:
    for line in lines:
        side = "sell" if line["buyer_maker"] == "true" else "buy"
        yield _spot_fill(line, "mm-btc", "binance-mm", side, Decimal("0.0002"))


def _kraken(lines: Iterator[dict[str, str]]) -> Iterator[Fill]:
    """Read market orders as those of the book `arb`, limit orders as the market maker's."""
    for line in lines:
        book, account = {"market": ("arb", "kraken-arb"), "limit": ("mm-btc", "kraken-mm")}[
            line["order_type"]
        ]
        yield _spot_fill(line, book, account, line["side"], Decimal("0.0005"))


def _spot_fill(line: dict[str, str], book: str, account: str, side: str, fee_rate: Decimal) -> Fill:
    quantity, price = Decimal(line["quantity"]), Decimal(line["price"])
    return {
        "book": book,
        "account": account,
        "instrument": "BTC/USDT",
        "venue_fill_id": line["trade_id"],
        "side": side,
        "quantity": quantity,
        "price": price,
        "fee": (quantity * price * fee_rate).quantize(FEE_UNIT),
        "fee_asset": "USDT",
        "executed_at": line["time"],
        "sequence": int(line["trade_id"]),
        "liquidity": "taker",
    }


def _comex(lines: Iterator[dict[str, str]]) -> Iterator[Fill]:
    """Number the lines and tell the side by the tick rule: the tape has neither."""
    side, last_price = "buy", Decimal(0)
    for number, line in enumerate(lines, start=1):
        quantity, price = Decimal(line["quantity"]), Decimal(line["price"])
        if price != last_price:
            side = "buy" if price > last_price else "sell"
        last_price = price
        yield {
            "book": "metals",
            "account": "comex-1",
            "instrument": "GCZ3",
            "venue_fill_id": f"GCZ3-{number}",
            "side": side,
            "quantity": quantity,
            "price": price,
            "fee": quantity * Decimal("1.50"),
            "fee_asset": "USD",
            "executed_at": line["time"],
            "sequence": number,
        }


REPLAYS = (
    Replay("Binance BTC/USDT, 8 January 2021", "binance_btcusdt_trades_2021-01-08.csv", _binance),
    Replay("Kraken BTC/USDT, 10 November 2025", "kraken_xbtusdt_trades_2025-11-10.csv", _kraken),
    Replay("COMEX gold GCZ3, 7 October 2013", "comex_gcz3_trades_2013-10-07.csv", _comex),
)


def _ingest(conninfo: str, console: Console) -> None:
    table = new_table(["tape"], ["fills", "seconds", "fills/s"])
    with Ledger(conninfo) as ledger, console.status("booking fills"):
        for replay in REPLAYS:
            started = time.perf_counter()
            booked = ledger.record_fills(replay.read(), source=replay.file).count("booked")
            seconds = time.perf_counter() - started
            table.add_row(replay.name, f"{booked:,}", f"{seconds:.2f}", f"{booked / seconds:,.0f}")
    show(console, "Fills booked", table)


def _show_positions(connection: Connection, console: Console) -> None:
    table = new_table(
        ["book", "instrument", "method", "in"],
        ["quantity", "average cost", "realized", "fees", "net"],
    )
    for row in connection.execute(POSITIONS):
        *names, quantity, average, realized, fees, net = row
        table.add_row(
            *(*names, exact(quantity), money(average)), *(pnl(realized), money(fees), pnl(net))
        )
    show(console, "Positions", table)


def _show_methods(connection: Connection, console: Console) -> None:
    rows = connection.execute(METHODS).fetchall()
    price = rows[0][-1]
    table = new_table(
        ["method"],
        ["average cost", "cost", "realized", f"unrealized at {price:,.2f}", "total"],
    )
    for method, average, cost, *results, _ in rows:
        table.add_row(method, money(average), money(cost), *map(pnl, results))
    show(console, "Book mm-btc by five methods, side by side", table)
    if len({total for *_, total, _ in rows}) != 1:
        raise DemoError("the five methods do not agree on realized + unrealized PnL")
    say(console, "realized + unrealized is the same by all five, to the last digit")


def _show_matches(connection: Connection, console: Console) -> None:
    rows = connection.execute(LOT_MATCHES).fetchall()
    table = new_table(
        ["opened", "closed"], ["held", "quantity", "bought at", "sold at", "realized"]
    )
    for opened, closed, held, quantity, bought, sold, realized in rows[:LINES_SHOWN]:
        table.add_row(
            *(minute(opened), minute(closed), duration(held), exact(quantity)),
            *(money(bought), money(sold), pnl(realized)),
        )
    show(console, f"Lot matches of mm-btc by fifo: the best {LINES_SHOWN} of {len(rows):,}", table)
    say(console, "bought at Binance and sold at Kraken: the accounts of a book are one pool")


def _show_open_lots(connection: Connection, console: Console) -> None:
    rows = connection.execute(OPEN_LOTS).fetchall()
    table = new_table(["opened", "by fill"], ["contracts", "price", "cost"])
    for opened, fill, quantity, price, cost in rows[:LINES_SHOWN]:
        table.add_row(minute(opened), str(fill), exact(quantity), money(price), money(cost))
    show(console, f"Open lots of metals by fifo: the oldest {LINES_SHOWN} of {len(rows):,}", table)


def _show_checks(connection: Connection, console: Console) -> None:
    failed = connection.execute("select title from utl.failed_checks()").fetchall()
    differences = connection.execute("select from utl.replay_differences()").fetchall()
    if failed or differences:
        raise DemoError(
            "the books are wrong",
            detail=f"failed checks: {[title for (title,) in failed]}, "
            f"differences to a replay from the facts: {len(differences)}",
        )
    console.print("\n[bold]Checks[/]")
    say(console, "every consistency check is empty")
    say(console, "every position, replayed from the facts, comes out the same")


def _show_next(console: Console, database: str) -> None:
    psql = _command(f"server psql --database {database}")
    console.print(f"\n[bold]Try next[/], in psql ([cyan]{psql}[/]):\n", highlight=False)
    highlighter = Syntax("", "postgresql", theme="ansi_dark", background_color="default")
    for statement in TRY_NEXT:
        code = highlighter.highlight(statement)
        code.rstrip()
        console.print(Padding(code, (0, 0, 1, 2), expand=False))
    if not settings.configured_url():
        stop = _command("server stop")
        console.print(
            f"psql starts the server, which then runs until you stop it ([cyan]{stop}[/])."
        )


def _command(arguments: str) -> str:
    """Return what to type in this shell to run `utl` on the server that the demo used."""
    home = os.environ.get("UTL_HOME")
    program = sys.argv[0] if shutil.which("utl") != sys.argv[0] else "utl"
    words = [f"UTL_HOME={_short(home)}"] if home and not settings.configured_url() else []
    return " ".join([*words, _short(program), arguments])


def _short(path: str) -> str:
    return min(path, os.path.relpath(path), key=len)
