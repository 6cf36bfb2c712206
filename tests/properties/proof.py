"""What must hold of a book, whatever was sent and however."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from tests.properties import rows
from tests.properties.folding import Costing
from tests.properties.model import Fact
from tests.properties.scenarios import SentCorrection
from tests.properties.sending import Sender


@contextmanager
def rolled_back(sender: Sender) -> Iterator[None]:
    """Leave no trace of the block: it is one transaction that does not happen."""
    sender.connection.commit()
    try:
        yield
    finally:
        sender.connection.rollback()


def assert_model_agrees(
    sender: Sender,
    book: str,
    costings: Iterable[Costing],
    corrections: Iterable[SentCorrection] = (),
) -> None:
    """The views show what the model says of the recorded facts, to the last digit."""
    facts: list[Fact] = [*sender.facts(book), *(correction.fact for correction in corrections)]
    for costing in costings:
        shown = rows.shown(sender.connection, book, costing.name)
        expected = rows.expected(facts, costing)
        for view, rows_shown, rows_expected in zip(expected._fields, shown, expected, strict=True):
            assert (costing, view, rows_shown) == (costing, view, rows_expected)


def assert_checks_are_empty(connection: psycopg.Connection[Any]) -> None:
    """No check fails, and a replay from the facts gives what is stored."""
    assert connection.execute("select * from utl.failed_checks()").fetchall() == []
    assert connection.execute("select * from utl.replay_differences()").fetchall() == []


def named(sender: Sender, book: str, costing: str) -> list[Any]:
    """What the views show, with the venue's names of the fills instead of our ids."""
    names = {i: name.removeprefix(book) for i, name in sender.identities(book).items()}
    return [
        sorted(
            str(tuple(names.get(v) if f.endswith("_id") else v for f, v in row._asdict().items()))
            for row in view
        )
        for view in rows.shown(sender.connection, book, costing)
    ]
