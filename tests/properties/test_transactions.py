"""Fills and transactions of all kinds, over books, accounts and instruments, in any order.

Every figure is the model's, in each costing of each book; so are the flows of each account.
"""

import uuid
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings

from tests.properties import flowing, rows, transacting
from tests.properties.believing import assert_told
from tests.properties.proof import assert_checks_are_empty, rolled_back
from tests.properties.recording import Recorder
from tests.properties.sending import Sender
from tests.properties.worlds import BOOKS, SentTransaction, SentWorld, worlds

EXAMPLES = settings().max_examples

FLOWS = """
    select substr(b.book, length(%(name)s) + 1), a.account, i.instrument, s.asset, f.kind,
        f.quantity, f.notional, f.received,
        case when f.kind <> 'fill' or i.kind = 'spot' and i.base = s.asset then f.at_price
            else 0 end
    from utl_private.flows as f
    join utl.books as b using (book_id)
    left join utl.accounts as a using (account_id)
    left join utl.instruments as i using (instrument_id)
    left join utl.assets as s on s.asset_id = f.asset_id
    where starts_with(b.book, %(name)s)
"""


@given(worlds())
@settings(max_examples=EXAMPLES // 2)
def test_any_facts_of_all_kinds_in_any_order_give_the_models_figures(
    sender: Sender, world: SentWorld
) -> None:
    with rolled_back(sender):
        recorder = Recorder([sender], "", world)
        recorder.play()
        assert_model_agrees(recorder)
        assert_checks_are_empty(sender.connection)


@given(worlds())
@settings(max_examples=EXAMPLES // 10)
def test_a_rebuild_from_the_facts_changes_nothing(sender: Sender, world: SentWorld) -> None:
    with rolled_back(sender):
        Recorder([sender], "", world).play()
        for book in BOOKS:
            query = "select costing, digest_before, digest_after from utl.rebuild_book(%s)"
            for costing, before, after in sender.connection.execute(query, [book]).fetchall():
                assert (book, costing, after) == (book, costing, before)


@given(worlds())
@settings(max_examples=EXAMPLES // 10)
def test_of_every_moment_the_ledger_tells_what_was_believed_of_lots_that_moved(
    sender: Sender, world: SentWorld
) -> None:
    with rolled_back(sender):
        recorder = Recorder([sender], "", world)
        recorder.play(noting=True)
        for book in BOOKS:
            assert_told(sender, book, recorder.believed[book], of_empty=False)


@given(worlds())
@settings(max_examples=EXAMPLES // 10)
def test_transactions_that_are_sent_again_change_nothing(sender: Sender, world: SentWorld) -> None:
    with rolled_back(sender):
        recorder = Recorder([sender], "", world)
        recorder.play()
        for fact in [fact for step in world.steps for fact in step.facts]:
            if isinstance(fact, SentTransaction):
                with pytest.raises(psycopg.errors.UniqueViolation), sender.connection.transaction():
                    recorder.insert(sender, "insert", [fact])
                if recorder.record(sender, fact):
                    other = replace(fact, occurred_at=fact.occurred_at - timedelta(hours=1))
                    with (
                        pytest.raises(psycopg.errors.IntegrityError) as refused,
                        sender.connection.transaction(),
                    ):
                        recorder.record(sender, other)
                    assert refused.value.sqlstate == "23U03"
        assert_model_agrees(recorder)


@given(worlds())
@settings(max_examples=EXAMPLES // 10)
def test_two_sessions_that_commit_each_statement_end_at_the_models_figures(
    senders: list[Sender], world: SentWorld
) -> None:
    recorder = Recorder(senders[:2], f"world {uuid.uuid4()} ", world)
    recorder.play()
    assert_model_agrees(recorder)
    assert_checks_are_empty(senders[0].connection)


def assert_model_agrees(recorder: Recorder) -> None:
    """All figures of all costings, and all flows, are those of the facts."""
    facts = recorder.facts()
    connection = recorder.senders[0].connection
    world = transacting.world_of(recorder.world.costings, facts)
    for book, costings in recorder.world.costings.items():
        for costing in costings:
            shown = rows.in_use(rows.shown(connection, recorder.name + book, costing.name))
            expected = rows.in_use(rows.figures(world.of(book, costing.name), costing))
            for view in expected._fields:
                found, wanted = getattr(shown, view), getattr(expected, view)
                if view != "fees":
                    assert not apart(found, wanted), (book, costing, view, *apart(found, wanted))
    found = connection.execute(FLOWS, {"name": recorder.name}).fetchall()
    shown_flows = [flowing.Flow(*map(rows.exact, row)) for row in found if any(row[5:])]
    assert not (others := apart(shown_flows, flowing.flows(facts))), others


def apart(found: list[Any], wanted: list[Any]) -> list[str]:
    """The rows that only one of two lists has, whatever their order."""
    more, less = Counter(found) - Counter(wanted), Counter(wanted) - Counter(found)
    return [*(f"shown: {row}" for row in more), *(f"expected: {row}" for row in less)]
