"""Prove the ledger: the views that must be empty, and a replay from the facts: `utl check`."""

import psycopg
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

FAILED = "select check_name, title, violations from utl.failed_checks()"
DIFFERENCES = """
    select book, account, instrument, costing, side, fill_id, part, line::text
    from utl.replay_differences(%s::numeric)
"""
ARCHIVED = """
    select month from utl.archived_partitions where facts = 'fills' and state = 'archived'
"""
SHOWN_MAX = 20


def check(conninfo: str, share: float, console: Console) -> bool:
    """Run every check, replay a share of the positions, and show what is wrong, if anything is.

    All of it sees the ledger at one moment, so fills may be booked meanwhile.
    """
    with psycopg.connect(conninfo, application_name="utl check") as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        failed = connection.execute(FAILED).fetchall()
        differences = connection.execute(DIFFERENCES, [share]).fetchall()
        archived = connection.execute(ARCHIVED).fetchone()
    if failed:
        _show(console, ("check", "what it says", "rows"), failed)
        console.print("The rows are in utl_private.<check>.")
    if differences:
        headings = ("book", "account", "instrument", "costing", "side", "fill", "part", "line")
        _show(console, headings, differences[:SHOWN_MAX])
        console.print(
            f"{len(differences):,} entries differ from a replay: `utl.replay_differences({share})`"
        )
    if not failed and not differences:
        which = "positions without archived fills" if archived else "positions"
        told = f"every check is empty; replayed {share:.0%} of the {which}: no difference"
        console.print(told, soft_wrap=True)
    return not failed and not differences


def _show(console: Console, headings: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    table = Table(*headings, box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for row in rows:
        table.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
    console.print(table)
