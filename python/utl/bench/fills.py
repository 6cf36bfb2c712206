"""Fills for the benchmark: made up, the same ones each time, shaped like a market maker's."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate

COLUMNS = (
    "book_id",
    "account_id",
    "instrument_id",
    "fee_asset_id",
    "side",
    "quantity",
    "price",
    "fee",
    "liquidity",
    "venue_fill_id",
    "venue_order_id",
    "executed_at",
    "sequence",
)
SEED = 20251001
FIRST_DAY = datetime(2025, 10, 1, tzinfo=UTC)
DAYS = 60
MAKER_SHARE = 0.7
FEE_RATES = {"maker": -0.00005, "taker": 0.0004}  # of the amount; negative is a rebate
ZIPF_EXPONENT = 1.0  # the busiest position has every sixth fill of 200 positions
INVENTORY_FILLS_MAX = 6  # typical ones: a market maker that holds more only reduces
TYPICAL_LOTS = 100


@dataclass(frozen=True)
class Ids:
    """The reference data that fills name; positions are every book in every instrument."""

    books: Sequence[int]
    accounts: Sequence[int]
    instruments: Sequence[int]
    fee_asset: int


@dataclass
class _Market:
    """One instrument in one book; price and inventory count in their smallest units."""

    book: int
    instrument: int
    price_digits: int
    quantity_digits: int
    ticks: int
    inventory: int = 0


def make_blocks(ids: Ids, fills: int, rows_per_block: int) -> list[bytes]:
    """Return all of stream_blocks."""
    return list(stream_blocks(ids, fills, rows_per_block))


def stream_blocks(ids: Ids, fills: int, rows_per_block: int) -> Iterator[bytes]:
    """Give that many fills as text for COPY, in blocks of rows_per_block rows.

    Positions are uneven (Zipf), prices walk, sides lean against the inventory, so that positions
    keep flipping and few lots stay open. Fees are in the quote currency. Times rise over two
    months, some fills share one, and `sequence` orders them.
    """
    chance = random.Random(SEED)  # noqa: S311  # not for secrets
    markets = _markets(ids, chance)
    weights = list(accumulate(1 / rank**ZIPF_EXPONENT for rank in range(1, len(markets) + 1)))
    pause_ms = DAYS * 86_400_000 / fills
    elapsed_ms = 0.0
    lines: list[str] = []
    for number in range(fills):
        if len(lines) == rows_per_block:
            yield "".join(lines).encode()
            lines.clear()
        if chance.random() < 0.9:  # the others are part of the same sweep
            elapsed_ms += chance.random() * 2 * pause_ms
        market = chance.choices(markets, cum_weights=weights)[0]
        lines.append(_line(ids, market, number, elapsed_ms, chance))
    yield "".join(lines).encode()


@dataclass
class Stream:
    """Fills of every position in turn, one after the other, each at a time of its own."""

    ids: Ids
    pause_ms: float  # between two fills, of whatever positions
    first_number: int = 0  # of their venue_fill_ids: streams into one database must not share any
    _made: int = 0

    def __post_init__(self) -> None:
        self._chance = random.Random(SEED)  # noqa: S311  # not for secrets
        self._markets = _markets(self.ids, self._chance)

    def take(self, fills: int) -> list[list[str]]:
        """Return the next fills of each position, a list a position, as lines for COPY."""
        taken: list[list[str]] = [[] for _ in self._markets]
        for _ in range(fills):
            for lines, market in zip(taken, self._markets, strict=True):
                number, elapsed_ms = self.first_number + self._made, self._made * self.pause_ms
                lines.append(_line(self.ids, market, number, elapsed_ms, self._chance))
                self._made += 1
        return taken


def _markets(ids: Ids, chance: random.Random) -> list[_Market]:
    markets = []
    for instrument in ids.instruments:
        digits, quantity_digits = chance.randint(2, 5), chance.randint(2, 8)
        ticks = int(10 ** (digits + chance.uniform(0, 5)))
        markets += [_Market(book, instrument, digits, quantity_digits, ticks) for book in ids.books]
    chance.shuffle(markets)
    return markets


def _line(ids: Ids, market: _Market, number: int, elapsed_ms: float, chance: random.Random) -> str:
    lot = 10 ** max(0, market.quantity_digits - 3)
    lots = chance.randint(1, TYPICAL_LOTS) * chance.choice((1, 1, 1, 5))
    units = lots * lot + chance.randrange(lot)
    lean = market.inventory / (INVENTORY_FILLS_MAX * TYPICAL_LOTS * lot)
    side = "buy" if chance.uniform(-1, 1) > lean else "sell"
    market.inventory += units if side == "buy" else -units
    market.ticks = max(10, market.ticks + chance.randint(-3, 3) * (1 + market.ticks // 20_000))
    quantity = _decimal(units, market.quantity_digits)
    price = _decimal(market.ticks, market.price_digits)
    liquidity = "maker" if chance.random() < MAKER_SHARE else "taker"
    fee = float(quantity) * float(price) * FEE_RATES[liquidity]
    account = chance.choice(ids.accounts)
    time = FIRST_DAY + timedelta(milliseconds=int(elapsed_ms))
    return (
        f"{market.book}\t{account}\t{market.instrument}\t{ids.fee_asset}\t{side}\t{quantity}\t"
        f"{price}\t{fee:.8f}\t{liquidity}\t{553_000_000 + number}\t{8_000_000 + number // 3}\t"
        f"{time.isoformat()}\t{number}\n"
    )


def _decimal(units: int, digits: int) -> str:
    """Write whole units of 10^-digits as a decimal number."""
    text = f"{units:0{digits + 1}d}"
    return f"{text[:-digits]}.{text[-digits:]}"
