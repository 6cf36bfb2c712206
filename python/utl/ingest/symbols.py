"""Venues' symbols, and what they mean in ccxt's unified form.

A market list (ccxt's `exchange.markets`, dumped as JSON) says it for certain, and the size of a
contract too. Without one, each venue's module reads its own spelling; what could be read in two
ways is Problem, never guessed.
"""

import calendar
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Self

from utl.ingest.adapter import Problem
from utl.ingest.figures import decimal_or_none, shortly

# As ccxt renames everywhere; what one venue calls otherwise stands in its own module.
RENAMED = {"XBT": "BTC", "BCC": "BCH", "BCHSV": "BSV"}
MONTHS = {name.upper(): number for number, name in enumerate(calendar.month_abbr) if name}
MONTH_CODES = "FGHJKMNQUVXZ"  # of futures, January to December
UNIFIED = re.compile(
    r"([^/:\s]+)/([^/:\s-]+)(?::([^/:\s-]+)(?:-(\d{6})(?:-([\d.]+)-([CP]))?)?)?", re.ASCII
)


@dataclass(frozen=True)
class Market:
    """What a unified symbol says, and the size of a contract where it is known.

    `contract_size` is in the base asset, or in the quote asset if the contract is inverse.
    """

    symbol: str
    base: str
    quote: str
    settle: str | None = None
    is_option: bool = False
    contract_size: Decimal | None = None
    inverse: bool | None = None

    @property
    def is_contract(self) -> bool:
        """Whether it is a perpetual, a future or an option, and no spot pair."""
        return self.settle is not None

    @property
    def is_inverse(self) -> bool:
        """Whether it is quoted in one asset and settled in the other, as BTC/USD:BTC is."""
        if self.inverse is not None:
            return self.inverse and not self.is_option
        return self.settle == self.base != self.quote and not self.is_option

    @property
    def cost_asset(self) -> str:
        """In what its price is paid: the settlement asset, or the quote asset."""
        return self.settle or self.quote


@lru_cache(maxsize=10_000)
def market_of(symbol: str) -> Market | None:
    """Read a unified symbol; None if it is none."""
    found = UNIFIED.fullmatch(symbol)
    if not found:
        return None
    base, quote, settle, expiry, strike, _ = found.groups()
    if expiry is not None and not _is_date(expiry):
        return None
    return Market(symbol, base, quote, settle, is_option=strike is not None)


def _is_date(expiry: str) -> bool:
    """Whether 261225 is a day; 261399 is none."""
    try:
        date(2000 + int(expiry[:2]), int(expiry[2:4]), int(expiry[4:]))
    except ValueError:
        return False
    return True


@dataclass
class Markets:
    """A list of markets: found by unified symbol, or by the venue's own."""

    by_symbol: dict[str, Market] = field(default_factory=dict)
    by_id: dict[str, list[Market]] = field(default_factory=dict)

    @classmethod
    def of(cls, found: object) -> Self:
        """Read ccxt's markets: a list, or a mapping from symbol. Raises Problem for others."""
        markets = cls()
        rows: Iterable[object] = found.values() if isinstance(found, Mapping) else []
        if isinstance(found, list):
            rows = found
        elif not isinstance(found, Mapping):
            raise Problem(f"not a list of markets: {shortly(found)}")
        for row in rows:
            markets.add(row)
        return markets

    def add(self, row: object) -> None:
        """Add one of ccxt's market structures."""
        if not isinstance(row, Mapping) or not isinstance(row.get("symbol"), str):
            raise Problem(f"not a market: {shortly(row)}")
        market = Market(
            row["symbol"],
            str(row.get("base") or ""),
            str(row.get("quote") or ""),
            row.get("settle") or None,
            bool(row.get("option")),
            decimal_or_none(row.get("contractSize"), "contractSize"),
            row.get("inverse") if isinstance(row.get("inverse"), bool) else None,
        )
        self.by_symbol[market.symbol] = market
        self.by_id.setdefault(str(row.get("id")).upper(), []).append(market)

    def find(self, symbol: str) -> Market | None:
        """The market with a unified symbol: of the list, or else as the symbol itself says."""
        return self.by_symbol.get(symbol) or market_of(symbol)

    def listed(self, venue_symbol: str, *, is_contract: bool | None) -> str | None:
        """The unified symbol of the only market that the venue calls so, in whatever case."""
        found = {
            market.symbol
            for market in self.by_id.get(venue_symbol.upper(), [])
            if is_contract is None or market.is_contract == is_contract
        }
        return found.pop() if len(found) == 1 else None


def code(asset: str, renamed: Mapping[str, str] | None = None) -> str:
    """The unified name of an asset."""
    asset = asset.strip().upper()
    return (renamed or RENAMED).get(asset, RENAMED.get(asset, asset))


def split_pair(symbol: str, quotes: Iterable[str]) -> tuple[str, str]:
    """Cut BTCUSDT in two by the assets that a venue quotes in, the longest that fits."""
    for quote in sorted(quotes, key=len, reverse=True):
        if symbol.endswith(quote) and len(symbol) > len(quote):
            return symbol[: -len(quote)], quote
    raise Problem(f"symbol {shortly(symbol)} is not known, nor is it in a list of markets")


def cost_asset(symbol: str) -> str:
    """In what the price of a unified symbol is paid."""
    market = market_of(symbol)
    if market is None:
        raise Problem(f"{shortly(symbol)} is no symbol")
    return market.cost_asset


def perpetual(base: str, quote: str, settle: str) -> str:
    """The unified symbol of a perpetual."""
    return f"{base}/{quote}:{settle}"


def dated(base: str, quote: str, settle: str, expiry: str, option: str = "") -> str:
    """The unified symbol of a future, or of an option (`option` like -26000-C)."""
    return f"{base}/{quote}:{settle}-{expiry}{option}"


def expiry_of(day_month_year: str) -> str:
    """Read 26DEC25 or 5JAN24, and give 251226."""
    found = re.fullmatch(r"(\d{1,2})([A-Z]{3})(\d\d)", day_month_year.upper(), re.ASCII)
    if not found or found[2] not in MONTHS:
        raise Problem(f"not an expiry: {shortly(day_month_year)}")
    return f"{found[3]}{MONTHS[found[2]]:02}{int(found[1]):02}"


def expiry_of_code(month_code: str, year: int) -> str:
    """The last Friday of the month that a letter says, when quarterly contracts expire."""
    month = MONTH_CODES.index(month_code) + 1
    last = date(2000 + year, month, calendar.monthrange(2000 + year, month)[1])
    return (last - timedelta(days=(last.weekday() - 4) % 7)).strftime("%y%m%d")
