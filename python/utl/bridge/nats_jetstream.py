"""Sink nats: NATS JetStream, `nats=nats://host:4222?stream=UTL&subject=utl.positions`.

Every message has a Nats-Msg-Id, the same when the same change is sent again: within the stream's
duplicate window (2 minutes unless the stream says otherwise) JetStream keeps one of them. A stream
that is not there yet is made, with the subject.
"""

import asyncio
import threading
from collections.abc import Coroutine, Sequence

import nats
from nats.aio.client import Client
from nats.errors import Error, MaxPayloadError
from nats.js import JetStreamContext
from nats.js.api import StreamConfig
from nats.js.errors import APIError, NotFoundError

from utl.bridge.message import Message
from utl.bridge.sinks import Refused, Unavailable, required, split_options

OPTIONS = {"stream": "UTL", "subject": "utl.positions", "duplicate_window_s": "120"}
TIMEOUT_S = 5
RETRY_S = 0.1
BUSY = range(500, 600)  # codes of JetStream's own trouble: no leader, no space


class NatsJetStream:
    """Publishes one after the other, each confirmed before the next.

    Publishing ahead would be faster, and out of order when one in the middle fails. The client's
    event loop runs in a thread of its own, so that it answers the server's pings between messages.
    """

    def __init__(self, target: str | None) -> None:
        example = "nats=nats://localhost:4222?stream=UTL&subject=utl.positions"
        self._url, self._options = split_options(required(target, example), OPTIONS)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._client: Client | None = None
        self._jetstream: JetStreamContext | None = None

    def send(self, messages: Sequence[Message]) -> None:
        """Publish; JetStream's acknowledgement confirms."""
        self._run(self._send(messages))

    def close(self) -> None:
        """Close the connection."""
        if self._loop is None:
            return
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._loop = None

    def _run(self, work: Coroutine[object, object, None]) -> None:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            threading.Thread(target=_run_loop, args=[self._loop], name="nats", daemon=True).start()
        asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _send(self, messages: Sequence[Message]) -> None:
        for sent, message in enumerate(messages):
            try:
                jetstream = await self._connected()
                await jetstream.publish(
                    self._options["subject"],
                    message.body.encode(),
                    timeout=TIMEOUT_S,
                    headers={"Nats-Msg-Id": message.message_id, "utl-key": message.key},
                )
            except MaxPayloadError as error:
                raise Refused(str(error), sent) from error
            except (Error, OSError, TimeoutError) as error:
                await self._close()
                if isinstance(error, APIError) and error.code not in BUSY:
                    raise Refused(str(error), sent) from error
                raise Unavailable(f"{type(error).__name__}: {error}", sent) from error

    async def _connected(self) -> JetStreamContext:
        if self._jetstream is None or self._client is None or not self._client.is_connected:
            await self._close()
            self._client = await nats.connect(
                self._url,
                connect_timeout=TIMEOUT_S,
                allow_reconnect=False,  # the bridge tries again by itself
                max_reconnect_attempts=1,  # each of several servers, at first
                reconnect_time_wait=RETRY_S,
                error_cb=_be_quiet,
            )
            self._jetstream = self._client.jetstream(timeout=TIMEOUT_S)
            await self._require_stream(self._jetstream)
        return self._jetstream

    async def _require_stream(self, jetstream: JetStreamContext) -> None:
        try:
            await jetstream.stream_info(self._options["stream"])
        except NotFoundError:
            await jetstream.add_stream(
                StreamConfig(
                    name=self._options["stream"],
                    subjects=[self._options["subject"]],
                    duplicate_window=float(self._options["duplicate_window_s"]),
                )
            )

    async def _close(self) -> None:
        client, self._client, self._jetstream = self._client, None, None
        if client is not None:
            await client.close()


def _run_loop(loop: asyncio.AbstractEventLoop) -> None:
    loop.run_forever()
    loop.close()


async def _be_quiet(_: Exception) -> None:
    """Errors come as exceptions of `publish`; the client would print them besides."""
