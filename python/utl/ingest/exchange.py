"""What makes an adapter of an exchange's reader: options, rows, and how contracts are counted."""

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import localcontext
from pathlib import Path
from typing import BinaryIO

from utl.ingest.adapter import FileError, Options, Problem, Row
from utl.ingest.documents import Part, loads, numbered, parts_in, parts_of
from utl.ingest.feed import IDENTITY, VENUES, Context, Execution, Fact, Found, Raw, execution_facts
from utl.ingest.figures import EXACT, NotBooked, shortly
from utl.ingest.symbols import Markets

ReadRow = Callable[[Raw, Context], list[Found]]

# What heartbeats and answers to subscriptions have, and no fill.
OF_CHANNELS = frozenset({"event", "op", "channel", "method"})
SETTINGS = frozenset(
    {"exchange", "market_type", "markets", "accounts", "compose_identity", "as_of", "asset"}
)


def rows_of(
    source: BinaryIO, options: Options, read_row: ReadRow, columns: Mapping[str, str]
) -> Iterator[Row]:
    """Read a file, a response or a stream of messages, one row after the other."""
    context = context_of(options)
    parts = parts_of(source, columns)
    for part in numbered(parts) if context.compose_identity else parts:
        yield row_of(part, context, read_row)


def rows_in(found: object, context: Context, read_row: ReadRow) -> Iterator[Row]:
    """Read objects that are in memory, such as those that ccxt returned."""
    for part in parts_in(found):
        yield row_of(part, context, read_row)


def row_of(part: Part, context: Context, read_row: ReadRow) -> Row:
    """Read one row: facts, a problem, or a reason to pass it over."""
    line, raw, fields = part.line, part.raw, part.fields
    if fields is None:
        return Row(line, raw, problem=part.problem)
    try:
        with localcontext(EXACT):
            facts = tuple(fact for found in read_row(fields, context) for fact in facts_of(found))
        require_text(facts)
    except Problem as problem:
        if OF_CHANNELS & fields.keys():
            return Row(line, raw, ignored="a message of the channel itself", fields=fields)
        return Row(line, raw, problem=str(problem), fields=fields)
    except NotBooked as reason:
        return Row(line, raw, ignored=str(reason), fields=fields)
    return Row(line, raw, facts, fields=fields)


def facts_of(found: Found) -> tuple[Fact, ...]:
    """What was found, in the words of the ledger."""
    return execution_facts(found) if isinstance(found, Execution) else (found.fact(),)


def require_text(facts: tuple[Fact, ...]) -> None:
    """Refuse what PostgreSQL cannot store: lone surrogates, which JSON may hold, and NUL."""
    for fact in facts:
        whole = "".join(fact.values())
        try:
            whole.encode()
        except UnicodeEncodeError:
            raise Problem(f"a character that is not text: {shortly(whole)}") from None
        if "\0" in whole:
            raise Problem("a NUL, which is not text")


def context_of(options: Options) -> Context:
    """What the options say, for an exchange. Raises FileError for what they cannot mean."""
    said = options.settings
    if unknown := said.keys() - SETTINGS:
        raise FileError(
            f"there is no setting {min(unknown)!r}", hint=f"there are {', '.join(sorted(SETTINGS))}"
        )
    venue = said.get("exchange") or options.venue or _venue_in(options.account or "")
    return Context(
        venue=venue.lower(),
        account=options.account,
        zone=options.timezone,
        market_type=said.get("market_type"),
        markets=_markets(said.get("markets")),
        accounts=_accounts(said.get("accounts", "")),
        compose_identity=said.get("compose_identity", "").lower() in ("true", "yes", "1"),
        as_of=said.get("as_of"),
        asset=said.get("asset"),
    )


def _venue_in(account: str) -> str:
    """The exchange that the name of an account begins with, as binance-1; empty if it is none."""
    name = re.split("[:-]", account.lower(), maxsplit=1)[0]
    if name in IDENTITY or name in VENUES:
        return name
    try:
        import ccxt
    except ImportError:
        return ""
    return name if name in ccxt.exchanges else ""


def _markets(path: str | None) -> Markets:
    if path is None:
        return Markets()
    try:
        return Markets.of(loads(Path(path).read_text()))
    except (OSError, ValueError) as error:
        raise FileError(
            f"{path} is no list of markets",
            detail=str(error),
            hint="dump ccxt's exchange.markets as JSON: a list, or a structure by symbol",
        ) from error


def _accounts(said: str) -> Mapping[str, str]:
    """Read wallets and their accounts: spot=binance-1,future=binance-2."""
    pairs = [pair.partition("=") for pair in said.split(",") if pair]
    return {wallet.strip(): account.strip() for wallet, _, account in pairs}
