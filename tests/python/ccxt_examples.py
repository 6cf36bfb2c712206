"""What exchanges send, as ccxt's own sources show it in the comments of their parsers."""

import inspect
import json
import re
from collections.abc import Iterator
from typing import Any

DEPTH_MAX = 6
QUOTED = r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'"
BEFORE_COMMENT = re.compile(rf"((?:[^\"'#/]|{QUOTED}|/(?!/))*)(?://|#)")
# What Python and JavaScript write differently from JSON, and what people leave out or abridge.
AS_JSON = (
    (re.compile(r"'((?:[^'\\\n]|\\.)*)'"), lambda found: json.dumps(found[1])),
    (re.compile(r"\bTrue\b"), "true"),
    (re.compile(r"\bFalse\b"), "false"),
    (re.compile(r"\b(?:None|undefined)\b"), "null"),
    (re.compile(r"([{,]\s*)([A-Za-z_]\w*)\s*:"), r'\1"\2":'),
    (re.compile(r"\.\.\.+,?"), ""),
    (re.compile(r'("|\d|true|false|null|\}|\])(\s*\n\s*")'), r"\1,\2"),
    (re.compile(r",(\s*,)"), r"\1"),
    (re.compile(r",(\s*[}\]])"), r"\1"),
)


def examples(exchange: type, methods: tuple[str, ...]) -> Iterator[Any]:
    """Every object and row in the comments of these methods that can be read, once."""
    seen = set()
    for method in methods:
        for block in _blocks(_comments(getattr(exchange, method, None))):
            try:
                found = json.loads(_json(block))
            except ValueError:
                continue  # abridged beyond repair
            for row in _rows(found):
                key = json.dumps(row, sort_keys=True)
                if key not in seen:
                    seen.add(key)
                    yield row


def _comments(method: object) -> str:
    """The comments of a method, its other lines empty ones."""
    if not inspect.isfunction(method):
        return ""
    lines = (line.strip() for line in inspect.getsource(method).split("\n"))
    return "\n".join(line[1:] if line.startswith("#") else "\f" for line in lines)


def _blocks(text: str) -> Iterator[str]:
    """What stands between brackets that belong together."""
    depth = begin = 0
    for found in re.finditer(rf"{QUOTED}|[{{}}\[\]\f]", text):
        mark = found[0]
        if mark in "{[":
            begin = found.start() if depth == 0 else begin
            depth += 1
        elif mark in "}]":
            depth = max(0, depth - 1)
            if depth == 0:
                yield text[begin : found.end()]
        elif mark == "\f":
            depth = 0


def _json(block: str) -> str:
    lines = []
    for line in block.split("\n"):
        found = BEFORE_COMMENT.match(line)
        lines.append(found[1] if found else line)
    text = "\n".join(lines)
    for pattern, instead in AS_JSON:
        text = pattern.sub(instead, text)
    return text


def _rows(found: object, depth: int = 0) -> Iterator[Any]:
    """All objects, wherever they are, and the rows that are arrays."""
    if depth > DEPTH_MAX or not isinstance(found, dict | list):
        return
    inner = list(found.values()) if isinstance(found, dict) else found
    if isinstance(found, dict) or not any(isinstance(part, dict | list) for part in inner):
        yield found
    for part in inner:
        yield from _rows(part, depth + 1)
