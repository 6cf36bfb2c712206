"""Opening files: plain ones, packed ones (gzip, zip), wide characters, and standard input.

What a file is shows in its first bytes, whatever its name.
"""

import codecs
import gzip
import io
import sys
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from utl.ingest.adapter import FileError

GZIP, ZIP = b"\x1f\x8b", b"PK\x03\x04"
HEAD_BYTES = 4
CHUNK_BYTES = 1 << 16
# Of UTF-32 first: its mark begins as that of UTF-16 does.
WIDE = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
DAMAGED = (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile)


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


class _Narrowed(io.RawIOBase):
    """Wide characters as UTF-8."""

    def __init__(self, wide: BinaryIO, encoding: str) -> None:
        self._wide = wide
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._ready = b""

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: object) -> int:
        """Read up to as many bytes as fit."""
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        is_whole = False
        while not self._ready and not is_whole:
            read = self._wide.read(CHUNK_BYTES)
            is_whole = not read
            self._ready = self._decoder.decode(read, final=is_whole).encode()
        found = self._ready[: len(view)]
        self._ready = self._ready[len(view) :]
        view[: len(found)] = found
        return len(found)


@contextmanager
def opened(path: Path) -> Iterator[Opened]:
    """Open a file (`-`: standard input), unpacked, in UTF-8.

    What turns out to be damaged while it is read is a FileError.
    """
    with ExitStack() as stack:
        is_piped = str(path) == "-"
        stored = sys.stdin.buffer if is_piped else stack.enter_context(path.open("rb"))
        try:
            file = _unpacked(stored, path, stack)
            head = _head(file)
            encoding = next((WIDE[mark] for mark in WIDE if head.startswith(mark)), None)
            if encoding:
                file = cast(BinaryIO, io.BufferedReader(_Narrowed(file, encoding)))
            yield Opened(file, stored)
        except DAMAGED as error:
            raise FileError(f"{path.name} cannot be unpacked", detail=str(error)) from error
        except UnicodeDecodeError as error:
            raise FileError(f"{path.name} is not text", detail=str(error)[:200]) from error


def _unpacked(stored: BinaryIO, path: Path, stack: ExitStack) -> BinaryIO:
    head = _head(stored)
    if head.startswith(GZIP):
        return cast(BinaryIO, stack.enter_context(gzip.open(stored)))
    if not head.startswith(ZIP):
        return stored
    if not stored.seekable():
        raise FileError("a zip archive is not read from a pipe", hint="name the file itself")
    archive = stack.enter_context(zipfile.ZipFile(stored))
    files = [member for member in archive.infolist() if not member.is_dir()]
    if len(files) != 1:
        names = ", ".join(member.filename for member in files)
        raise FileError(f"{path.name} holds {len(files)} files, not one", detail=names[:200])
    return cast(BinaryIO, stack.enter_context(archive.open(files[0])))


def _head(file: BinaryIO) -> bytes:
    """The first bytes, which stay to be read; none of what cannot show them."""
    peek = getattr(file, "peek", None)
    return peek(HEAD_BYTES)[:HEAD_BYTES] if peek else b""
