"""When a figure of the ledger agrees with the one that a case asserts.

The ledger is exact: it rounds nothing but the share of a cost or an amount, to 18 places. So
figures must be equal, but for

- EXACT, which covers those 18th places and prices given as amount ÷ quantity at 30 or more digits;
- a source that printed a double (15 or more significant digits): equal to DOUBLE;
- a source that printed a rounded figure (six or more decimals): equal at the decimals printed;
- what the case itself allows (`slack`: rounding of money, a stated tolerance), which the formats
  read from its params, config and conventions.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

EXACT = Fraction(1, 10**15)  # of a figure, or absolute below 1
DOUBLE = Fraction(1, 10**13)  # of a figure
FIRST_TICK = datetime(2000, 1, 1, tzinfo=UTC)  # the day of our choice of cases that name none
DOUBLE_DIGITS_MIN = 15
PRINTED_DECIMALS_MIN = 6

Got = Fraction | datetime | str | int | None


@dataclass(frozen=True)
class Slack:
    """How far a figure may be off by the case's own rules: an amount, or a part of it."""

    absolute: Fraction = Fraction(0)
    relative: Fraction = Fraction(0)


NO_SLACK = Slack()


@dataclass(frozen=True)
class Claim:
    """One asserted figure, where it stands in the case, and what the ledger says."""

    path: str
    expected: Any
    got: Got
    slack: Slack = NO_SLACK

    def __str__(self) -> str:
        return f"{self.path}: expected {_shown(self.expected)}, got {_shown(self.got)}"


def disagreements(claims: Iterable[Claim]) -> list[Claim]:
    """The claims in which the ledger does not agree with the case."""
    return [claim for claim in claims if not agrees(claim)]


def agrees(claim: Claim) -> bool:
    """Whether one figure of the ledger is the asserted one."""
    expected, got = claim.expected, claim.got
    if expected is None:
        return got is None or got == 0
    if isinstance(got, datetime):
        return moment(expected) == got
    if isinstance(got, str):
        return str(expected) == got
    return _numbers_agree(str(expected), Fraction(got or 0), claim.slack)


def moment(text: str) -> datetime:
    """A time as a case writes it; a date is its midnight, and without a zone it is in UTC."""
    time = datetime.fromisoformat(text)
    return time if time.tzinfo else datetime.fromisoformat(f"{time.isoformat()}+00:00")


def _numbers_agree(expected: str, got: Fraction, slack: Slack) -> bool:
    figure = Fraction(expected)
    size = abs(figure)
    allowed = max(EXACT, EXACT * size) + slack.absolute + slack.relative * size
    if significant_digits(expected) >= DOUBLE_DIGITS_MIN:
        allowed += DOUBLE * size
    if (places := decimals(expected)) >= PRINTED_DECIMALS_MIN:
        allowed += half_unit(places)
    return abs(figure - got) <= allowed


def half_unit(places: int) -> Fraction:
    """What rounding to so many decimals may have taken or added."""
    return Fraction(1, 2 * 10**places)


def decimals(number: str) -> int:
    """How many decimals a number is printed with."""
    return len(number.partition(".")[2]) if "e" not in number.lower() else 0


def significant_digits(number: str) -> int:
    """How many digits a number is printed with, zeros in front not counted."""
    return len(re.sub(r"e.*|[^\d]", "", number.lower()).lstrip("0"))


def _shown(value: object) -> str:
    if isinstance(value, Fraction) and value.denominator != 1:
        return f"{float(value):.17g}"
    return str(value)
