"""Contracts are counted as their instrument is registered.

A venue's quantity may be one of contracts, of the coin itself, or of dollars. The adapters of
exchanges say of a derivative what one unit of its quantity is: "multiplier", in the base asset, or
in the quote asset if it is inverse; empty where nothing says it. Here that meets the registry, so
that quantity times multiplier means the same in both. The size of a contract is never guessed.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import TypeVar

import psycopg
from psycopg import errors

from utl.ingest.adapter import Fact, Problem, Row
from utl.ingest.figures import EXACT, decimal, decimal_or_none, text_of
from utl.ingest.symbols import market_of
from utl.ledger import Ledger

Item = TypeVar("Item", bound=object)

PLACES_MAX = 40

REGISTERED = """
    select multiplier::text from utl.instruments where instrument = %(instrument)s
"""
# As the venue of the account spells it, which has precedence.
ALIASED = """
    select i.multiplier::text
    from utl.accounts as a
    inner join utl.instrument_aliases as x on a.venue = x.venue
    inner join utl.instruments as i on x.instrument = i.instrument
    where a.account = %(account)s and x.symbol = %(instrument)s
"""
ADD_INSTRUMENT = """
    select multiplier::text
    from utl.add_instrument(%(instrument)s, multiplier => %(multiplier)s::numeric)
"""


class Contracts:
    """Multipliers of instruments, as they are registered; with `create`, new ones are added.

    `account` is that of rows which name none: its venue may have aliases.
    """

    def __init__(self, ledger: Ledger, *, create: bool = False, account: str | None = None) -> None:
        self._ledger = ledger
        self._create = create
        self._account = account
        self._registered: dict[tuple[str | None, str], Decimal] = {}

    def counted(self, rows: Iterable[Item]) -> Iterator[Item]:
        """Give rows as the registry counts; one that cannot be counted so has a problem.

        What is no row passes through.
        """
        for row in rows:
            if not isinstance(row, Row) or not any("multiplier" in fact for fact in row.facts):
                yield row
                continue
            try:
                facts = tuple(self._counted(fact) for fact in row.facts)
            except Problem as problem:
                yield row._replace(facts=(), problem=str(problem))
            else:
                yield row._replace(facts=facts)

    def _counted(self, fact: Fact) -> Fact:
        if "multiplier" not in fact:
            return fact
        rest = {name: said for name, said in fact.items() if name != "multiplier"}
        instrument, said = fact.get("instrument"), decimal_or_none(fact["multiplier"], "multiplier")
        if said is not None and said <= 0:
            raise Problem(f"multiplier is not positive: {text_of(said)}")
        if not instrument:
            return rest  # the ledger says what is missing
        registered = self._multiplier(fact.get("account", self._account), instrument, said)
        if said is None or registered is None or registered == said:
            return rest
        quantity = decimal(fact.get("quantity"), "quantity")
        return {**rest, "quantity": rescaled(quantity, said, registered)}

    def _multiplier(
        self, account: str | None, instrument: str, said: Decimal | None
    ) -> Decimal | None:
        """The registered one; None for an instrument that the ledger will not know either."""
        found = self._registered.get((account, instrument))
        if found is None:
            found = self._found(account, instrument)
        if found is None and self._create and market_of(instrument) is not None:
            found = self._added(instrument, said)
        if found is not None:
            self._registered[account, instrument] = found
        return found

    def _found(self, account: str | None, instrument: str) -> Decimal | None:
        names = {"account": account, "instrument": instrument}
        rows = self._ledger.query(ALIASED, names) if account else []
        rows = rows or self._ledger.query(REGISTERED, names)
        return Decimal(rows[0][0]) if rows else None

    def _added(self, instrument: str, said: Decimal | None) -> Decimal:
        if said is None:
            raise Problem(
                f"the size of a contract of {instrument} is not known, so it is not added: "
                "--set markets=FILE with ccxt's markets, or utl.add_instrument"
            )
        terms = {"instrument": instrument, "multiplier": text_of(said)}
        try:
            return Decimal(self._ledger.query(ADD_INSTRUMENT, terms)[0][0])
        except (psycopg.DataError, psycopg.IntegrityError, errors.ProgramLimitExceeded) as error:
            reason = error.diag.message_primary
            raise Problem(f"{instrument} cannot be added: {reason}") from error


def rescaled(quantity: Decimal, multiplier: Decimal, registered: Decimal) -> str:
    """The same in units of the registered size. Raises Problem if that has no end of digits."""
    exact = Fraction(quantity) * Fraction(multiplier) / Fraction(registered)
    scaled = exact * 10**PLACES_MAX
    if scaled.denominator != 1:
        raise Problem(
            f"{quantity} units of {multiplier} are no whole decimal of units of {registered}, "
            "which is the registered multiplier"
        )
    with localcontext(EXACT):
        digits = Decimal(scaled.numerator).scaleb(-PLACES_MAX)
        return text_of(digits.normalize()) if digits else "0"
