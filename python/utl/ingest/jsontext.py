"""JSON text, element by element: arrays that need not fit into memory."""

import codecs
import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, NoReturn

from utl.ingest.adapter import Problem
from utl.ingest.lines import Lines

ELEMENT_CHARS_MAX = 1 << 22
HEAD_CHARS = 1000
BLANKS = " \t\r\n"


class Element(NamedTuple):
    """One element, with the line where it begins and its text."""

    line: int
    raw: str
    content: Any


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object; a key that is there twice leaves open which of them is meant."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is there twice")
    return found


# Numbers stay as they are written, digit for digit.
DECODER = json.JSONDecoder(
    parse_float=str, parse_int=str, parse_constant=_refuse_constant, object_pairs_hook=_unique
)


class JsonText:
    """Walks through JSON text; a Problem where it is none."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._text = ""
        self._at = 0
        self._is_whole = False
        self.line = 1

    def head(self) -> str:
        """Return what comes next, shortly."""
        return self._text[self._at : self._at + HEAD_CHARS].replace("\0", "\\x00")

    def elements(self, path: Sequence[str] = ()) -> Iterator[Element]:
        """Give the elements of the array to which the path leads.

        Those of an object instead of an array are its members, which have their key as "#key".
        """
        for key in path:
            self._enter(key)
        if self._peek() == "{":
            yield from self._members()
            return
        self._expect("[")
        if self._peek() == "]":
            return
        while True:
            yield self._element()
            if self._peek() == "]":
                self._end(path)
                return
            self._expect(",")

    def _end(self, path: Sequence[str]) -> None:
        """Require that nothing but the rest of the response follows."""
        self._expect("]")
        if not path and self._peek():
            raise Problem("more text after the array")

    def _members(self) -> Iterator[Element]:
        for key in self._keys():
            found = self._element()
            if isinstance(found.content, dict):
                found = found._replace(content={"#key": key, **found.content})
            yield found

    def _enter(self, wanted: str) -> None:
        """Go to the member of this name of an object."""
        for key in self._keys():
            if key == wanted:
                return
            self._element()
        raise Problem(f"there is no {wanted!r}")

    def _keys(self) -> Iterator[str]:
        """Give the keys of an object; whoever takes one has to read what it stands for."""
        self._expect("{")
        if self._peek() == "}":
            return
        while True:
            key = self._element().content
            if not isinstance(key, str):
                raise Problem("a key is no text")
            self._expect(":")
            yield key
            if self._peek() == "}":
                self._expect("}")
                return
            self._expect(",")

    def _element(self) -> Element:
        self._peek()
        while True:
            try:
                content, end = DECODER.raw_decode(self._text, self._at)
            except (ValueError, RecursionError) as error:
                if self._is_whole or len(self._text) - self._at > ELEMENT_CHARS_MAX:
                    raise Problem(str(error)) from error
            else:
                # The beginning of 1.25 is a number, too: what follows has to show that it ended.
                if self._is_whole or self._text[end : end + 1] in (*BLANKS, *",:]}"):
                    found = Element(self.line, self._text[self._at : end], content)
                    self._skip_to(end)
                    return found
            self._read_more()

    def _expect(self, mark: str) -> None:
        if self._peek() != mark:
            raise Problem(f"expected {mark!r} instead of {self.head()[:20]!r}")
        self._skip_to(self._at + 1)

    def _peek(self) -> str:
        """Return the next character that is no blank; none at the end."""
        while True:
            at = self._at
            while at < len(self._text) and self._text[at] in BLANKS:
                at += 1
            self._skip_to(at)
            if at < len(self._text) or self._is_whole:
                return self._text[at : at + 1]
            self._read_more()

    def _skip_to(self, at: int) -> None:
        self.line += self._text.count("\n", self._at, at)
        self._at = at

    def _read_more(self) -> None:
        read = self._lines.read()
        self._is_whole = not read
        try:
            more = self._decoder.decode(read, final=self._is_whole)
        except UnicodeDecodeError as error:
            self._is_whole = True
            raise Problem("not UTF-8") from error
        self._text = self._text[self._at :] + more
        self._at = 0
