"""Sends fills to the ledger in each of the ways there are, and reads them back as facts."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from tests.properties import model
from tests.properties.scenarios import ACCOUNTS, FEE_ASSETS, INSTRUMENTS, Scenario, Sent, Statement

Connection = psycopg.Connection[Any]
Ids = dict[str, int]

COLUMNS = (
    *("book_id", "account_id", "instrument_id", "venue_fill_id", "side", "quantity", "price"),
    *("fee", "fee_asset_id", "executed_at", "sequence"),
)
TARGET = sql.SQL("utl.fills ({})").format(sql.SQL(", ").join(map(sql.Identifier, COLUMNS)))
ROW = sql.SQL("({})").format(sql.SQL(", ").join([sql.Placeholder()] * len(COLUMNS)))


class Sender:
    """Names and their ids in one database."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        for account in ACCOUNTS:
            self._call("select utl.add_account(%s, 'venue')", account)
        for asset in FEE_ASSETS:
            self._call("select utl.add_asset(%s)", asset)
        for instrument in INSTRUMENTS:
            multiplier = (
                Decimal(instrument.multiplier.numerator) / instrument.multiplier.denominator
            )
            self._call(
                "select utl.add_instrument(%s, multiplier => %s)", instrument.name, multiplier
            )
        self._accounts: Ids = {a: self._id("utl.account_id", a) for a in ACCOUNTS}
        self._assets: Ids = {a: self._id("utl.asset_id", a) for a in FEE_ASSETS}
        self._instruments = {i: self._id("utl.instrument_id", i.name) for i in INSTRUMENTS}

    def play(self, scenario: Scenario, book: str) -> None:
        """Make the book with its costings, and send all of its fills."""
        primary, *others = scenario.costings
        self._call("select utl.add_book(%s, method => %s)", book, primary.method)
        if not scenario.added_late:
            self._add_costings(book, others)
        for statement in scenario.statements:
            self.send(book, statement)
        if scenario.added_late:
            self._add_costings(book, others)

    def send(self, book: str, statement: Statement) -> None:
        """Send a statement's fills in its way."""
        ways: dict[str, Callable[[str, list[Sent]], None]] = {
            "insert": self._insert,
            "copy": self._copy,
            "select": self._insert_select,
            "record": self._record,
            "single": self._insert_singly,
        }
        ways[statement.way](book, statement.fills)

    def record(self, book: str, fills: list[Sent]) -> list[str]:
        """Send fills by utl.record_fills; return what became of each."""
        rows = Jsonb([_json(book, fill) for fill in fills])
        query = "select outcome from utl.record_fills(%s) order by line"
        return [outcome for (outcome,) in self.connection.execute(query, [rows])]

    def facts(self, book: str) -> list[model.Fill]:
        """The book's fills as they were recorded."""
        query = """
            select f.fill_id, f.executed_at, f.recorded_at, f.sequence, c.account, i.instrument,
                f.side, f.quantity, f.price, f.fee, a.asset
            from utl.fills as f
            join utl.accounts as c using (account_id)
            join utl.instruments as i using (instrument_id)
            left join utl.assets as a on a.asset_id = f.fee_asset_id
            where f.book_id = utl.book_id(%s)
        """
        named = {instrument.name: instrument for instrument in INSTRUMENTS}
        fills = []
        for row in self.connection.execute(query, [book]):
            fill_id, executed_at, recorded_at, sequence, account, name, side, *rest = row
            quantity, price, fee = map(Fraction, rest[:3])
            place = (fill_id, executed_at, recorded_at, sequence, account, named[name], side)
            fills.append(model.Fill(*place, quantity, price, fee, rest[3]))
        return fills

    def identities(self, book: str) -> dict[int, str]:
        """What the venue calls each fill."""
        query = "select fill_id, venue_fill_id from utl.fills where book_id = utl.book_id(%s)"
        return dict(self.connection.execute(query, [book]).fetchall())

    def _add_costings(self, book: str, costings: list[model.Costing]) -> None:
        for costing in costings:
            self._call(
                "select utl.add_costing(%s, %s, %s, %s, %s, %s, %s)",
                *(book, costing.method, costing.name, costing.pool, costing.fees),
                *(costing.rank_by, costing.booking_order),
            )

    def _insert(self, book: str, fills: list[Sent]) -> None:
        values = sql.SQL(", ").join([ROW] * len(fills))
        statement = sql.SQL("insert into {} values {}").format(TARGET, values)
        self.connection.execute(statement, [v for fill in fills for v in self._values(book, fill)])

    def _insert_singly(self, book: str, fills: list[Sent]) -> None:
        for fill in fills:
            self._insert(book, [fill])

    def _insert_select(self, book: str, fills: list[Sent]) -> None:
        self.connection.execute("create temporary table staged (like utl.fills) on commit drop")
        staged = sql.SQL("insert into staged ({}) values {}").format(
            sql.SQL(", ").join(map(sql.Identifier, COLUMNS)), sql.SQL(", ").join([ROW] * len(fills))
        )
        self.connection.execute("alter table staged alter fill_id drop not null")
        self.connection.execute("alter table staged alter recorded_at drop not null")
        self.connection.execute(staged, [v for fill in fills for v in self._values(book, fill)])
        columns = sql.SQL(", ").join(map(sql.Identifier, COLUMNS))
        self.connection.execute(
            sql.SQL("insert into {} select {} from staged").format(TARGET, columns)
        )
        self.connection.execute("drop table staged")

    def _copy(self, book: str, fills: list[Sent]) -> None:
        rows = [self._values(book, fill) for fill in fills]  # before: they ask for the book's id
        with (
            self.connection.cursor() as cursor,
            cursor.copy(sql.SQL("copy {} from stdin").format(TARGET)) as copy,
        ):
            for row in rows:
                copy.write_row(row)

    def _record(self, book: str, fills: list[Sent]) -> None:
        assert set(self.record(book, fills)) == {"booked"}

    def _values(self, book: str, fill: Sent) -> list[object]:
        return [
            *(self._id("utl.book_id", book), self._accounts[fill.account]),
            *(self._instruments[fill.instrument], f"{book} {fill.identity}", fill.side),
            *(fill.quantity, fill.price, fill.fee),
            self._assets[fill.fee_asset] if fill.fee_asset else None,
            *(fill.executed_at, fill.sequence),
        ]

    def _id(self, function: str, name: str) -> int:
        found = self.connection.execute(f"select {function}(%s)".encode(), [name]).fetchone()
        assert found is not None
        return int(found[0])

    def _call(self, query: str, *arguments: object) -> None:
        self.connection.execute(query.encode(), arguments)


def _json(book: str, fill: Sent) -> dict[str, object]:
    row: dict[str, object] = {
        "book": book,
        "account": fill.account,
        "instrument": fill.instrument.name,
        "venue_fill_id": f"{book} {fill.identity}",
        "side": fill.side,
        "quantity": f"{fill.quantity:f}",
        "price": f"{fill.price:f}",
        "fee": f"{fill.fee:f}",
        "executed_at": fill.executed_at.isoformat(),
        "sequence": fill.sequence,
    }
    return row | ({"fee_asset": fill.fee_asset} if fill.fee_asset else {})
