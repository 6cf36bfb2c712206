"""What `utl ingest` shows: progress, what came of a file, and how a row was read."""

from collections.abc import Mapping
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from utl.ingest import Form, Reached, Summary, explain, ingest, require_defaults
from utl.ingest.adapter import known
from utl.ledger import Defaults, Ledger, Outcome

OUTCOMES = {
    "booked": "booked",
    "duplicate": "duplicates",
    "conflict": "conflicts",
    "rejected": "rejected",
    "ignored": "ignored",
}
REASONS_MAX = 5


def command(
    path: Path, defaults: Defaults, console: Console, form: Form, *, is_dry: bool = False
) -> Summary:
    """Record a file and show how it goes, and what came of it; a dry run books nothing."""
    with Ledger() as ledger:
        require_defaults(ledger, defaults)
        if is_dry:
            with ledger.rehearsal():
                summary = _ingest(ledger, path, defaults, console, form)
        else:
            summary = _ingest(ledger, path, defaults, console, form)
    show(summary, console, is_dry=is_dry)
    return summary


def _ingest(
    ledger: Ledger, path: Path, defaults: Defaults, console: Console, form: Form
) -> Summary:
    size = path.stat().st_size if str(path) != "-" else None
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(
        *columns,
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as bar:
        task = bar.add_task(path.name, total=size)

        def show_reached(reached: Reached) -> None:
            if reached.given:
                name = f"{path.name}, by time"
                bar.update(task, description=name, total=reached.sorted, completed=reached.given)
            else:
                name = f"sorting {path.name}" if reached.sorted else path.name
                bar.update(task, description=name, completed=reached.position)

        return ingest(ledger, path, defaults, form, show_reached)


def show(summary: Summary, console: Console, *, is_dry: bool = False) -> None:
    """Print the counts, the first rows that need attention, and where the others are."""
    _show_counts(summary, console)
    if summary.is_cut_off:
        console.print("The last line has no end: if it was cut off, its values may be wrong.")
    for reason, count in summary.ignored.most_common(REASONS_MAX):
        _print(console, f"ignored {count:,}: {reason}")
    for row in summary.shown:
        _print(console, f"line {row.line}: {row.outcome}: {row.reason}{_code(row)}")
    hidden = summary.counts["conflict"] + summary.counts["rejected"] - len(summary.shown)
    if hidden:
        console.print(f"… and {hidden:,} more")
    if is_dry:
        console.print("Nothing was recorded: this was a dry run.")
        return
    if summary.counts["rejected"]:
        console.print("All rejected rows are kept: `utl rejected list`, `export` and `retry`")
    if summary.counts["conflict"]:
        console.print("All conflicts are kept: `table utl.fill_conflicts`")


def _show_counts(summary: Summary, console: Console) -> None:
    counts = {name: summary.counts[outcome] for outcome, name in OUTCOMES.items()}
    if not counts["ignored"]:
        del counts["ignored"]
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for name in ("read", *counts):
        table.add_column(name, justify="right")
    table.add_row(*(f"{count:,}" for count in (summary.counts.total(), *counts.values())))
    console.print(table)
    if {kind for kind, _ in summary.facts} - {"fill"}:
        told = (f"{count:,} {kind} {outcome}" for (kind, outcome), count in summary.facts.items())
        _print(console, f"of which: {', '.join(told)}")


def _code(row: Outcome) -> str:
    return f" ({row.sqlstate})" if row.sqlstate else ""


def show_explanation(
    path: Path, defaults: Defaults, line: int, console: Console, form: Form
) -> Summary:
    """Show how the row at a line is read, step by step, and what would become of it."""
    with Ledger() as ledger:
        require_defaults(ledger, defaults)
        row, summary = explain(ledger, path, defaults, line, form)
    _print(console, f"line {row.line} of {path.name}, by format {form.format}:\n{row.raw}\n")
    if row.fields:
        _show_pairs(console, "its fields", row.fields)
    for fact in row.facts:
        _show_pairs(console, f"read as a {fact.get('kind', 'fill')}", fact)
    if row.problem:
        _print(console, f"cannot be read: {row.problem}")
    if row.ignored:
        _print(console, f"ignored: {row.ignored}")
    for kind, outcome in summary.facts:
        article = "a " if outcome in ("duplicate", "conflict") else ""
        _print(console, f"this {kind} would be {article}{outcome}")
    for shown in summary.shown:
        _print(console, f"{shown.outcome}: {shown.reason}{_code(shown)}")
    return summary


def show_formats(console: Console) -> None:
    """Print the adapters that there are."""
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for heading in ("format", "gives", "reads"):
        table.add_column(heading)
    for name, found in sorted(known().items()):
        table.add_row(*map(Text, (name, ", ".join(sorted(found.kinds)), found.description)))
    console.print(table)


def _show_pairs(console: Console, title: str, pairs: Mapping[str, object]) -> None:
    width = max(len(str(name)) for name in pairs)
    _print(console, f"{title}:")
    for name, found in pairs.items():
        _print(console, f"  {str(name).ljust(width)}  {found}")
    _print(console, "")


def _print(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)
