"""Sink webhook: a POST for each change, signed as https://www.standardwebhooks.com says.

The secret comes from UTL_WEBHOOK_SECRET: `whsec_` and base64, or any text. The receiver finds

    webhook-id, Idempotency-Key    the same when the same change is sent again
    webhook-timestamp              Unix seconds of this attempt
    webhook-signature              v1,base64(HMAC-SHA256(secret, "id.timestamp.body"))
"""

import base64
import binascii
import hashlib
import hmac
import os
import time
from collections.abc import Sequence

import httpx

from utl.bridge.message import Message
from utl.bridge.sinks import Refused, SinkError, Unavailable, required

SECRET = "UTL_WEBHOOK_SECRET"  # noqa: S105 - the variable's name
TIMEOUT_S = 10.0
TOO_BUSY = {408, 425, 429, 502, 503, 504}  # says that the receiver is not there, or not now


class Webhook:
    """Posts changes one by one, over one connection that is kept open."""

    def __init__(self, target: str | None) -> None:
        self._url = required(target, "webhook=https://example.com/utl")
        if httpx.URL(self._url).scheme not in ("http", "https"):
            raise SinkError(f"not an HTTP address: {self._url}")
        self._secret = signing_key(os.environ.get(SECRET, ""))
        self._client = httpx.Client(timeout=TIMEOUT_S, headers={"User-Agent": "utl-bridge"})

    def send(self, messages: Sequence[Message]) -> None:
        """Post; any answer 2xx confirms."""
        for sent, message in enumerate(messages):
            body = message.body.encode()
            try:
                answer = self._client.post(
                    self._url, content=body, headers=self._headers(message.message_id, body)
                )
            except httpx.HTTPError as error:
                raise Unavailable(f"{type(error).__name__}: {error}", sent) from error
            if answer.status_code in TOO_BUSY:
                raise Unavailable(f"HTTP {answer.status_code}", sent)
            if not answer.is_success:
                raise Refused(f"HTTP {answer.status_code}: {answer.text[:200]}", sent)

    def close(self) -> None:
        """Close the connection."""
        self._client.close()
        self._client = httpx.Client(timeout=TIMEOUT_S, headers={"User-Agent": "utl-bridge"})

    def _headers(self, message_id: str, body: bytes) -> dict[str, str]:
        moment = str(int(time.time()))
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": message_id,
            "webhook-id": message_id,
            "webhook-timestamp": moment,
        }
        if self._secret:
            headers["webhook-signature"] = signature(self._secret, message_id, moment, body)
        return headers


def signing_key(secret: str) -> bytes:
    """The key that a secret stands for; empty when there is none."""
    if not secret.startswith("whsec_"):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error as error:
        raise SinkError(f"{SECRET} is no base64 after whsec_", detail=str(error)) from error


def signature(key: bytes, message_id: str, moment: str, body: bytes) -> str:
    """The webhook-signature of a body; the receiver computes the same and compares."""
    signed = b".".join((message_id.encode(), moment.encode(), body))
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
