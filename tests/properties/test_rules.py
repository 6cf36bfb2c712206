"""Cases worked out by hand: they hold the model and the ledger to the rule, not to each other.

Each names a rule that random fills seldom meet. Books are of one costing; fills are one second
apart.
"""

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from tests.properties import rows
from tests.properties.folding import Costing, Instrument
from tests.properties.proof import assert_checks_are_empty, assert_model_agrees, rolled_back
from tests.properties.scenarios import (
    FIRST,
    FUTURE,
    INVERSE,
    PERPETUAL,
    SPOT,
    WAYS,
    Scenario,
    Sent,
    Statement,
)
from tests.properties.sending import Sender

Traded = tuple[str, str, str]  # side, quantity, price


def booked(
    sender: Sender, costing: Costing, instrument: Instrument, traded: list[Traded], fee: str = "0"
) -> rows.Figures:
    """What the ledger shows of these fills, after the model and the checks have agreed."""
    fills = [
        Sent(
            identity=f"fill {number}",
            account="spot",
            instrument=instrument,
            side=side,
            quantity=Decimal(quantity),
            price=Decimal(price),
            fee=Decimal(fee),
            fee_asset=instrument.cost_asset,
            executed_at=FIRST + timedelta(seconds=number),
            sequence=0,
        )
        for number, (side, quantity, price) in enumerate(traded)
    ]
    for way in WAYS:
        with rolled_back(sender):
            wac = Costing("wac", "wac")
            sender.play(Scenario([wac, costing], False, [Statement(way, fills)]), "book")
            assert_model_agrees(sender, "book", [wac, costing])
            assert_checks_are_empty(sender.connection)
            shown = rows.shown(sender.connection, "book", costing.name)
    return shown


def closed(figures: rows.Figures) -> list[tuple[int, int | Fraction]]:
    """Which fills were closed, counted from 0, and how much of each, in the order of closing."""
    first = min(entry.fill_id for entry in figures.entries)
    entries = sorted(figures.entries, key=lambda entry: (entry.fill_id, entry.part))
    return [
        (entry.lot_fill_id - first, abs(entry.quantity))
        for entry in entries
        if entry.lot_fill_id is not None
    ]


@pytest.mark.parametrize(
    ("method", "lots"),
    [
        ("fifo", [(0, 1), (1, 2), (2, 1)]),
        ("lifo", [(2, 3), (1, 1)]),
        ("hifo", [(1, 2), (2, 2)]),
        ("lofo", [(0, 1), (2, 3)]),
    ],
)
def test_each_method_closes_the_lots_of_a_long_in_its_order(
    sender: Sender, method: str, lots: list[tuple[int, int | Fraction]]
) -> None:
    traded = [("buy", "1", "10"), ("buy", "2", "30"), ("buy", "3", "20"), ("sell", "4", "25")]
    assert closed(booked(sender, Costing("own", method), SPOT, traded)) == lots


@pytest.mark.parametrize(("method", "lot"), [("fifo", 0), ("lifo", 2), ("hifo", 0), ("lofo", 1)])
def test_of_a_short_the_highest_cost_is_the_lot_sold_lowest(
    sender: Sender, method: str, lot: int
) -> None:
    traded = [("sell", "1", "10"), ("sell", "1", "30"), ("sell", "1", "20"), ("buy", "1", "25")]
    assert closed(booked(sender, Costing("own", method), SPOT, traded)) == [(lot, 1)]


def test_the_last_unit_takes_the_whole_rest_of_the_cost(sender: Sender) -> None:
    sold = [("sell", "1", "40")] * 3
    figures = booked(
        sender, Costing("own", "wac"), SPOT, [("buy", "3", "33.33333333333333333333"), *sold]
    )
    [position] = figures.positions
    assert position.quantity == 0
    assert position.cost == 0
    assert position.realized_pnl == 120 - 3 * Fraction("33.33333333333333333333")


def test_a_fill_through_zero_closes_at_its_price_and_opens_at_its_price(sender: Sender) -> None:
    traded = [("buy", "2", "1900"), ("sell", "5", "2000")]
    [position] = booked(sender, Costing("own", "fifo"), FUTURE, traded).positions
    assert position.realized_pnl == 2 * 100 * 100
    assert position.quantity == -3
    assert position.average_cost == 2000


def test_a_capitalized_fee_is_realized_with_the_part_that_it_was_paid_for(sender: Sender) -> None:
    traded = [("buy", "4", "10"), ("sell", "1", "10")]
    costing = Costing("own", "wac", fees="capitalize")
    [position] = booked(sender, costing, SPOT, traded, fee="2").positions
    assert position.realized_pnl == Fraction("-2.5")  # a quarter of the first fee, and the second
    assert position.cost == Fraction("31.5")
    assert position.fees == 4


def test_the_average_of_an_inverse_contract_is_harmonic(sender: Sender) -> None:
    traded = [("buy", "100", "20000"), ("buy", "100", "40000")]
    [position] = booked(sender, Costing("own", "wac"), INVERSE, traded).positions
    assert position.cost == Fraction("-0.0075")
    assert position.average_cost == Fraction("26666.666666666666666667")


@pytest.mark.parametrize("method", ["hifo", "lofo"])
@pytest.mark.parametrize("rank_by", ["price", "unit_cost"])
def test_of_lots_at_one_price_the_oldest_closes_first_though_their_amounts_were_rounded(
    sender: Sender, method: str, rank_by: str
) -> None:
    traded = [("buy", "1", "3"), ("buy", "2", "3"), ("buy", "5", "3"), ("sell", "1", "4")]
    costing = Costing("own", method, rank_by=rank_by)
    assert closed(booked(sender, costing, INVERSE, traded)) == [(0, 1)]


def test_prices_that_differ_only_after_18_places_are_ranked(sender: Sender) -> None:
    traded = [("buy", "1", "0.1e-23"), ("buy", "1", "0.2e-23"), ("sell", "1", "1")]
    assert closed(booked(sender, Costing("own", "hifo"), SPOT, traded)) == [(1, 1)]


def test_numbers_of_forty_digits_lose_none(sender: Sender) -> None:
    quantity, price = (
        "1234567890123456789012.345678901234567891",
        "9876543210987654321.01234567890123456789",
    )
    traded = [("buy", quantity, price), ("sell", quantity, "0")]
    [position] = booked(sender, Costing("own", "fifo"), PERPETUAL, traded).positions
    assert position.realized_pnl == -Fraction(quantity) * Fraction(price) / 1000


def test_prices_of_zero_and_below_are_prices(sender: Sender) -> None:
    traded = [("sell", "2", "0"), ("buy", "1", "-37.63"), ("buy", "1", "-10")]
    [position] = booked(sender, Costing("own", "fifo"), SPOT, traded).positions
    assert position.realized_pnl == Fraction("47.63")
