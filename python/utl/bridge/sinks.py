"""Sinks: what a bridge forwards to. A sink is one module with one class, named in KINDS.

A sink sends messages in order and returns when all are confirmed. What it raises decides what
becomes of them:

-   `Unavailable`: nobody is there to take them. Sent again, with back-off, for as long as it takes.
-   `Refused`: somebody was there and did not take this one. After a bound it is a dead letter, and
    the next one's turn comes.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from utl.bridge.message import Message
from utl.settings import UtlError

USAGE_ERROR = 2
KINDS = {  # kind: module, class, extra of the package
    "jsonl": ("utl.bridge.jsonl", "JsonLines", ""),
    "webhook": ("utl.bridge.webhook", "Webhook", "webhook"),
    "redis": ("utl.bridge.redis_stream", "RedisStream", "redis"),
    "nats": ("utl.bridge.nats_jetstream", "NatsJetStream", "nats"),
    "kafka": ("utl.bridge.kafka_topic", "KafkaTopic", "kafka"),
}
SPECIFICATION = re.compile(
    rf"(?:(?P<name>[\w.-]+):)?(?P<kind>{'|'.join(KINDS)})(?:=(?P<target>.+))?"
)


class SinkError(UtlError):
    """A sink that is specified wrongly, or whose client is not installed."""

    exit_code = USAGE_ERROR


class Unavailable(Exception):  # noqa: N818 - it is a state, not a mistake
    """The sink cannot be reached, or is too busy; `sent` messages got through before."""

    def __init__(self, reason: str, sent: int = 0) -> None:
        super().__init__(reason)
        self.sent = sent


class Refused(Exception):  # noqa: N818 - it is an answer, not a mistake
    """The sink did not take a message; `sent` messages before it got through."""

    def __init__(self, reason: str, sent: int = 0) -> None:
        super().__init__(reason)
        self.sent = sent


class Sink(Protocol):
    """A place to send messages to. Used by one thread; connects when it first sends."""

    def send(self, messages: Sequence[Message]) -> None:
        """Send in order; return when all are confirmed. Raises Unavailable or Refused."""

    def close(self) -> None:
        """Let go of connections; the next `send` would make them again."""


@dataclass(frozen=True)
class Specification:
    """What --sink says: [NAME:]KIND[=TARGET]; the name is its kind unless it has one."""

    name: str
    kind: str
    target: str | None

    @classmethod
    def parse(cls, text: str) -> "Specification":
        """Read a specification. Raises SinkError when there is no such kind."""
        found = SPECIFICATION.fullmatch(text)
        if found is None:
            raise SinkError(
                f"no sink: {text}",
                detail=f"kinds: {', '.join(KINDS)}",
                hint="[NAME:]KIND[=TARGET], such as jsonl or ops:webhook=https://example.com/utl",
            )
        return cls(found["name"] or found["kind"], found["kind"], found["target"])

    def make(self) -> Sink:
        """Make the sink. Raises SinkError when its client is not installed, or its target wrong."""
        module, name, extra = KINDS[self.kind]
        try:
            sink: Sink = getattr(import_module(module), name)(self.target)
        except ModuleNotFoundError as error:
            raise SinkError(
                f"the sink {self.kind} needs the package {error.name}",
                hint=f"pip install 'utl[{extra}]'",
            ) from error
        return sink


def parse_all(texts: Sequence[str]) -> list[Specification]:
    """Read the specifications of a bridge; each needs a name of its own."""
    found = [Specification.parse(text) for text in texts]
    names = [each.name for each in found]
    if twice := {name for name in names if names.count(name) > 1}:
        raise SinkError(
            f"two sinks are called {', '.join(sorted(twice))}",
            hint="name them, as in ops:webhook=… and risk:webhook=…",
        )
    return found


def required(target: str | None, example: str) -> str:
    """The target, which this kind of sink needs."""
    if target is None:
        raise SinkError("this sink needs to know where to send to", hint=f"such as {example}")
    return target


def split_options(target: str, known: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Take our options out of a URL's query; what is left there is the client's."""
    parts = urlsplit(target)
    query = parse_qsl(parts.query, keep_blank_values=True)
    options = dict(known) | {name: text for name, text in query if name in known}
    rest = [(name, text) for name, text in query if name not in known]
    return urlunsplit(parts._replace(query=urlencode(rest))), options
