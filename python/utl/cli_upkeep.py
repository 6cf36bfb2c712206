"""The commands of upkeep: maintain, archive, restore. `utl.cli` takes them in."""

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import typer

app = typer.Typer()

Facts = Annotated[Literal["fills", "prices"], typer.Option(help="Which facts: fills or prices.")]


def _month(text: str) -> str:
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", text):
        raise typer.BadParameter("a month is like 2024-01")
    return text


@app.command()
def maintain(
    rows_max: Annotated[
        int,
        typer.Option(
            help="Leave months of more rows in a default partition: booking would wait for long.",
            min=0,
        ),
    ] = 200_000,
) -> None:
    """Do the upkeep of partitions that is due.

    It makes them ahead, drains default ones, and drops what is past its retention.
    What waits for somebody else is deferred to the next time; `utl bridge` does it every few
    minutes, cron may.
    """
    from rich.console import Console

    from utl import server, upkeep

    upkeep.command(server.url(), rows_max, Console())


@app.command()
def archive(
    before: Annotated[
        str, typer.Option(parser=_month, help="Archive the months before this one, as in 2024-01.")
    ],
    facts: Facts = "fills",
    folder: Annotated[
        Path | None, typer.Option(help="Where the files go [default: archive in UTL_HOME].")
    ] = None,
) -> None:
    """Write closed months of facts to files, and take them out.

    Positions, entries, lots and keys stay, and booking goes on. What needs archived facts (a late
    fill of such a month, a correction, a rebuild) is refused (55U06) until `utl restore`. Keep the
    files well: nothing else has these facts.
    """
    from rich.console import Console

    from utl import archive as archiving
    from utl import server, settings, upkeep

    target = folder or settings.home() / "archive"
    day = date.fromisoformat(f"{before}-01")
    upkeep.show_archives(archiving.archive(server.url(), day, facts, target), Console())


@app.command()
def restore(
    since: Annotated[
        str,
        typer.Option("--from", parser=_month, help="Bring back this month and all after it."),
    ],
    facts: Facts = "fills",
    folder: Annotated[
        Path | None, typer.Option(help="Where the files are [default: where they were written].")
    ] = None,
) -> None:
    """Bring archived months back from their files. The last one comes first."""
    from rich.console import Console

    from utl import archive as archiving
    from utl import server, upkeep

    upkeep.show_archives(archiving.restore(server.url(), since, facts, folder), Console())
