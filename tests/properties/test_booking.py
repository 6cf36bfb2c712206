"""Any fills, by any methods, in any statements and order, give the model's figures exactly.

Each example is a transaction that is rolled back, so that one database serves them all and the
checks see the example's facts alone. `UTL_PROPERTIES=deep` runs many more examples.
"""

import os
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests import database
from tests.properties import rows
from tests.properties.scenarios import WAYS, Scenario, Statement, scenarios, twice_cut
from tests.properties.sending import Sender

settings.register_profile(
    "ci",
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    print_blob=True,
)
settings.register_profile(
    "deep", settings.get_profile("ci"), max_examples=5000, phases=[Phase.generate, Phase.shrink]
)
settings.load_profile(os.environ.get("UTL_PROPERTIES", "ci"))


@pytest.fixture(scope="module")
def sender(server_url: str, template: str) -> Iterator[Sender]:
    with (
        database.clone(server_url, template) as conninfo,
        psycopg.connect(conninfo) as connection,
    ):
        yield Sender(connection)


@given(scenarios())
def test_any_fills_in_any_statements_and_order_give_the_models_figures(
    sender: Sender, scenario: Scenario
) -> None:
    with rolled_back(sender):
        sender.play(scenario, "book")
        assert_model_agrees(sender, scenario)
        assert_proven(sender)
        assert_versions_count_statements(sender, scenario)


@given(twice_cut())
def test_order_and_split_of_arrival_do_not_matter(
    sender: Sender, ways: tuple[Scenario, Scenario]
) -> None:
    with rolled_back(sender):
        for book, scenario in zip(("one", "other"), ways, strict=True):
            sender.play(scenario, book)
        for costing in ways[0].costings:
            one, other = (named(sender, book, costing.name) for book in ("one", "other"))
            assert (costing, *one) == (costing, *other)
        assert_proven(sender)


@given(scenarios())
def test_each_way_of_insertion_gives_the_same(sender: Sender, scenario: Scenario) -> None:
    with rolled_back(sender):
        for way in WAYS:
            statements = [Statement(way, statement.fills) for statement in scenario.statements]
            sender.play(Scenario(scenario.costings, scenario.added_late, statements), way)
        for costing in scenario.costings:
            if costing.booking_order == "event_time":
                first, *others = (named(sender, way, costing.name) for way in WAYS)
                assert all(other == first for other in others)


@given(scenarios())
@settings(max_examples=settings().max_examples // 3)
def test_fills_that_are_sent_again_change_nothing(sender: Sender, scenario: Scenario) -> None:
    with rolled_back(sender):
        sender.play(scenario, "book")
        before = [rows.shown(sender.connection, "book", c.name) for c in scenario.costings]
        assert set(sender.record("book", scenario.fills)) == {"duplicate"}
        for way in set(WAYS) - {"record"}:
            with (
                pytest.raises(psycopg.errors.UniqueViolation, match="fills_are_recorded_once"),
                sender.connection.transaction(),
            ):
                sender.send("book", Statement(way, scenario.fills[-1:]))
        after = [rows.shown(sender.connection, "book", c.name) for c in scenario.costings]
        assert after == before
        assert_proven(sender)


def assert_model_agrees(sender: Sender, scenario: Scenario) -> None:
    facts = sender.facts("book")
    assert len(facts) == len(scenario.fills)
    for costing in scenario.costings:
        shown = rows.shown(sender.connection, "book", costing.name)
        expected = rows.expected(facts, costing)
        for name, rows_shown, rows_expected in zip(expected._fields, shown, expected, strict=True):
            assert (costing, name, rows_shown) == (costing, name, rows_expected)


def assert_proven(sender: Sender) -> None:
    assert _all(sender, "select * from utl.failed_checks()") == []
    assert _all(sender, "select * from utl.replay_differences()") == []


def assert_versions_count_statements(sender: Sender, scenario: Scenario) -> None:
    query = "select instrument, version from utl.positions where book = 'book'"
    for instrument, version in _all(sender, query):
        touched = 0
        for statement in scenario.statements:
            fills = [f for f in statement.fills if f.instrument.name == instrument]
            touched += len(fills) if statement.way == "single" else bool(fills)
        assert version == touched


def named(sender: Sender, book: str, costing: str) -> list[Any]:
    """What the views show, with the venue's names of the fills instead of our ids."""
    names = {i: name.removeprefix(book) for i, name in sender.identities(book).items()}
    return [
        sorted(
            str(
                tuple(
                    names.get(v) if f.endswith("fill_id") else v for f, v in row._asdict().items()
                )
            )
            for row in view
        )
        for view in rows.shown(sender.connection, book, costing)
    ]


class rolled_back:  # noqa: N801 - it reads as what it does
    def __init__(self, sender: Sender) -> None:
        self.connection = sender.connection

    def __enter__(self) -> None:
        self.connection.commit()

    def __exit__(self, *_: object) -> None:
        self.connection.rollback()


def _all(sender: Sender, query: str) -> list[Any]:
    return sender.connection.execute(query.encode()).fetchall()
