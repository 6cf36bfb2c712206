"""kill -9 of the postmaster while a `Writer` works: it goes on, and books nothing twice."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.concurrency.sessions import (
    BOOK,
    assert_right,
    kill_server,
    make_book,
    random_fills,
    session,
)
from tests.properties.scenarios import Sent
from tests.streaming import PATIENCE_S, wait_until
from utl import migrate, server
from utl.ledger import Outcome
from utl.writer import Writer

THREADS = 4
FILLS_EACH = 400
FILLS_BEFORE_A_KILL = 400
KILLS = 2


@pytest.fixture
def home(folder: Path) -> Iterator[Path]:
    """A server of the test's own, with the book in it."""
    home = folder / "home"
    url = server.start(home)
    try:
        migrate.migrate(url)
        make_book(url)
        yield home
    finally:
        server.stop(home)


def test_a_writer_outlives_kills_of_the_server(home: Path) -> None:
    url = server.start(home)
    shares = [random_fills(FILLS_EACH, seed) for seed in range(THREADS)]
    with (
        Writer(url, batch_max=20, pending_max=60) as writer,
        ThreadPoolExecutor(THREADS) as threads,
    ):
        done = [threads.submit(write_all, writer, share) for share in shares]
        for kill in range(1, KILLS + 1):
            wait_until(
                lambda enough=kill * FILLS_BEFORE_A_KILL: booked(url) >= enough,  # type: ignore[misc]
                "it writes",
            )
            kill_server(home)
            assert not all(share.done() for share in done), "it was killed after the work"
            assert server.start(home) == url
        outcomes = [outcome for share in done for outcome in share.result(PATIENCE_S)]
    assert {outcome.outcome for outcome in outcomes} <= {"booked", "duplicate"}
    assert len({outcome.fill_id for outcome in outcomes}) == THREADS * FILLS_EACH
    assert booked(url) == THREADS * FILLS_EACH
    assert_right(url, [fill for share in shares for fill in share])


def booked(url: str) -> int:
    with session(url) as connection:
        row = connection.execute("select count(*) from utl.fills").fetchone()
    assert row is not None
    return int(row[0])


def write_all(writer: Writer, fills: list[Sent]) -> list[Outcome]:
    futures = [writer.record(row(fill)) for fill in fills]
    return [future.result(PATIENCE_S) for future in futures]


def row(fill: Sent) -> Mapping[str, object]:
    """The fill in the words of utl.record_fills."""
    return {
        "book": BOOK,
        "account": fill.account,
        "instrument": fill.instrument.name,
        "venue_fill_id": f"{BOOK} {fill.identity}",
        "side": fill.side,
        "quantity": fill.quantity,
        "price": fill.price,
        "fee": fill.fee,
        "fee_asset": fill.fee_asset,
        "executed_at": fill.executed_at,
        "sequence": fill.sequence,
    }
