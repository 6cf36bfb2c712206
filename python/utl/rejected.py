"""Show the rows that could not become fills, and send them through again: `utl rejected`."""

from collections import Counter

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from utl.ledger import Ledger

LIST = """
    select
        rejected_fill_id, source, line, sqlstate, reason, left(raw, 200),
        count(*) over ()
    from utl.rejected_fills
    where resolved_at is null and (%(source)s::text is null or source = %(source)s)
    order by rejected_fill_id
    limit %(limit)s
"""
RETRY = "select outcome from utl.retry_rejected_fills(%(source)s)"


def show(source: str | None, limit: int, console: Console) -> None:
    """Show rejected rows that are not resolved, of one source or all."""
    with Ledger() as ledger:
        rows = ledger.query(LIST, {"source": source, "limit": limit})
    if not rows:
        console.print("no rejected rows")
        return
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for heading in ("id", "source", "line", "code", "reason", "row"):
        table.add_column(heading, justify="right" if heading in ("id", "line") else "left")
    for number, place, line, sqlstate, reason, raw, _ in rows:
        cells = (str(number), place or "", str(line), sqlstate, reason, raw)
        table.add_row(*(Text(cell) for cell in cells))
    console.print(table)
    total = rows[0][-1]
    if total > len(rows):
        console.print(f"… and {total - len(rows):,} more: see --limit and utl.rejected_fills")


def retry(source: str | None, console: Console) -> int:
    """Send them through again; return how many are rejected still."""
    with Ledger() as ledger:
        counts = Counter(outcome for (outcome,) in ledger.query(RETRY, {"source": source}))
    names = {"booked": "booked", "duplicate": "duplicates", "conflict": "conflicts"}
    told = ", ".join(f"{counts[outcome]:,} {name}" for outcome, name in names.items())
    console.print(f"{told}, {counts['rejected']:,} rejected still", highlight=False)
    return counts["rejected"]
