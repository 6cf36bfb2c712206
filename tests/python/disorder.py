"""A file of fills with duplicates, conflicts and rubbish, in random order, and the clean one."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

HEADER = "venue_fill_id,instrument,side,quantity,price,executed_at,fee,fee_asset,sequence"
FIRST = datetime(2026, 1, 1)  # noqa: DTZ001  # it is written with a Z behind it
INSTRUMENTS = 50
RUBBISH = (
    "{id},C1/USDT,hold,1,100,2026-01-01T00:00Z,,,1",
    "{id},C1/USDT,buy,-1,100,2026-01-01T00:00Z,,,1",
    "{id},C1/USDT,buy,1,100,2026-01-01 00:00,,,1",
    "{id},NO/SUCH,buy,1,100,2026-01-01T00:00Z,,,1",
    "{id},C1/USDT,buy,1",
    '{id},"C1/USDT,buy,1,100,2026-01-01T00:00Z,,,1',
    "{id};C1/USDT",
)


@dataclass(frozen=True)
class Counts:
    """What the rows of the disordered file should come to."""

    booked: int
    duplicate: int
    conflict: int
    rejected: int


def write_files(clean: Path, disordered: Path, rows: int, seed: int = 1) -> Counts:
    """Write both; `rows` is the length of the disordered one.

    5 % of its rows are duplicates, 1 % conflicts and 1 % rubbish. A conflict has another price, and
    stands somewhere behind the row that it contradicts.
    """
    chance = random.Random(seed)
    duplicates, conflicts, rubbish = rows // 20, rows // 100, rows // 100
    fills = [_fill(number, chance) for number in range(rows - duplicates - conflicts - rubbish)]
    with clean.open("w") as file:
        file.writelines(f"{line}\n" for line in (HEADER, *fills))
    placed = [(chance.random(), fill) for fill in fills]
    placed += [(chance.random(), chance.choice(fills)) for _ in range(duplicates)]
    # So that a fill has at most one contradiction, of which each is told apart.
    for place, fill in chance.sample(placed[: len(fills)], conflicts):
        placed.append((chance.uniform(place, 1), _contradicting(fill)))
    placed += [
        (chance.random(), chance.choice(RUBBISH).format(id=f"R{number}"))
        for number in range(rubbish)
    ]
    placed.sort(key=lambda pair: pair[0])
    with disordered.open("w") as file:
        file.writelines(f"{line}\n" for line in (HEADER, *(line for _, line in placed)))
    return Counts(len(fills), duplicates, conflicts, rubbish)


def _fill(number: int, chance: random.Random) -> str:
    at = FIRST + timedelta(milliseconds=number * 37)
    cells = (
        f"T{number}",
        f"C{int(INSTRUMENTS * chance.random() ** 2)}/USDT",
        chance.choice(("buy", "sell")),
        f"{chance.randint(1, 10**6) / 10**4}",
        f"{chance.randint(10**4, 10**6) / 100}",
        f"{at.isoformat(timespec='milliseconds')}Z",
        f"{chance.randint(0, 10**4) / 10**5:.5f}",
        "USDT",
        f"{number}",
    )
    return ",".join(cells)


def _contradicting(fill: str) -> str:
    cells = fill.split(",")
    cells[4] = "0.01"
    return ",".join(cells)
