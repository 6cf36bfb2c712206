"""What the tests of exchanges' formats share: recorded feeds, and ccxt without a network."""

import json
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import ccxt

from utl.ingest import ccxt as unified
from utl.ingest.adapter import Fact, Options, Row, find
from utl.ingest.documents import loads
from utl.ingest.exchange import rows_in
from utl.ingest.feed import Context
from utl.ingest.symbols import Markets

FEEDS = Path(__file__).parent / "fixtures" / "exchanges"
EXACT = ("quantity", "price", "fee", "amount")


def markets_of(venue: str) -> list[dict[str, Any]]:
    """The recorded markets of a venue, as ccxt's `exchange.markets` has them."""
    found: list[dict[str, Any]] = json.loads((FEEDS / "markets.json").read_text())[venue]
    return found


def exchange_of(venue: str, name: str = "", **options: object) -> Any:
    """ccxt's exchange, with recorded markets instead of a network."""
    exchange = getattr(ccxt, name or venue)(options)
    exchange.set_markets(markets_of(venue))
    return exchange


def read_feed(name: str, feed: str, account: str | None = None, **settings: str) -> list[Row]:
    """Read a recorded feed by the adapter of this name."""
    with (FEEDS / feed).open("rb") as file:
        options = Options(account=account, settings=settings)
        return rows_of(find(name).read(file, options))


def rows_of(items: Iterable[object]) -> list[Row]:
    """What an adapter gave, all of which must be rows."""
    rows = [item for item in items if isinstance(item, Row)]
    assert all(row.facts or row.problem or row.ignored for row in rows)
    return rows


def read_unified(found: object, venue: str, *, has_markets: bool = True) -> list[Row]:
    """Read what ccxt returned, as it is in memory."""
    markets = Markets.of(markets_of(venue)) if has_markets else Markets()
    return list(rows_in(found, Context(venue=venue, markets=markets), unified.read_row))


def recorded(name: str) -> Any:
    """A recorded response, with floats as ccxt gets them."""
    return json.loads((FEEDS / name).read_text())


def exact(name: str) -> Any:
    """A recorded response with exact figures."""
    return loads((FEEDS / name).read_text())


def fills(rows: Iterable[Row]) -> list[Fact]:
    """The fills of what was read, which may have no problem."""
    rows = list(rows)
    assert [row.problem for row in rows if row.problem] == []
    return [fact for row in rows for fact in row.facts if "kind" not in fact]


def transactions(rows: Iterable[Row]) -> list[dict[str, str]]:
    """The transactions of what was read."""
    return [dict(fact) for row in rows for fact in row.facts if "kind" in fact]


def content(facts: Iterable[Fact]) -> dict[str, dict[str, object]]:
    """What two reports of one fill must agree on, by identity; 1.50 and 1.5 are the same."""
    names = ("instrument", "side", "quantity", "price", "fee", "fee_asset")
    return {
        fact["venue_fill_id"]: {
            name: Decimal(fact[name]) if name in EXACT else fact[name]
            for name in names
            if name in fact
        }
        for fact in facts
    }
