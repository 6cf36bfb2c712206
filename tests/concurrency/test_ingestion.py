"""Feeds that send the same facts at the same time: each is booked once, whoever comes first."""

import json
import random
from collections.abc import Mapping
from concurrent.futures import Future
from functools import partial
from pathlib import Path

import pytest

from tests.concurrency.sessions import session, side_by_side
from utl.ingest import Form, Summary, ingest
from utl.ledger import Defaults, Ledger, Outcome
from utl.writer import Writer

FEEDS = 4
ROWS = 400
MAIN = Defaults("main", "binance:1", create=True)
Fact = Mapping[str, str]


@pytest.fixture
def main(database: str) -> str:
    """A database in which nothing is known but a book."""
    with session(database) as connection:
        connection.execute("select utl.add_book('main', reporting_asset => 'USDT')")
    return database


def random_facts(seed: int = 1) -> list[Fact]:
    """Fills of coins with fees in them, and deposits and network fees of the same coins."""
    chance = random.Random(seed)
    facts: list[Fact] = []
    for number in range(ROWS):
        coin, at = chance.choice(("BTC", "ETH", "SOL")), f"{1767603600000 + number * 1000}"
        quantity = f"{chance.randint(1, 99)}.{chance.randint(0, 99):02}"
        if number % 10 == 0:
            facts.append(
                {
                    "kind": "deposit", "asset": coin, "quantity": quantity, "occurred_at": at,
                    "reference": f"d{number}",
                }
            )  # fmt: skip
        elif number % 10 == 5:
            facts.append(
                {
                    "kind": "network_fee", "asset": coin, "quantity": "0.01", "occurred_at": at,
                    "reference": f"n{number}",
                }
            )  # fmt: skip
        else:
            facts.append(
                {
                    "instrument": f"{coin}/USDT", "side": chance.choice(("buy", "sell")),
                    "quantity": quantity, "price": str(chance.randint(1, 999)), "fee": "0.02",
                    "fee_asset": chance.choice((coin, "USDT", "BNB")), "executed_at": at,
                    "venue_fill_id": f"f{number}",
                }
            )  # fmt: skip
    return facts


def orders(facts: list[Fact]) -> list[list[Fact]]:
    """The same facts in as many orders as there are feeds."""
    found = [facts, facts[::-1]]
    while len(found) < FEEDS:
        found.append(random.Random(len(found)).sample(facts, len(facts)))
    return found


def test_files_with_the_same_facts_book_each_once(main: str, tmp_path: Path) -> None:
    facts = random_facts()
    paths = []
    for number, order in enumerate(orders(facts)):
        paths.append(tmp_path / f"feed{number}.jsonl")
        paths[-1].write_text("".join(f"{json.dumps(fact)}\n" for fact in order))

    def read(path: Path) -> Summary:
        with Ledger(main) as ledger:
            return ingest(ledger, path, MAIN, Form("jsonl"))

    summaries = side_by_side(*(partial(read, path) for path in paths))
    counts = [summary.counts for summary in summaries]
    assert [count.total() for count in counts] == [len(facts)] * FEEDS, counts
    assert sum(count["booked"] for count in counts) == len(facts), counts
    assert sum(count["duplicate"] for count in counts) == (FEEDS - 1) * len(facts), counts
    assert_each_is_there_once(main, facts)


def test_writers_with_the_same_fills_book_each_once(main: str) -> None:
    fills = [fact for fact in random_facts() if "venue_fill_id" in fact]

    def write(order: list[Fact]) -> list[str]:
        with Writer(main, defaults=MAIN, batch_max=50) as writer:
            futures: list[Future[Outcome]] = [writer.record(fact) for fact in order]
            return [future.result(60).outcome for future in futures]

    outcomes = side_by_side(*(partial(write, order) for order in orders(fills)))
    assert sum(each.count("booked") for each in outcomes) == len(fills)
    assert sum(each.count("duplicate") for each in outcomes) == (FEEDS - 1) * len(fills)
    assert_each_is_there_once(main, fills)


def assert_each_is_there_once(conninfo: str, facts: list[Fact]) -> None:
    fills = sorted(fact["venue_fill_id"] for fact in facts if "venue_fill_id" in fact)
    references = sorted(fact["reference"] for fact in facts if "reference" in fact)
    with session(conninfo) as connection:
        stored = connection.execute("select venue_fill_id from utl.fills").fetchall()
        assert sorted(name for (name,) in stored) == fills
        stored = connection.execute("select reference from utl.transactions").fetchall()
        assert sorted(name for (name,) in stored) == references
        assert connection.execute("select * from utl.failed_checks()").fetchall() == []
        assert connection.execute("select count(*) from utl.rejected_fills").fetchone() == (0,)
