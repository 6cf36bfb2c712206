"""Any trades, at any prices, in any order, give the oracle's inventories exactly."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

import psycopg
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.properties.folding import Costing
from tests.properties.inventories import Price, Trade, stand
from tests.properties.proof import assert_checks_are_empty, rolled_back
from tests.properties.sending import Sender

FIRST = datetime(2026, 3, 1, tzinfo=UTC)
MINUTES = st.integers(0, 9).map(lambda minute: FIRST + timedelta(minutes=minute))
COINS = ("BTC", "ETH", "BNB")
PAIRS = (("BTC", "USD"), ("ETH", "USD"), ("ETH", "BTC"), ("USD", "BNB"), ("BNB", "ETH"))
COSTINGS = (
    *(Costing(method, method) for method in ("wac", "fifo", "lifo", "hifo", "lofo")),
    Costing("by account", "fifo", pool="account", fees="capitalize"),
)
SMALL = st.sampled_from([Fraction(n) for n in ("1", "2", "3", "0.5", "7", "0.0001")])


@dataclass(frozen=True)
class Market:
    """Prices, and trades in the order and the statements in which they are sent."""

    prices: list[Price]
    statements: list[list[Trade]]
    busted: list[Trade]


@st.composite
def trades(draw: st.DrawFn, nth: int) -> Trade:
    """A fill of what is owned or of a perpetual, with a fee or a rebate in any asset."""
    is_margined = draw(st.integers(0, 5)) == 0
    base, quote = ("BTC", "USD") if is_margined else draw(st.sampled_from(PAIRS))
    fees = ("0", "0", "0.00002", "0.0001", "2", "-0.00001")  # also of all that is traded, or more
    fee = draw(st.sampled_from([Fraction(n) for n in fees]))
    return Trade(
        nth,
        draw(MINUTES),
        draw(st.sampled_from(("one", "two"))),
        base,
        quote,
        draw(SMALL) * draw(st.sampled_from((1, -1))),
        draw(SMALL),
        fee,
        draw(st.sampled_from((base, quote, "USD", "BNB"))) if not is_margined else "BNB",
        is_margined,
    )


@st.composite
def markets(draw: st.DrawFn) -> Market:
    """Few prices, some missing, and up to ten trades, cut into statements."""
    prices = {
        (at, coin): Price(at, coin, draw(SMALL))
        for at, coin in draw(st.lists(st.tuples(MINUTES, st.sampled_from(COINS)), max_size=6))
    }
    sent = draw(st.permutations([draw(trades(n)) for n in range(1, draw(st.integers(1, 10)) + 1)]))
    cuts = sorted(draw(st.sets(st.integers(1, len(sent)), max_size=3)) | {0, len(sent)})
    return Market(
        list(prices.values()),
        [list(sent[a:b]) for a, b in pairwise(cuts)],
        draw(st.lists(st.sampled_from(sent), max_size=2, unique=True)),
    )


@given(markets(), st.booleans())
@settings(max_examples=settings().max_examples // 5)
def test_any_trades_give_the_oracles_inventories(
    sender: Sender, market: Market, is_added_late: bool
) -> None:
    connection = sender.connection
    with rolled_back(sender):
        set_up(connection, market.prices)
        if not is_added_late:
            add_costings(connection)
        for statement in market.statements:
            send(connection, statement)
        for trade in market.busted:
            connection.execute("select utl.bust_fill(%s, %s)", [trade.account, str(trade.nth)])
        if is_added_late:
            add_costings(connection)
        counting = [t for s in market.statements for t in s if t not in market.busted]
        for costing in COSTINGS:
            assert (costing, shown(connection, costing)) == (
                costing,
                expected(counting, market.prices, costing),
            )
        assert_checks_are_empty(connection)
        rebuilt = connection.execute(
            "select bool_and(digest_before = digest_after) from utl.rebuild_book('coins')"
        )
        assert rebuilt.fetchone() == (True,)


def set_up(connection: psycopg.Connection[Any], prices: Sequence[Price]) -> None:
    connection.execute("""
        select utl.add_account(a, 'venue') from unnest(array['one', 'two']) as a;
        select utl.add_instrument(i) from unnest(array[
            'BTC/USD', 'ETH/USD', 'ETH/BTC', 'USD/BNB', 'BNB/ETH', 'BTC/USD:USD'
        ]) as i;
        select utl.add_book('coins', 'USD', method => 'wac');
    """)
    connection.cursor().executemany(
        """
        insert into utl.prices (at, base_asset_id, quote_asset_id, source, mark)
        values (%s, utl.asset_id(%s), utl.asset_id('USD'), 'test', %s)
        """,
        [(price.at, price.coin, decimal(price.mark)) for price in prices],
    )


def add_costings(connection: psycopg.Connection[Any]) -> None:
    for costing in COSTINGS:
        connection.execute(
            "select utl.add_costing('coins', %s, %s, %s, %s, basis => 'asset')",
            [costing.method, "inventory " + costing.name, costing.pool, costing.fees],
        )


def send(connection: psycopg.Connection[Any], sent: Sequence[Trade]) -> None:
    """Insert fills in one statement."""
    connection.execute(
        """
        insert into utl.fills (
            executed_at, sequence, book_id, account_id, instrument_id, side, quantity, price,
            fee, fee_asset_id, venue_fill_id
        )
        select
            r.at, r.nth, utl.book_id('coins'), utl.account_id(r.account),
            utl.instrument_id(r.instrument), r.side, r.quantity, r.price, r.fee,
            utl.asset_id(r.fee_asset), r.nth::text
        from unnest(
            %s::timestamptz[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::numeric[],
            %s::numeric[], %s::numeric[], %s::text[]
        ) as r (at, nth, account, instrument, side, quantity, price, fee, fee_asset)
        """,
        [
            [t.at for t in sent],
            [t.nth for t in sent],
            [t.account for t in sent],
            [f"{t.base}/{t.quote}" + (":USD" if t.is_margined else "") for t in sent],
            ["buy" if t.quantity > 0 else "sell" for t in sent],
            [decimal(abs(t.quantity)) for t in sent],
            [decimal(t.price) for t in sent],
            [decimal(t.fee) for t in sent],
            [t.fee_asset for t in sent],
        ],
    )


def shown(connection: psycopg.Connection[Any], costing: Costing) -> dict[Any, Any]:
    """Each inventory that has been moved: quantity, cost, realized, fees, and its lots."""
    rows = connection.execute(
        """
        select
            i.base, u.account, u.quantity, u.cost, u.realized_pnl, u.fees,
            array(
                select array[o.quantity, o.cost]
                from utl.open_lots as o
                where o.position_id = u.position_id
            )
        from utl.unit_costs as u
        inner join utl.instruments as i on u.instrument_id = i.instrument_id
        where u.book = 'coins' and u.costing = %s and i.kind = 'inventory'
            and u.last_fill_at is not null
        """,
        ["inventory " + costing.name],
    ).fetchall()
    return {
        (coin, account): (
            *map(Fraction, figures),
            sorted(tuple(map(Fraction, lot)) for lot in lots),
        )
        for coin, account, *figures, lots in rows
    }


def expected(trades: list[Trade], prices: list[Price], costing: Costing) -> dict[Any, Any]:
    """The same by the oracle."""
    return {
        key: (
            *(p.quantity, p.cost, p.realized_pnl, p.fees),
            sorted((lot.quantity, lot.cost) for lot in p.lots if costing.method != "wac"),
        )
        for key, p in stand(trades, prices, costing).items()
    }


def decimal(number: Fraction) -> Decimal:
    """The same number: all that are sent end after few digits."""
    return Decimal(number.numerator) / Decimal(number.denominator)
