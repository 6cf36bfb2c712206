"""The lines of a file: one by one where they are taken apart, in blocks where they are not."""

import codecs
import io
from collections import deque
from collections.abc import Iterable
from typing import BinaryIO, NamedTuple

from utl.ingest.adapter import FileError

BLOCK_BYTES = 1 << 20
LINE_BYTES_MAX = 1 << 20
HEAD_BYTES = 1000  # what is kept of a line that is too long


class Line(NamedTuple):
    """A line without its end, numbered from 1, and why it cannot be read, if so."""

    number: int
    text: str
    problem: str | None = None


class Lines:
    """Reads a file by lines or blocks of them, and takes back what was read too far.

    A byte order mark does not count. A line has at most LINE_BYTES_MAX bytes: of a longer one only
    the head is kept.
    """

    def __init__(self, source: BinaryIO, encoding: str = "utf-8") -> None:
        self._source = source
        self._encoding = encoding
        self._number = 0
        self._given_back: deque[Line] = deque()
        self._head = io.BytesIO(source.read(BLOCK_BYTES).removeprefix(codecs.BOM_UTF8))
        self.is_cut_off = False

    def peek(self) -> bytes:
        """Return the first byte that is no blank, of a file of which nothing was read yet."""
        return self._head.getvalue().lstrip()[:1]

    def read(self) -> bytes:
        """Return some bytes of the rest; none at its end."""
        return self._head.read() or self._source.read(BLOCK_BYTES)

    def block(self) -> tuple[int, bytes] | None:
        """Return whole lines with the number of the first; None at the end.

        None as well where lines were given back, or where a line is too long: `next` reads them.
        """
        if self._given_back:
            return None
        lines = self._head.read() or self._source.read(BLOCK_BYTES)
        if not lines.endswith(b"\n"):
            lines += self._source.readline(LINE_BYTES_MAX)
        if len(lines) - lines.rfind(b"\n") > LINE_BYTES_MAX:
            self._head = io.BytesIO(lines)
            return None
        if not lines:
            return None
        first = self._number + 1
        self._number += lines.count(b"\n") + (not lines.endswith(b"\n"))
        self.is_cut_off = not lines.endswith(b"\n")
        return first, lines

    def take_apart(self, block: tuple[int, bytes]) -> None:
        """Take back the block that was just read: its lines are the next ones."""
        first, lines = block
        self._number = first - 1
        self._head = io.BytesIO(lines)

    @property
    def next_number(self) -> int:
        """The number of the next line, if there is one."""
        return self._given_back[0].number if self._given_back else self._number + 1

    @property
    def last_given_back(self) -> int:
        """The number of the last line that was given back and not taken again; 0 if none is."""
        return self._given_back[-1].number if self._given_back else 0

    def next(self) -> Line | None:
        """Return the next line; None after the last."""
        if self._given_back:
            return self._given_back.popleft()
        read = self._readline()
        if not read:
            return None
        self._number += 1
        self.is_cut_off = not read.endswith(b"\n")
        if self.is_cut_off and len(read) >= LINE_BYTES_MAX:
            while (more := self._readline()) and not more.endswith(b"\n"):
                pass
            problem = f"line is longer than {LINE_BYTES_MAX} bytes"
            return Line(self._number, shown(read[:HEAD_BYTES]), problem)
        read = read.removesuffix(b"\n").removesuffix(b"\r")
        if b"\0" in read:
            return Line(self._number, shown(read), "a NUL byte")
        try:
            return Line(self._number, read.decode(self._encoding))
        except UnicodeDecodeError:
            return Line(self._number, shown(read), f"not {self._encoding.upper()}")

    def give_back(self, lines: Iterable[Line]) -> None:
        """Take back lines: they are the next ones."""
        self._given_back.extendleft(reversed(list(lines)))

    def header(self, skip: int = 0) -> str:
        """Return the first line that is not empty, after so many."""
        for _ in range(skip):
            self.next()
        while line := self.next():
            if line.problem:
                raise FileError(
                    f"the file is not text in {self._encoding.upper()}",
                    detail=f"its line {line.number}: {line.text[:60]!r}: {line.problem}",
                    hint="convert it: iconv -f LATIN1 -t UTF-8",
                )
            if line.text.strip():
                return line.text.strip()
        raise FileError("the file is empty", hint="the first line names the columns")

    def _readline(self) -> bytes:
        read = self._head.readline(LINE_BYTES_MAX)
        while not read.endswith(b"\n") and len(read) < LINE_BYTES_MAX:
            self._head = io.BytesIO(self._source.read(BLOCK_BYTES))
            more = self._head.readline(LINE_BYTES_MAX - len(read))
            if not more:
                break
            read += more
        return read


def shown(raw: bytes) -> str:
    """Return bytes that are no text as text that shows them."""
    return raw.decode(errors="backslashreplace").replace("\0", "\\x00")
