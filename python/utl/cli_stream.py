"""The commands of the stream: bridge, resend, watch, subscribers. `utl.cli` takes them in."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()

DeadLetterFolder = Annotated[
    Path | None,
    typer.Option("--dead-letters", help="Folder of dead letters; in UTL_HOME without it."),
]
Books = Annotated[
    list[str] | None, typer.Option("--book", help="Only this book and those below it; repeatable.")
]


@app.command()
def bridge(
    sinks: Annotated[
        list[str] | None,
        typer.Option("--sink", help="Where to forward to: [NAME:]KIND[=TARGET]; repeatable."),
    ] = None,
    books: Books = None,
    starts: Annotated[
        str, typer.Option(help="Where a new sink starts: now, or with the oldest change kept.")
    ] = "now",
    listen: Annotated[
        str | None,
        typer.Option(help="HOST:PORT of /healthz and /metrics; there is no authentication."),
    ] = None,
    tick_ms: Annotated[float, typer.Option(help="Pause between two ticks.", min=1)] = 10,
    attempts: Annotated[
        int, typer.Option(help="How often a refused change is sent before it is dead.", min=1)
    ] = 8,
    dead_letters: DeadLetterFolder = None,
    upkeep_s: Annotated[
        float, typer.Option(help="How often partitions are kept up, in seconds; 0: never.", min=0)
    ] = 300,
) -> None:
    """Tick the stream and forward it to sinks. It goes on until it is stopped.

    Several bridges of one database may run: one leads, the others stand by. The leader also does
    what `utl maintain` does.

    \b
    jsonl[=FILE]                      a line each, on standard output or in a file
    webhook=URL                       POST, signed with UTL_WEBHOOK_SECRET
    redis=redis://HOST:6379/0         XADD; ?stream=utl.positions&maxlen=1000000
    nats=nats://HOST:4222             JetStream; ?stream=UTL&subject=utl.positions
    kafka=HOST:9092                   ?topic=utl.positions, librdkafka's options
    """
    from utl import bridge_command

    bridge_command.run(
        sinks or [], books, starts, listen, tick_ms, attempts, dead_letters, upkeep_s
    )


@app.command()
def resend(
    sink: Annotated[str, typer.Argument(help="The sink, as the bridge has it after --sink.")],
    dead_letters: DeadLetterFolder = None,
) -> None:
    """Send a sink's dead letters again. The oldest goes first, each under the id that it had.

    They come after what the sink got since: a position's version tells which state is newer.
    """
    from rich.console import Console

    from utl import bridge_command

    bridge_command.resend(sink, dead_letters, Console())


@app.command()
def watch(books: Books = None) -> None:
    """Show positions, PnL and the last changes, live. Ctrl-C ends it."""
    from rich.console import Console

    from utl import server
    from utl import watch as watching

    watching.watch(server.url(), books, Console())


@app.command()
def subscribers() -> None:
    """Show who follows the stream, and how far behind they are."""
    from rich.console import Console

    from utl import subscribers as listing

    listing.show(Console())
