"""Opening files: plain ones, packed ones (.gz), and standard input."""

import gzip
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from utl.ingest.adapter import FileError


class Opened:
    """An open file that knows how much of it was read, and how it ended."""

    def __init__(self, file: BinaryIO, stored: BinaryIO) -> None:
        self._file = file
        self._stored = stored
        self.ends_in_line = False  # whether what was read last has no line break at its end

    def position(self) -> int:
        """Return how many bytes were read of the file as it is stored."""
        return self._stored.tell() if self._stored.seekable() else 0

    def read(self, size: int = -1) -> bytes:
        """Read as files do."""
        return self._watched(self._file.read(size))

    def readline(self, size: int = -1) -> bytes:
        """Read a line as files do."""
        return self._watched(self._file.readline(size))

    def seekable(self) -> bool:
        """Whether `seek` works."""
        return self._file.seekable()

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """Say where it is read."""
        return self._file.tell()

    @property
    def closed(self) -> bool:
        """Whether it is closed."""
        return self._file.closed

    def close(self) -> None:
        """Leave it open: whoever opened it closes it."""

    def _watched(self, read: bytes) -> bytes:
        if read:
            self.ends_in_line = not read.endswith(b"\n")
        return read


@contextmanager
def opened(path: Path) -> Iterator[Opened]:
    """Open a file (`-`: standard input; `.gz`: packed)."""
    if str(path) == "-":
        yield Opened(sys.stdin.buffer, sys.stdin.buffer)
        return
    with path.open("rb") as stored:
        if path.suffix != ".gz":
            yield Opened(stored, stored)
            return
        try:
            with gzip.open(stored) as file:
                yield Opened(cast(BinaryIO, file), stored)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise FileError(f"{path.name} cannot be unpacked", detail=str(error)) from error
