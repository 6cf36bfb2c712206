"""Derive what is missing, or everything anew, from the facts: `utl build`, `utl rebuild`."""

import psycopg
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

UNBUILT = "select book, costing from utl.costings where not is_built order by book_id, costing_id"
STEP = "select windows_done, windows from utl.build_costing_step(%s, %s)"
BOOKS = """
    select book from utl.books
    where %(book)s::text is null or book_id = utl.book_id(%(book)s)
    order by book_id
"""
REBUILD = """
    select costing, positions, entries, changed_positions, digest_before = digest_after
    from utl.rebuild_book(%s)
"""


def build(conninfo: str, console: Console) -> None:
    """Build the costings that wait for it, a transaction a window; booking goes on meanwhile."""
    with psycopg.connect(conninfo, autocommit=True, application_name="utl build") as connection:
        unbuilt = connection.execute(UNBUILT).fetchall()
        for book, costing in unbuilt:
            with console.status("") as status:
                # The function returns one row; without windows when the costing is there.
                while (step := connection.execute(STEP, (book, costing)).fetchall()[0])[1]:
                    status.update(f"{costing} of {book}: {step[0]} of {step[1]} windows")
            console.print(f"built {costing} of {book}", highlight=False)
    if not unbuilt:
        console.print("every costing is built")


def rebuild(conninfo: str, book: str | None, console: Console) -> bool:
    """Derive a book, or all, from the facts again; True if everything came back as it was.

    Each book is one transaction, in which it alone is not booked into.
    """
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for heading in ("book", "costing", "positions", "entries", "changed", "digest"):
        is_count = heading in ("positions", "entries", "changed")
        table.add_column(heading, justify="right" if is_count else "left")
    is_same = True
    with (
        psycopg.connect(conninfo, autocommit=True, application_name="utl rebuild") as connection,
        console.status("") as status,
    ):
        connection.add_notice_handler(lambda notice: status.update(str(notice.message_primary)))
        for (name,) in connection.execute(BOOKS, {"book": book}).fetchall():
            for costing, positions, entries, changed, same in connection.execute(REBUILD, [name]):
                is_same = is_same and same
                counts = (f"{count:,}" for count in (positions, entries, changed))
                table.add_row(name, costing, *counts, "same" if same else "other")
    console.print(table)
    if not is_same:
        console.print("What changed is in utl.restatements, with the cause rebuild.")
    return is_same
