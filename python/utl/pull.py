"""Fetch from an exchange what the ledger does not have yet: `utl pull EXCHANGE`.

ccxt speaks to the exchange. Each stream (the trades of a symbol, funding, deposits, …) goes forward
from where it came to, less an overlap, in stretches of time. A stretch is recorded when it is
whole, and then the point that was reached is stored: so a pull that was broken off goes on from
there, and what comes twice is a duplicate. Without a stored point it goes on from the newest fill
of the account.

Keys come from the environment (BINANCE_API_KEY, BINANCE_SECRET, …: the exchange and the name of
ccxt's credential) or from a JSON or TOML file with ccxt's own configuration.
"""

import json
import os
import time
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from utl.ingest import ccxt as unified
from utl.ingest.adapter import Problem
from utl.ingest.booking import Booker, Summary, require_defaults
from utl.ingest.exchange import rows_in
from utl.ingest.feed import Context
from utl.ingest.figures import moment
from utl.ingest.parcels import parcels
from utl.ingest.showing import show
from utl.ingest.symbols import Markets
from utl.ledger import Defaults, Ledger
from utl.paging import Found, PageError, TooMany, collect
from utl.settings import UtlError, home

DAY = 24 * 3600 * 1000
STRETCH_DAYS = 30  # unless the exchange takes less at once
STRETCH_MIN = 1000  # milliseconds
IN_MEMORY_MAX = 20_000
PAGE_ROWS = 100
PAGES = {"kraken": 50}  # where the exchange has its own mind
ATTEMPTS_MAX = 7
RETRY_AFTER_S = 1.0  # doubled at each attempt

METHODS = {
    "trades": "fetchMyTrades",
    "funding": "fetchFundingHistory",
    "deposits": "fetchDeposits",
    "withdrawals": "fetchWithdrawals",
    "transfers": "fetchTransfers",
}
SNAPSHOTS = {"balances": "fetchBalance", "positions": "fetchPositions"}
BY_SYMBOL = ("trades", "funding")

NEWEST_FILL = """
    select (extract(epoch from max(f.executed_at)) * 1000)::bigint
    from utl.fills as f
    where
        f.account_id = utl.account_id(%(account)s)
        and f.executed_at > now() - make_interval(days => %(days)s)
"""
TRADED = """
    select distinct p.instrument from utl.positions as p
    where p.account = %(account)s or p.account is null
    order by 1
"""
ACCOUNT = "select account from utl.accounts where account = %(account)s"
ADD_ACCOUNT = "select account from utl.add_account(%(account)s, %(venue)s)"


class PullError(UtlError):
    """A pull that cannot go on; what was recorded before stays, and the next one goes on there."""


@dataclass(frozen=True)
class Request:
    """What to pull, and for whom. Times are Unix milliseconds."""

    exchange: str
    book: str
    account: str
    what: tuple[str, ...] = ("trades", "funding", "deposits", "withdrawals")
    symbols: tuple[str, ...] = ()
    since: int | None = None
    until: int | None = None
    overlap: int = 3600 * 1000
    create: bool = False
    dry_run: bool = False
    accounts: Mapping[str, str] = field(default_factory=dict)


def request_of(
    exchange: str,
    book: str,
    account: str,
    what: list[str] | None,
    symbols: list[str] | None,
    since: str | None,
    until: str | None,
    overlap_minutes: int,
    wallets: list[str] | None,
    create: bool,
    dry_run: bool,
) -> Request:
    """Read the options of the command line. Raises PullError for what they cannot mean."""
    if unknown := set(what or ()) - METHODS.keys() - SNAPSHOTS.keys():
        raise PullError(
            f"cannot pull {min(unknown)}", hint=f"there are {', '.join(METHODS | SNAPSHOTS)}"
        )
    pairs = [pair.partition("=") for pair in wallets or ()]
    if not all(wallet and named for wallet, _, named in pairs):
        raise PullError("a wallet lacks its account", hint="--wallet spot=binance-1")
    return Request(
        exchange,
        book,
        account,
        tuple(what or Request.what),
        tuple(symbols or ()),
        _milliseconds(since),
        _milliseconds(until),
        overlap_minutes * 60_000,
        create,
        dry_run,
        {wallet: named for wallet, _, named in pairs},
    )


def _milliseconds(said: str | None) -> int | None:
    if said is None:
        return None
    try:
        at = moment(said, "UTC")
    except Problem as problem:
        raise PullError(str(problem), hint="say it like 2024-01-31 or 2024-01-31T12:00Z") from None
    return int(datetime.fromisoformat(at).timestamp() * 1000)


def command(request: Request, configuration: Path | None, console: Console) -> Summary:
    """Pull, show how it goes, and what came of it."""
    exchange = connect(request.exchange, configuration)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[rows]:,}"))
    with (
        Ledger() as ledger,
        Progress(
            *columns,
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        ) as bar,
    ):
        puller = Puller(exchange, ledger, request, bar)
        try:
            puller.pull()
        finally:
            bar.stop()
            show(puller.summary, console, is_dry=request.dry_run)
    return puller.summary


def connect(name: str, configuration: Path | None = None) -> Any:
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
    return exchange


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


class Points:
    """How far each stream of an account was pulled, kept in the state folder."""

    def __init__(self, account: str, exchange: str) -> None:
        safe = "".join(letter if letter.isalnum() or letter in "-_." else "_" for letter in account)
        self._path = home() / "pull" / f"{exchange}-{safe}.json"
        self._reached: dict[str, int] = {}
        if self._path.exists():
            self._reached = json.loads(self._path.read_text())

    def of(self, stream: str) -> int | None:
        """The time up to which a stream is recorded; None if it never was pulled."""
        return self._reached.get(stream)

    def reach(self, stream: str, moment: int) -> None:
        """Store that a stream is recorded up to this time."""
        self._reached[stream] = moment
        self._path.parent.mkdir(parents=True, exist_ok=True)
        beside = self._path.with_suffix(".new")
        beside.write_text(json.dumps(self._reached, indent=1) + "\n")
        beside.replace(self._path)


class Puller:
    """One pull: streams, stretches of time, pages, rows."""

    def __init__(
        self, exchange: Any, ledger: Ledger, request: Request, bar: Progress | None = None
    ) -> None:
        self._exchange = exchange
        self._ledger = ledger
        self._request = request
        self._bar = bar
        self._points = Points(request.account, request.exchange)
        self._defaults = Defaults(
            request.book,
            request.account,
            f"pull {request.exchange}",
            create=request.create,
            venue=request.exchange,
        )
        self._booker = Booker(ledger, self._defaults)
        self._failed: dict[str, UtlError] = {}

    def pull(self) -> Summary:
        """Pull all streams. Raises PullError or psycopg.Error; then call it again."""
        require_defaults(self._ledger, self._defaults)
        self._retried(self._exchange.load_markets)
        self._context = Context(
            venue=self._request.exchange,
            account=self._request.account,
            markets=Markets.of(self._exchange.markets),
            accounts=self._request.accounts,
            as_of=str(self._exchange.milliseconds()),
        )
        streams = [
            (what, symbol, self._start(_stream_name(what, symbol), what))
            for what in self._request.what
            if self._exchange.has.get(METHODS.get(what, ""))
            for symbol in self._symbols(what, METHODS[what])
        ]
        for what, symbol, start in streams:
            with self._going_on(_stream_name(what, symbol)):
                self._stream(what, symbol, start)
        for what in self._request.what:
            if self._exchange.has.get(SNAPSHOTS.get(what, "")):
                with self._going_on(what):
                    self._record(self._retried(getattr(self._exchange, _snake(SNAPSHOTS[what]))))
        self._require_all()
        return self.summary

    @property
    def summary(self) -> Summary:
        """What became of the rows so far."""
        return self._booker.summary

    @contextmanager
    def _going_on(self, stream: str) -> Iterator[None]:
        """What hinders one stream does not hinder the others."""
        try:
            yield
        except (PullError, PageError) as error:
            self._failed[stream] = error

    def _require_all(self) -> None:
        """Raise what hindered a stream, now that the others are done."""
        for stream, error in self._failed.items():
            others = [other for other in self._failed if other != stream]
            also = f"; so it is with {', '.join(others)}" if others else ""
            raise PullError(
                f"{stream}: {error.message}", detail=f"{error.detail}{also}", hint=error.hint
            ) from error

    def _symbols(self, what: str, method: str) -> Iterable[str | None]:
        """The symbols to ask for; None asks for all of them at once, where the exchange can."""
        if what not in BY_SYMBOL:
            return [None]
        if self._request.symbols:
            return self._request.symbols
        if not self._needs_symbol(method):
            return [None]
        traded = [row[0] for row in self._ledger.query(TRADED, {"account": self._request.account})]
        known = [symbol for symbol in traded if symbol in self._exchange.markets]
        if what == "funding":
            return [symbol for symbol in known if ":" in symbol]
        if not known:
            raise PullError(
                f"{self._request.exchange} gives trades of one symbol at a time, and none is known",
                hint="say them: --symbol BTC/USDT --symbol BTC/USDT:USDT",
            )
        return known

    def _needs_symbol(self, method: str) -> bool:
        """Whether the exchange asks for a symbol: as its features say, or when it is asked."""
        features = self._exchange.features or {}
        said = [
            found[method].get("symbolRequired")
            for found in _parts(features)
            if isinstance(found.get(method), dict)
        ]
        return any(said)

    def _stream(self, what: str, symbol: str | None, start: int) -> None:
        """Go forward through a stream, stretch by stretch."""
        name = _stream_name(what, symbol)
        end = self._request.until or int(self._exchange.milliseconds())
        longest = self._days(METHODS[what], symbol) * DAY
        length = longest
        task = self._bar.add_task(name, total=max(end - start, 1), rows=0) if self._bar else None
        while start <= end:
            stop = min(start + length, end)
            try:
                found = self._stretch(what, symbol, start, stop)
            except TooMany:
                if length <= STRETCH_MIN:
                    raise PullError(f"too many rows within a second of {name}") from None
                length //= 2
                continue
            self._record(found)
            if not self._request.dry_run:
                self._points.reach(name, stop)
            if self._bar and task is not None:
                rows = self._booker.summary.counts.total()
                self._bar.update(task, advance=stop - start, rows=rows)
            length = min(longest, length * 2)
            start = stop + 1

    def _start(self, name: str, what: str) -> int:
        """Where to go on: as asked for, from the stored point, or from the newest fill."""
        if self._request.since is not None:
            return self._request.since
        reached = self._points.of(name)
        if reached is None and what == "trades":
            reached = self._newest_fill()
        if reached is None:
            raise PullError(
                f"nothing of {name} is recorded yet, so there is no point to go on from",
                hint="say the first day: --since 2024-01-01",
            )
        return reached - self._request.overlap

    def _newest_fill(self) -> int | None:
        """The newest fill of the account; recent ones first, which are found quickly."""
        if not self._ledger.query(ACCOUNT, {"account": self._request.account}):
            return None
        for days in (7, 90, 36500):
            asked = {"account": self._request.account, "days": days}
            found = self._ledger.query(NEWEST_FILL, asked)[0][0]
            if found is not None:
                return int(found)
        return None

    def _days(self, method: str, symbol: str | None) -> int:
        """How many days the exchange takes at once."""
        found = self._feature(method, symbol, "untilDays")
        return max(1, min(int(found), STRETCH_DAYS)) if found else STRETCH_DAYS

    def _feature(self, method: str, symbol: str | None, name: str) -> Any:
        if symbol is not None:
            return self._exchange.feature_value(symbol, method, name)
        found = [
            part[method].get(name)
            for part in _parts(self._exchange.features or {})
            if isinstance(part.get(method), dict)
        ]
        return min((one for one in found if one), default=None)

    def _stretch(self, what: str, symbol: str | None, start: int, stop: int) -> list[Found]:
        """Everything of a stretch of time."""
        method = METHODS[what]
        limit = self._feature(method, symbol, "limit")
        page = PAGES.get(self._exchange.id) or int(limit or PAGE_ROWS)
        fetch: Callable[..., list[Found]] = getattr(self._exchange, _snake(method))

        def pages(since: int, until: int) -> list[Found]:
            found: list[Found] = self._retried(lambda: fetch(symbol, since, page, {"until": until}))
            return found

        return collect(pages, start, stop, page=page, most=IN_MEMORY_MAX)

    def _retried(self, call: Callable[[], Any]) -> Any:
        """Ask the exchange, again if it is busy or out of reach."""
        import ccxt

        for attempt in range(1, ATTEMPTS_MAX + 1):
            try:
                return call()
            except ccxt.AuthenticationError as error:
                hint = f"{self._exchange.id.upper()}_API_KEY, …_SECRET, or --keys FILE"
                raise PullError(
                    "the exchange refuses the keys", detail=str(error), hint=hint
                ) from (error)
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

    def _record(self, found: object) -> None:
        """Book what was fetched, or only see what would become of it."""
        with self._booking():
            for parcel in parcels(rows_in(found, self._context, unified.read_row)):
                self._booker.book(parcel)

    @contextmanager
    def _booking(self) -> Iterator[None]:
        if self._request.dry_run:
            with self._ledger.rehearsal():
                self._add_account()
                yield
        else:
            self._add_account()
            yield

    def _add_account(self) -> None:
        if self._request.create:
            account = {"account": self._request.account, "venue": self._request.exchange}
            self._ledger.query(ADD_ACCOUNT, account)


def _stream_name(what: str, symbol: str | None) -> str:
    return f"{what} {symbol}" if symbol else what


def _parts(features: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """ccxt's features of spot, swap and future; the last two have linear and inverse parts."""
    found: list[Mapping[str, Any]] = []
    for part in features.values():
        if isinstance(part, dict):
            inner = [inner for inner in part.values() if isinstance(inner, dict)]
            found += [part, *inner]
    return found


def _snake(method: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in method)
