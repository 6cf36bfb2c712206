"""Booking what adapters read, and what came of every row of the file.

Every row is counted once: booked, duplicate, conflict, rejected or ignored. One that says several
facts counts as the one of them that needs the most attention.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import LiteralString

from utl.ingest.adapter import Block, Fact, FileError, Row
from utl.ingest.contracts import Contracts
from utl.ingest.parcels import LINE_COLUMNS, Parcel, json_fills, parcel
from utl.ledger import Defaults, Ledger, Outcome, written

SHOWN_MAX = 20
REASONS_MAX = 1000

# From the least to the most that somebody has to look at.
RANKS = ("duplicate", "booked", "conflict", "rejected")

RECORD_BLOCK = """
    with outcomes as materialized (
        select line, outcome, fill_id, sqlstate, reason
        from utl.record_fill_lines(
            %(lines)s, %(columns)s, first_line => %(first_line)s, source => %(source)s,
            book => %(book)s, account => %(account)s, timezone => %(timezone)s,
            create_unknown => %(create)s, venue => %(venue)s
        )
    )

    select 0, outcome, count(*), null, null from outcomes group by outcome
    union all
    (
        select line, outcome, fill_id, sqlstate, reason
        from outcomes where outcome in ('conflict', 'rejected') order by line limit %(shown_max)s
    )
"""

RECORD_LINES = """
    select line, outcome, fill_id, sqlstate, reason
    from utl.record_fill_lines(
        %(lines)s, %(columns)s, source => %(source)s, book => %(book)s, account => %(account)s,
        timezone => %(timezone)s, create_unknown => %(create)s, venue => %(venue)s
    )
"""

RECORD_TRANSACTIONS = """
    select line, outcome, transaction_id, sqlstate, reason
    from utl.record_transactions(
        %(facts)s, source => %(source)s, book => %(book)s, account => %(account)s,
        timezone => %(timezone)s, create_unknown => %(create)s, venue => %(venue)s
    )
"""
RECORD_STATEMENTS = """
    select line, outcome, statement_line_id, sqlstate, reason
    from utl.record_venue_statement(
        %(facts)s, source => %(source)s, account => %(account)s, timezone => %(timezone)s,
        create_unknown => %(create)s, venue => %(venue)s
    )
"""

# What the whole file stands on; each raises 22U01 or 22023 for a name that is not there.
REQUIRE: Mapping[str, LiteralString] = {
    "book": "select utl.book_id(%(book)s)",
    "account": "select utl.account_id(%(account)s)",
    "timezone": "select now() at time zone %(timezone)s",
}


@dataclass
class Summary:
    """What became of a file: how many rows came to what, and the first that need attention."""

    counts: Counter[str] = field(default_factory=Counter)
    shown: list[Outcome] = field(default_factory=list)
    ignored: Counter[str] = field(default_factory=Counter)  # by the reason
    facts: Counter[tuple[str, str]] = field(default_factory=Counter)  # by kind and outcome
    is_cut_off: bool = False  # whether the last line lacks its end

    @property
    def needs_attention(self) -> bool:
        """Whether any row was rejected or contradicts a fill that is there."""
        return bool(self.counts["rejected"] or self.counts["conflict"])

    def add(self, outcome: Outcome) -> None:
        """Count a row, and keep it to show as long as there is room."""
        self.counts[outcome.outcome] += 1
        self.show(outcome)

    def show(self, outcome: Outcome) -> None:
        """Keep a row to show as long as there is room."""
        if outcome.outcome in ("conflict", "rejected") and len(self.shown) < SHOWN_MAX:
            self.shown.append(outcome)


class Booker:
    """Books blocks and parcels into a ledger, and sums up what came of them."""

    def __init__(self, ledger: Ledger, defaults: Defaults) -> None:
        self._ledger = ledger
        self._defaults = defaults
        self.summary = Summary()

    def book(self, item: Block | Parcel) -> None:
        """Book one of them, in a transaction of its own for each kind of fact in it."""
        if isinstance(item, Block):
            self._book_block(item)
            return
        if item.has_contracts:
            item = self._counted(item)
        outcomes = self._kept_problems(item)
        for part, found in (
            (item.fills, self._fills(item)),
            (item.transactions, self._transactions(item.transactions, item.rows)),
            (item.statements, self._statements(item.statements, item.rows)),
        ):
            for (place, fact), outcome in zip(part, found, strict=True):
                kind = (
                    fact.get("kind", "fill") if len(self.summary.facts) < REASONS_MAX else "other"
                )
                self.summary.facts[kind, outcome.outcome] += 1
                outcomes[place] = _worse(outcomes.get(place), outcome)
        for place, row in enumerate(item.rows):
            self._add(row, outcomes.get(place))

    def _add(self, row: Row, outcome: Outcome | None) -> None:
        if outcome is not None:
            self.summary.add(outcome._replace(line=row.line))
        else:
            self.summary.counts["ignored"] += 1
            reason = row.ignored or "it says nothing"
            if len(self.summary.ignored) >= REASONS_MAX and reason not in self.summary.ignored:
                reason = "other reasons"
            self.summary.ignored[reason] += 1

    def _book_block(self, block: Block) -> None:
        """Record plain lines. The server counts them: only those to show come back."""
        parameters = {"lines": block.lines, "first_line": block.first_line,
                      "columns": list(block.columns), "shown_max": SHOWN_MAX}  # fmt: skip
        for row in self._ledger.query(RECORD_BLOCK, {**parameters, **asdict(self._defaults)}):
            found = Outcome(*row)
            if found.line == 0:
                self.summary.counts[found.outcome] += found.fill_id or 0
                self.summary.facts["fill", found.outcome] += found.fill_id or 0
            else:
                self.summary.show(found)

    def _counted(self, packed: Parcel) -> Parcel:
        """Count contracts as the registry does, which may leave a row with a problem."""
        return parcel(list(self._contracts.counted(packed.rows)))

    @cached_property
    def _contracts(self) -> Contracts:
        defaults = self._defaults
        return Contracts(self._ledger, create=defaults.create, account=defaults.account)

    def _kept_problems(self, packed: Parcel) -> dict[int, Outcome]:
        """Have the rows kept that cannot be read."""
        places = [place for place, row in enumerate(packed.rows) if row.problem is not None]
        if not places:
            return {}
        found = self._ledger.send_rows(packed.problems, self._defaults)
        return dict(zip(places, found, strict=True))

    def _fills(self, packed: Parcel) -> list[Outcome]:
        if not packed.fills:
            return []
        if packed.lines is None:
            return self._ledger.send_rows(json_fills(packed), self._defaults)
        parameters = {"lines": packed.lines, "columns": list(LINE_COLUMNS)}
        found = self._ledger.query(RECORD_LINES, {**parameters, **asdict(self._defaults)})
        return [Outcome(*row) for row in found]

    def _transactions(self, facts: Sequence[tuple[int, Fact]], rows: list[Row]) -> list[Outcome]:
        said = [(place, dict(fact)) for place, fact in facts]
        return self._others(RECORD_TRANSACTIONS, said, rows)

    def _statements(self, facts: Sequence[tuple[int, Fact]], rows: list[Row]) -> list[Outcome]:
        said = [
            (place, {key: text for key, text in fact.items() if key != "kind"})
            for place, fact in facts
        ]
        return self._others(RECORD_STATEMENTS, said, rows)

    def _others(
        self, statement: LiteralString, facts: Sequence[tuple[int, Fact]], rows: list[Row]
    ) -> list[Outcome]:
        if not facts:
            return []
        said = [{"line": rows[place].line, "raw": rows[place].raw, **fact} for place, fact in facts]
        parameters = {"facts": written(said), **asdict(self._defaults)}
        return [Outcome(*row) for row in self._ledger.query(statement, parameters)]


def require_defaults(ledger: Ledger, defaults: Defaults) -> None:
    """Refuse a misspelt option before it rejects every row."""
    for name, statement in REQUIRE.items():
        is_added = name == "account" and defaults.create
        if getattr(defaults, name) is not None and not is_added:
            ledger.query(statement, asdict(defaults))


def require_kinds(kinds: frozenset[str], item: Block | Parcel) -> None:
    """Refuse facts that an adapter does not declare: it is not the one that was meant."""
    if isinstance(item, Block):
        return
    parts = {"fill": item.fills, "transaction": item.transactions, "statement": item.statements}
    for kind in [kind for kind, facts in parts.items() if facts and kind not in kinds]:
        raise FileError(f"the adapter gives a {kind}, which is not among its kinds")


def _worse(one: Outcome | None, other: Outcome) -> Outcome:
    if one is None or RANKS.index(other.outcome) > RANKS.index(one.outcome):
        return other
    return one
