"""Fetch from an exchange what the ledger does not have yet: `utl pull EXCHANGE`.

ccxt speaks to the exchange. Each stream (the trades of a symbol, funding, deposits, …) goes forward
from where it came to, less an overlap, in stretches of time. A stretch is recorded when it is
whole, and then the point that was reached is stored: so a pull that was broken off goes on from
there, and what comes twice is a duplicate. Without a stored point it goes on from the newest fill
of the account. Balances and positions are fetched as they are now.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

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
from utl.venue import METHODS, SNAPSHOTS, PullError, Venue, connect

DAY = 24 * 3600 * 1000
STRETCH_MIN = 1000  # milliseconds
IN_MEMORY_MAX = 20_000

BY_SYMBOL = ("trades", "funding")
BOTH_WAYS = "fetchDepositsWithdrawals"
MOVES = {"deposits": "deposit", "withdrawals": "withdrawal"}

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
    if unknown := set(what or ()) - METHODS.keys():
        raise PullError(f"cannot pull {min(unknown)}", hint=f"there are {', '.join(METHODS)}")
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
    venue = connect(request.exchange, configuration)
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
        puller = Puller(venue, ledger, request, bar)
        try:
            puller.pull()
        finally:
            bar.stop()
            show(puller.summary, console, is_dry=request.dry_run)
            if puller.not_given:
                console.print(f"{request.exchange} does not give {', '.join(puller.not_given)}.")
    return puller.summary


@dataclass(frozen=True)
class Stream:
    """What is pulled from a point of time on: of all symbols at once, or of one."""

    what: str
    method: str
    symbol: str | None
    start: int

    @property
    def name(self) -> str:
        """By which its point is stored."""
        return _stream_name(self.what, self.symbol)


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
        self, venue: Venue, ledger: Ledger, request: Request, bar: Progress | None = None
    ) -> None:
        self._venue = venue
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
        self.not_given: list[str] = []

    def pull(self) -> Summary:
        """Pull all streams. Raises PullError or psycopg.Error; then call it again."""
        require_defaults(self._ledger, self._defaults)
        self._venue.ask("loadMarkets")
        self._context = Context(
            venue=self._request.exchange,
            account=self._request.account,
            markets=Markets.of(self._venue.exchange.markets),
            accounts=self._request.accounts,
        )
        methods = self._methods()
        streams = [
            Stream(what, method, symbol, self._start(_stream_name(what, symbol), what))
            for what, method in methods.items()
            if what not in SNAPSHOTS
            for symbol in self._symbols(what, method)
        ]
        for stream in streams:
            with self._going_on(stream.name):
                self._pull_stream(stream)
        for what in (what for what in methods if what in SNAPSHOTS):
            with self._going_on(what):
                asked_at = str(self._venue.now())
                found = self._venue.ask(methods[what])
                self._record(found, replace(self._context, as_of=asked_at))
        self._require_all()
        return self.summary

    @property
    def summary(self) -> Summary:
        """What became of the rows so far."""
        return self._booker.summary

    def _methods(self) -> dict[str, str]:
        """The methods for what is wanted. What was asked for by name and is not there fails."""
        found = {}
        for what in self._request.what:
            method = self._venue.method(what)
            if method is not None and (what != "ledger" or unified.reads_ledger_of(self._context)):
                found[what] = method
            elif self._request.what == Request.what:
                self.not_given.append(what)
            else:
                self._failed[what] = PullError(
                    f"{self._request.exchange} does not give it",
                    hint="ingest an export of it, or leave it out",
                )
        return found

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
        if not self._venue.needs_symbol(method):
            return [None]
        traded = [row[0] for row in self._ledger.query(TRADED, {"account": self._request.account})]
        known = [symbol for symbol in traded if symbol in self._venue.exchange.markets]
        if what == "funding":
            return [symbol for symbol in known if ":" in symbol]
        if not known:
            raise PullError(
                f"{self._request.exchange} gives trades of one symbol at a time, and none is known",
                hint="say them: --symbol BTC/USDT --symbol BTC/USDT:USDT",
            )
        return known

    def _pull_stream(self, stream: Stream) -> None:
        """Go forward through a stream, stretch by stretch."""
        name, start = stream.name, stream.start
        end = self._request.until or self._venue.now()
        longest = self._venue.days(stream.method, stream.symbol) * DAY
        length = longest
        task = self._bar.add_task(name, total=max(end - start, 1), rows=0) if self._bar else None
        while start <= end:
            stop = min(start + length, end)
            try:
                found = self._stretch(stream, start, stop)
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

    def _stretch(self, stream: Stream, start: int, stop: int) -> list[Found]:
        """Everything of a stretch of time."""
        page = self._venue.page(stream.method, stream.symbol)

        def pages(since: int, until: int) -> list[Found]:
            found: list[Found] = self._venue.ask(
                stream.method, stream.symbol, since, page, {"until": until}
            )
            return found

        found = collect(pages, start, stop, page=page, most=IN_MEMORY_MAX)
        if stream.what not in MOVES:
            return found
        kind = MOVES[stream.what]
        if stream.method != BOTH_WAYS:  # what was asked for need not say what it is
            return [{**one, "type": unified.kind_of(one) or kind} for one in found]
        return [one for one in found if unified.kind_of(one) in (kind, None)]

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

    def _record(self, found: object, context: Context | None = None) -> None:
        """Book what was fetched, or only see what would become of it."""
        with self._booking():
            for parcel in parcels(rows_in(found, context or self._context, unified.read_row)):
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
