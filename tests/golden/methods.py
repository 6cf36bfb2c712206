"""The method of a cost-basis case, which may change from a year on.

`config.methods_by_year` gives the method from the start of each year (UTC) on. Before the first
year the case's `method` holds, or where that names no method (it may say that there are several),
the one of the first year. What is left at a change is carried over; figures before it stay.
"""

from datetime import UTC, datetime
from typing import Any

from tests.golden.selection import IDENTIFYING
from tests.golden.support import SUPPORTED, need


def methods_of(case: dict[str, Any]) -> set[str]:
    """All methods that the case ever costs by."""
    return {first_method(case), *(method for _, method in changes(case))}


def first_method(case: dict[str, Any]) -> str:
    """The method before any change."""
    method, by_year = str(case["method"]), _by_year(case)
    if by_year and f"method: {method}" not in SUPPORTED:
        return by_year[min(by_year)]
    return method


def changes(case: dict[str, Any]) -> list[tuple[datetime, str]]:
    """The times from which on another method holds, in their order."""
    found, method = [], first_method(case)
    for year, next_method in sorted(_by_year(case).items()):
        if next_method != method:
            found.append((datetime(year, 1, 1, tzinfo=UTC), next_method))
            method = next_method
    return found


def by_lot(method: str) -> str:
    """A method that keeps lots: for an average, the one by which tools say what is left of it."""
    return "FIFO" if method == "WAC" else method


def costing_method(method: str) -> str:
    """The ledger's word for a method."""
    return "specific" if method in IDENTIFYING else method.lower()


def _by_year(case: dict[str, Any]) -> dict[int, str]:
    by_year = case["config"].get("methods_by_year") or {}
    if not isinstance(by_year, dict) or not all(str(year).isdigit() for year in by_year):
        need("methods_by_year of another form")
    return {int(year): str(method).upper() for year, method in by_year.items()}
