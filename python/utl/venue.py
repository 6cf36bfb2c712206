"""An exchange as `utl pull` asks it: ccxt with keys and patience, and what there is to ask for.

Keys come from the environment (BINANCE_API_KEY, BINANCE_SECRET, …: the exchange and the name of
ccxt's credential) or from a JSON or TOML file with ccxt's own configuration.
"""

import json
import os
import time
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from utl.settings import UtlError

STRETCH_DAYS = 30  # unless the exchange takes less at once
PAGE_ROWS = 100
PAGES = {"kraken": 50}  # where the exchange has its own mind
ATTEMPTS_MAX = 7
RETRY_AFTER_S = 1.0  # doubled at each attempt

# What can be pulled, and ccxt's method for it; some exchanges have only the second.
METHODS: Mapping[str, tuple[str, ...]] = {
    "trades": ("fetchMyTrades",),
    "funding": ("fetchFundingHistory",),
    "deposits": ("fetchDeposits", "fetchDepositsWithdrawals"),
    "withdrawals": ("fetchWithdrawals", "fetchDepositsWithdrawals"),
    "transfers": ("fetchTransfers",),
    "ledger": ("fetchLedger",),
    "balances": ("fetchBalance",),
    "positions": ("fetchPositions",),
}
SNAPSHOTS = frozenset({"balances", "positions"})


class PullError(UtlError):
    """A pull that cannot go on; what was recorded before stays, and the next one goes on there."""


def connect(name: str, configuration: Path | None = None) -> "Venue":
    """Make ccxt's exchange with its keys, rate limit and exact figures. Raises PullError."""
    try:
        import ccxt
    except ImportError as error:
        raise PullError("ccxt is not installed", hint="pip install 'utl[ccxt]'") from error
    if name not in ccxt.exchanges:
        close = [known for known in ccxt.exchanges if name.lower() in known]
        raise PullError(
            f"ccxt has no exchange {name!r}",
            detail=f"close to it: {', '.join(close)}" if close else "",
            hint="python -c 'import ccxt; print(ccxt.exchanges)' lists all",
        )
    exchange = getattr(ccxt, name)({"enableRateLimit": True, **_configured(configuration, name)})
    for credential in exchange.requiredCredentials:
        for spelt in (credential, _snake(credential)):
            if found := os.environ.get(f"{name}_{spelt}".upper()):
                setattr(exchange, credential, found)
    # Numbers of JSON stay as they were written: `info` has every digit.
    exchange.on_json_response = lambda text: json.loads(text, parse_float=str)
    return Venue(exchange)


def _configured(path: Path | None, name: str) -> Mapping[str, Any]:
    """Read ccxt's configuration from a file; it may have a part for each exchange."""
    if path is None:
        return {}
    try:
        text = path.read_text()
        found = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
    except ValueError as error:
        raise PullError(
            f"{path} cannot be read",
            detail=str(error),
            hint='it is JSON or TOML such as {"apiKey": "…", "secret": "…"}',
        ) from error
    if not isinstance(found, dict):
        raise PullError(f"{path} is no configuration", hint="it is a structure, with names")
    part = found.get(name)
    return part if isinstance(part, dict) else found


class Venue:
    """An exchange of ccxt's: what it can give, and how much of it at once."""

    def __init__(self, exchange: Any) -> None:
        self.exchange = exchange

    def method(self, what: str) -> str | None:
        """The method of ccxt's that gives this; None if the exchange has none."""
        return next((name for name in METHODS[what] if self.exchange.has.get(name)), None)

    def now(self) -> int:
        """The time, in Unix milliseconds."""
        return int(self.exchange.milliseconds())

    def page(self, method: str, symbol: str | None) -> int:
        """How many rows a full page has."""
        limit = self._feature(method, symbol, "limit")
        return PAGES.get(self.exchange.id) or int(limit or PAGE_ROWS)

    def days(self, method: str, symbol: str | None) -> int:
        """How many days the exchange takes at once."""
        found = self._feature(method, symbol, "untilDays")
        return max(1, min(int(found), STRETCH_DAYS)) if found else STRETCH_DAYS

    def needs_symbol(self, method: str) -> bool:
        """Whether the exchange gives this of one symbol at a time only."""
        return any(self._features(method, "symbolRequired"))

    def _feature(self, method: str, symbol: str | None, name: str) -> Any:
        if symbol is not None:
            return self.exchange.feature_value(symbol, method, name)
        return min((found for found in self._features(method, name) if found), default=None)

    def _features(self, method: str, name: str) -> list[Any]:
        """What ccxt says of a method, for each kind of market: spot, swap (linear, inverse), …"""
        parts = []
        for part in (self.exchange.features or {}).values():
            if isinstance(part, dict):
                parts += [part, *(inner for inner in part.values() if isinstance(inner, dict))]
        return [part[method].get(name) for part in parts if isinstance(part.get(method), dict)]

    def ask(self, method: str, *arguments: object) -> Any:
        """Call ccxt's method, again if the exchange is busy or out of reach. Raises PullError."""
        import ccxt

        for attempt in range(1, ATTEMPTS_MAX + 1):
            try:
                return getattr(self.exchange, _snake(method))(*arguments)
            except ccxt.AuthenticationError as error:
                hint = f"{self.exchange.id.upper()}_API_KEY, …_SECRET, or --keys FILE"
                raise PullError(
                    "the exchange refuses the keys", detail=str(error), hint=hint
                ) from error
            except ccxt.NetworkError as error:
                if attempt == ATTEMPTS_MAX:
                    raise PullError(
                        "the exchange is out of reach",
                        detail=str(error)[:500],
                        hint="pull again: it goes on where it came to",
                    ) from error
                time.sleep(RETRY_AFTER_S * 2 ** (attempt - 1))
            except ccxt.ArgumentsRequired as error:
                hint = "say the symbols: --symbol BTC/USDT"
                raise PullError("the exchange asks more", detail=str(error), hint=hint) from error
            except ccxt.BaseError as error:
                raise PullError("the exchange refuses", detail=str(error)[:500]) from error
        raise AssertionError


def _snake(method: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in method)
