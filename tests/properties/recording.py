"""Sends a world to the ledger, statement by statement, and reads back what was recorded."""

import contextlib
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.types.json import Jsonb

from tests.properties import transacting
from tests.properties.believing import Believed
from tests.properties.calling import call_for
from tests.properties.folding import Instrument
from tests.properties.model import Correction
from tests.properties.scenarios import INSTRUMENTS, Sent, SentCorrection
from tests.properties.sending import COLUMNS, FILLS, Sender
from tests.properties.transacting import Transaction, TransactionCorrection
from tests.properties.worlds import (
    BOOKS,
    Choice,
    SentFact,
    SentTransaction,
    SentTransactionCorrection,
    SentWorld,
    Step,
)

TRANSACTION_COLUMNS = (
    *("reference", "kind", "book_id", "occurred_at", "sequence", "account_id", "instrument_id"),
    *("asset_id", "quantity", "amount", "price", "fee", "fee_asset_id", "to_book_id"),
    *("to_account_id", "to_instrument_id", "to_quantity", "new_units", "old_units", "opened_at"),
)
CORRECTION_COLUMNS = ("transaction_id", "kind", "occurred_at", "quantity", "amount", "opened_at")
TRANSACTIONS = sql.SQL("utl.transactions")
TRANSACTION_CORRECTIONS = sql.SQL("utl.transaction_corrections")

RECORDED = """
    select t.transaction_id, t.occurred_at, t.recorded_at, t.sequence, t.kind, b.book, a.account,
        i.instrument, s.asset, t.quantity, t.amount, t.price, tb.book, ta.account, ti.instrument,
        t.to_quantity, t.new_units, t.old_units, t.opened_at, t.reference
    from utl.transactions as t
    join utl.books as b using (book_id)
    left join utl.accounts as a using (account_id)
    left join utl.instruments as i using (instrument_id)
    left join utl.assets as s on s.asset_id = t.asset_id
    left join utl.books as tb on tb.book_id = t.to_book_id
    left join utl.accounts as ta on ta.account_id = t.to_account_id
    left join utl.instruments as ti on ti.instrument_id = t.to_instrument_id
    where starts_with(b.book, %s)
"""

CHOOSE_FOR_TRANSACTION = """
    select utl.choose_transaction_lots(t.transaction_id, %s) from utl.transactions as t
    where t.reference = %s
"""


class Recorder:
    """A world in a database: its books have names that begin with the world's."""

    def __init__(self, senders: list[Sender], name: str, world: SentWorld) -> None:
        self.senders = senders
        self.name = name
        self.world = world
        self.told: list[transacting.Fact] = []
        self.believed: dict[str, Believed] = {book: [] for book in BOOKS}

    def play(self, *, noting: bool = False) -> None:
        """Make the books and take all steps; note, if asked, what is believed after each."""
        sender = self.senders[0]
        for book in BOOKS:
            sender.add_book(self.name + book, self.world.costings[book][0])
        for number, step in enumerate([*self.world.steps, None]):
            if number == self.world.added_after:
                for book in BOOKS:
                    sender.add_costings(self.name + book, self.world.costings[book][1:])
            if step is not None:
                self.take(self.senders[step.session % len(self.senders)], step)
            if noting:
                self._note()

    def take(self, sender: Sender, step: Step) -> None:
        """Send the facts of a step, in their order, in as few statements as that takes."""
        run: list[SentFact] = []
        for fact in step.facts:
            if run and (step.way in ("single", "function") or type(fact) is not type(run[0])):
                self._send(sender, step.way, run)
                run = []
            run.append(fact)
        self._send(sender, step.way, run)

    def facts(self) -> list[transacting.Fact]:
        """All facts of the world as they were recorded."""
        return [
            *(fill for book in BOOKS for fill in self.senders[0].facts(self.name, book)),
            *self._transactions(),
            *self.told,
        ]

    def _note(self) -> None:
        moment, costings = self.senders[0].moment(), self._known_costings()
        world = transacting.world_of(costings, self.facts())
        for book in BOOKS:
            for costing in costings[book]:
                self.believed[book].append((moment, costing, world.of(book, costing.name)))

    def _transactions(self) -> Iterable[Transaction]:
        named = {instrument.name: instrument for instrument in INSTRUMENTS}
        rows = self.senders[0].connection.execute(RECORDED, [self.name]).fetchall()
        for row in rows:
            values: list[Any] = [Fraction(v) if isinstance(v, Decimal) else v for v in row]
            values[5] = values[5].removeprefix(self.name)
            values[7], values[14] = named.get(values[7]), named.get(values[14])
            values[12] = values[12].removeprefix(self.name) if values[12] else None
            values[19] = values[19].removeprefix(f"{self.name} ")
            yield Transaction(*values)

    def _send(self, sender: Sender, way: str, facts: list[Any]) -> None:
        if way == "function" and isinstance(facts[0], SentTransaction):
            self._call(sender, facts[0])
            return
        way = "copy" if way == "copy" else "insert"
        if isinstance(facts[0], Sent):
            rows = [sender.values(self.name, fill) for fill in facts]
            sender.send_rows(way, FILLS, COLUMNS, rows)
        elif isinstance(facts[0], SentTransaction):
            self.insert(sender, way, facts)
        elif isinstance(facts[0], SentCorrection):
            sender.correct(self.name, facts, way)
            self.told += [fact.fact for fact in facts]
        elif isinstance(facts[0], SentTransactionCorrection):
            self._correct(sender, way, facts)
        else:
            for fact in facts:
                self._choose(sender, fact)

    def insert(self, sender: Sender, way: str, transactions: list[SentTransaction]) -> None:
        """Send transactions by one INSERT or COPY."""
        rows = [self._transaction_values(sender, sent) for sent in transactions]
        sender.send_rows(way, TRANSACTIONS, TRANSACTION_COLUMNS, rows)

    def _call(self, sender: Sender, sent: SentTransaction) -> None:
        """Record by the public function; by INSERT if it refuses that more goes than is held."""
        try:
            with sender.connection.transaction():
                is_recorded = self.record(sender, sent)
        except psycopg.errors.IntegrityError as error:
            if error.sqlstate != "23U07":
                raise
            is_recorded = False
        if not is_recorded:
            self._send(sender, "insert", [sent])

    def record(self, sender: Sender, sent: SentTransaction) -> bool:
        """Call the public function, which returns the row; false if there is none for that."""
        if (call := call_for(sent, self.name)) is None:
            return False
        function, arguments = call
        query = sql.SQL("select {} from {}({})").format(
            sql.SQL(", ").join(map(sql.Identifier, TRANSACTION_COLUMNS)),
            sql.SQL(function),
            sql.SQL(", ").join(
                sql.SQL("{} => {}").format(sql.Identifier(name), sql.Placeholder(name))
                for name in arguments
            ),
        )
        row = sender.connection.execute(query, arguments).fetchone()
        assert row is not None
        assert list(row) == self._transaction_values(sender, sent)
        return True

    def _transaction_values(self, sender: Sender, sent: SentTransaction) -> list[object]:
        def instrument_id(instrument: Instrument | None) -> int | None:
            return sender.instruments[instrument] if instrument else None

        def account_id(account: str | None) -> int | None:
            return sender.accounts[account] if account else None

        return [
            *(f"{self.name} {sent.reference}", sent.kind, sender.book_id(self.name + sent.book)),
            *(sent.occurred_at, sent.sequence, account_id(sent.account)),
            instrument_id(sent.instrument),
            sender.assets[sent.asset] if sent.asset else None,
            *(sent.quantity, sent.amount, sent.price, sent.fee),
            sender.assets[sent.fee_asset] if sent.fee_asset else None,
            sender.book_id(self.name + sent.to_book) if sent.to_book else None,
            *(account_id(sent.to_account), instrument_id(sent.to_instrument)),
            *(sent.to_quantity, sent.new_units, sent.old_units, sent.opened_at),
        ]

    def _correct(
        self, sender: Sender, way: str, corrections: list[SentTransactionCorrection]
    ) -> None:
        query = "select transaction_id from utl.transactions where reference = %s"
        rows: list[list[object]] = [
            [
                *(transaction_id, told.kind, told.occurred_at, told.quantity, told.amount),
                told.opened_at,
            ]
            for told in corrections
            for (transaction_id,) in sender.connection.execute(
                query, [f"{self.name} {told.reference}"]
            ).fetchall()
        ]
        sender.send_rows(way, TRANSACTION_CORRECTIONS, CORRECTION_COLUMNS, rows)
        self.told += [
            TransactionCorrection(
                told.reference,
                told.kind,
                told.occurred_at,
                None if told.quantity is None else Fraction(told.quantity),
                None if told.amount is None else Fraction(told.amount),
                told.opened_at,
            )
            for told in corrections
        ]

    def _choose(self, sender: Sender, choice: Choice) -> None:
        """Choose lots, if it can be: what cannot is refused, and the model says so, too."""
        ids = {fill.identity: fill.fill_id for b in BOOKS for fill in sender.facts(self.name, b)}
        lots = [{"lot_id": ids[name], "quantity": f"{asked:f}"} for name, asked in choice.lots]
        chosen = tuple((ids[name], Fraction(asked)) for name, asked in choice.lots)
        told: Correction | TransactionCorrection
        if choice.account is None:
            told = TransactionCorrection(choice.identity, "choose", chosen=chosen)
        else:
            told = Correction(choice.account, choice.identity, "choose", chosen=chosen)
        is_possible = transacting.can_choose(self._known_costings(), [*self.facts(), told], told)
        refusal: contextlib.AbstractContextManager[object] = contextlib.nullcontext()
        if not is_possible:
            refusal = pytest.raises(psycopg.errors.IntegrityError, match="cannot close")
        name = f"{self.name} {choice.identity}"
        with refusal, sender.connection.transaction():
            if choice.account is None:
                sender.connection.execute(CHOOSE_FOR_TRANSACTION, [Jsonb(lots), name])
            else:
                query = "select utl.choose_lots(%s, %s, %s)"
                sender.connection.execute(query, [Jsonb(lots), choice.account, name])
        self.told += [told] if is_possible else []

    def _known_costings(self) -> dict[str, list[Any]]:
        query = "select costing from utl.costings where book = %s"
        connection = self.senders[0].connection
        return {
            book: [
                costing
                for costing in costings
                if (costing.name,) in connection.execute(query, [self.name + book]).fetchall()
            ]
            for book, costings in self.world.costings.items()
        }
