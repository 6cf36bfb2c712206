"""Any fills, by any methods, in any statements and order, give the model's figures exactly.

Each example is a transaction that is rolled back, so that one database serves them all and the
checks see the example's facts alone. `UTL_PROPERTIES=deep` runs many more examples.
"""

import psycopg
import pytest
from hypothesis import given, settings

from tests.properties import rows
from tests.properties.proof import (
    assert_checks_are_empty,
    assert_model_agrees,
    named,
    rolled_back,
)
from tests.properties.scenarios import WAYS, Scenario, Statement, scenarios, twice_cut
from tests.properties.sending import Sender


@given(scenarios())
def test_any_fills_in_any_statements_and_order_give_the_models_figures(
    sender: Sender, scenario: Scenario
) -> None:
    with rolled_back(sender):
        sender.play(scenario, "book")
        assert len(sender.facts("book")) == len(scenario.fills)
        assert_model_agrees(sender, "book", scenario.costings)
        assert_checks_are_empty(sender.connection)
        assert_versions_count_statements(sender, scenario)


@given(twice_cut())
@settings(max_examples=settings().max_examples // 2)
def test_order_and_split_of_arrival_do_not_matter(
    sender: Sender, ways: tuple[Scenario, Scenario]
) -> None:
    with rolled_back(sender):
        for book, scenario in zip(("one", "other"), ways, strict=True):
            sender.play(scenario, book)
        for costing in ways[0].costings:
            one, other = (named(sender, book, costing.name) for book in ("one", "other"))
            assert (costing, *one) == (costing, *other)
        assert_checks_are_empty(sender.connection)


@given(scenarios())
@settings(max_examples=settings().max_examples // 3)
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
        assert_checks_are_empty(sender.connection)


def assert_versions_count_statements(sender: Sender, scenario: Scenario) -> None:
    query = "select instrument, version from utl.positions where book = 'book'"
    for instrument, version in sender.connection.execute(query):
        touched = 0
        for statement in scenario.statements:
            fills = [f for f in statement.fills if f.instrument.name == instrument]
            touched += len(fills) if statement.way == "single" else bool(fills)
        assert version == touched
