"""Sink jsonl: one JSON object a line, on standard output or at the end of a file."""

import contextlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from utl.bridge.message import Message
from utl.bridge.sinks import Unavailable

LINE_MAX = 1 << 16  # bytes at the end of a file in which its last whole line is looked for


class JsonLines:
    """Writes lines. A line may come twice after a crash: its change_id tells."""

    def __init__(self, target: str | None) -> None:
        self._path = None if target is None else Path(target)
        self._file: BinaryIO | None = None

    def send(self, messages: Sequence[Message]) -> None:
        """Write and flush."""
        try:
            file = self._opened()
            file.write("".join(f"{message.body}\n" for message in messages).encode())
            file.flush()
        except OSError as error:
            self.close()
            raise Unavailable(str(error)) from error

    def close(self) -> None:
        """Close the file; standard output stays open."""
        file, self._file = self._file, None
        if file is not None and self._path is not None:
            with contextlib.suppress(OSError):  # it flushes what could not be written
                file.close()

    def _opened(self) -> BinaryIO:
        if self._file is None:
            self._file = sys.stdout.buffer if self._path is None else _open_at_end(self._path)
        return self._file


def _open_at_end(path: Path) -> BinaryIO:
    """Open for appending; half a line, of a bridge that was killed, is cut off: it comes again."""
    file = path.open("ab+")
    size = file.seek(0, os.SEEK_END)
    file.seek(max(size - LINE_MAX, 0))
    tail = file.read()
    file.truncate(size - len(tail) + tail.rfind(b"\n") + 1)
    return file
