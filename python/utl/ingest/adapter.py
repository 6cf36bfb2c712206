"""What an adapter is, and which there are.

An adapter reads files of one format. It is a function that takes an open file and options and
yields a `Row` for every row of the file, in order: what facts the row says, or why it says none.
It never opens a connection and books nothing, so that it can be tried and tested by itself.

    @adapter("acme", kinds={"fill"})
    def read(source: BinaryIO, options: Options) -> Iterator[Row]:
        '''Trades as acme.example exports them.'''
        return rows(csv_records(source), _fill)

Every module of this package is looked at, those of other packages if they name an entry point of
the adapter's name in the group `utl.adapters`, and a file that the user names with --adapter. A
module imports what is large or optional (ccxt, pyarrow) only inside its functions.
"""

import importlib
import importlib.util
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import BinaryIO, NamedTuple

from utl.settings import UtlError

ENTRY_POINTS = "utl.adapters"
KINDS = frozenset({"fill", "transaction", "statement"})

# One fact in the words of SQL, all figures as decimal text such as -0.001. "kind" says what it is:
# absent or "fill": the keys of utl.record_fills; "statement": a line of what a venue says is there,
# account, asset or instrument, quantity, as_of; any other: a kind of utl.transaction_kinds, with
# the arguments of its function. "instrument" and assets may be spelt as the account's venue does,
# if it has aliases.
Fact = Mapping[str, str]


class FileError(UtlError):
    """A file that is not of its format; nothing of it was recorded."""


class Problem(ValueError):  # noqa: N818  # it is the row's problem, and no fault of the program
    """Why a row cannot be read, in words for the user; the row is rejected with it."""


@dataclass(frozen=True)
class Options:
    """What the user says about a file.

    book, account, venue and timezone stand in where rows do not say them; the ledger sees to that,
    so an adapter needs them only where its reading depends on it. `mapping` is the content of the
    mapping file, `file` the file's name, and `settings` what --set KEY=TEXT gave, such as
    exchange=binance. With `by_row`, every row is wanted by itself, although blocks were quicker.
    """

    book: str | None = None
    account: str | None = None
    venue: str | None = None
    timezone: str | None = None
    file: str = ""
    mapping: Mapping[str, object] | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    by_row: bool = False


class Row(NamedTuple):
    """One row of a file, and what it says: facts, or a problem, or why it is ignored.

    `line` counts lines of the file from 1, and `raw` is the row as it stands there. A row that
    says several things has several facts. Only what says nothing a ledger books is ignored, such
    as a cancelled order or a line of totals: what cannot be understood is a problem. `fields` is
    what the row holds under its own names, for --explain.
    """

    line: int
    raw: str
    facts: tuple[Fact, ...] = ()
    problem: str | None = None
    ignored: str | None = None
    fields: Mapping[str, object] | None = None


class Block(NamedTuple):
    """Plain lines of a CSV file of UTL's own columns, which go to the server as they are.

    Of no use to other formats: their adapters yield rows.
    """

    first_line: int
    lines: str
    columns: tuple[str, ...]


Read = Callable[[BinaryIO, Options], Iterator[Row | Block]]


@dataclass(frozen=True)
class Adapter:
    """A format that can be read, and the kinds of facts that files of it may say."""

    name: str
    kinds: frozenset[str]
    read: Read

    @property
    def description(self) -> str:
        """The first line of the function's docstring."""
        return (self.read.__doc__ or "").strip().partition("\n")[0]


_adapters: dict[str, Adapter] = {}


def adapter(name: str, *, kinds: set[str]) -> Callable[[Read], Read]:
    """Register the function below as the adapter of this name."""
    if not kinds or kinds - KINDS:
        raise ValueError(f"kinds of adapter {name!r} are some of {sorted(KINDS)}: {sorted(kinds)}")

    def register(read: Read) -> Read:
        _adapters[name] = Adapter(name, frozenset(kinds), read)
        return read

    return register


def find(name: str) -> Adapter:
    """Return the adapter of this name; FileError, with the names there are, if there is none."""
    _import_ours()
    if name not in _adapters:
        for entry_point in entry_points(group=ENTRY_POINTS, name=name):
            entry_point.load()
    if name not in _adapters:
        raise FileError(
            f"there is no format {name!r}",
            detail=f"there are {', '.join(sorted(known()))}",
            hint="a module of your own adds one: --adapter FILE.py; see `utl ingest --help`",
        )
    return _adapters[name]


def known() -> Mapping[str, Adapter]:
    """All adapters by name."""
    _import_ours()
    for entry_point in entry_points(group=ENTRY_POINTS):
        if entry_point.name not in _adapters:
            entry_point.load()
    return _adapters


def load(path: Path) -> list[Adapter]:
    """Run a user's module, and return the adapters that it registers."""
    _import_ours()  # before, so that the user's adapter takes the place of ours of the same name
    before = dict(_adapters)
    spec = importlib.util.spec_from_file_location(f"utl_adapter_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise FileError(f"{path} is no Python module", hint="its name ends in .py")
    try:
        spec.loader.exec_module(importlib.util.module_from_spec(spec))
    except (SyntaxError, ImportError) as error:
        raise FileError(f"{path} cannot be run", detail=str(error)) from error
    loaded = [found for name, found in _adapters.items() if before.get(name) is not found]
    if not loaded:
        hint = 'a function of it is an adapter by the decorator @adapter("name", kinds={"fill"})'
        raise FileError(f"{path} registers no adapter", hint=hint)
    return loaded


@cache
def _import_ours() -> None:
    """Import every module of the package, once, so that each registers its adapter."""
    package = importlib.import_module(__package__)
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{__package__}.{module.name}")
