"""The tables that the benchmark prints."""

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table


def show(result: dict[str, Any], console: Console) -> None:
    """Print the figures of Bench.run as tables."""
    console.print(f"{result['server'].split(' on ')[0]}; medians of {result['repeat']} runs")
    for figures, show_figures in (
        (result["figures"], _show_beside_bare),
        (result["late"], _show_late),
        (result["reads"], _show_reads),
        (result["latency"], _show_latency),
        (result["listeners"], _show_listeners),
    ):
        if figures:
            show_figures(figures, console)


def _show_beside_bare(figures: Sequence[dict[str, Any]], console: Console) -> None:
    headings = ("fills/s", "bare", "ratio", "WAL/fill", "bare", "stored/fill", "bare")
    for load, rows in groupby(figures, key=itemgetter("load")):
        _print(
            console,
            load,
            ("costings", *headings),
            rows,
            lambda figure: (
                figure["costings"],
                f"{figure['fills_per_second']:,.0f}",
                f"{figure['bare_fills_per_second']:,.0f}",
                f"[bold]{figure['ratio_to_bare']:.2f}[/]",
                f"{figure['wal_bytes_per_fill']:,.0f}",
                f"{figure['bare_wal_bytes_per_fill']:,.0f}",
                f"{figure['stored_bytes_per_fill']:,.0f}",
                f"{figure['bare_stored_bytes_per_fill']:,.0f}",
            ),
        )
    console.print(
        "bare: the same rows into a table with the same columns, checks and key.\n"
        "WAL, stored: bytes. stored: with indexes. WAL: of the whole server, from a\n"
        "checkpoint on and into new pages, so that full-page images hardly count.",
        style="dim",
    )


def _show_late(figures: Sequence[dict[str, Any]], console: Console) -> None:
    for (costings, load), rows in groupby(figures, key=itemgetter("costings", "load")):
        _print(
            console,
            f"late fills, {costings}, {load}",
            ("late", "positions", "history", "fills/s", "to in order"),
            rows,
            lambda figure: (
                _how_late(figure["places"], figure["every"]),
                f"{figure['positions']:,}",
                f"{figure['history']:,}",
                f"{figure['fills_per_second']:,.0f}",
                f"[bold]{figure['ratio_to_in_order']:.2f}[/]",
            ),
        )
    console.print(
        "late by n: n fills of its position that count after it were booked before.\n"
        "history: fills of each position. to in order: time a fill, beside in order.",
        style="dim",
    )


def _show_reads(figures: Sequence[dict[str, Any]], console: Console) -> None:
    fills, positions = figures[0]["fills"], figures[0]["positions"]
    _print(
        console,
        f"reads as of a time, {fills:,} fills",
        ("asked", "one position, ms", "95th percentile", f"all {positions:,}, ms"),
        figures,
        lambda figure: (
            figure["asked"],
            f"{figure['position_ms']:,.1f}",
            f"{figure['position_ms_p95']:,.1f}",
            f"{figure['positions_ms']:,.0f}",
        ),
    )


def _show_latency(figures: Sequence[dict[str, Any]], console: Console) -> None:
    _print(
        console,
        "from commit to received by a subscriber",
        ("notify", "others book", "fills/s", "samples", "p50, ms", "p99, ms"),
        figures,
        lambda figure: (
            figure["notify"],
            figure["load"],
            f"{figure['fills_per_second']:,.0f}",
            f"{figure['samples']:,}",
            f"[bold]{figure['p50_ms']:,.1f}[/]",
            f"[bold]{figure['p99_ms']:,.1f}[/]",
        ),
    )


def _show_listeners(figures: Sequence[dict[str, Any]], console: Console) -> None:
    _print(
        console,
        "single commits of 8 clients while others listen",
        ("notify", "listeners", "fills/s", "to off"),
        figures,
        lambda figure: (
            figure["notify"],
            str(figure["listeners"]),
            f"{figure['fills_per_second']:,.0f}",
            f"[bold]{figure['ratio_to_off']:.2f}[/]",
        ),
    )


def _how_late(places: int, every: int) -> str:
    if places == 0:
        return "in order"
    if every == 0:
        return f"shuffled in {places:,}"
    return f"by {places:,}, {'each' if every == 1 else f'every {every}th'}"


def _print(
    console: Console,
    title: str,
    headings: Sequence[str],
    figures: Iterable[dict[str, Any]],
    cells: Callable[[dict[str, Any]], tuple[str, ...]],
) -> None:
    table = Table(title=f"\n{title}", title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column(headings[0], no_wrap=True)
    for heading in headings[1:]:
        table.add_column(heading, justify="right", no_wrap=True)
    for figure in figures:
        table.add_row(*cells(figure))
    console.print(table)
