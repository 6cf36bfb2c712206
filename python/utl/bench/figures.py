"""What the benchmark finds: figures, and the targets they are held against."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any


@dataclass(frozen=True)
class Limit:
    """What a figure is to reach: at least, or at most, this."""

    bound: float
    is_floor: bool

    def is_met(self, figure: float) -> bool:
        """Tell whether a figure is on the right side; on the bound counts."""
        return figure >= self.bound if self.is_floor else figure <= self.bound


def at_least(bound: float) -> Limit:
    """Make the limit of a figure that is better the greater it is."""
    return Limit(bound, is_floor=True)


def at_most(bound: float) -> Limit:
    """Make the limit of a figure that is better the smaller it is."""
    return Limit(bound, is_floor=False)


@dataclass(frozen=True)
class Figure:
    """One figure: the median of samples, each from a run of its own.

    `unit` is "ratio", "bytes", "MB" or "ms". Ratios are of neighbors in one run. `note` says
    what differs from what the target is about, such as a shorter history.
    """

    section: str
    what: str
    case: str
    unit: str
    samples: Sequence[float]
    limit: Limit | None = None
    note: str = ""

    @property
    def median(self) -> float:
        """What is shown and judged."""
        return median(self.samples)

    @property
    def is_met(self) -> bool | None:
        """Whether the target is met; None where there is none."""
        return self.limit.is_met(self.median) if self.limit else None

    def as_json(self) -> dict[str, Any]:
        """Return it with its median and its verdict."""
        return asdict(self) | {"median": self.median, "is_met": self.is_met}


@dataclass(frozen=True)
class Found:
    """What one measurement found: figures, and rows of a table of its own."""

    figures: Sequence[Figure] = ()
    details: Sequence[Any] = field(default_factory=list)
