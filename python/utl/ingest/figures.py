"""Figures and times as exchanges write them, read without losing a digit.

A figure becomes a Decimal: from a JSON number (parsed as Decimal), from text with thousands
separators, or from a float that ccxt made of text. A time becomes ISO 8601 text in UTC, with at
most the six digits of a second that PostgreSQL keeps.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from decimal import Context, Decimal, InvalidOperation
from math import isclose

from utl.ingest.adapter import Problem
from utl.ingest.fields import zone_of

# Under Python's own context a sum, and even a minus, is rounded to 28 digits.
EXACT = Context(prec=400)
EXPONENT_MAX = 60  # a figure beyond this is rubbish, and its plain text would fill the memory
DIGITS_MAX = 100
NEAR = Decimal("1e-12")
NOISE = 4e-16
DEPTH_MAX = 6  # of what a venue sent, where digits are looked for

# 1,234,567.89, as exports for spreadsheets have it; 1.234,56 stays unread, since it may be either.
GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
SIMPLE = re.compile(r"-?\d{1,30}(?:\.\d{1,30})?", re.ASCII)
PLAIN = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
WITH_UNIT = re.compile(r"([+-]?[\d,]*\.?\d+)(?:\s*([A-Z][A-Z0-9]*)|\s+([A-Z0-9]+))", re.ASCII)
UNIX_TIME = re.compile(r"\d{9,10}(?:\.\d+)?|\d{13}(?:\.\d+)?|\d{16}|\d{19}", re.ASCII)
ISO_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,12}))?)?)?"
    r"\s*(Z|UTC|[+-]\d\d(?::?\d\d)?)?",
    re.ASCII | re.IGNORECASE,
)
TIME_NAME = re.compile(r"time|date|ts$", re.IGNORECASE)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class NotBooked(ValueError):  # noqa: N818 - nothing is wrong
    """A row that is no fact of its own, and why: it is passed over with this reason."""


def decimal(figure: object, name: str) -> Decimal:
    """Read a figure exactly; a float means the shortest text that is the same float.

    Raises Problem if there is none, or if it is not a finite number of reasonable size.
    """
    if isinstance(figure, str) and SIMPLE.fullmatch(figure):
        return Decimal(figure)  # nearly all are so, and need no further look
    if figure is None or figure == "":
        raise Problem(f"{name} is missing")
    if isinstance(figure, bool) or not isinstance(figure, int | float | str | Decimal):
        raise Problem(f"{name} is not a number: {shortly(figure)}")
    return _bounded(_parsed(figure, name), name, figure)


def decimal_or_none(figure: object, name: str) -> Decimal | None:
    """Read a figure that may be missing."""
    return None if figure is None or figure == "" else decimal(figure, name)


def _parsed(figure: int | float | str | Decimal, name: str) -> Decimal:
    if isinstance(figure, Decimal):
        return figure
    if isinstance(figure, float):
        return Decimal(float.__repr__(figure))
    if isinstance(figure, int):
        if figure.bit_length() > DIGITS_MAX * 3:
            raise Problem(f"{name} has too many digits")
        return Decimal(figure)
    text = figure.strip().replace("\u2212", "-")
    if GROUPED.fullmatch(text):
        text = text.replace(",", "")
    if len(text) > DIGITS_MAX or not PLAIN.fullmatch(text):
        raise Problem(f"{name} is not a number: {shortly(figure)}")
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise Problem(f"{name} is not a number: {shortly(figure)}") from error


def _bounded(number: Decimal, name: str, figure: object) -> Decimal:
    if not number.is_finite():
        raise Problem(f"{name} is not a finite number: {shortly(figure)}")
    _, digits, exponent = number.as_tuple()
    is_long = len(digits) > DIGITS_MAX or (number and abs(number.adjusted()) > EXPONENT_MAX)
    if is_long or abs(int(exponent)) > EXPONENT_MAX:
        raise Problem(f"{name} is out of all bounds: {shortly(figure)}")
    return number


def with_unit(figure: object, name: str, units: Iterable[str] = ()) -> tuple[Decimal, str]:
    """Read "0.045BTC", or "1,234.5 USDT", as Binance's exports have it: the figure and its unit.

    `units` are those it may have; it takes them to tell 10 1INCH from 101 of something.
    """
    said = str(figure).strip().upper()
    for unit in sorted(units, key=len, reverse=True):
        if said.endswith(unit) and said != unit:
            return decimal(said.removesuffix(unit).strip(), name), unit
    found = WITH_UNIT.fullmatch(said)
    if not found:
        raise Problem(f"{name} is not a figure with its unit: {shortly(figure)}")
    return decimal(found[1], name), found[2] or found[3]


def text_of(number: Decimal) -> str:
    """Write a figure as plain digits."""
    return format(number, "f")


def shortly(found: object) -> str:
    """Quote what was found, not more than 40 characters of it."""
    text = repr(found) if len(str(found)) <= 40 else repr(str(found)[:40]) + "…"
    return text.encode("ascii", "backslashreplace").decode()


def exact(figure: object, name: str, info: object) -> Decimal:
    """Give back the digits that a figure lost when it became a float.

    ccxt's unified figures are floats, also where they were dumped as text, and its `info` is what
    the venue sent. If exactly one figure in there is the same float, its digits are meant; or else
    the only one that differs by no more than what adding up floats adds, as 0.1 + 0.2 does to 0.3.
    """
    number = decimal(figure, name)
    size, others = abs(float(number)), {abs(other) for other in figures_in(info)}
    for noise in (0.0, NOISE):
        found = {other for other in others if isclose(float(other), size, rel_tol=noise)}
        if found:
            return found.pop().copy_sign(number) if len(found) == 1 else number
    return number


def is_near(one: Decimal, other: Decimal) -> bool:
    """Whether two figures are one but for what a float loses."""
    return abs(one - other) <= abs(other) * NEAR


def figures_in(info: object, depth: int = 0) -> Iterator[Decimal]:
    """All figures in what a venue sent, wherever they are."""
    if depth > DEPTH_MAX:
        return
    if isinstance(info, Mapping | list | tuple):
        for part in info.values() if isinstance(info, Mapping) else info:
            yield from figures_in(part, depth + 1)
    elif isinstance(info, str | Decimal | float | int) and not isinstance(info, bool):
        try:
            yield decimal(info, "figure")
        except Problem:
            return


def moment(found: object, zone: str | None = None, name: str = "time") -> str:
    """Read a time: Unix seconds, milli-, micro- or nanoseconds, or ISO 8601; give ISO 8601 in UTC.

    `zone` is that of texts that do not say theirs, such as Europe/Zurich; without it they are
    Problem. Digits past the microsecond are cut off, as venues themselves do between feeds.
    """
    if found is None or found == "":
        raise Problem(f"{name} is missing")
    if isinstance(found, bool) or not isinstance(found, int | float | str | Decimal):
        raise Problem(f"{name} is not a time: {shortly(found)}")
    text = float.__repr__(found) if isinstance(found, float) else str(found).strip()
    try:
        at = _unix_time(text) if UNIX_TIME.fullmatch(text) else _iso_time(text, zone, name)
    except (ValueError, OverflowError) as error:
        if isinstance(error, Problem):
            raise
        raise Problem(f"{name} is not a time: {shortly(found)}") from error
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _unix_time(text: str) -> datetime:
    """A Unix time; how many digits it has before the point says its unit."""
    whole, _, fraction = text.partition(".")
    power = {13: 3, 16: 6, 19: 9}.get(len(whole), 0)
    micros = int(Decimal(f"{whole}.{fraction or '0'}").scaleb(6 - power))
    return EPOCH + timedelta(microseconds=micros)


def _iso_time(text: str, zone: str | None, name: str) -> datetime:
    found = ISO_TIME.fullmatch(text)
    if not found:
        raise Problem(f"{name} is not a time: {shortly(text)}")
    *parts, fraction, said = found.groups()
    numbers = [int(part or 0) for part in parts]
    micros = int((fraction or "").ljust(6, "0")[:6])
    year, month, day, hour, minute, second = numbers
    where = _zone(said, zone, name)
    at = datetime(year, month, day, hour, minute, second, micros, tzinfo=where)
    if at.utcoffset() != at.replace(fold=1).utcoffset():
        raise Problem(f"{name} is not one moment, since clocks were changed: {shortly(text)}")
    return at


def _zone(said: str | None, zone: str | None, name: str) -> tzinfo:
    if said is None:
        if zone is None:
            raise Problem(f"{name} does not say its time zone, and no --timezone is given")
        return zone_of(zone)
    if said.upper() in ("Z", "UTC"):
        return UTC
    digits = said[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if said[0] == "-" else offset)


def sharpest_moment(milliseconds: object, info: object) -> str:
    """The time of a unified object, with the digits that `info` has beyond the millisecond."""
    at = moment(milliseconds, name="timestamp")
    if not isinstance(info, Mapping):
        return at
    for key, found in info.items():
        if found == milliseconds or not TIME_NAME.search(str(key)):
            continue
        try:
            other = moment(found, "UTC")
        except Problem:
            continue
        if other[:23] == at[:23] and other > at:
            return other
    return at
