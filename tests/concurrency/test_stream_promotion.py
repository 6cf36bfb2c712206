"""A server that dies and its standby that takes over: subscribers are told, and lose nothing."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

import utl
from tests.concurrency.sessions import kill_server
from tests.concurrency.streams import Got, Session, Writers, assert_complete, make_books
from tests.properties.proof import assert_checks_are_empty
from tests.streaming import BOOK, buy, wait_until
from utl import migrate, place, server

NAME = "risk"
WRITERS = 4
COMMITS = 20
PAUSE_S = 1.5
OFFSET = "select change_id from utl.subscribers where subscriber = %s"
REWIND_BRIDGE = """
    select utl.rewind(subscriber, change_id) from utl.subscribers where subscriber = 'bridge jsonl'
"""
IN_SYNC = "select from pg_stat_replication where sync_state = 'sync'"


@dataclass
class Pair:
    """A primary, its synchronous standby, and the address of whichever of them can write."""

    primary: Path
    standby: place.Place
    standby_url: str
    url: str

    def fail_over(self) -> None:
        """Kill the primary and promote the standby."""
        kill_server(self.primary)
        done(self.standby.run("pg_ctl", "promote"))


@pytest.fixture
def pair(folder: Path) -> Iterator[Pair]:
    primary, home = folder / "primary", folder / "standby"
    url = server.start(primary)
    try:
        migrate.migrate(url)
        make_books(url)
        home.mkdir()
        standby = place.make(home)
        with standby_of(url, standby) as standby_url:
            settle(url)
            sockets = f"{place.find(primary).socket_folder},{standby.socket_folder}"
            yield Pair(
                primary,
                standby,
                standby_url,
                make_conninfo(url, host=sockets, port="5432", target_session_attrs="read-write"),
            )
    finally:
        server.stop(primary)


@contextmanager
def standby_of(url: str, standby: place.Place) -> Iterator[str]:
    """A hot standby, in a folder of its own; its URL."""
    standby.make_folder(standby.data)
    standby.make_folder(standby.socket_folder)
    options = ("--pgdata", str(standby.data), "--write-recovery-conf", "--checkpoint=fast")
    done(standby.run("pg_basebackup", "--dbname", url, "--no-sync", *options))
    socket = f"--options=-c unix_socket_directories='{standby.socket_folder}'"
    done(standby.run("pg_ctl", "start", "--log", f"{standby.data.name}/start.log", socket))
    try:
        yield make_conninfo(url, host=str(standby.socket_folder))
    finally:
        done(standby.run("pg_ctl", "stop", "--mode=immediate"))


def settle(url: str) -> None:
    """Have each commit wait for the standby."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("alter system set synchronous_standby_names = '*'")
        connection.execute("select pg_reload_conf()")
        wait_until(lambda: connection.execute(IN_SYNC).fetchall(), "the standby is in sync")


def done(result: subprocess.CompletedProcess[str]) -> None:
    assert result.returncode == 0, result.stderr


class Follower(threading.Thread):
    """Follows until it is told that its server is another one."""

    def __init__(self, url: str, acknowledged: int = 0) -> None:
        super().__init__(daemon=True)
        self.session = Session(acknowledged)
        self.told: psycopg.Error | None = None
        self._changes = utl.subscribe(url, name=NAME, starts="oldest", costings="all")

    def run(self) -> None:
        try:
            for change in self._changes:
                position = f"{change.book}/{change.instrument}"
                self.session.got.append(Got(change.change_id, position, change.version))
        except psycopg.Error as error:
            self.told = error

    def close(self) -> None:
        self._changes.stop()
        self.join()
        self._changes.close()


def test_a_promoted_standby_has_all_and_subscribers_are_told(pair: Pair) -> None:
    first = Follower(pair.url)
    first.start()
    with Writers(pair.url, WRITERS) as writers:
        writers.wait_for(COMMITS)
        pair.fail_over()
        wait_until(lambda: not first.is_alive(), "the subscriber is told")
        writers.wait_for(COMMITS)
    assert first.told is not None
    assert first.told.sqlstate == "55U05"

    with psycopg.connect(pair.url, autocommit=True) as connection:
        [(offset,)] = connection.execute(OFFSET, [NAME]).fetchall()
        connection.execute("select utl.rewind(%s, %s)", [NAME, offset])
        second = Follower(pair.url, offset)
        second.start()
        [(last,)] = connection.execute("select max(change_id) from utl.position_changes").fetchall()
        reached = connection.execute
        wait_until(lambda: reached(OFFSET, [NAME]).fetchall() == [(last,)], "all is acknowledged")
        second.close()
        assert_checks_are_empty(connection)
    assert second.told is None
    assert_complete(pair.url, [first.session, second.session])


def test_a_standby_can_be_read_and_says_that_it_cannot_be_followed(pair: Pair) -> None:
    with psycopg.connect(pair.url, autocommit=True) as connection:
        connection.execute("select utl.add_book(%s)", [BOOK])
        connection.execute("select utl.subscribe(%s)", [NAME])
        [fill_id] = buy(connection, "1", book="mm-1", instrument="COIN0/USDT")
    with psycopg.connect(pair.standby_url, autocommit=True) as connection:
        shown = "select quantity from utl.positions"
        wait_until(lambda: connection.execute(shown).fetchall() == [(1,)], "it has the fill")
        assert connection.execute("select count(*) from utl.pnl").fetchall() == [(1,)]
        changes = connection.execute("select fact_ids from utl.position_changes").fetchall()
        assert changes == [([fill_id],)]
        assert connection.execute("select subscriber from utl.subscribers").fetchall() == [(NAME,)]
        with pytest.raises(psycopg.OperationalError, match="standby") as told:
            connection.execute("select * from utl.fetch_changes(%s)", [NAME])
        assert told.value.sqlstate == "55U05"


def test_a_bridge_goes_on_once_its_sinks_are_rewound(pair: Pair, tmp_path: Path) -> None:
    lines = tmp_path / "changes.jsonl"
    command = [sys.executable, "-m", "utl.cli", "bridge", "--sink", f"jsonl={lines}"]
    with subprocess.Popen(
        [*command, "--starts", "oldest"],
        env=os.environ | {"DATABASE_URL": pair.url},
        stderr=subprocess.DEVNULL,
    ) as bridge:
        try:
            with psycopg.connect(pair.url, autocommit=True) as connection:
                buy(connection, "1", book="mm-1", instrument="COIN0/USDT")
            wait_until(lambda: acknowledged(pair.url) > 0, "the first change is forwarded")
            pair.fail_over()
            wait_until(lambda: is_writable(pair.url), "the standby is promoted")
            with psycopg.connect(pair.url, autocommit=True) as connection:
                buy(connection, "2", book="mm-1", instrument="COIN0/USDT")
                time.sleep(PAUSE_S)
                assert versions(lines) == [1]
                connection.execute(REWIND_BRIDGE)
            wait_until(lambda: versions(lines) == [1, 2], "the next one is, too")
        finally:
            bridge.terminate()


def acknowledged(url: str) -> int:
    with psycopg.connect(url) as connection:
        offsets = connection.execute(OFFSET, ["bridge jsonl"]).fetchall()
    return sum(offset for (offset,) in offsets)


def versions(lines: Path) -> list[int]:
    if not lines.exists():
        return []
    return [json.loads(line)["version"] for line in lines.read_text().splitlines()]


def is_writable(url: str) -> bool:
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError:
        return False
    return True
