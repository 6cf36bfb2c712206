"""A case's books in the ledger, written and read through the public interface alone."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import namedtuple_row
from psycopg.types.json import Jsonb

from tests.golden.facts import BOOK, Costing, Fill, Instrument, as_decimal, as_text
from tests.golden.journal import Entry, Lot, Match, Position, Transaction
from tests.golden.support import Refused, need

# What the ledger says to a transaction, or to a choice of lots, that it does not take.
REFUSALS = ("22U08", "23U07", "23U08")


class Ledger:
    """The books of a case, each with the case's costings by name."""

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        costings: Mapping[str, Costing],
        book: str = BOOK,
    ) -> None:
        self.connection = connection
        self.costings = costings
        self.book_name = book
        self.fills: dict[int, Fill] = {}  # those that count, by number
        self.instruments: dict[str, Instrument] = {}  # by name
        self.prices = 0  # how many were recorded
        self._numbers: dict[int, int] = {}  # of fills and transactions, by id
        self._books: set[str] = set()
        self.add_book(book)

    def add_book(self, book: str) -> None:
        """Add a book with the case's costings, unless it is there."""
        if book in self._books:
            return
        self._books.add(book)
        self.connection.execute("select utl.add_book(%s)", [book])
        for name, costing in self.costings.items():
            self.connection.execute(
                "select utl.add_costing(%s, %s, %s, %s, %s, %s, %s)",
                [
                    *(book, costing.method, name, costing.pool, costing.fees),
                    *(costing.rank_by, costing.booking_order),
                ],
            )

    def add_instrument(self, instrument: Instrument) -> None:
        """Register an instrument of the case."""
        self.instruments[instrument.name] = instrument
        self.connection.execute(
            "select utl.add_instrument(%s, %s, %s, %s, %s, %s, %s)",
            [
                *(instrument.name, instrument.kind, instrument.base, instrument.quote),
                *(instrument.settlement, as_decimal(instrument.multiplier), instrument.is_inverse),
            ],
        )

    def add_account(self, account: str) -> None:
        """Register an account of the case."""
        self.connection.execute("select utl.add_account(%s, %s)", [account, "golden"])

    def book(self, fill: Fill, lots: Mapping[int, Fraction] | None = None) -> tuple[str, str]:
        """Record a fill; return what became of it (booked, duplicate, …) and why.

        With the lots that it closes: how much of each, by lot_id. Where these are refused, the
        fill is not recorded, either.
        """
        self.add_book(fill.book)
        self.add_account(fill.account)
        if fill.fee_asset:
            self.connection.execute("select utl.add_asset(%s)", [fill.fee_asset])
        with self._refusing():
            row = self.connection.execute(
                "select outcome, fill_id, reason from utl.record_fills(%s, source => %s)",
                [Jsonb([fill.row()]), self.book_name],
            ).fetchone()
            if lots:
                self._choose_lots(fill, lots)
        assert row is not None
        outcome, fill_id, reason = row
        if outcome == "booked":
            self.fills[fill.number] = fill
            self._numbers[fill_id] = fill.number
        return outcome, reason or ""

    def record(self, number: int, kind: str, **arguments: Any) -> None:
        """Record a transaction of a kind, by its function's arguments; raise Refused if it is."""
        for name in ("account", "to_account"):
            if name in arguments:
                self.add_account(arguments[name])
        if "asset" in arguments:
            self.connection.execute("select utl.add_asset(%s)", [arguments["asset"]])
        given = {name: value for name, value in arguments.items() if value is not None}
        call = sql.SQL("select transaction_id from {}({})").format(
            sql.Identifier("utl", f"record_{kind}"),
            sql.SQL(", ").join(sql.SQL("{} => %s").format(sql.Identifier(name)) for name in given),
        )
        values = [as_decimal(v) if isinstance(v, Fraction) else v for v in given.values()]
        with self._refusing():
            rows = self.connection.execute(call, values).fetchall()
        self._numbers |= {transaction_id: number for (transaction_id,) in rows}

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        """All or nothing: raise Refused where the ledger refuses, and what was done is undone."""
        try:
            with self.connection.transaction():  # a savepoint
                yield
        except psycopg.Error as error:
            if error.sqlstate not in REFUSALS:
                raise
            raise Refused(error.sqlstate, error.diag.message_primary or "") from error

    def _choose_lots(self, fill: Fill, lots: Mapping[int, Fraction]) -> None:
        chosen = [{"lot_id": lot, "quantity": as_text(q)} for lot, q in lots.items()]
        self.connection.execute(
            "select utl.choose_lots(%s, account => %s, venue_fill_id => %s)",
            [Jsonb(chosen), fill.account, fill.venue_fill_id],
        )

    def bust_order(self, order: str) -> None:
        """Take back every fill of an order that is there by now, and the fees it paid apart."""
        busted = {number for number, fill in self.fills.items() if fill.order == order}
        for transaction_id, number in self._numbers.items():
            if number in busted:
                self.connection.execute(
                    "select utl.cancel_transaction(transaction_id)"
                    " from utl.effective_transactions"
                    " where transaction_id = %s and kind in ('fee', 'rebate', 'network_fee')",
                    [transaction_id],
                )
        for number in busted:
            fill = self.fills.pop(number)
            self.connection.execute(
                "select utl.bust_fill(%s, %s)", [fill.account, fill.venue_fill_id]
            )

    def flag_shorts(self, book: str | None = None, account: str | None = None) -> None:
        """Let the ledger list shorts of a book, or in an account."""
        if account is not None:
            self.add_account(account)
        self.connection.execute("select utl.set_short_policy('flag', %s, %s)", [book, account])

    def flagged_shorts(self) -> set[str]:
        """Instruments of which it lists one."""
        query = "select instrument from utl.flagged_shorts where book = any(%s)"
        return {row.instrument for row in self._rows(query)}

    def change_method(self, costing: str, method: str, from_time: datetime) -> None:
        """Let a costing go on by another method; several changes come in order of time."""
        self.connection.execute(
            "select utl.change_costing(%s, %s, %s, costing => %s)",
            [self.book_name, method, from_time, costing],
        )

    def record_price(self, at: datetime, **price: Any) -> None:
        """Record a price of an instrument, or of a base in a quote."""
        for name in ("base", "quote"):
            if name in price:
                self.connection.execute("select utl.add_asset(%s)", [price[name]])
        row = self.connection.execute(
            "select outcome, reason from utl.record_prices(%s, source => %s)",
            [Jsonb([{**price, "at": at.isoformat()}]), self.book_name],
        ).fetchone()
        if row is None or row[0] != "recorded":
            need(f"a price that is refused: {row and row[1]}")
        self.prices += 1

    def rate(self, from_asset: str, to_asset: str) -> Fraction | None:
        """What one unit of an asset is worth in another by the newest prices; none if unknown."""
        for asset in (from_asset, to_asset):
            self.connection.execute("select utl.add_asset(%s)", [asset])
        row = self.connection.execute(
            "select rate from utl.rate_at(%s, %s)", [from_asset, to_asset]
        ).fetchone()
        return Fraction(row[0]) if row else None

    def unrealized(self, costing: str) -> list[tuple[str, Fraction | None]]:
        """Unrealized PnL of what is open, by instrument, at the newest prices; none without one."""
        query = """
            select instrument, unrealized_pnl from utl.pnl
            where book = any(%s) and costing = %s and quantity <> 0
        """
        rows = self._rows(query, costing)
        return [(instrument, pnl if pnl is None else Fraction(pnl)) for instrument, pnl in rows]

    def holdings(self, asset: str) -> dict[str, Fraction]:
        """What each account holds of an asset, by what the facts moved."""
        query = """
            select account, sum(quantity) from utl.book_holdings
            where book = any(%s) and asset = %s group by account
        """
        held = dict(self._rows(query, asset))
        if None in held:
            need("what is held where derivatives pay out in several accounts")
        return {account: Fraction(quantity) for account, quantity in held.items()}

    def positions(self, costing: str) -> list[Position]:
        """Where a costing stands."""
        query = """
            select book, account, instrument, quantity, cost, realized_pnl, net_pnl, fees,
                opened_at
            from utl.unit_costs where book = any(%s) and costing = %s order by position_id
        """
        return [Position(*_exact(row)) for row in self._rows(query, costing)]

    def entries(self, costing: str) -> list[Entry]:
        """The journal of a costing in its order, without what a change of method carried over.

        A fact is booked once in a position's line; in a later position of the same line it stands
        for what is left of it. An average that is carried over is of no fact.
        """
        query = """
            select e.position_id, e.instrument, e.fill_id, e.lot_fill_id, e.kind, e.effect,
                e.effective_at, e.sequence, e.quantity, e.amount, e.fee, e.realized_pnl,
                e.quantity_after, e.cost_after
            from utl.position_entries as e
            where e.book = any(%s) and e.costing = %s and e.fill_id > 0 and e.effect <> 'carry'
            order by e.effective_at, e.sequence, e.fill_id, e.part
        """
        return [
            Entry(
                row.position_id,
                row.instrument,
                self._numbers[row.fill_id],
                self._numbers.get(row.lot_fill_id),
                row.kind,
                row.effect,
                (row.effective_at, row.sequence, row.fill_id),
                *_exact(row[8:]),
            )
            for row in self._rows(query, costing)
        ]

    def lots(self, costing: str) -> list[Lot]:
        """The open lots of a costing, the oldest first."""
        query = """
            select lot_id, fill_id, account, instrument, opened_at, quantity, cost
            from utl.open_lots
            where book = any(%s) and costing = %s order by opened_at, fill_id, lot_id
        """
        return [
            Lot(row.lot_id, self._numbers[row.fill_id], *_exact(row[2:]))
            for row in self._rows(query, costing)
        ]

    def matches(self, costing: str) -> list[Match]:
        """What closed what, in the order of closing."""
        query = """
            select position_id, instrument, open_fill_id, close_fill_id, kind, direction,
                holding_time, quantity, cost, proceeds, realized_pnl
            from utl.lot_matches where book = any(%s) and costing = %s
            order by closed_at, sequence, close_fill_id, part
        """
        return [
            Match(
                row.position_id,
                row.instrument,
                self._numbers[row.open_fill_id],
                self._numbers[row.close_fill_id],
                *_exact(row[4:]),
            )
            for row in self._rows(query, costing)
        ]

    def transactions(self, *kinds: str) -> list[Transaction]:
        """Transactions of some kinds as they count, in their order."""
        query = """
            select t.transaction_id, t.kind, i.instrument, a.asset, i.base, t.occurred_at,
                t.sequence, t.quantity, coalesce(t.amount, 0) as amount
            from utl.effective_transactions as t
            inner join utl.books as b on t.book_id = b.book_id
            left join utl.instruments as i on t.instrument_id = i.instrument_id
            left join utl.assets as a on t.asset_id = a.asset_id
            where b.book = any(%s) and t.kind = any(%s)
            order by t.occurred_at, t.sequence, t.transaction_id
        """
        return [
            Transaction(
                self._numbers[row.transaction_id],
                *(row.kind, row.instrument, row.asset, row.base),
                (row.occurred_at, row.sequence, row.transaction_id),
                *_exact(row[7:]),
            )
            for row in self._rows(query, list(kinds))
        ]

    def fees(self, costing: str) -> dict[str, Fraction]:
        """Fees paid, by asset; what was paid in a coin counts in that coin."""
        query = """
            select asset, sum(fees) from utl.position_fees
            where book = any(%s) and costing = %s group by asset
        """
        paid: defaultdict[str, Fraction] = defaultdict(Fraction)
        paid |= {asset: Fraction(fees) for asset, fees in self._rows(query, costing)}
        for entry in self.entries(costing):
            if entry.kind == "network_fee":
                paid[self.instruments[entry.instrument].settlement] -= entry.fee
        for transaction in self.transactions("network_fee", "fee", "rebate"):
            paid[transaction.asset or transaction.base or ""] -= transaction.quantity
        return paid

    def _rows(self, query: str, *arguments: Any) -> Iterator[Any]:
        cursor = self.connection.cursor(row_factory=namedtuple_row)
        yield from cursor.execute(query.encode(), [list(self._books), *arguments])


def _exact(row: Any) -> Iterator[Any]:
    for value in row:
        yield Fraction(value) if isinstance(value, Decimal) else value
