"""How late fills are, in the benchmark's cases: late.py measures them."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from utl.bench.fills import SEED


@dataclass(frozen=True)
class Lateness:
    """How late fills are, in places of their position, and which: every k-th, or shuffled (0)."""

    places: int = 0
    every: int = 1

    @property
    def lead(self) -> int:
        """How many fills of a position come before lateness is what it is said to be."""
        return self.places if self.every == 1 else 2 * self.places

    @property
    def trail(self) -> int:
        """How many come last, and are late by less because nothing comes after them."""
        return self.lead if self.every != 1 else 0

    def order(self, fills: int, phase: int = 0) -> list[int]:
        """Return the order in which fills 0, 1, 2, … of a position arrive.

        With another phase others are late, so that positions are not all late at once.
        """
        in_order = range(fills)
        if self.every == 1:
            return [*in_order[fills - self.places :], *in_order[: fills - self.places]]
        if self.every == 0:
            chance = random.Random(SEED + phase)  # noqa: S311  # not for secrets
            return sorted(in_order, key=lambda n: n + chance.uniform(0, self.places + 1))
        arrivals = []
        punctual = 0
        for n in in_order:
            is_late = (n + phase) % self.every == 0
            # A late fill comes right after the `places` punctual ones that follow it.
            arrivals.append((punctual + self.places - 1, 1) if is_late else (punctual, 0))
            punctual += not is_late
        return sorted(in_order, key=arrivals.__getitem__)


IN_ORDER = Lateness()
LATE = (
    *(Lateness(places) for places in (1, 10, 100, 1_000)),
    *(Lateness(10, every) for every in (10, 0)),
)


@dataclass(frozen=True)
class Ledger:
    """Positions, the fills booked in each before anything is measured, and what is measured."""

    positions: int
    history: int
    cases: Sequence[Lateness]


LEDGERS = (
    Ledger(200, 100, LATE),
    Ledger(1, 1_000, [Lateness(10)]),
    Ledger(1, 100_000, [Lateness(10)]),
)
