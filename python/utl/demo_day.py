"""The demo's second act: a market maker's evening, over spot and two kinds of perpetuals.

Of each trade of the Kraken tape a tenth is a fill of ours on the other side: we are the maker, and
pay the fee of a buy in the coin. Inventory is hedged at Binance, linear, and at Bybit, inverse, at
the price of the tape and a spread. Funding, a transfer between venues and a price feed come on top.
"""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from pathlib import Path
from typing import Any

import psycopg
from rich.console import Console

from utl.demo_show import exact, minute, money, new_table, pnl, say, show
from utl.ledger import Ledger
from utl.settings import UtlError

Connection = psycopg.Connection[tuple[Any, ...]]
Row = dict[str, object]

TAPE = Path(__file__).with_name("demo_data") / "kraken_xbtusdt_trades_2025-11-10.csv"
SPOT, LINEAR, INVERSE = "BTC/USDT", "BTC/USDT:USDT", "BTC/USD:BTC"
SHARE = Decimal("0.1")
FEE_RATE = Decimal("0.0001")
HEDGE_SPREAD = Decimal("0.0002")
HALF_SPREAD = Decimal("0.00005")
HEDGE_EVERY = 20  # trades
PRICE_EVERY = timedelta(minutes=15)
EXPLAINED_FROM = datetime(2025, 11, 10, 20, tzinfo=UTC)
UNIT = Decimal("0.00000001")

# The 9 BTC that it keeps are taken over at the price with which the tape begins, 105,433.60, so
# that all profit is that of the evening.
REFERENCE = """
    select utl.add_book('firm', reporting_asset => 'USD');
    select utl.add_book('maker', reporting_asset => 'USD', parent => 'firm', method => 'wac');
    select utl.add_costing(
        'maker', 'fifo', 'by account', pool => 'account', is_primary => true
    );
    select utl.add_account('kraken-1', venue => 'kraken');
    select utl.add_account('binance-1', venue => 'binance');
    select utl.add_account('bybit-1', venue => 'bybit');
    select utl.add_instrument(symbol)
    from unnest(array['BTC/USDT', 'BTC/USDT:USDT', 'BTC/USD:BTC']) as symbol;

    select utl.record_opening_balance(
        'maker', 'kraken-1', 9, cost => 948902.40, instrument => 'BTC/USDT',
        occurred_at => '2025-11-10 17:00Z', opened_at => '2025-10-01 00:00Z'
    );
    select utl.record_deposit(
        'maker', account, amount, asset => asset, occurred_at => '2025-11-10 17:00Z'
    )
    from (
        values ('kraken-1', 250000, 'USDT'), ('binance-1', 100000, 'USDT'), ('bybit-1', 1, 'BTC')
    ) as deposits (account, amount, asset);
"""

TRANSACTIONS = """
    select utl.record_transfer(
        'maker', 'kraken-1', 'binance-1', 0.5, instrument => 'BTC/USDT', sent => 0.5001,
        fee => 0.0001, occurred_at => '2025-11-10 20:00Z', reason => 'inventory for Binance'
    );
    select utl.record_funding(
        'maker', p.account, p.instrument, f.paid, occurred_at => '2025-11-11 00:00Z'
    )
    from utl.positions as p
    cross join lateral (select round(-p.cost * 0.0001, 8) as paid) as f
    where p.book = 'maker' and p.instrument <> 'BTC/USDT' and p.quantity <> 0;
"""

HOLDINGS = """
    select account, coalesce(instrument, asset), kind, quantity, worth_reporting
    from utl.book_holdings
    where book = 'maker' and quantity <> 0
    order by account, kind, 2
"""

RESULTS = """
    select
        account, instrument, quantity,
        realized_pnl_reporting, fees_reporting, income_reporting, unrealized_pnl_reporting,
        total_pnl_reporting
    from utl.pnl
    where book = 'maker' and is_primary
    order by instrument, account
"""

ROLLED_UP = """
    select realized_pnl, fees, income, unrealized_pnl, total_pnl
    from utl.pnl_by_book
    where book = 'firm'
"""

EXPLAINED = """
    select
        coalesce(account, 'all'), coalesce(instrument, ''), change, price_move, new_trades, fees,
        funding, other_income, currency, restatements, is_total
    from utl.pnl_explain('maker', %s, as_known => 'infinity')
    order by is_total, instrument, account
"""

EXPOSURE = """
    select member, quantity, net_exposure, gross_exposure
    from utl.exposure_by('instrument')
    where book = 'firm'
    union all
    select 'all', quantity, net_exposure, gross_exposure
    from utl.exposure_by('asset')
    where book = 'firm' and member = 'BTC'
"""


class DayError(UtlError):
    """The figures of the day do not agree."""


@dataclass
class Maker:
    """What the market maker does with each trade of the tape."""

    inventory: Decimal = Decimal(0)
    hedges: int = 0
    fills: list[Row] = field(default_factory=list)

    def trade(self, number: int, line: dict[str, str]) -> None:
        """Take the other side of a trade, and hedge after every HEDGE_EVERY of them."""
        quantity, price = Decimal(line["quantity"]) * SHARE, Decimal(line["price"])
        is_buy = line["side"] == "sell"
        self.inventory += quantity if is_buy else -quantity
        fee, fee_asset = (quantity, "BTC") if is_buy else (quantity * price, "USDT")
        self.fills.append(
            _fill(
                SPOT, "kraken-1", line, line["trade_id"], "buy" if is_buy else "sell",
                quantity, price, (fee * FEE_RATE).quantize(UNIT), fee_asset,
            )
        )  # fmt: skip
        if number % HEDGE_EVERY == 0:
            self.hedge(line, price)

    def hedge(self, line: dict[str, str], price: Decimal) -> None:
        """Lay off the inventory, at one venue and at the other in turn."""
        side = "sell" if self.inventory > 0 else "buy"
        price *= 1 - HEDGE_SPREAD if side == "sell" else 1 + HEDGE_SPREAD
        price = price.quantize(Decimal("0.1"))
        open_quantity = abs(self.inventory)
        self.hedges += 1
        if self.hedges % 2:
            instrument, account, asset = LINEAR, "binance-1", "USDT"
            quantity = open_quantity.quantize(Decimal("0.0001"), ROUND_DOWN)
            hedged, paid = quantity, quantity * price
        else:
            instrument, account, asset = INVERSE, "bybit-1", "BTC"
            quantity = (open_quantity * price).quantize(Decimal(1), ROUND_DOWN)
            hedged = paid = quantity / price
        if quantity:
            self.inventory += -hedged if side == "sell" else hedged
            self.fills.append(
                _fill(
                    instrument, account, line, f"hedge-{self.hedges}", side, quantity, price,
                    (paid * FEE_RATE).quantize(UNIT), asset,
                )
            )  # fmt: skip


def run(conninfo: str, connection: Connection, console: Console) -> None:
    """Book the evening and show holdings, PnL, what it is made of, and exposure.

    Raises DayError when the parts of the PnL do not add up, exactly.
    """
    connection.execute(REFERENCE.encode())
    maker = Maker()
    prices: list[dict[str, str]] = []
    next_price = EXPLAINED_FROM - timedelta(days=1)
    for number, line in enumerate(_tape(), start=1):
        maker.trade(number, line)
        moment = datetime.fromisoformat(line["time"])
        if moment >= next_price:
            prices += _prices(line)
            next_price = moment + PRICE_EVERY
    prices += _prices(line)
    with Ledger(conninfo) as ledger, console.status("booking the evening"):
        booked = ledger.record_fills(maker.fills, source="evening").count("booked")
    connection.execute("select utl.record_prices(%s)", [json.dumps(prices)])
    connection.execute(TRANSACTIONS.encode())
    console.print(
        f"\n[bold]A market maker's evening[/]: {booked:,} fills on {SPOT}, {LINEAR}, {INVERSE},\n"
        "fees in the coin, funding, a transfer between venues, a price feed",
        highlight=False,
    )
    _show_holdings(connection, console)
    _show_results(connection, console)
    _show_explained(connection, console)
    _show_exposure(connection, console)


def _tape() -> Iterator[dict[str, str]]:
    with TAPE.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def _fill(
    instrument: str,
    account: str,
    line: dict[str, str],
    venue_fill_id: str,
    side: str,
    quantity: Decimal,
    price: Decimal,
    fee: Decimal,
    fee_asset: str,
) -> Row:
    return {
        "book": "maker",
        "account": account,
        "instrument": instrument,
        "venue_fill_id": f"day-{venue_fill_id}",
        "side": side,
        "quantity": quantity,
        "price": price,
        "fee": fee,
        "fee_asset": fee_asset,
        "executed_at": line["time"],
        "sequence": int(line["trade_id"]),
        "liquidity": "maker",
    }


def _prices(line: dict[str, str]) -> Iterator[dict[str, str]]:
    """Quote the instruments around the price of the tape, and the rates that reporting needs."""
    price = Decimal(line["price"])
    bid, ask = price * (1 - HALF_SPREAD), price * (1 + HALF_SPREAD)
    for instrument in (SPOT, LINEAR, INVERSE):
        yield {
            "instrument": instrument, "source": "feed", "bid": str(bid), "ask": str(ask),
            "at": line["time"],
        }  # fmt: skip
    dollar = Decimal("0.9995") + Decimal(int(line["trade_id"]) % 7) / 10_000
    yield {
        "base": "USDT", "quote": "USD", "source": "feed", "mark": str(dollar), "at": line["time"]
    }  # fmt: skip


def _show_holdings(connection: Connection, console: Console) -> None:
    table = new_table(["account", "what", "kind"], ["quantity", "worth in USD"])
    for account, what, kind, quantity, worth in connection.execute(HOLDINGS):
        table.add_row(
            account or "?", what, kind, exact(quantity), "" if worth is None else money(worth)
        )
    show(console, "Holdings", table)


def _show_results(connection: Connection, console: Console) -> None:
    table = new_table(
        ["account", "instrument"],
        ["quantity", "realized", "fees", "funding", "unrealized", "total"],
    )
    for account, instrument, quantity, *results in connection.execute(RESULTS):
        realized, fees, income, unrealized, total = results
        table.add_row(
            *(account, instrument, f"{quantity:,.4f}"),
            *(pnl(realized), money(fees), pnl(income), pnl(unrealized), pnl(total)),
        )
    for realized, fees, income, unrealized, total in connection.execute(ROLLED_UP):
        table.add_row(
            *("firm", "all", "", pnl(realized), money(fees)),
            *(pnl(income), pnl(unrealized), pnl(total)),
        )
    show(console, "Profit and loss of the evening in USD, long at bid and short at ask", table)


def _show_explained(connection: Connection, console: Console) -> None:
    table = new_table(
        ["account", "instrument"],
        ["change", "price move", "new trades", "fees", "funding", "currency"],
    )
    for row in connection.execute(EXPLAINED, [EXPLAINED_FROM]):
        account, instrument, change, move, trades, fees, funding, other, currency, restated, _ = row
        if change != move + trades + fees + funding + other + currency + restated:
            raise DayError("the parts of the PnL do not add up", detail=f"{account} {instrument}")
        table.add_row(
            account, instrument, *map(pnl, (change, move, trades, fees, funding, currency))
        )
    show(console, f"What PnL in USD since {minute(EXPLAINED_FROM)} is made of", table)
    say(console, "the parts add up to the change, to the last digit")


def _show_exposure(connection: Connection, console: Console) -> None:
    table = new_table(["by"], ["BTC", "net in USD", "gross in USD"])
    for member, quantity, net, gross in connection.execute(EXPOSURE):
        table.add_row(member, exact(quantity), money(net), money(gross))
    show(console, "Exposure of the firm: the 9 BTC it keeps, and 1 BTC of margin", table)
