"""The bridge: its sinks with real servers, its retries, dead letters, stand-by, and what it tells.

Kafka's brokers are librdkafka's own mock cluster: real producers and consumers speak the protocol
with it over sockets, but it is no Kafka. Redis and NATS are the real servers.
"""

import asyncio
import base64
import hashlib
import hmac
import io
import json
import os
import re
import resource
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import nats
import psycopg
import pytest
import redis
from confluent_kafka import Consumer, Producer
from nats.js.errors import NotFoundError
from rich.console import Console

from tests.streaming import (
    BOOK,
    PATIENCE_S,
    buy,
    free_port,
    in_thread,
    make_book,
    nats_server,
    redis_server,
    wait_until,
)
from utl.bridge import Bridge, Settings
from utl.bridge.jsonl import JsonLines
from utl.bridge.message import Message
from utl.bridge.nats_jetstream import NatsJetStream
from utl.bridge.redis_stream import RedisStream
from utl.bridge.sinks import Refused, SinkError, Specification, Unavailable
from utl.bridge_command import resend
from utl.settings import UtlError

Connection = psycopg.Connection[Any]


@pytest.fixture
def trading(connection: psycopg.Connection) -> psycopg.Connection:
    make_book(connection)
    return connection


@contextmanager
def bridge(database: str, *sinks: str, folder: Path, **settings: Any) -> Iterator[Bridge]:
    """A bridge that runs in a thread, from the first change on."""
    chosen = Settings(sinks, starts="oldest", port=0, dead_letters=folder / "dead", **settings)
    running = Bridge(database, chosen)
    with in_thread(running.run, running.stop):
        wait_until(lambda: running.port, "the bridge listens")
        yield running


def get(running: Bridge, path: str) -> tuple[int, str]:
    try:
        url = f"http://127.0.0.1:{running.port}{path}"
        with urllib.request.urlopen(url, timeout=PATIENCE_S) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def figure(running: Bridge, name: str) -> float | None:
    _, text = get(running, "/metrics")
    found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    return float(found[1]) if found else None


def messages(first: int, count: int) -> list[Message]:
    return [
        Message(n, f"inc-{n}", "key", f'{{"change_id":{n}}}') for n in range(first, first + count)
    ]


class Receiver(ThreadingHTTPServer):
    """Takes webhooks; `answers` says what to answer to a body, 200 unless it says otherwise."""

    def __init__(self, answers: Callable[[dict[str, Any]], int] = lambda _: 200) -> None:
        super().__init__(("127.0.0.1", 0), _Receive)
        self.answers = answers
        self.attempts: list[tuple[dict[str, str], bytes]] = []
        self.taken: list[int] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook"


class _Receive(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.attempts.append(({k.lower(): v for k, v in self.headers.items()}, body))
        version = json.loads(body)["version"]
        status = self.server.answers(json.loads(body))
        if status == 200:
            self.server.taken.append(version)
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def receiving(answers: Callable[[dict[str, Any]], int] = lambda _: 200) -> Iterator[Receiver]:
    with Receiver(answers) as receiver, in_thread(receiver.serve_forever, receiver.shutdown):
        yield receiver


def test_jsonl_writes_a_line_a_change_to_standard_output(
    database: str, trading: Connection, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "utl.cli", "bridge", "--sink", "jsonl", "--starts", "oldest"]
    for identity in "123":
        buy(trading, identity)
    with subprocess.Popen(
        command,
        env=os.environ | {"DATABASE_URL": database},
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        lines = [json.loads(process.stdout.readline()) for _ in range(3)]
        process.send_signal(signal.SIGTERM)
        rest, log = process.communicate(timeout=PATIENCE_S)

    assert [line["version"] for line in lines] == [1, 2, 3]
    assert lines[0]["quantity"] == "1"
    assert (process.returncode, rest) == (0, b""), log


def test_a_sink_goes_on_where_the_last_bridge_stopped(
    database: str, trading: Connection, tmp_path: Path
) -> None:
    file = tmp_path / "changes.jsonl"
    for identity in ("1", "2"):
        buy(trading, identity)
        with bridge(database, f"jsonl={file}", folder=tmp_path):
            wait_until(
                lambda n=int(identity): file.exists() and len(file.read_text().split()) == n,  # type: ignore[misc]
                "the line is written",
            )

    assert [json.loads(line)["version"] for line in file.read_text().splitlines()] == [1, 2]


def test_a_full_disk_is_waited_for_and_no_line_is_torn(tmp_path: Path) -> None:
    file = tmp_path / "changes.jsonl"
    sink = JsonLines(str(file))
    sink.send(messages(1, 1))
    with file_size_max(file.stat().st_size + 10):
        for _ in range(2):
            with pytest.raises(Unavailable, match="too large"):
                sink.send(messages(2, 1))
    sink.send(messages(2, 1))
    sink.close()
    assert [json.loads(line)["change_id"] for line in file.read_text().splitlines()] == [1, 2]


@contextmanager
def file_size_max(size: int) -> Iterator[None]:
    """Nobody in this process can write more than this to any file."""
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, usual[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)


def test_a_webhook_is_signed_and_names_its_change(
    database: str, trading: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = b"0123456789abcdef"
    monkeypatch.setenv("UTL_WEBHOOK_SECRET", "whsec_" + base64.b64encode(key).decode())
    buy(trading, "1")
    with receiving() as receiver, bridge(database, f"webhook={receiver.url}", folder=tmp_path):
        wait_until(lambda: receiver.taken == [1], "the change is posted")

    ((headers, body),) = receiver.attempts
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert headers["idempotency-key"] == headers["webhook-id"]
    assert headers["webhook-id"].endswith(f"-{json.loads(body)['change_id']}")


def test_a_busy_webhook_is_waited_for_in_order_with_the_same_key(
    database: str, trading: Connection, tmp_path: Path
) -> None:
    answers = iter([503, 429, 200, 200])
    for identity in "12":
        buy(trading, identity)
    with (
        receiving(lambda _: next(answers)) as receiver,
        bridge(database, f"webhook={receiver.url}", folder=tmp_path, attempts_max=1) as running,
    ):
        wait_until(lambda: receiver.taken == [1, 2], "both are posted")
        errors = 'utl_bridge_errors_total{kind="unavailable",sink="webhook"}'
        wait_until(lambda: figure(running, errors) == 2, "the errors are counted")

    keys = [headers["idempotency-key"] for headers, _ in receiver.attempts]
    assert len(set(keys[:3])) == 1
    assert keys[3] != keys[2]
    assert not (tmp_path / "dead").exists()


def test_a_refused_change_becomes_a_dead_letter_and_the_next_one_goes_on(
    database: str, trading: Connection, tmp_path: Path
) -> None:
    for identity in "123":
        buy(trading, identity)
    with (
        receiving(lambda change: 400 if change["version"] == 2 else 200) as receiver,
        bridge(database, f"ops:webhook={receiver.url}", folder=tmp_path, attempts_max=3) as running,
    ):
        wait_until(lambda: receiver.taken == [1, 3], "the others are posted")
        dead = 'utl_bridge_dead_letters_total{sink="ops"}'
        wait_until(lambda: figure(running, dead) == 1, "it is counted")

    (letter,) = map(json.loads, (tmp_path / "dead" / "ops.jsonl").read_text().splitlines())
    assert (letter["change"]["version"], letter["attempts"]) == (2, 3)
    assert letter["reason"].startswith("HTTP 400")
    assert len(receiver.attempts) == 5


def test_dead_letters_are_sent_again_under_their_ids_and_what_is_refused_stays(
    database: str, trading: Connection, tmp_path: Path
) -> None:
    for identity in "1234":
        buy(trading, identity)
    dead = tmp_path / "dead"
    is_taken = {1, 4}
    with receiving(lambda change: 200 if change["version"] in is_taken else 400) as receiver:
        sink = f"ops:webhook={receiver.url}"
        with bridge(database, sink, folder=tmp_path, attempts_max=1):
            wait_until(lambda: receiver.taken == [1, 4], "what is taken is posted")
        is_taken.add(2)
        with pytest.raises(UtlError, match="ops did not take a dead letter"):
            resend(sink, dead, Console(file=io.StringIO()))
        (left,) = map(json.loads, (dead / "ops.resending.jsonl").read_text().splitlines())
        is_taken.add(3)
        resend(sink, dead, Console(file=io.StringIO()))
        said = Console(file=io.StringIO(), record=True)
        resend(sink, dead, said)

    assert left["change"]["version"] == 3
    assert receiver.taken == [1, 4, 2, 3]
    bodies = {json.loads(body)["change_id"]: body for _, body in receiver.attempts[:4]}
    for headers, body in receiver.attempts[4:]:
        assert body == bodies[json.loads(body)["change_id"]]
        sent = [h["idempotency-key"] for h, b in receiver.attempts if b == body]
        assert set(sent) == {headers["idempotency-key"]}
    assert list(dead.iterdir()) == []
    assert said.export_text() == "0 dead letters of ops sent\n"


def test_a_sink_that_is_away_holds_up_no_other_and_loses_nothing(
    database: str, trading: Connection, tmp_path: Path
) -> None:
    port = free_port()
    file = tmp_path / "changes.jsonl"
    away = f"webhook=http://127.0.0.1:{port}/hook"
    buy(trading, "1")
    with bridge(database, f"jsonl={file}", away, folder=tmp_path, attempts_max=2) as running:
        wait_until(lambda: file.exists() and file.read_text(), "the other sink has it")
        lag = 'utl_bridge_lag_changes{sink="webhook"}'
        wait_until(lambda: figure(running, lag) == 1, "the lag is told")
        wait_until(lambda: "ConnectError" in get(running, "/healthz")[1], "the error is told")
        status, text = get(running, "/healthz")

    assert status == 200
    health = json.loads(text)
    assert (health["status"], health["role"]) == ("ok", "leader")
    assert health["sinks"]["jsonl"]["state"] == "ok"
    assert health["sinks"]["webhook"]["state"] == "retrying"


def test_a_sink_whose_offset_is_void_says_so_and_goes_on_when_it_was_put_right(
    database: str, trading: Connection, tmp_path: Path
) -> None:
    file = tmp_path / "changes.jsonl"
    with bridge(database, f"jsonl={file}", folder=tmp_path) as running:
        buy(trading, "1")
        wait_until(lambda: file.exists() and file.read_text(), "the first is written")
        trading.execute("update utl_private.subscribers set incarnation = 'another life'")
        wait_until(lambda: "another life" in get(running, "/healthz")[1], "it is told")
        buy(trading, "2")
        trading.execute("select utl.rewind('bridge jsonl', change_id) from utl.subscribers")
        wait_until(lambda: file.read_text().count("\n") == 2, "it goes on")
        wait_until(lambda: '"ok", "error"' in get(running, "/healthz")[1], "it is well again")

    assert [json.loads(line)["version"] for line in file.read_text().splitlines()] == [1, 2]


def test_redis_has_every_change_once_across_its_restart(
    database: str, trading: Connection, tmp_path: Path
) -> None:
    with redis_server(tmp_path) as server:
        url = f"redis://127.0.0.1:{server.port}/0"
        with (
            bridge(database, f"redis={url}?stream=positions", folder=tmp_path),
            redis.Redis.from_url(url, decode_responses=True) as client,
        ):
            buy(trading, "1")
            wait_until(lambda: client.xlen("positions") == 1, "the first is there")
            server.stop()
            buy(trading, "2")
            server.start()
            wait_until(lambda: client.xlen("positions") == 2, "the second is there")
            entries: Any = client.xrange("positions")

    changes = [json.loads(fields["change"]) for _, fields in entries]
    assert [change["version"] for change in changes] == [1, 2]
    assert [entry_id for entry_id, _ in entries] == [f"{c['change_id']}-0" for c in changes]


def test_redis_takes_nothing_twice_and_says_when_it_cannot(tmp_path: Path) -> None:
    with redis_server(tmp_path) as server:
        sink = RedisStream(f"redis://127.0.0.1:{server.port}/0")
        sink.send(messages(1, 3))
        sink.send(messages(2, 3))  # as after a crash before the acknowledgement
        restored = [Message(4, "other-4", "key", "{}")]
        with pytest.raises(Refused, match="equal or smaller"):
            sink.send(restored)
        with redis.Redis.from_url(f"redis://127.0.0.1:{server.port}/0") as client:
            assert client.xlen("utl.positions") == 4
            client.set("text", "no stream")
        wrong = RedisStream(f"redis://127.0.0.1:{server.port}/0?stream=text")
        with pytest.raises(Unavailable, match="WRONGTYPE"):  # no fault of the change
            wrong.send(messages(5, 1))
        wrong.close()
        server.stop()
        with pytest.raises(Unavailable):
            sink.send(messages(5, 1))
        sink.close()


def test_nats_has_every_change_once_across_its_restart(
    database: str, trading: Connection, tmp_path: Path
) -> None:
    with nats_server(tmp_path) as server:
        url = f"nats://127.0.0.1:{server.port}"
        with bridge(database, f"nats={url}?stream=UTL&subject=positions", folder=tmp_path):
            buy(trading, "1")
            wait_until(lambda: len(_in_jetstream(url, "positions")) == 1, "the first is there")
            server.stop()
            buy(trading, "2")
            server.start()
            wait_until(lambda: len(_in_jetstream(url, "positions")) == 2, "the second is there")
        found = _in_jetstream(url, "positions")

    assert [json.loads(body)["version"] for _, body in found] == [1, 2]
    assert len({message_id for message_id, _ in found}) == 2


def test_nats_removes_what_is_sent_twice_and_refuses_what_is_too_large(tmp_path: Path) -> None:
    with nats_server(tmp_path) as server:
        url = f"nats://127.0.0.1:{server.port}"
        sink = NatsJetStream(url)
        sink.send(messages(1, 3))
        sink.send(messages(2, 3))
        assert [message_id for message_id, _ in _in_jetstream(url, "utl.positions")] == [
            f"inc-{n}" for n in range(1, 5)
        ]
        large = Message(6, "inc-6", "key", "x" * 2_000_000)
        with pytest.raises(Refused, match="payload") as refused:
            sink.send([*messages(5, 1), large])
        assert refused.value.sent == 1
        server.stop()
        with pytest.raises(Unavailable):
            sink.send(messages(7, 1))
        sink.close()


def _in_jetstream(url: str, subject: str) -> list[tuple[str, bytes]]:
    """All messages of the stream UTL: Nats-Msg-Id and body."""

    async def read() -> list[tuple[str, bytes]]:
        client = await nats.connect(url)
        jetstream = client.jetstream()
        found: list[tuple[str, bytes]] = []
        try:
            count = (await jetstream.stream_info("UTL")).state.messages
            for number in range(1, count + 1):
                message = await jetstream.get_msg("UTL", number)
                assert message.subject == subject
                found.append(((message.headers or {})["Nats-Msg-Id"], message.data or b""))
        except NotFoundError:
            pass  # the bridge makes it
        finally:
            await client.close()
        return found

    return asyncio.run(read())


@pytest.fixture
def kafka() -> Iterator[str]:
    """librdkafka's mock cluster: where its three brokers listen."""
    holder = Producer({"test.mock.num.brokers": 3})
    brokers = holder.list_topics(timeout=PATIENCE_S).brokers.values()
    yield ",".join(f"{broker.host}:{broker.port}" for broker in brokers)
    holder.flush(0)


def test_kafka_gets_every_change_in_order_under_its_position(
    database: str, trading: Connection, tmp_path: Path, kafka: str
) -> None:
    for identity in "123":
        buy(trading, identity)
    settings = {"bootstrap.servers": kafka, "group.id": "test", "auto.offset.reset": "earliest"}
    consumer = Consumer(settings)
    consumer.subscribe(["positions"])
    found: list[Any] = []

    def all_there() -> bool:
        message = consumer.poll(0.2)
        if message is not None and message.error() is None:
            found.append(message)
        return len(found) == 3

    with bridge(database, f"kafka={kafka}?topic=positions", folder=tmp_path):
        wait_until(all_there, "three messages")
    consumer.close()

    assert [json.loads(message.value())["version"] for message in found] == [1, 2, 3]
    assert {message.key() for message in found} == {f"{BOOK}/wac//BTC/USDT".encode()}
    assert all(dict(message.headers())["id"] for message in found)


def test_a_second_bridge_stands_by_and_takes_over(
    database: str, trading: Connection, tmp_path: Path
) -> None:
    file = tmp_path / "changes.jsonl"

    def roles(*bridges: Bridge) -> list[str]:
        return [json.loads(get(each, "/healthz")[1])["role"] for each in bridges]

    with bridge(database, f"jsonl={file}", folder=tmp_path) as first:
        wait_until(lambda: roles(first) == ["leader"], "the first leads")
        with bridge(database, f"jsonl={file}", folder=tmp_path) as second:
            buy(trading, "1")
            wait_until(lambda: file.exists() and file.read_text(), "it forwards")
            assert roles(first, second) == ["leader", "stand-by"]
            first.stop()
            wait_until(lambda: roles(second) == ["leader"], "the second takes over")
            buy(trading, "2")
            wait_until(lambda: file.read_text().count("\n") == 2, "the second forwards")
    assert [json.loads(line)["version"] for line in file.read_text().splitlines()] == [1, 2]


def test_prometheus_finds_its_figures(database: str, trading: Connection, tmp_path: Path) -> None:
    buy(trading, "1")
    with bridge(database, f"jsonl={tmp_path / 'changes'}", folder=tmp_path) as running:
        wait_until(
            lambda: figure(running, 'utl_bridge_changes_total{sink="jsonl"}') == 1, "it is counted"
        )
        wait_until(lambda: figure(running, 'utl_bridge_lag_changes{sink="jsonl"}') == 0, "no lag")
        assert figure(running, "utl_bridge_leader") == 1
        assert figure(running, 'utl_bridge_delivery_seconds_count{sink="jsonl"}') == 1
        age = figure(running, "utl_stream_watermark_age_seconds")
        assert age is not None
        assert 0 <= age < 60
        assert get(running, "/elsewhere")[0] == 404


@pytest.mark.parametrize("upkeep_s", [0, 0.1])
def test_the_leader_keeps_up_partitions_unless_told_not_to(
    database: str, trading: Connection, tmp_path: Path, upkeep_s: float
) -> None:
    buy(trading, "1")
    trading.execute(
        """
        insert into utl.fills (
            book_id, account_id, instrument_id, venue_fill_id, side, quantity, price, executed_at
        )
        select book_id, account_id, instrument_id, 'old', side, quantity, price, '2020-05-01Z'
        from utl.fills
        """
    )
    partitions = "select to_regclass('utl_private.entries_2020_05') is not null"
    drained = 'utl_bridge_upkeep_total{outcome="done",task="drain"}'
    with bridge(database, folder=tmp_path, upkeep_s=upkeep_s) as running:
        if upkeep_s:
            wait_until(lambda: figure(running, drained) == 2, "fills and entries are drained")
        else:
            wait_until(lambda: figure(running, "utl_bridge_leader"), "it leads")
            time.sleep(0.5)
    assert trading.execute(partitions).fetchone() == (upkeep_s > 0,)


def test_a_bridge_without_its_server_is_not_healthy(tmp_path: Path) -> None:
    nowhere = f"host=127.0.0.1 port={free_port()} dbname=utl"
    with bridge(nowhere, f"jsonl={tmp_path / 'changes'}", folder=tmp_path) as running:
        status, text = get(running, "/healthz")

    assert (status, json.loads(text)["status"]) == (503, "no server")


@pytest.mark.parametrize(
    ("sinks", "reason"),
    [
        (["fax=123"], "no sink: fax=123"),
        (["webhook"], "needs to know where"),
        (["webhook=ftp://x"], "not an HTTP address"),
        (["jsonl", "jsonl=other"], "two sinks are called jsonl"),
    ],
)
def test_a_wrong_sink_is_told_before_anything_runs(sinks: list[str], reason: str) -> None:
    with pytest.raises(SinkError, match=reason):
        Bridge("", Settings(sinks))


def test_a_secret_that_is_no_base64_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UTL_WEBHOOK_SECRET", "whsec_not base64")
    with pytest.raises(SinkError, match="UTL_WEBHOOK_SECRET is no base64"):
        Bridge("", Settings(["webhook=https://example.com"]))


def test_a_sink_without_its_client_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "utl.bridge.redis_stream", raising=False)
    monkeypatch.setitem(sys.modules, "redis", None)

    with pytest.raises(SinkError, match="needs the package redis") as told:
        Specification.parse("redis=redis://localhost").make()

    assert told.value.hint == "pip install 'utl[redis]'"
