"""The `utl` command.

To add a command: one function with `@app.command()` whose body imports its module, so that
`utl --help` stays quick. Errors are raised, never printed: `main` prints them all in one way.

Exit codes: 0 done, 1 failed (`migrate --status`: something to do), 2 wrong usage, 3 refused because
code and database do not belong together, 4 no server, 5 recorded, but some rows were rejected or
contradict a fill that is there.
"""

import os
import sys
from pathlib import Path
from typing import Annotated

import psycopg
import typer

from utl import __version__, cli_stream, cli_upkeep
from utl.settings import UtlError, configured_url

NO_SERVER = 4
NEEDS_ATTENTION = 5

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # it would take [default: …] for a style, and keep line breaks
    pretty_exceptions_enable=False,
    help="UTL, the Universal Transaction Ledger: a book of record inside PostgreSQL.",
)
server_app = typer.Typer(
    no_args_is_help=True,
    help="The embedded PostgreSQL server. It is in the state folder UTL_HOME; a server of your own "
    "(DATABASE_URL or PG*) takes precedence.",
)
app.add_typer(server_app, name="server")
rejected_app = typer.Typer(
    no_args_is_help=True, help="Rows that could not become facts. They are kept until they can."
)
app.add_typer(rejected_app, name="rejected")
app.add_typer(cli_stream.app)
app.add_typer(cli_upkeep.app)


def main() -> None:
    """Run the command line; an error is a few lines on stderr and an exit code, not a traceback."""
    try:
        app()
    except UtlError as error:
        _fail(str(error), error.exit_code)
    except psycopg.Error as error:
        no_server = isinstance(error, psycopg.OperationalError) and error.sqlstate is None
        _fail(_explain(error), NO_SERVER if no_server else 1)
    except OSError as error:
        _fail(str(error), 1)


def version(show: bool) -> None:
    """Print the release and stop."""
    if show:
        print(f"utl {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=version, is_eager=True, help="Print the release.")
    ] = False,
) -> None:
    """Options of every command; the text of --help is the app's."""


@server_app.command("start")
def server_start(
    port: Annotated[
        int | None, typer.Option(help="Listen on this port of 127.0.0.1 too.", min=1, max=65535)
    ] = None,
) -> None:
    """Start the server, unless it runs, and print its URL. It outlives this command."""
    from utl import server

    if configured_url():
        print("A server of your own is configured (DATABASE_URL or PG*): none is started.")
        return
    print(server.start(port=port))


@server_app.command("stop")
def server_stop() -> None:
    """Stop the server; open transactions are rolled back."""
    from utl import server

    if configured_url():
        print("A server of your own is configured (DATABASE_URL or PG*): it is left alone.")
    # Stopping our own, left from before, does that server no harm.
    print("stopped" if server.stop() else "no embedded server is running")


@server_app.command("status")
def server_status() -> None:
    """Show whether the server runs, and where. Exit code 4 if it does not."""
    from utl import server

    if configured_url():
        print("A server of your own is configured (DATABASE_URL or PG*).")
    found = server.status()
    print(f"PostgreSQL {found.version}, data in {found.data}")
    print(f"running, pid {found.pid}: {found.url}" if found.pid else "not running")
    if found.tcp_url:
        print("TCP: `utl server url --tcp` shows the address and the password")
    if not (found.pid or configured_url()):
        raise typer.Exit(NO_SERVER)


@server_app.command("url")
def server_url(
    tcp: Annotated[
        bool, typer.Option("--tcp", help="The TCP address, with the password it needs.")
    ] = False,
) -> None:
    """Print the URL to connect to. It is that of your own server if one is configured."""
    from utl import server

    print(server.url(tcp=tcp))


@server_app.command(
    "psql", context_settings={"allow_extra_args": True, "ignore_unknown_options": True}
)
def server_psql(
    context: typer.Context,
    database: Annotated[
        str | None, typer.Option(help="Another database of the server, such as utl_demo.")
    ] = None,
) -> None:
    """Open psql. The embedded server is started for it, unless one of your own is configured.

    What follows goes to psql, as in: utl server psql -c 'table utl.positions'.
    """
    from psycopg.conninfo import make_conninfo

    from utl import server

    program = server.psql_program()
    conninfo = make_conninfo(server.start(), dbname=database)
    os.execv(program, ["psql", conninfo, *context.args])  # noqa: S606  # psql takes over


@app.command()
def migrate(
    status: Annotated[
        bool, typer.Option("--status", help="Only say what is to be done; exit code 1 if anything.")
    ] = False,
    reload: Annotated[
        bool, typer.Option("--reload", help="Load sql/ and its grants even if nothing has changed.")
    ] = False,
) -> None:
    """Bring the database up to this release. First migrations/, in order, then all of sql/."""
    from utl import migrate as migrations
    from utl import server

    if status:
        found = migrations.status(server.url())
        for name in found.applied:
            print(f"applied {name}")
        for name in found.pending:
            print(f"pending {name}")
        print(f"sql/    {'current' if found.code_is_current else 'stale'}")
        raise typer.Exit(0 if found.up_to_date else 1)
    report = migrations.migrate(server.url(), reload=reload)
    for warning in report.warnings:
        print(f"utl: warning: {warning}", file=sys.stderr)
    for name in report.applied:
        print(f"applied {name}")
    print(f"sql/    {'loaded' if report.code_loaded else 'unchanged'}, release {__version__}")


def formats(show: bool) -> None:
    """Print the formats and stop."""
    if show:
        from rich.console import Console

        from utl.ingest.showing import show_formats

        show_formats(Console())
        raise typer.Exit


@app.command()
def ingest(
    file: Annotated[Path, typer.Argument(help="A file; - is standard input; .gz is unpacked.")],
    book: Annotated[str | None, typer.Option(help="The book of rows that name none.")] = None,
    account: Annotated[str | None, typer.Option(help="The account of rows that name none.")] = None,
    create: Annotated[
        bool, typer.Option("--create", help="Add unknown instruments, fee assets and accounts.")
    ] = False,
    venue: Annotated[
        str | None,
        typer.Option(help="Venue of accounts that are added [default: their name up to : or -]."),
    ] = None,
    timezone: Annotated[
        str | None, typer.Option(help="Zone of times that have none: UTC, Europe/Berlin, +09.")
    ] = None,
    source: Annotated[
        str | None, typer.Option(help="What rejected rows name as their source [default: FILE].")
    ] = None,
    format: Annotated[  # noqa: A002  # it is the option's name
        str | None,
        typer.Option(help="How the file is read [default: by its ending, or csv]; see --formats."),
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option(help="TOML that says which columns of a foreign file say what.")
    ] = None,
    adapter: Annotated[
        Path | None, typer.Option(help="A Python module of yours with an adapter.")
    ] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="KEY=TEXT for the adapter; repeatable.")
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            help="Show what would become of every row, and take it all back. Other sessions wait "
            "for the positions that would change.",
        ),
    ] = False,
    explain: Annotated[
        int | None, typer.Option(help="Only show how the row at this line is read.", min=1)
    ] = None,
    _formats: Annotated[
        bool,
        typer.Option("--formats", callback=formats, is_eager=True, help="List the formats."),
    ] = False,
) -> None:
    """Record a file of fills. It may be repeated: what is there already books nothing.

    Columns of CSV, in any order: instrument, side, quantity, price, executed_at (ISO 8601 with
    zone, or Unix milliseconds), venue_fill_id, and optional book, account, fee, fee_asset,
    sequence, liquidity, venue_order_id; of other files, by --format or --mapping. A bad row never
    stops the good ones; exit code 5 says there are some.
    """
    from rich.console import Console

    from utl.ingest import showing
    from utl.ingest.forms import form_of
    from utl.ledger import Defaults

    defaults = Defaults(book, account, source or file.name, timezone, create, venue)
    form = form_of(file, format, mapping, adapter, settings or [])
    if explain is not None:
        summary = showing.show_explanation(file, defaults, explain, Console(), form)
    else:
        summary = showing.command(file, defaults, Console(), form, is_dry=dry_run)
    if summary.needs_attention:
        raise typer.Exit(NEEDS_ATTENTION)


@app.command()
def pull(
    exchange: Annotated[str, typer.Argument(help="The exchange, by ccxt's name: binance, okx.")],
    account: Annotated[str, typer.Option(help="The account whose fills they are.")],
    book: Annotated[str, typer.Option(help="The book that they belong to.")],
    keys: Annotated[
        Path | None,
        typer.Option(help="ccxt's configuration, JSON or TOML (default: EXCHANGE_API_KEY, …)."),
    ] = None,
    what: Annotated[
        list[str] | None,
        typer.Option(
            help="trades, funding, deposits, withdrawals, transfers, ledger, balances, positions; "
            "repeat (default: the first four)."
        ),
    ] = None,
    symbol: Annotated[
        list[str] | None, typer.Option(help="Only this symbol of ccxt's; repeat for more.")
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(help="From this day or time on (default: where the last pull came to)."),
    ] = None,
    until: Annotated[str | None, typer.Option(help="Up to this time (default: now).")] = None,
    overlap: Annotated[
        int, typer.Option(help="Minutes to go back behind the last point.", min=0)
    ] = 60,
    wallet: Annotated[
        list[str] | None,
        typer.Option(help="WALLET=ACCOUNT: a wallet that is another account, for transfers."),
    ] = None,
    create: Annotated[
        bool, typer.Option("--create", help="Add unknown instruments, fee assets and accounts.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Fetch, but write nothing.")] = False,
) -> None:
    """Fetch what the ledger lacks from an exchange, by ccxt.

    Repeat it as often as you like: it goes on where it came to, and what comes twice books nothing.
    Exit code 5 says that rows were rejected or contradict what is there.
    """
    from rich.console import Console

    from utl import pull as pulling

    request = pulling.request_of(
        exchange, book, account, what, symbol, since, until, overlap, wallet, create, dry_run
    )
    if pulling.command(request, keys, Console()).needs_attention:
        raise typer.Exit(NEEDS_ATTENTION)


@rejected_app.command("list")
def rejected_list(
    source: Annotated[str | None, typer.Option(help="Only rows of this file.")] = None,
    limit: Annotated[int, typer.Option(help="How many, the oldest first.", min=1)] = 50,
) -> None:
    """Show the rejected rows that are not resolved, with the reasons."""
    from rich.console import Console

    from utl import rejected

    rejected.show(source, limit, Console())


@rejected_app.command("export")
def rejected_export(
    file: Annotated[Path, typer.Argument(help="A CSV file to write; - is standard output.")],
    source: Annotated[str | None, typer.Option(help="Only rows of this file.")] = None,
) -> None:
    """Write them to a CSV file, to mend and retry them there."""
    from rich.console import Console

    from utl import rejected

    rejected.export(source, file, Console(stderr=True))


@rejected_app.command("retry")
def rejected_retry(
    source: Annotated[str | None, typer.Option(help="Only rows of this file.")] = None,
    file: Annotated[
        Path | None, typer.Option(help="What `utl rejected export` wrote, mended.")
    ] = None,
) -> None:
    """Send them through again. When an instrument was added, say. Exit code 5 if any stays."""
    from rich.console import Console

    from utl import rejected

    count = (
        rejected.retry_file(file, source, Console()) if file else rejected.retry(source, Console())
    )
    if count:
        raise typer.Exit(NEEDS_ATTENTION)


@app.command()
def check(
    share: Annotated[
        float,
        typer.Option(help="Share of the positions to replay: 1 all, 0.1 a tenth.", min=0, max=1),
    ] = 1,
) -> None:
    """Run every check and replay the facts. Exit code 1 if the ledger is wrong."""
    from rich.console import Console

    from utl import check as checks
    from utl import server

    if not checks.check(server.url(), share, Console()):
        raise typer.Exit(1)


@app.command()
def build() -> None:
    """Build the costings that wait for it. Those of a long history do; booking goes on."""
    from rich.console import Console

    from utl import derive, server

    derive.build(server.url(), Console())


@app.command()
def rebuild(
    book: Annotated[str | None, typer.Option(help="Only this book.")] = None,
) -> None:
    """Derive all from the facts again, book by book.

    Only the book that is being rebuilt waits. Exit code 1 if anything did not come back as it was.
    """
    from rich.console import Console

    from utl import derive, server

    if not derive.rebuild(server.url(), book, Console()):
        raise typer.Exit(1)


@app.command()
def demo() -> None:
    """Replay real trades and show the positions. The database utl_demo is made anew for it."""
    from utl import demo as demonstration

    demonstration.command()


@app.command()
def bench(
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write all figures to this file.")
    ] = None,
    plot_file: Annotated[
        Path | None, typer.Option("--plot", help="Write the plot to this SVG file.")
    ] = None,
    full: Annotated[
        bool, typer.Option("--full", help="Everything, and long: 10 million fills of history.")
    ] = False,
    only: Annotated[
        list[str] | None,
        typer.Option(help="Measure only this part, such as bulk or lots; repeatable."),
    ] = None,
    costings: Annotated[
        list[str] | None, typer.Option(help="Costing sets, such as fifo or wac+fifo; repeatable.")
    ] = None,
    repeat: Annotated[
        int | None, typer.Option(help="Runs of each case; 5 by default.", min=1)
    ] = None,
    fills: Annotated[int | None, typer.Option(help="Fills of each bulk run.", min=1)] = None,
    seconds: Annotated[
        int | None, typer.Option(help="Length of each run of single fills.", min=1)
    ] = None,
) -> None:
    """Measure booking against its targets. Scratch databases are made for it, and dropped."""
    from dataclasses import replace

    from rich.console import Console

    from utl.bench import FULL, Plan, chosen, command

    plan = FULL if full else Plan()
    plan = replace(
        plan,
        repeat=repeat or plan.repeat,
        fills=fills or plan.fills,
        seconds=seconds or plan.seconds,
        costings=costings or plan.costings,
    )
    command(plan, chosen(only or [], is_full=full), json_file, plot_file, Console())


def _explain(error: psycopg.Error) -> str:
    """Give the server's error in its three parts, or libpq's own text."""
    diagnostics = error.diag
    if diagnostics.message_primary is None:
        return str(UtlError(str(error).strip(), hint="see `utl server status`, DATABASE_URL, PG*"))
    return str(
        UtlError(
            f"{diagnostics.message_primary} ({diagnostics.sqlstate})",
            detail=diagnostics.message_detail or "",
            hint=diagnostics.message_hint or "",
        )
    )


def _fail(text: str, exit_code: int) -> None:
    print(f"utl: {text}", file=sys.stderr)
    sys.exit(exit_code)


if __name__ == "__main__":
    main()
