"""Everything that a venue has of a stretch of time, whatever pages it gives.

Venues cut their answers to a page: the first ones of the stretch, or the last, or those that a
client library kept. Nobody says which. So what lies after the last and before the first of a page
is asked for again, until nothing new comes. A page is trusted to be whole only if it is tiny.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any

from utl.settings import UtlError

SURELY_WHOLE = 10  # no venue's page is smaller
SECOND = 1000  # some venues know whole seconds only

Found = Mapping[str, Any]
Fetch = Callable[[int, int], list[Found]]


class TooMany(Exception):  # noqa: N818 - no error: the stretch is to be shorter
    """There is more in the stretch than should be in memory at once."""


class PageError(UtlError):
    """A venue does not let itself be paged, so that something might be left out."""


def collect(fetch: Fetch, since: int, until: int, *, page: int, most: int) -> list[Found]:
    """Fetch all there is from `since` to `until`, in milliseconds, in order of time.

    `page` is how many a full page has. Raises TooMany when there are more than `most`, and
    PageError when a full page says nothing new though there may be more.
    """
    found: dict[Hashable, Found] = {}
    stretches = [(since, until)]
    while stretches:
        start, end = stretches.pop()
        got = fetch(start, end)
        new = {key: one for one in got if (key := identity(one)) not in found}
        found |= new
        if len(found) > most:
            raise TooMany
        if len(got) >= SURELY_WHOLE:
            if new:
                stretches += _around(got, start, end)
            elif len(got) >= page and not _is_ascending(got, end, found.values()):
                raise _stuck(got, page)
    within = [one for one in found.values() if since <= _time(one) <= until]
    return sorted(within, key=_time)


def identity(one: Found) -> Hashable:
    """What tells one unified object of a stream from the others."""
    names = ("id", "symbol", "side", "timestamp", "order", "currency", "amount", "txid")
    return tuple(str(one.get(name)) for name in names)


def _around(got: list[Found], start: int, end: int) -> list[tuple[int, int]]:
    """What lies before and after a page, with the whole seconds at its ends."""
    first = min(_time(one) for one in got) // SECOND * SECOND + SECOND
    last = max(_time(one) for one in got) // SECOND * SECOND
    return [(start, max(start, min(first, end))), (max(start, min(last, end)), end)]


def _is_ascending(got: list[Found], end: int, found: Iterable[Found]) -> bool:
    """Whether the venue takes no end and gives the first ones, as what came after them shows."""
    last = max(_time(one) for one in got)
    return last > end and any(_time(one) > last for one in found)


def _time(one: Found) -> int:
    return int(one.get("timestamp") or 0)


def _stuck(got: list[Found], page: int) -> PageError:
    times = sorted(_time(one) for one in got)
    return PageError(
        "the exchange gives the same full page again, so something might be left out",
        detail=f"{len(got)} rows from {times[0]} to {times[-1]} (Unix milliseconds), {page} a page",
        hint="ingest an export of this time instead, or pull the symbols one by one",
    )
