"""`utl demo`, run once; what it shows, what it leaves, and the statements that it proposes."""

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import psycopg
import pytest
from rich.console import Console

from tests.database import connect, conninfo
from utl import demo, demo_day

DATABASE = "utl_test_demo"


@dataclass(frozen=True)
class Finished:
    """A demo that has run: what it printed, and where it left its database."""

    text: str
    conninfo: str


@pytest.fixture(scope="module")
def finished(server_url: str) -> Iterator[Finished]:
    console = Console(width=demo.WIDTH_MIN, record=True, file=io.StringIO())
    demo.run(server_url, console, DATABASE)
    yield Finished(console.export_text(), conninfo(server_url, DATABASE))
    with connect(server_url) as admin:
        admin.execute(f"drop database {DATABASE} with (force)")


@pytest.fixture
def connection(finished: Finished) -> Iterator[psycopg.Connection]:
    with connect(finished.conninfo) as connection:
        yield connection


def test_every_trade_of_the_tapes_becomes_one_fill(connection: psycopg.Connection) -> None:
    rows = connection.execute(
        """
        select a.account, count(*)
        from utl.fills as f inner join utl.accounts as a using (account_id)
        group by a.account
        """
    ).fetchall()

    assert dict(rows) == {
        "binance-mm": 2_001,
        "kraken-mm": 591,
        "kraken-arb": 409,
        "comex-1": 5_000,
        # The second act: each of the 1,000 Kraken trades again, and a hedge after every 20.
        "kraken-1": 1_000,
        "binance-1": 25,
        "bybit-1": 25,
    }


def test_positions_equal_the_signed_sum_of_the_tapes(connection: psycopg.Connection) -> None:
    rows = connection.execute(
        "select book, quantity from utl.positions where book <> 'maker'"
    ).fetchall()

    assert dict(rows) == {
        "mm-btc": Decimal("75.62941071"),
        "arb": Decimal("3.87440684"),
        "metals": Decimal(-20),
    }


def test_the_gold_future_counts_its_multiplier(connection: psycopg.Connection) -> None:
    row = connection.execute(
        """
        select realized_pnl = sum(
            case f.side when 'buy' then -1 else 1 end * f.quantity * f.price * 100
        ) + p.cost
        from utl.positions as p inner join utl.fills as f using (book_id, instrument_id)
        where p.book = 'metals'
        group by p.realized_pnl, p.cost
        """
    ).fetchone()

    assert row == (True,)


def test_the_position_of_the_evening_is_what_came_and_went(connection: psycopg.Connection) -> None:
    rows = connection.execute(
        """
        with traded as (
            select
                f.account_id,
                sum(
                    case f.side when 'buy' then f.quantity else -f.quantity end
                    - case b.asset when 'BTC' then f.fee else 0 end
                ) as quantity
            from utl.fills as f
            left join utl.assets as b on f.fee_asset_id = b.asset_id
            where
                f.book_id = utl.book_id('maker')
                and f.instrument_id = utl.instrument_id('BTC/USDT')
            group by f.account_id
        )
        select p.account, p.quantity - coalesce(t.quantity, 0)
        from utl.positions as p
        left join traded as t using (account_id)
        where p.book = 'maker' and p.instrument = 'BTC/USDT'
        """
    ).fetchall()

    # 9 opened at Kraken; 0.5 of them went to Binance, for a fee of 0.0001.
    assert dict(rows) == {"kraken-1": Decimal("8.4999"), "binance-1": Decimal("0.5")}


def test_the_inventory_of_the_evening_keeps_the_time_it_was_opened(
    connection: psycopg.Connection,
) -> None:
    rows = connection.execute(
        """
        select account, sum(quantity), sum(cost) from utl.open_lots
        where book = 'maker' and costing = 'by account' and opened_at = '2025-10-01Z'
        group by account
        """
    ).fetchall()

    assert ("binance-1", Decimal("0.5"), Decimal("52716.80")) in rows


def test_what_pnl_is_made_of_adds_up_by_position_and_in_total(
    connection: psycopg.Connection,
) -> None:
    rows = connection.execute(demo_day.EXPLAINED.encode(), [demo_day.EXPLAINED_FROM]).fetchall()

    parts = [(change, sum(parts)) for _, _, change, *parts, _ in rows]
    assert len(parts) == 5
    assert all(change == total for change, total in parts)
    assert sum(change for change, _ in parts[:-1]) == parts[-1][0]


def test_profit_rolls_up_to_the_firm(connection: psycopg.Connection) -> None:
    rows = connection.execute(demo_day.RESULTS.encode()).fetchall()

    *_, total = connection.execute(demo_day.ROLLED_UP.encode()).fetchone() or ()
    assert sum(row[-1] for row in rows) == total


def test_the_firm_is_exposed_to_what_it_keeps_and_to_its_margin(
    connection: psycopg.Connection,
) -> None:
    *parts, whole = connection.execute(demo_day.EXPOSURE.encode()).fetchall()

    instruments = {demo_day.SPOT, demo_day.LINEAR, demo_day.INVERSE}
    assert {member for member, *_ in parts} == {"BTC", *instruments}
    assert sum(quantity for _, quantity, *_ in parts) == whole[1]
    assert abs(whole[1] - 10) < Decimal("0.01")


def test_the_evening_paid_funding_on_both_perpetuals(connection: psycopg.Connection) -> None:
    rows = connection.execute(
        "select instrument, asset, amount <> 0 from utl.income where book = 'maker'"
    ).fetchall()

    assert sorted(rows) == [("BTC/USD:BTC", "BTC", True), ("BTC/USDT:USDT", "USDT", True)]


def test_the_five_methods_differ_in_cost_and_agree_in_total(finished: Finished) -> None:
    lines = [line.split() for line in finished.text.splitlines()]
    methods = {
        words[0]: (words[1], words[5])
        for words in lines
        if len(words) == 6 and words[0] in {"wac", "fifo", "lifo", "hifo", "lofo"}
    }

    assert len(methods) == 5
    assert len({average for average, _ in methods.values()}) == 5
    assert len({total for _, total in methods.values()}) == 1


def test_the_demo_shows_every_table_and_fits_into_a_hundred_columns(finished: Finished) -> None:
    for title in (
        "Fills booked",
        "Positions",
        "Book mm-btc by five methods",
        "Lot matches of mm-btc",
        "Open lots of metals",
        "A market maker's evening",
        "Holdings",
        "Profit and loss of the evening",
        "What PnL",
        "Exposure of the firm",
        "Checks",
        "Try next",
    ):
        assert title in finished.text
    assert "…" not in finished.text
    assert max(map(len, finished.text.splitlines())) <= demo.WIDTH_MIN


def test_the_statements_to_try_next_work(connection: psycopg.Connection) -> None:
    results = [connection.execute(statement.encode()).fetchall() for statement in demo.TRY_NEXT]

    assert [len(rows) for rows in results] == [7, 5, 1]
    assert results[-1][0][0] == "booked"


def test_the_demo_can_be_repeated_and_prints_no_control_codes_into_a_pipe(server_url: str) -> None:
    environment = {"DATABASE_URL": server_url, "PATH": os.environ["PATH"]}

    for _ in range(2):
        printed = subprocess.run(
            [sys.executable, "-m", "utl.cli", "demo"],
            env=environment,
            capture_output=True,
            check=True,
        ).stdout
    with connect(server_url) as admin:
        admin.execute(f"drop database {demo.DATABASE} with (force)")

    assert b"\x1b" not in printed
    assert b"server psql --database utl_demo" in printed
