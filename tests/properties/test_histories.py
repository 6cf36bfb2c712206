"""Any facts in any order: fills, late ones, busts and amendments, also before their fills.

The state in the end is that of the fills that count, sent in their order; and of every moment on
the way the ledger can tell what was believed then. Corrections of one fill keep their order: it has
a meaning.
"""

import uuid

from hypothesis import given, settings

from tests.properties import model
from tests.properties.believing import assert_told_as_believed
from tests.properties.histories import History, facts_after, histories, play, sent_again
from tests.properties.proof import (
    assert_checks_are_empty,
    assert_model_agrees,
    named,
    rolled_back,
)
from tests.properties.restating import assert_restatements_are_recorded
from tests.properties.scenarios import Scenario, Statement
from tests.properties.sending import Sender

EXAMPLES = settings().max_examples


@given(histories())
@settings(max_examples=EXAMPLES // 3)
def test_any_facts_in_any_order_end_where_the_fills_that_count_do_in_theirs(
    sender: Sender, history: History
) -> None:
    with rolled_back(sender):
        play([sender], history, "book")
        assert_model_agrees(sender, "book", history.costings, history.corrections)
        facts = facts_after(sender.facts("book"), history.steps)
        effective = sorted(
            model.effective_fills(facts), key=lambda fill: model.place(fill, history.costings[0])
        )
        in_order = [Statement("copy", [sent_again(fill) for fill in effective])]
        sender.play(Scenario(history.costings, False, in_order if effective else []), "other")
        for costing in history.costings:
            if costing.booking_order == "event_time":
                one, other = (named(sender, book, costing.name) for book in ("book", "other"))
                assert (costing, *one) == (costing, *other)
        assert_checks_are_empty(sender.connection)


@given(histories())
@settings(max_examples=EXAMPLES // 3)
def test_of_every_moment_the_ledger_tells_what_was_believed_then(
    sender: Sender, history: History
) -> None:
    with rolled_back(sender):
        beliefs = play([sender], history, "book")
        assert_told_as_believed(sender, "book", history, beliefs)


@given(histories())
@settings(max_examples=EXAMPLES // 3)
def test_every_restatement_is_recorded_with_what_it_changed(
    sender: Sender, history: History
) -> None:
    with rolled_back(sender):
        beliefs = play([sender], history, "book")
        assert_restatements_are_recorded(sender, "book", history, beliefs)


@given(histories())
@settings(max_examples=EXAMPLES // 5)
def test_sessions_that_commit_each_statement_end_and_believe_the_same(
    senders: list[Sender], history: History
) -> None:
    book = f"book {uuid.uuid4()}"
    beliefs = play(senders, history, book)
    assert_model_agrees(senders[0], book, history.costings, history.corrections)
    assert_told_as_believed(senders[-1], book, history, beliefs)
    assert_restatements_are_recorded(senders[0], book, history, beliefs)
    assert_checks_are_empty(senders[0].connection)


@given(histories())
@settings(max_examples=EXAMPLES // 5)
def test_a_fill_sent_again_stays_as_it_was_corrected(sender: Sender, history: History) -> None:
    with rolled_back(sender):
        play([sender], history, "book")
        before = [named(sender, "book", costing.name) for costing in history.costings]
        fills = [f for s in history.steps if isinstance(s, Statement) for f in s.fills]
        assert set(sender.record("book", fills)) == {"duplicate"}
        assert [named(sender, "book", costing.name) for costing in history.costings] == before
        assert_checks_are_empty(sender.connection)
