"""Writers that commit, roll back, and dawdle; and what subscribers must have got in the end."""

import random
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg

from tests.streaming import PATIENCE_S, buy, make_book, wait_until

BOOKS = ("mm-1", "mm-2", "mm-3")
INSTRUMENTS = tuple(f"COIN{number}/USDT" for number in range(4))
POSITIONS = len(BOOKS) * len(INSTRUMENTS)
READ_LOG = """
    select change_id, book || '/' || instrument, version, fact_ids
    from utl.position_changes
    order by change_id
"""


def make_books(conninfo: str) -> None:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        make_book(connection, *BOOKS, instruments=INSTRUMENTS)


@dataclass(frozen=True)
class Got:
    """A change as a subscriber noted it."""

    change_id: int
    position: str
    version: int


@dataclass
class Session:
    """What a subscriber got between coming and going, and from where it was to go on."""

    acknowledged: int
    got: list[Got] = field(default_factory=list)


class Writers:
    """Threads that write until they are stopped, whatever happens to the server."""

    def __init__(self, conninfo: str, count: int, pause_s: float = 0.02) -> None:
        self._conninfo = conninfo
        self._pause_s = pause_s
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._write, args=[seed], daemon=True) for seed in range(count)
        ]
        self.committed = 0

    def __enter__(self) -> "Writers":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join(PATIENCE_S)
            assert not thread.is_alive()

    def wait_for(self, commits: int) -> None:
        """Wait until they have committed so much more."""
        enough = self.committed + commits
        wait_until(lambda: self.committed >= enough, f"{commits} more commits")

    def _write(self, seed: int) -> None:
        chance = random.Random(seed)
        number = 0
        while not self._stopping.is_set():
            try:
                with psycopg.connect(self._conninfo) as connection:
                    while not self._stopping.is_set():
                        number += 1
                        self._transaction(connection, chance, f"{seed}-{number}")
            except psycopg.OperationalError:
                time.sleep(0.1)

    def _transaction(
        self, connection: psycopg.Connection[Any], chance: random.Random, identity: str
    ) -> None:
        """One to three statements, in the order of their positions: no deadlocks. Then a pause."""
        places = sorted(chance.sample(range(POSITIONS), chance.randint(1, 3)))
        for place in places:
            names = [f"{identity}-{place}-{n}" for n in range(chance.randint(1, 3))]
            book, instrument = BOOKS[place % 3], INSTRUMENTS[place // 3]
            buy(connection, *names, book=book, instrument=instrument)
            time.sleep(chance.random() * self._pause_s)
        if chance.random() < 0.02:
            time.sleep(chance.random())  # a long transaction holds its locks, and the watermark
        if chance.random() < 0.15:
            connection.rollback()
        else:
            connection.commit()
            self.committed += 1
        time.sleep(chance.random() * self._pause_s)


def assert_complete(conninfo: str, sessions: Sequence[Session]) -> None:
    """Nothing is lost, nothing came twice within an acknowledged offset, versions are in order."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        log = connection.execute(READ_LOG).fetchall()
        fills = {fill_id for (fill_id,) in connection.execute("select fill_id from utl.fills")}
        query = "select book || '/' || instrument, version from utl.positions"
        stands: dict[str, int] = dict(connection.execute(query).fetchall())
    assert log
    assert {fact for *_, facts in log for fact in facts} == fills
    for session in sessions:
        ids = [got.change_id for got in session.got]
        assert ids == sorted(set(ids))
        assert all(change_id > session.acknowledged for change_id in ids)
    got = {each.change_id: each for session in sessions for each in session.got}
    assert sorted(got) == [change_id for change_id, *_ in log]
    assert_in_order(session.got for session in sessions)
    last: dict[str, int] = {}
    for change_id, position, version, _ in log:
        assert (got[change_id].position, got[change_id].version) == (position, version)
        last[position] = version
    assert last == stands


def assert_in_order(sessions: Iterable[Sequence[Got]]) -> None:
    """Each position's versions, as they came first, are 1, 2, 3 …; repeats are behind them."""
    last: dict[str, int] = {}
    for session in sessions:
        for got in session:
            known = last.get(got.position, 0)
            assert got.version <= known + 1, f"{got.position}: {known} to {got.version}"
            last[got.position] = max(known, got.version)
