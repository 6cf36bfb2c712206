"""Transactions worked out by hand: they hold the model and the ledger to the rule.

Each names a rule that random worlds seldom meet alone. All is BTC/USDT in book one; facts are one
second apart, and each case is checked with each way of sending it.
"""

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from tests.properties import rows
from tests.properties.folding import Costing
from tests.properties.proof import assert_checks_are_empty, rolled_back
from tests.properties.recording import Recorder
from tests.properties.scenarios import FIRST, SPOT, TOKEN, Sent
from tests.properties.sending import Sender
from tests.properties.test_transactions import assert_model_agrees
from tests.properties.worlds import (
    WORLD_WAYS,
    Choice,
    SentFact,
    SentTransaction,
    SentWorld,
    Step,
)

Traded = tuple[str, str, str, str]  # account, side, quantity, price
MOVE = {"to_book": "one", "to_account": "margin", "to_instrument": SPOT}


def booked(
    sender: Sender, method: str, facts: list[Traded | dict[str, Any] | Choice]
) -> rows.Figures:
    """What the ledger shows for the accounts of the book, after the model and the checks agreed."""
    costing = Costing("own", method, pool="account")
    costings = {book: [Costing("wac", "wac"), costing] for book in ("one", "two")}
    sent = [row(number, fact) for number, fact in enumerate(facts)]
    for way in WORLD_WAYS:
        with rolled_back(sender):
            recorder = Recorder([sender], "", SentWorld(costings, 0, [Step(way, 0, sent)]))
            recorder.play()
            assert_model_agrees(recorder)
            assert_checks_are_empty(sender.connection)
            shown = rows.shown(sender.connection, "one", costing.name)
    return shown


def row(number: int, fact: Traded | dict[str, Any] | Choice) -> SentFact:
    """The fact at its place in the order of the case."""
    at = FIRST + timedelta(seconds=number)
    if isinstance(fact, Choice):
        return fact
    if isinstance(fact, dict):
        given: dict[str, Any] = {
            name: Decimal(value) if isinstance(value, int) else value
            for name, value in fact.items()
        }
        account = None if fact["kind"] == "split" else "spot"
        place: dict[str, Any] = {"reference": str(number), "occurred_at": at, "account": account}
        return SentTransaction(book="one", sequence=0, instrument=SPOT, **place, **given)
    account, side, quantity, price = fact
    return Sent(
        *(str(number), account, SPOT, side, Decimal(quantity), Decimal(price)),
        *(Decimal(0), None, at, 0, "one"),
    )


def closed(figures: rows.Figures, account: str) -> list[tuple[int | Fraction, int | Fraction]]:
    """Quantity and cost of what was closed of each lot in an account, in the order of closing."""
    matches = [match for match in figures.lot_matches if match.account == account]
    return [
        (match.quantity, match.cost)
        for match in sorted(matches, key=lambda match: (match.closed_at, match.part))
    ]


def told(row: Any, *columns: str) -> tuple[Any, ...]:
    """Some columns of a row."""
    return tuple(getattr(row, column) for column in columns)


def test_a_lot_that_moves_closes_before_one_that_was_opened_later_than_it(sender: Sender) -> None:
    figures = booked(
        sender,
        "fifo",
        [
            ("spot", "buy", "2", "10"),
            ("margin", "buy", "1", "20"),
            {"kind": "transfer", "quantity": -2, "to_quantity": 2, **MOVE},
            ("margin", "sell", "2", "30"),
        ],
    )
    assert closed(figures, "margin") == [(2, 20)]
    [lot] = figures.open_lots
    assert told(lot, "account", "cost") == ("margin", 20)


def test_what_moves_realizes_nothing_and_its_fee_in_the_coin_is_a_fee_at_cost(
    sender: Sender,
) -> None:
    coin_fee = {"fee": 1, "fee_asset": "BTC"}
    figures = booked(
        sender,
        "fifo",
        [
            ("spot", "buy", "1", "10"),
            ("spot", "buy", "2", "20"),
            {"kind": "transfer", "quantity": -2, "to_quantity": 1, **MOVE, **coin_fee},
        ],
    )
    left, moved = sorted(figures.positions, key=lambda position: position.account == "margin")
    columns = ("quantity", "cost", "realized_pnl", "fees")
    assert told(left, *columns) == (1, 20, 0, 20)
    assert told(moved, *columns) == (1, 10, 0, 0)


@pytest.mark.parametrize(("method", "lot"), [("hifo", (2, 60)), ("lofo", (4, 100))])
def test_prices_before_and_after_a_split_are_ranked_in_one_unit(
    sender: Sender, method: str, lot: tuple[int, int]
) -> None:
    figures = booked(
        sender,
        method,
        [
            ("spot", "buy", "2", "50"),  # after the split 4 at 25
            {"kind": "split", "new_units": 2, "old_units": 1},
            ("spot", "buy", "2", "30"),
            ("spot", "sell", str(lot[0]), "40"),
        ],
    )
    assert closed(figures, "spot") == [lot]


def test_a_spin_off_takes_its_share_of_each_lots_cost(sender: Sender) -> None:
    target = MOVE | {"to_account": "spot", "to_instrument": TOKEN}
    figures = booked(
        sender,
        "fifo",
        [
            ("spot", "buy", "1", "10"),
            ("spot", "buy", "2", "15"),
            {"kind": "spin_off", "amount": 8, "to_quantity": 6, **target},
        ],
    )
    lots = [told(lot, "instrument", "quantity", "cost") for lot in figures.open_lots]
    assert lots == [
        *(("BTC/USDT", 1, 8), ("BTC/USDT", 2, 24)),
        *(("WBTC/USDT", 2, 2), ("WBTC/USDT", 4, 6)),
    ]


def test_what_is_left_of_a_choice_closes_by_the_order_of_the_costing(sender: Sender) -> None:
    figures = booked(
        sender,
        "specific",
        [
            ("spot", "buy", "3", "10"),
            ("spot", "buy", "3", "20"),
            ("spot", "buy", "3", "30"),
            ("spot", "sell", "5", "40"),
            Choice("spot", "3", (("2", Decimal(1)), ("1", Decimal(2)))),
        ],
    )
    assert closed(figures, "spot") == [(1, 30), (2, 40), (2, 20)]


def test_a_late_fill_changes_the_lots_that_had_moved(sender: Sender) -> None:
    moved = {"kind": "transfer", "quantity": -2, "to_quantity": 2, **MOVE}
    early: Traded = ("spot", "buy", "1", "1")
    facts = [row(0, early), row(1, ("spot", "buy", "2", "10")), row(2, moved)]
    costings = {book: [Costing("fifo", "fifo", pool="book")] for book in ("one", "two")}
    costings["one"].append(Costing("own", "fifo", pool="account"))
    with rolled_back(sender):
        late = SentWorld(costings, 0, [Step("single", 0, [facts[1], facts[2], facts[0]])])
        recorder = Recorder([sender], "", late)
        recorder.play()
        assert_model_agrees(recorder)
        lots = rows.shown(sender.connection, "one", "own").open_lots
        assert sorted(told(lot, "account", "quantity", "cost") for lot in lots) == [
            *(("margin", 1, 1), ("margin", 1, 10)),
            ("spot", 1, 10),
        ]
