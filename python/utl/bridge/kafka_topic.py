"""Sink kafka: `kafka=host:9092,other:9092?topic=utl.positions`, further options librdkafka's own.

The producer is idempotent: its own retries add nothing twice and keep the order. After a crash of
the bridge a message may come again; its header `id` is the same. The key is the position, so that
a position's versions are in one partition, in order.
"""

from collections.abc import Sequence
from urllib.parse import parse_qsl

from confluent_kafka import KafkaError, KafkaException, Producer

from utl.bridge.message import Message
from utl.bridge.sinks import Refused, Unavailable, required

TOPIC = "utl.positions"
TIMEOUT_S = 30
REFUSED = {  # of the message itself: trying again does not help
    KafkaError.MSG_SIZE_TOO_LARGE,
    KafkaError.INVALID_MSG,
    KafkaError.INVALID_RECORD,
}


class KafkaTopic:
    """Produces a batch and waits until all of it is confirmed by all in-sync replicas."""

    def __init__(self, target: str | None) -> None:
        servers, _, query = required(target, "kafka=localhost:9092?topic=utl.positions").partition(
            "?"
        )
        options = dict(parse_qsl(query))
        self._topic = options.pop("topic", TOPIC)
        self._settings: dict[str, str | int | float | bool] = {
            "client.id": "utl-bridge",
            "enable.idempotence": True,
            "linger.ms": 2,
            "message.timeout.ms": TIMEOUT_S * 1000,
            **options,
        }
        if servers:  # else the options name them
            self._settings["bootstrap.servers"] = servers
        self._producer: Producer | None = None

    def send(self, messages: Sequence[Message]) -> None:
        """Produce; the brokers' reports confirm."""
        producer = self._made()
        outcomes: list[KafkaError | None] = [KafkaError(KafkaError._TIMED_OUT) for _ in messages]
        for number, message in enumerate(messages):
            if not self._produce(producer, message, number, outcomes):
                break  # nothing may overtake it
        producer.flush(TIMEOUT_S)
        for sent, error in enumerate(outcomes):
            if error is not None:
                self.close()  # and with it what is under way, which is sent again
                refused = error.code() in REFUSED
                raise (Refused if refused else Unavailable)(error.str(), sent)

    def close(self) -> None:
        """Throw away what is not confirmed, and the producer."""
        if self._producer is not None:
            self._producer.purge()
            self._producer.flush(1)
        self._producer = None

    def _made(self) -> Producer:
        if self._producer is None:
            self._producer = Producer(self._settings, logger=None)
        return self._producer

    def _produce(
        self,
        producer: Producer,
        message: Message,
        number: int,
        outcomes: list[KafkaError | None],
    ) -> bool:
        """Hand a message over to the producer; False if it does not take it."""

        def report(error: KafkaError | None, _: object) -> None:
            outcomes[number] = error

        try:
            producer.produce(
                self._topic,
                key=message.key.encode(),
                value=message.body.encode(),
                headers=[("id", message.message_id.encode())],
                on_delivery=report,
            )
        except KafkaException as error:
            outcomes[number] = error.args[0]
        except BufferError:  # librdkafka's queue is full: what is left stays unsent
            outcomes[number] = KafkaError(KafkaError._QUEUE_FULL)
        else:
            return True
        return False
