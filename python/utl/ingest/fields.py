"""Reading what stands in a field: numbers, times and words become the text that the ledger reads.

Each function raises `Problem` with the reason rather than guess: 1,234 is a thousand only if the
format says so, and a time without a zone is none.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from utl.ingest.adapter import Problem
from utl.ledger import float_text

PLAIN_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
WHOLE_OR_FRACTION = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
UNITS = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
# A date alone is no time: which hour is meant would be a guess.
ISO_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*", re.ASCII)
SHOWN_MAX = 60


def number(text: object, *, decimal: str = ".", thousands: str = "") -> str:
    """Return a number as plain decimal text, digit for digit: "1.250,00" as "1250.00".

    `thousands` is what may stand between groups of three digits, `decimal` what stands before the
    fraction. Floats of JSON should be read as Decimal or text beforehand. A sign may be a minus of
    typography, and brackets around a number mean below zero, as accountants write it.
    """
    found = plain_text(text)
    if not thousands and decimal == "." and WHOLE_OR_FRACTION.fullmatch(found):
        return found  # which most are
    given = found.replace("\N{MINUS SIGN}", "-")
    if given.startswith("(") and given.endswith(")"):
        given = f"-{given[1:-1]}"
    if thousands and thousands in given:
        given = _ungrouped(given, thousands, decimal)
    if decimal != ".":
        given = given.replace(".", "?").replace(decimal, ".")
    if not PLAIN_NUMBER.fullmatch(given):
        raise Problem(f"not a number: {quoted(found)}")
    if "e" in given or "E" in given:
        return format(Decimal(given), "f")
    return given.removeprefix("+")


def negated(figure: str) -> str:
    """Return a number with the other sign: a fee that a venue shows as a negative change."""
    return figure[1:] if figure.startswith("-") else f"-{figure.removeprefix('+')}"


def moment(text: object, *, pattern: str = "", zone: str = "", unit: str = "ms") -> str:
    """Return a time as ISO 8601 with its zone, to the microsecond.

    `pattern` is that of strptime ("%d.%m.%Y %H:%M:%S"); without one the time is ISO 8601, or a
    number of `unit`s (s, ms, us, ns) since 1970. `zone` is that of times without one: UTC,
    Europe/Berlin, +09:00. An hour that a change of clocks left out, or that it brings twice, is a
    Problem there: which one is meant cannot be known.
    """
    found = plain_text(text)
    if not pattern and PLAIN_NUMBER.fullmatch(found):
        return _unix(found, unit)
    try:
        if pattern:
            read = datetime.strptime(found, pattern)  # noqa: DTZ007  # its zone comes below
        else:
            read = datetime.fromisoformat(found if ISO_TIME.fullmatch(found) else "")
    except ValueError:
        form = f"of the form {pattern}" if pattern else "ISO 8601"
        raise Problem(f"not a time {form}: {quoted(found)}") from None
    if read.tzinfo is None:
        if not zone:
            raise Problem(f"a time without a zone: {quoted(found)}")
        if zone == "UTC":
            return f"{read.isoformat()}+00:00"
        read = _in_zone(read, zone, found)
    return read.isoformat()


def choice(text: object, words: Mapping[str, str], what: str = "word") -> str:
    """Translate a word, whatever its case: {"b": "buy", "s": "sell"}; the keys in lower case."""
    found = plain_text(text)
    meaning = words.get(found.lower())
    if meaning is None:
        raise Problem(f"{what} is none of {', '.join(words)}: {quoted(found)}")
    return meaning


def plain_text(text: object) -> str:
    """Return a field as text without blanks around it; a Problem if it is empty."""
    if isinstance(text, str):
        found = text.strip()
    elif isinstance(text, float):
        found = float_text(text)
    elif text is None or isinstance(text, bool | list | dict):
        raise Problem(f"neither text nor number: {text!r}")
    else:
        found = str(text).strip()
    if not found:
        raise Problem("is missing")
    return found


def quoted(text: str) -> str:
    """Quote what was found, shortly."""
    return repr(text) if len(text) <= SHOWN_MAX else f"{text[:SHOWN_MAX]!r}…"


@lru_cache
def zone_of(name: str) -> timezone | ZoneInfo:
    """Return the zone of a name or an offset: UTC, Europe/Berlin, +09, -03:30."""
    offset = re.fullmatch(r"([+-])(\d{1,2})(?::?(\d{2}))?", name, re.ASCII)
    try:
        if offset is None:
            return ZoneInfo(name)
        sign, hours, minutes = offset.groups()
        ahead = timedelta(hours=int(hours), minutes=int(minutes or 0))
        return timezone(-ahead if sign == "-" else ahead)
    except (ValueError, OSError, KeyError) as error:
        raise Problem(f"no time zone has this name: {quoted(name)}") from error


def _ungrouped(given: str, thousands: str, decimal: str) -> str:
    """Take the separators out, if they stand where they belong."""
    whole, point, fraction = given.partition(decimal)
    groups = whole.split(thousands)
    head = groups[0].lstrip("+-")
    if len(groups) > 1 and not (
        1 <= len(head) <= 3 and all(len(group) == 3 and group.isdigit() for group in groups[1:])
    ):
        raise Problem(f"not a number: {quoted(given)}")
    return "".join(groups) + point + fraction


def _unix(found: str, unit: str) -> str:
    """Read a number since 1970; further away than 2001 to 2286, its unit must be another."""
    units = Decimal(found) * 10**6 / UNITS[unit]
    if not 10**15 <= abs(units) < 10**16:
        raise Problem(f"not a time in {unit} since 1970: {quoted(found)}")
    # Whole microseconds, down, as PostgreSQL's own clock has no finer ones.
    return (EPOCH + timedelta(microseconds=int(units // 1))).isoformat()


def _in_zone(read: datetime, zone: str, found: str) -> datetime:
    local = read.replace(tzinfo=zone_of(zone))
    if local.utcoffset() != local.replace(fold=1).utcoffset():
        raise Problem(f"{quoted(found)} is not one moment in {zone}: clocks were changed")
    return local
