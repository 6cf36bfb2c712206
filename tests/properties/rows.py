"""What the public views show, and what the model says they must: rows of one shape, to compare."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

import psycopg

from tests.properties import folding, model


class PositionRow(NamedTuple):
    """utl.unit_costs."""

    account: str | None
    instrument: str
    quantity: Fraction
    cost: Fraction
    average_cost: Fraction | None
    realized_pnl: Fraction
    fees: Fraction
    net_pnl: Fraction
    opened_at: datetime | None
    last_fill_at: datetime | None


class EntryRow(NamedTuple):
    """utl.position_entries."""

    account: str | None
    instrument: str
    effective_at: datetime
    fill_id: int
    part: int
    effect: str
    lot_fill_id: int | None
    lot_opened_at: datetime | None
    quantity: Fraction
    amount: Fraction
    fee: Fraction
    realized_pnl: Fraction
    quantity_after: Fraction
    cost_after: Fraction
    average_cost_after: Fraction | None
    realized_pnl_after: Fraction
    fees_after: Fraction


class LotRow(NamedTuple):
    """utl.open_lots."""

    account: str | None
    instrument: str
    fill_id: int
    opened_at: datetime
    quantity: Fraction
    cost: Fraction
    unit_cost: Fraction | None
    lot_id: int


class MatchRow(NamedTuple):
    """utl.lot_matches."""

    account: str | None
    instrument: str
    open_fill_id: int
    close_fill_id: int
    part: int
    direction: str
    quantity: Fraction
    opened_at: datetime
    closed_at: datetime
    cost: Fraction
    proceeds: Fraction
    realized_pnl: Fraction


class FeeRow(NamedTuple):
    """utl.position_fees."""

    account: str | None
    instrument: str
    asset: str
    fees: Fraction


class Figures(NamedTuple):
    """All that is derived for one costing of a book."""

    positions: list[PositionRow]
    entries: list[EntryRow]
    open_lots: list[LotRow]
    lot_matches: list[MatchRow]
    fees: list[FeeRow]


VIEWS: list[tuple[str, type[NamedTuple]]] = [
    ("unit_costs", PositionRow),
    ("position_entries", EntryRow),
    ("open_lots", LotRow),
    ("lot_matches", MatchRow),
    ("position_fees", FeeRow),
]


def shown(connection: psycopg.Connection[Any], book: str, costing: str) -> Figures:
    """What the views show."""
    figures = Figures(*(_read(connection, view, row, book, costing) for view, row in VIEWS))
    # A position stays, and is empty, when all of its fills were busted.
    left = [position for position in figures.positions if position.last_fill_at is None]
    assert not any(p.quantity or p.cost or p.realized_pnl or p.fees or p.opened_at for p in left)
    return figures._replace(positions=[p for p in figures.positions if p not in left])


def expected(facts: Iterable[model.Fact], costing: folding.Costing) -> Figures:
    """What the model says."""
    return figures(model.positions(facts, costing), costing)


def figures(positions: list[folding.Position], costing: folding.Costing) -> Figures:
    """The model's positions as the views would show them."""
    entries = [(position, entry) for position in positions for entry in position.entries]
    return Figures(
        positions=in_order(_position(p, costing) for p in positions),
        entries=in_order(_entry(p, e) for p, e in entries),
        open_lots=in_order(_lot(p, lot) for p in positions for lot in p.lots if lot.lot_id),
        lot_matches=in_order(
            _match(p, e, e.lot)
            for p, e in entries
            if e.effect == "close" and not e.moves and e.lot and e.lot.lot_id
        ),
        fees=in_order(row for p in positions for row in _fees(p)),
    )


def in_use(figures: Figures) -> Figures:
    """Without positions in which there was never anything, but for splits and the like."""
    used = {
        (e.account, e.instrument) for e in figures.entries if any((e.quantity, e.amount, e.fee))
    }
    kept: list[Any] = [
        [row for row in view if (row.account, row.instrument) in used] for view in figures
    ]
    return Figures(*kept)


def _read(
    connection: psycopg.Connection[Any], view: str, row: type[NamedTuple], book: str, costing: str
) -> list[Any]:
    columns = ", ".join(row._fields)
    query = f"select {columns} from utl.{view} where book = %s and costing = %s"
    found = connection.execute(query.encode(), [book, costing]).fetchall()
    return in_order(row(*map(exact, values)) for values in found)


def in_order(rows: Iterable[Any]) -> list[Any]:
    """Sorted, whatever is null in them."""
    return sorted(rows, key=lambda row: [(value is not None, value) for value in row])


def exact(value: Any) -> Any:
    """Numbers as fractions, which compare by value alone."""
    return Fraction(value) if isinstance(value, Decimal) else value


def _position(position: folding.Position, costing: folding.Costing) -> PositionRow:
    net = position.realized_pnl - (position.fees if costing.fees == "expense" else 0)
    return PositionRow(
        *(position.account, position.instrument.name, position.quantity, position.cost),
        folding.price_of(position.instrument, position.quantity, position.cost),
        *(position.realized_pnl, position.fees, net, position.opened_at),
        position.entries[-1].effective_at,
    )


def _entry(position: folding.Position, entry: folding.Entry) -> EntryRow:
    lot = entry.lot
    return EntryRow(
        *(position.account, position.instrument.name, entry.effective_at, entry.fact_id),
        *(entry.part, entry.effect),
        lot.origin_id if lot else None,
        lot.opened_at if lot else None,
        *(entry.quantity, entry.amount, entry.fee, entry.realized_pnl),
        *(entry.quantity_after, entry.cost_after),
        folding.price_of(position.instrument, entry.quantity_after, entry.cost_after),
        *(entry.realized_pnl_after, entry.fees_after),
    )


def _lot(position: folding.Position, lot: folding.Lot) -> LotRow:
    assert lot.origin_id
    assert lot.lot_id
    assert lot.opened_at
    return LotRow(
        *(position.account, position.instrument.name, lot.origin_id, lot.opened_at),
        *(lot.quantity, lot.cost, folding.price_of(position.instrument, lot.quantity, lot.cost)),
        lot.lot_id,
    )


def _match(position: folding.Position, entry: folding.Entry, lot: folding.Lot) -> MatchRow:
    assert lot.origin_id
    assert lot.opened_at
    return MatchRow(
        *(position.account, position.instrument.name, lot.origin_id, entry.fact_id),
        entry.part,
        "long" if entry.quantity < 0 else "short",
        *(abs(entry.quantity), lot.opened_at, entry.effective_at),
        *(-(entry.amount + entry.realized_pnl), -entry.amount, entry.realized_pnl),
    )


def _fees(position: folding.Position) -> Iterable[FeeRow]:
    paid = {
        position.instrument.cost_asset: position.fees - position.coin_fees,
        **position.other_fees,
    }
    return [
        FeeRow(position.account, position.instrument.name, asset, fees)
        for asset, fees in paid.items()
        if fees
    ]
