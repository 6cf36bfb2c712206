"""Sends fills and corrections to the ledger in each way there is, and reads fills back."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from tests.properties import model
from tests.properties.folding import Costing
from tests.properties.scenarios import (
    ACCOUNTS,
    FEE_ASSETS,
    INSTRUMENTS,
    Scenario,
    Sent,
    SentCorrection,
    Statement,
)

Connection = psycopg.Connection[Any]
Ids = dict[str, int]

COLUMNS = (
    *("book_id", "account_id", "instrument_id", "venue_fill_id", "side", "quantity", "price"),
    *("fee", "fee_asset_id", "executed_at", "sequence"),
)
CORRECTION_COLUMNS = (
    *("kind", "account_id", "venue_fill_id", "quantity", "price", "fee", "fee_asset_id"),
    *("executed_at", "sequence", "reason"),
)
FILLS, CORRECTIONS = sql.SQL("utl.fills"), sql.SQL("utl.corrections")


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
        self.accounts: Ids = {a: self._id("utl.account_id", a) for a in ACCOUNTS}
        self.assets: Ids = {a: self._id("utl.asset_id", a) for a in FEE_ASSETS}
        self.instruments = {i: self._id("utl.instrument_id", i.name) for i in INSTRUMENTS}

    def play(self, scenario: Scenario, book: str) -> None:
        """Make the book with its costings, and send all of its fills."""
        primary, *others = scenario.costings
        self.add_book(book, primary)
        if not scenario.added_late:
            self.add_costings(book, others)
        for statement in scenario.statements:
            self.send(book, statement)
        if scenario.added_late:
            self.add_costings(book, others)

    def add_book(self, book: str, primary: Costing) -> None:
        """Make the book."""
        self._call("select utl.add_book(%s, method => %s)", book, primary.method)

    def add_costings(self, book: str, costings: list[Costing]) -> None:
        """Give the book more costings."""
        for costing in costings:
            self._call(
                "select utl.add_costing(%s, %s, %s, %s, %s, %s, %s)",
                *(book, costing.method, costing.name, costing.pool, costing.fees),
                *(costing.rank_by, costing.booking_order),
            )

    def correct(self, book: str, corrections: list[SentCorrection], way: str) -> None:
        """Send corrections: one by one by their functions, or all by one INSERT or COPY."""
        if way == "function":
            for correction in corrections:
                self._call_correction(book, correction)
        else:
            rows = [self._correction_values(book, correction) for correction in corrections]
            self.send_rows(way, CORRECTIONS, CORRECTION_COLUMNS, rows)

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

    def facts(self, book: str, part: str = "") -> list[model.Fill]:
        """A book's fills as they were recorded; `part` says which of several books."""
        query = """
            select f.fill_id, f.executed_at, f.recorded_at, f.sequence, c.account, i.instrument,
                f.side, f.quantity, f.price, f.fee, a.asset, f.venue_fill_id
            from utl.fills as f
            join utl.accounts as c using (account_id)
            join utl.instruments as i using (instrument_id)
            left join utl.assets as a on a.asset_id = f.fee_asset_id
            where f.book_id = utl.book_id(%s)
        """
        named = {instrument.name: instrument for instrument in INSTRUMENTS}
        fills = []
        for row in self.connection.execute(query, [book + part]):
            fill_id, executed_at, recorded_at, sequence, account, name, side, *rest = row
            quantity, price, fee = map(Fraction, rest[:3])
            fee_asset, identity = rest[3:]
            place = (fill_id, executed_at, recorded_at, sequence, account)
            what = (identity.removeprefix(f"{book} "), named[name], side)
            fills.append(model.Fill(*place, *what, quantity, price, fee, fee_asset, part))
        return fills

    def corrections(self, book: str) -> list[SentCorrection]:
        """The corrections of the book's fills, in order of arrival."""
        query = """
            select account, substr(venue_fill_id, %s), kind,
                quantity, price, fee, fee_asset, executed_at, sequence
            from utl.fill_corrections
            where starts_with(venue_fill_id, %s)
            order by correction_id
        """
        mark = f"{book} "
        found = self.connection.execute(query, [len(mark) + 1, mark]).fetchall()
        return [SentCorrection(*row) for row in found]

    def moment(self) -> datetime:
        """The database's clock: what is committed by now is known at this moment."""
        found = self.connection.execute("select clock_timestamp()").fetchone()
        assert found is not None
        moment: datetime = found[0]
        return moment

    def identities(self, book: str) -> dict[int, str]:
        """What the venue calls each fill."""
        query = "select fill_id, venue_fill_id from utl.fills where book_id = utl.book_id(%s)"
        return dict(self.connection.execute(query, [book]).fetchall())

    def _insert(self, book: str, fills: list[Sent]) -> None:
        self.send_rows("insert", FILLS, COLUMNS, [self.values(book, fill) for fill in fills])

    def _insert_singly(self, book: str, fills: list[Sent]) -> None:
        for fill in fills:
            self._insert(book, [fill])

    def _insert_select(self, book: str, fills: list[Sent]) -> None:
        self.connection.execute("create temporary table staged (like utl.fills)")
        self.connection.execute("alter table staged alter fill_id drop not null")
        self.connection.execute("alter table staged alter recorded_at drop not null")
        rows = [self.values(book, fill) for fill in fills]
        self.send_rows("insert", sql.SQL("staged"), COLUMNS, rows)
        columns = _listed(COLUMNS)
        self.connection.execute(
            sql.SQL("insert into {} ({}) select {} from staged").format(FILLS, columns, columns)
        )
        self.connection.execute("drop table staged")

    def _copy(self, book: str, fills: list[Sent]) -> None:
        self.send_rows("copy", FILLS, COLUMNS, [self.values(book, fill) for fill in fills])

    def send_rows(
        self, way: str, table: sql.SQL, columns: tuple[str, ...], rows: list[list[object]]
    ) -> None:
        """All rows by one statement."""
        target = sql.SQL("{} ({})").format(table, _listed(columns))
        if way == "insert":
            row = sql.SQL("({})").format(sql.SQL(", ").join([sql.Placeholder()] * len(columns)))
            values = sql.SQL(", ").join([row] * len(rows))
            statement = sql.SQL("insert into {} values {}").format(target, values)
            self.connection.execute(statement, [value for row in rows for value in row])
            return
        with (
            self.connection.cursor() as cursor,
            cursor.copy(sql.SQL("copy {} from stdin").format(target)) as copy,
        ):
            for values_of_row in rows:
                copy.write_row(values_of_row)

    def _record(self, book: str, fills: list[Sent]) -> None:
        assert set(self.record(book, fills)) == {"booked"}

    def book_id(self, book: str) -> int:
        """A book's id."""
        return self._id("utl.book_id", book)

    def values(self, book: str, fill: Sent) -> list[object]:
        """A fill as a row of COLUMNS."""
        return [
            *(self.book_id(book + fill.book), self.accounts[fill.account]),
            *(self.instruments[fill.instrument], f"{book} {fill.identity}", fill.side),
            *(fill.quantity, fill.price, fill.fee),
            self.assets[fill.fee_asset] if fill.fee_asset else None,
            *(fill.executed_at, fill.sequence),
        ]

    def _correction_values(self, book: str, correction: SentCorrection) -> list[object]:
        asset = correction.fee_asset
        return [
            *(correction.kind, self.accounts[correction.account]),
            f"{book} {correction.identity}",
            *(correction.quantity, correction.price, correction.fee),
            self.assets[asset] if asset else None,
            *(correction.executed_at, correction.sequence, "as the venue said"),
        ]

    def _call_correction(self, book: str, correction: SentCorrection) -> None:
        key = (correction.account, f"{book} {correction.identity}")
        if correction.kind == "bust":
            self._call("select utl.bust_fill(%s, %s, 'as the venue said', 'mail')", *key)
        elif correction.sequence is not None:  # which the function does not take
            self.correct(book, [correction], "insert")
        else:
            self._call(
                "select utl.amend_fill(%s, %s, %s, %s, %s, %s, %s, source => 'mail')",
                *(*key, correction.quantity, correction.price, correction.fee),
                *(correction.fee_asset, correction.executed_at),
            )

    def _id(self, function: str, name: str) -> int:
        found = self.connection.execute(f"select {function}(%s)".encode(), [name]).fetchone()
        assert found is not None
        return int(found[0])

    def _call(self, query: str, *arguments: object) -> None:
        self.connection.execute(query.encode(), arguments)


def _listed(columns: tuple[str, ...]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def _json(book: str, fill: Sent) -> dict[str, object]:
    row: dict[str, object] = {
        "book": book + fill.book,
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
