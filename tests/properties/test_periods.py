"""Whatever is closed, reopened, changed and corrected, in any order: a replay gives the same."""

from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg
from hypothesis import event, given, settings
from hypothesis import strategies as st

from tests.properties.proof import assert_checks_are_empty, rolled_back
from tests.properties.sending import Sender

METHODS = ("wac", "fifo", "lifo", "hifo", "lofo")
SET_UP = """
    select utl.add_account(a, 'venue') from unnest(array['one', 'two']) as a;
    select utl.add_instrument(i) from unnest(array['BTC/USD', 'ETH/BTC']) as i;
    select utl.add_asset('BNB');
    select utl.add_book('desk', 'USD', method => 'hifo');
    select utl.add_costing('desk', 'wac');
    select utl.add_costing('desk', 'fifo', 'by account', 'account', 'capitalize');
    select utl.add_costing('desk', 'lofo', 'coins', basis => 'asset');
    select utl.add_book('vault', 'USD', method => 'fifo', basis => 'asset');
    insert into utl.prices (at, base_asset_id, quote_asset_id, source, mark)
    select
        timestamptz '2024-03-01Z' + d * interval '2 days', utl.asset_id(p.coin),
        utl.asset_id('USD'), 'test', p.mark + d
    from generate_series(1, 3) as d cross join (values ('BTC', 100), ('BNB', 3)) as p (coin, mark)
"""
Values = dict[str, Any]


@dataclass(frozen=True)
class Act:
    """One statement that somebody sends to the ledger."""

    statement: LiteralString
    values: Values


DAYS = st.integers(1, 12).map(lambda day: f"2024-03-{day:02}Z")
BOOKS = st.sampled_from(("desk", "desk", "vault"))
ACCOUNTS = st.sampled_from(("one", "two"))
INSTRUMENTS = st.sampled_from(("BTC/USD", "BTC/USD", "ETH/BTC"))
QUANTITIES = st.sampled_from(("1", "2", "3", "0.7"))
PRICES = st.sampled_from(("90", "100", "110", "95.5"))
FEES = st.sampled_from(("0", "0", "0.01", "-0.01"))
NAMES = st.integers(1, 12).map(str)
COSTINGS = st.sampled_from((None, "wac", "by account", "coins"))


def acts(statement: LiteralString, **values: st.SearchStrategy[Any]) -> st.SearchStrategy[Act]:
    """Statements of one kind."""
    return st.builds(Act, st.just(statement), st.fixed_dictionaries(values))


FILLS = acts(
    """
    insert into utl.fills (
        executed_at, book_id, account_id, instrument_id, side, quantity, price, fee, fee_asset_id,
        venue_fill_id
    ) values (
        %(at)s, utl.book_id(%(book)s), utl.account_id(%(account)s), utl.instrument_id(%(of)s),
        %(side)s, %(quantity)s, %(price)s, %(fee)s, utl.asset_id(%(fee_asset)s), %(nth)s
    )
    """,
    at=DAYS,
    book=BOOKS,
    account=ACCOUNTS,
    of=INSTRUMENTS,
    side=st.sampled_from(("buy", "buy", "sell")),
    quantity=QUANTITIES,
    price=PRICES,
    fee=FEES,
    fee_asset=st.sampled_from(("USD", "BTC", "BNB")),
)
BUSTS = acts("select utl.bust_fill(%(account)s, %(name)s)", account=ACCOUNTS, name=NAMES)
AMENDMENTS = acts(
    "select utl.amend_fill(%(account)s, %(name)s, quantity => %(quantity)s, price => %(price)s)",
    account=ACCOUNTS,
    name=NAMES,
    quantity=st.none() | QUANTITIES,
    price=PRICES,
)
MOVES = acts(
    "select utl.amend_fill(%(account)s, %(name)s, executed_at => %(at)s)",
    account=ACCOUNTS,
    name=NAMES,
    at=DAYS,
)
SPLITS = acts(
    "select utl.record_split(%(of)s, 3, 2, occurred_at => %(at)s)", of=INSTRUMENTS, at=DAYS
)
TRANSFERS = acts(
    """
    select utl.record_transfer(
        %(book)s, 'one', 'two', %(quantity)s, %(of)s, occurred_at => %(at)s
    )
    """,
    book=BOOKS,
    quantity=QUANTITIES,
    of=INSTRUMENTS,
    at=DAYS,
)
DEPOSITS = acts(
    """
    select utl.record_deposit(
        %(book)s, %(account)s, %(quantity)s, instrument => %(of)s, price => %(price)s,
        occurred_at => %(at)s
    )
    """,
    book=BOOKS,
    account=ACCOUNTS,
    quantity=QUANTITIES,
    of=INSTRUMENTS,
    price=PRICES,
    at=DAYS,
)
CHOICES = acts(
    """
    select utl.choose_lots(
        jsonb_build_array(jsonb_build_object(
            'lot_id', (select f.fill_id from utl.fills as f where f.venue_fill_id = %(lot)s),
            'quantity', %(quantity)s::numeric
        )),
        %(account)s, %(name)s
    )
    """,
    lot=NAMES,
    quantity=QUANTITIES,
    account=ACCOUNTS,
    name=NAMES,
)
RATES = acts("select utl.complete_rates(%(book)s)", book=BOOKS)
LATE_PRICES = acts(
    """
    insert into utl.prices (at, base_asset_id, quote_asset_id, source, mark)
    values (%(at)s, utl.asset_id('BNB'), utl.asset_id('USD'), 'late', %(price)s)
    """,
    at=DAYS,
    price=PRICES,
)
CHANGES = acts(
    "select utl.change_costing(%(book)s, %(method)s, %(at)s, %(costing)s)",
    book=BOOKS,
    method=st.sampled_from(METHODS),
    at=DAYS,
    costing=COSTINGS,
)
CLOSINGS = acts("select utl.close_period(%(book)s, %(at)s)", book=BOOKS, at=DAYS)
REOPENINGS = acts("select utl.reopen_period(%(book)s, %(at)s)", book=BOOKS, at=DAYS)
REBUILDS = acts("select utl.rebuild_book(%(book)s)", book=BOOKS)
DAYS_WORK = (
    *(FILLS,) * 8,
    BUSTS,
    AMENDMENTS,
    MOVES,
    SPLITS,
    TRANSFERS,
    DEPOSITS,
    CHOICES,
    RATES,
    LATE_PRICES,
    *(CHANGES,) * 2,
    *(CLOSINGS,) * 2,
    REOPENINGS,
    REBUILDS,
)
HISTORIES = st.lists(st.one_of(*DAYS_WORK), min_size=5, max_size=20)


@given(HISTORIES)
@settings(max_examples=settings().max_examples // 3)
def test_a_replay_gives_the_same_whatever_was_closed_changed_and_corrected(
    sender: Sender, history: list[Act]
) -> None:
    with rolled_back(sender):
        sender.connection.execute(SET_UP)
        for nth, act in enumerate(history, 1):
            do(sender.connection, act, nth)
            assert_checks_are_empty(sender.connection)
        rebuilt = sender.connection.execute(
            """
            select bool_and(r.digest_before = r.digest_after)
            from unnest(array['desk', 'vault']) as b cross join utl.rebuild_book(b) as r
            """
        )
        assert rebuilt.fetchone() == (True,)


def do(connection: psycopg.Connection[Any], act: Act, nth: int) -> None:
    """Have it done, or refused for a reason that is documented."""
    try:
        with connection.transaction():
            connection.execute(act.statement, {**act.values, "nth": str(nth)})
    except psycopg.Error as error:
        if (error.sqlstate or "")[2:3] != "U":  # not one of ours
            raise
        event(f"refused: {error.sqlstate}")
