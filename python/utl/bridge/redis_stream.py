"""Sink redis: XADD to a stream, `redis=redis://host:6379/0?stream=utl.positions&maxlen=1000000`.

An entry's id is the change's: `CHANGE_ID-0`. Redis takes ids only in ascending order, so a change
that is sent again is refused there, and each is in the stream once.
"""

from collections.abc import Sequence

import redis
from redis import exceptions

from utl.bridge.message import Message
from utl.bridge.sinks import Refused, Unavailable, required, split_options

OPTIONS = {"stream": "utl.positions", "maxlen": "1000000"}
TIMEOUT_S = 10
NOT_ABOVE = "equal or smaller"  # of what Redis says when an id is not above the last one


class RedisStream:
    """Adds entries with the fields id, key and change (JSON): all of a batch, or none."""

    def __init__(self, target: str | None) -> None:
        example = "redis=redis://localhost:6379/0?stream=utl.positions"
        url, options = split_options(required(target, example), OPTIONS)
        self._stream = options["stream"]
        self._maxlen = int(options["maxlen"])
        self._client = redis.Redis.from_url(
            url,
            socket_timeout=TIMEOUT_S,
            socket_connect_timeout=TIMEOUT_S,
            decode_responses=True,
        )

    def send(self, messages: Sequence[Message]) -> None:
        """Add; the answers confirm. What is there already counts as sent."""
        pipeline = self._client.pipeline(transaction=True)
        for message in messages:
            pipeline.xadd(
                self._stream,
                {"id": message.message_id, "key": message.key, "change": message.body},
                id=_entry_id(message),
                maxlen=self._maxlen,
                approximate=True,
            )
        try:
            answers = pipeline.execute(raise_on_error=False)
        except exceptions.RedisError as error:
            raise Unavailable(str(error)) from error
        for sent, (message, answer) in enumerate(zip(messages, answers, strict=True)):
            if isinstance(answer, Exception) and not self._has(message, answer):
                raise _meaning(answer)(str(answer), sent)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _has(self, message: Message, answer: Exception) -> bool:
        """Whether the entry was added before, by an attempt that was cut off."""
        if NOT_ABOVE not in str(answer):
            return False
        entry_id = _entry_id(message)
        try:
            found = self._client.xrange(self._stream, entry_id, entry_id) or []
        except exceptions.RedisError as error:
            raise Unavailable(str(error)) from error
        return any(entry and entry.get("id") == message.message_id for _, entry in found)


def _entry_id(message: Message) -> str:
    return f"{message.change_id}-0"


def _meaning(answer: Exception) -> type[Refused | Unavailable]:
    """Redis refuses an entry for its id alone; else it is loading, full, or set up wrongly."""
    return Refused if NOT_ABOVE in str(answer) else Unavailable
