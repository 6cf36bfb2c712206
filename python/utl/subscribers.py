"""Show who follows the stream: `utl subscribers`."""

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from utl.ledger import Ledger

LIST = """
    select
        subscriber, coalesce(array_to_string(books, ', '), 'all'), change_id, lag_changes,
        lag_seconds, fetched_at, is_stale
    from utl.subscribers
    order by subscriber
"""
STREAM = "select safe_change_id, last_change_id, watermark_age, queue_usage, notify from utl.stream"
TICK = "select utl.tick()"  # without a bridge the watermark moves only when somebody fetches


def show(console: Console) -> None:
    """Show the subscribers, and how far the stream itself is."""
    with Ledger() as ledger:
        ledger.query(TICK)
        rows = ledger.query(LIST)
        stream = ledger.query(STREAM)
    for safe, last, age, usage, notify in stream:
        told = f"safe to read up to change {safe} of {last}, {age:,.1f} s behind; "
        told += f"notify {notify}, its queue {usage:.1%} full"
        console.print(told, highlight=False, soft_wrap=True)
    if not rows:
        console.print("no subscribers")
        return
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for heading in ("subscriber", "books", "acknowledged", "behind", "s behind", "last fetch"):
        numeric = heading in ("acknowledged", "behind", "s behind")
        table.add_column(heading, justify="right" if numeric else "left")
    for name, books, acknowledged, changes, seconds, fetched, is_stale in rows:
        when = "never" if fetched is None else f"{fetched:%Y-%m-%d %H:%M:%S}"
        when = "server restored: see utl.rewind" if is_stale else when
        figures = (f"{acknowledged:,}", f"{changes:,}", f"{seconds:,.1f}")
        table.add_row(*map(Text, (name, books, *figures, when)))
    console.print(table)
