"""kill -9 of bridge, subscriber and server, in turn, under load: nothing lost, all in order."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import nats
import psycopg
import pytest

from tests.concurrency.sessions import kill_server
from tests.concurrency.streams import (
    Got,
    Session,
    Writers,
    assert_complete,
    assert_in_order,
    make_books,
)
from tests.streaming import nats_server, wait_until
from utl import migrate, server

ROUNDS = 3
WRITERS = 6
PAUSE_S = 1.0
COMMITS_BEFORE_A_KILL = 10
NAME = "killed"
SUBSCRIBERS = {NAME, "bridge jsonl", "bridge nats"}
FOLLOW = """
import sys, utl
for change in utl.subscribe(sys.argv[1], name=sys.argv[2], starts="oldest"):
    print(change.change_id, f"{change.book}/{change.instrument}", change.version, flush=True)
"""
OFFSETS = "select subscriber, change_id from utl.subscribers"
SESSIONS = "select from pg_stat_activity where application_name = %s"


@pytest.fixture
def home(folder: Path) -> Iterator[Path]:
    """A server of the test's own."""
    home = folder / "home"
    url = server.start(home)
    try:
        migrate.migrate(url)
        make_books(url)
        yield home
    finally:
        server.stop(home)


class Killed:
    """A process that is killed and started again."""

    def __init__(self, command: list[str], url: str) -> None:
        self._command = command
        self._environment = os.environ | {"DATABASE_URL": url}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, output: Path) -> None:
        with output.open("ab") as out, output.with_suffix(".log").open("ab") as log:
            self._process = subprocess.Popen(
                self._command, env=self._environment, stdout=out, stderr=log
            )

    def kill(self) -> None:
        assert self._process is not None
        assert self._process.poll() is None, "it ended by itself"
        self._process.kill()
        self._process.wait()


def test_kills_of_bridge_subscriber_and_server_lose_nothing(home: Path, tmp_path: Path) -> None:
    url = server.start(home)
    lines = tmp_path / "changes.jsonl"
    with nats_server(tmp_path) as broker:
        jetstream = f"nats=nats://127.0.0.1:{broker.port}"
        sinks = ["--sink", f"jsonl={lines}", "--sink", jetstream, "--starts", "oldest"]
        bridge = Killed([sys.executable, "-m", "utl.cli", "bridge", *sinks], url)
        follower = Killed([sys.executable, "-c", FOLLOW, url, NAME], url)
        sessions = [follow(follower, url, tmp_path, 0)]
        bridge.start(tmp_path / "bridge")
        try:
            wait_until(lambda: set(offsets(url)) == SUBSCRIBERS, "all follow")
            with Writers(url, WRITERS) as writers:
                for number in range(1, ROUNDS + 1):
                    go_on(writers)
                    bridge.kill()
                    bridge.start(tmp_path / "bridge")
                    go_on(writers)
                    follower.kill()
                    sessions.append(follow(follower, url, tmp_path, number))
                    go_on(writers)
                    kill_server(home)
                    server.start(home)
            wait_until(lambda: is_done(url), "all is acknowledged")
        finally:
            bridge.kill()
            follower.kill()
        stored = asyncio.run(in_jetstream(broker.port))

    for number, session in enumerate(sessions):
        session.got = read_notes(tmp_path / f"session-{number}")
    assert_complete(url, sessions)
    forwarded = [got_of(line) for line in lines.read_text().splitlines()]
    assert_in_order([forwarded])
    everything = [got.change_id for session in sessions for got in session.got]
    assert {got.change_id for got in forwarded} == set(everything)
    assert [got.change_id for got in map(got_of, stored)] == sorted(set(everything))


def go_on(writers: Writers) -> None:
    time.sleep(PAUSE_S)
    writers.wait_for(COMMITS_BEFORE_A_KILL)


def follow(follower: Killed, url: str, folder: Path, number: int) -> Session:
    """Start the subscriber, whose offset must not move backwards; it notes what it gets."""
    session = Session(offsets(url).get(NAME, 0))
    follower.start(folder / f"session-{number}")
    with psycopg.connect(url, autocommit=True) as connection:
        name = f"utl subscriber {NAME}"
        wait_until(lambda: connection.execute(SESSIONS, [name]).fetchall(), "it is connected")
    return session


def is_done(url: str) -> bool:
    with psycopg.connect(url) as connection:
        (last,) = connection.execute("select max(change_id) from utl.position_changes").fetchall()
    return all(offset >= last[0] for offset in offsets(url).values())


def offsets(url: str) -> dict[str, int]:
    with psycopg.connect(url) as connection:
        return {name: int(offset) for name, offset in connection.execute(OFFSETS)}


def read_notes(file: Path) -> list[Got]:
    whole = [line for line in file.read_text().splitlines(keepends=True) if line.endswith("\n")]
    fields = [line.split() for line in whole]
    return [Got(int(change_id), position, int(version)) for change_id, position, version in fields]


def got_of(line: str | bytes) -> Got:
    change = json.loads(line)
    position = f"{change['book']}/{change['instrument']}"
    return Got(change["change_id"], position, change["version"])


async def in_jetstream(port: int) -> list[bytes]:
    """All messages of the stream, in its order."""
    client = await nats.connect(f"nats://127.0.0.1:{port}")
    jetstream = client.jetstream()
    count = (await jetstream.stream_info("UTL")).state.messages
    found = [(await jetstream.get_msg("UTL", n)).data or b"" for n in range(1, count + 1)]
    await client.close()
    return found
