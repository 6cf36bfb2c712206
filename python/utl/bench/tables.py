"""The tables that the benchmark prints."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from utl.bench.figures import Figure

UNITS: dict[str, Callable[[float], str]] = {
    "ratio": lambda number: f"{number:.2f}",
    "bytes": lambda number: f"{number:,.0f} B",
    "ms": lambda number: f"{number:,.1f} ms",
    "MB": lambda number: f"{number:,.0f} MB",
}


def show_figures(figures: Sequence[Figure], console: Console) -> None:
    """Print every figure with its target and the verdict."""
    print_table(
        console,
        "targets",
        ("what", "", "figure", "target", "verdict"),
        figures,
        lambda figure: (
            figure.what,
            figure.case + (f"\n[dim]{figure.note}[/]" if figure.note else ""),
            f"[bold]{UNITS[figure.unit](figure.median)}[/]",
            _target(figure),
            {True: "[green]met[/]", False: "[red]missed[/]", None: ""}[figure.is_met],
        ),
        left=2,
    )


def print_table(
    console: Console,
    title: str,
    headings: Sequence[str],
    rows: Iterable[Any],
    cells: Callable[[Any], tuple[str, ...]],
    left: int = 1,
) -> None:
    """Print a table whose first `left` columns are words, and the others figures."""
    table = Table(title=f"\n{title}", title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for nth, heading in enumerate(headings):
        if nth < left:
            table.add_column(heading, overflow="fold", no_wrap=left == 1)
        else:
            table.add_column(heading, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(*cells(row))
    console.print(table)


def _target(figure: Figure) -> str:
    if figure.limit is None:
        return ""
    return ("≥ " if figure.limit.is_floor else "≤ ") + UNITS[figure.unit](figure.limit.bound)
