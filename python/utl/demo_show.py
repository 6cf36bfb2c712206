"""How the demo shows its tables and figures."""

from datetime import datetime, timedelta
from decimal import Decimal

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text


def new_table(texts: list[str], numbers: list[str]) -> Table:
    """Start a table with these headings: texts to the left, numbers to the right."""
    table = Table(
        box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim"
    )
    for heading in texts:
        table.add_column(heading, no_wrap=True)
    for heading in numbers:
        table.add_column(heading, no_wrap=True, justify="right")
    return table


def show(console: Console, title: str, table: Table) -> None:
    """Print a table under its title."""
    console.print(f"\n[bold]{title}[/]", highlight=False)
    console.print(Padding(table, (0, 0, 0, 2), expand=False))


def say(console: Console, text: str) -> None:
    """Print what was found to be so."""
    console.print(f"  [green]✓[/] {text}")


def exact(quantity: Decimal) -> str:
    """A quantity, to its last digit."""
    return f"{quantity:,f}"


def money(amount: Decimal) -> str:
    """An amount of money, with two decimals."""
    return f"{amount:z,.2f}"


def pnl(amount: Decimal) -> Text:
    """A profit in green, a loss in red."""
    return Text(money(amount), style="red" if amount < 0 else "green")


def minute(moment: datetime) -> str:
    """A moment, to the minute."""
    return f"{moment:%Y-%m-%d %H:%M}"


def duration(held: timedelta) -> str:
    """A time that something was held."""
    if held.days:
        return f"{held.days:,} days"
    minutes, seconds = divmod(held.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}"
