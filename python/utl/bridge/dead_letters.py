"""Changes that a sink never took: one file a sink, a line each, for people to look at and resend.

They stay in the log of the database as well, for as long as that keeps them: a line's change_id
tells which. `utl resend` sends them again.
"""

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from utl import settings
from utl.bridge.message import Message


class DeadLetters:
    """The folder with the files, SINK.jsonl: in UTL_HOME unless it is given."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder or settings.home() / "dead-letters"

    def add(self, sink: str, message: Message, reason: str, attempts: int) -> None:
        """Keep a message; it is on disk when this returns."""
        self._folder.mkdir(parents=True, exist_ok=True)
        line = {
            "dead_at": datetime.now(UTC).isoformat(),
            "reason": reason,
            "attempts": attempts,
            "id": message.message_id,
            "key": message.key,
            "change": json.loads(message.body),
        }
        with (self._folder / f"{sink}.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def resend(self, sink: str, send: Callable[[Message], None]) -> int:
        """Send what is kept for a sink, the oldest first; return how many went.

        They are gone from the file when this returns. What `send` raises ends it: the one that
        failed and those after it stay. A crash leaves all of them, to be sent once more under the
        same ids. A bridge may add others meanwhile.
        """
        kept = self._folder / f"{sink}.jsonl"
        taken = self._folder / f"{sink}.resending.jsonl"
        if not taken.exists():
            if not kept.exists():
                return 0
            kept.rename(taken)
        lines = taken.read_text(encoding="utf-8").splitlines()
        sent = 0
        try:
            for line in lines:
                send(_message(line))
                sent += 1
        finally:
            left = taken.with_suffix(".left")
            left.write_text("".join(f"{line}\n" for line in lines[sent:]), encoding="utf-8")
            left.replace(taken)
        taken.unlink()
        return sent


def _message(line: str) -> Message:
    letter = json.loads(line)
    change = letter["change"]
    body = json.dumps(change, ensure_ascii=False, separators=(",", ":"))
    return Message(change["change_id"], letter["id"], letter["key"], body)
