"""Changes that a sink never took: one file a sink, a line each, for people to look at and resend.

They stay in the log of the database as well, for as long as that keeps them: a line's change_id
tells which.
"""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

from utl.bridge.message import Message


class DeadLetters:
    """The folder with the files, SINK.jsonl."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, sink: str, message: Message, reason: str, attempts: int) -> None:
        """Keep a message; it is on disk when this returns."""
        self._folder.mkdir(parents=True, exist_ok=True)
        line = {
            "dead_at": datetime.now(UTC).isoformat(),
            "reason": reason,
            "attempts": attempts,
            "id": message.message_id,
            "change": json.loads(message.body),
        }
        with (self._folder / f"{sink}.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())
