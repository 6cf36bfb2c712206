"""Mapping files: which columns of a foreign file say what, as TOML. `utl ingest --help` names them.

[columns]                       # ours = theirs; a list is joined
instrument = "Pair"
side = "Direction"
quantity = "Amount"
price = "Price"
executed_at = ["Date", "Time"]
venue_fill_id = ["Pair", "Trade"]
fee = "Commission"

[constants]
fee_asset = "USDT"

[words.side]                    # whatever their case
b = "buy"
s = "sell"

[numbers]
decimal = ","
thousands = "."
negate = ["fee"]                # a fee that is shown as a change of the balance
sign_is_side = true             # a negative quantity was sold

[time]
pattern = "%d.%m.%Y %H:%M:%S"   # of strptime; else ISO 8601, or a number of `unit`s since 1970
zone = "Europe/Berlin"
unit = "ms"

[ignore]                        # rows that say nothing: a column and its words
Status = ["cancelled"]

[file]
delimiter = ";"
skip = 2
encoding = "latin-1"
path = ["result", "list"]       # jsonl: where the array is
"""

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import chain
from pathlib import Path
from typing import Any

from utl.ingest.adapter import FileError, Options, Problem
from utl.ingest.fields import choice, moment, negated, number, plain_text, zone_of
from utl.ingest.own import FILL_COLUMNS, required
from utl.ingest.records import Ignored, Record, Said

TIMES = frozenset({"executed_at", "occurred_at", "opened_at", "as_of", "ex_at"})
NUMBERS = frozenset({"quantity", "price", "fee", "amount", "cost", "to_quantity", "multiplier"})
JOINED_BY = {"venue_fill_id": ":", "reference": ":"}

# What a mapping file may say, and of which type.
SECTIONS: Mapping[str, Mapping[str, type] | None] = {
    "columns": None,
    "constants": None,
    "words": None,
    "ignore": None,
    "numbers": {"decimal": str, "thousands": str, "negate": list, "sign_is_side": bool},
    "time": {"pattern": str, "zone": str, "unit": str},
    "file": {"delimiter": str, "skip": int, "encoding": str, "path": list},
}
HINT = 'see "Mapping files" in the README, or the beginning of utl/ingest/mapping.py'


@dataclass(frozen=True)
class Columns:
    """A mapping that was checked: it turns the fields of a row into a fact."""

    columns: Mapping[str, tuple[str, ...]]
    constants: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    ignore: Mapping[str, frozenset[str]] = field(default_factory=dict)
    decimal: str = "."
    thousands: str = ""
    negate: frozenset[str] = frozenset()
    sign_is_side: bool = False
    pattern: str = ""
    zone: str = ""
    unit: str = "ms"
    delimiter: str = ""
    skip: int = 0
    encoding: str = "utf-8"
    path: tuple[str, ...] = ()

    def facts(self, fields: Mapping[str, Any]) -> Said:
        """Return the fact that a row says."""
        for column, words in self.ignore.items():
            if str(_found(fields, column)).strip().lower() in words:
                return Ignored(f"{column} is {_found(fields, column)}")
        fact: dict[str, str] = dict(self.constants)
        for ours, name, theirs, read in self.plan:
            try:
                found: object = None if name is None else fields.get(name)
                if not found:
                    found = _joined(fields, theirs, JOINED_BY.get(ours, " "))
                if not _is_empty(found):
                    fact[ours] = read(found)
            except Problem as error:
                raise Problem(f"{ours}: {error}") from None
        if self.sign_is_side:
            _take_side(fact)
        return fact

    @cached_property
    def plan(self) -> Sequence[tuple[str, str | None, tuple[str, ...], Callable[[object], str]]]:
        """For each column of ours: the only one of theirs, if so; all of theirs; how it is read."""
        return [
            (ours, theirs[0] if len(theirs) == 1 else None, theirs, self._reading(ours))
            for ours, theirs in self.columns.items()
        ]

    def _reading(self, ours: str) -> Callable[[object], str]:
        if ours in self.words:
            return partial(choice, words=self.words[ours])
        if ours in NUMBERS:
            read = partial(number, decimal=self.decimal, thousands=self.thousands)
            return (lambda found: negated(read(found))) if ours in self.negate else read
        if ours in TIMES:
            return partial(moment, pattern=self.pattern, zone=self.zone, unit=self.unit)
        return plain_text

    def check_first(self, records: Iterable[Record]) -> Iterator[Record]:
        """Refuse a file that lacks a column, as its first good row shows."""
        remaining = iter(records)
        begin: list[Record] = []
        for record in remaining:
            begin.append(record)
            if record.problem is None:
                wanted = {*chain.from_iterable(self.columns.values()), *self.ignore}
                missing = sorted(wanted - set(record.fields))
                if missing:
                    raise FileError(
                        "the file lacks columns that the mapping names",
                        detail=f"missing: {', '.join(missing)}; there are "
                        f"{', '.join(map(str, record.fields))}",
                        hint=HINT,
                    )
                break
        yield from begin
        yield from remaining


def load_mapping(path: Path) -> Mapping[str, object]:
    """Read a mapping file."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FileError(f"{path} is not TOML", detail=str(error), hint=HINT) from error


def mapping_of(options: Options) -> Columns | None:
    """Check the mapping that the user gave; None if there is none."""
    given = options.mapping
    if given is None:
        return None
    _check_shape(given)
    columns = {ours: _names(ours, theirs) for ours, theirs in _section(given, "columns").items()}
    constants = {name: _constant(name, said) for name, said in _section(given, "constants").items()}
    words = {
        ours: {theirs.lower(): str(meant) for theirs, meant in _table("words", ours, said).items()}
        for ours, said in _section(given, "words").items()
    }
    numbers, time, file = (_section(given, name) for name in ("numbers", "time", "file"))
    mapping = Columns(
        columns,
        constants,
        words,
        {
            name: frozenset(str(word).strip().lower() for word in _listed(said))
            for name, said in _section(given, "ignore").items()
        },
        negate=frozenset(numbers.pop("negate", ())),
        path=tuple(file.pop("path", ())),
        **numbers,
        **{"zone": options.timezone or "", **time},
        **file,
    )
    _check(mapping, options)
    return mapping


def _check_shape(given: Mapping[str, object]) -> None:
    """Refuse what no mapping file has: it may be misspelt."""
    problems = [f"[{name}] is unknown" for name in given if name not in SECTIONS]
    for name in SECTIONS.keys() & given.keys():
        said, known = given[name], SECTIONS[name]
        if not isinstance(said, dict):
            problems.append(f"{name} is no table")
        elif known is not None:
            problems += [f"[{name}] {key} is unknown" for key in said if key not in known]
            problems += [
                f"[{name}] {key} is a {type(found).__name__}"
                for key, found in said.items()
                if key in known and not _is_of(found, known[key])
            ]
    if problems:
        raise FileError("the mapping is not one", detail="; ".join(sorted(problems)), hint=HINT)


def _is_of(found: object, kind: type) -> bool:
    """Whether a setting is of its type: lists are lists of text, and true is no number."""
    if isinstance(found, list):
        return kind is list and all(isinstance(part, str) for part in found)
    return type(found) is kind


def _check(mapping: Columns, options: Options) -> None:
    """Refuse a mapping that cannot give facts."""
    said = {*mapping.columns, *mapping.constants}
    problems = []
    if mapping.constants.get("kind", "fill") == "fill":
        derived = {"side"} if mapping.sign_is_side else set()
        missing = [name for name in required(options) if name not in said | derived]
        unknown = said - {*FILL_COLUMNS, "kind"}
        problems += [f"nothing says {', '.join(missing)}"] * bool(missing)
        problems += [f"a fill has no {', '.join(sorted(unknown))}"] * bool(unknown)
    for name in ("words", "negate"):
        unused = set(getattr(mapping, name)) - set(mapping.columns)
        problems += [f"{name}: no column says {', '.join(sorted(unused))}"] * bool(unused)
    if mapping.negate - NUMBERS:
        problems.append(f"negate: {', '.join(sorted(mapping.negate - NUMBERS))} is no number")
    if "side" in said and mapping.sign_is_side:
        problems.append("sign_is_side, and a side besides")
    if set(mapping.columns) & set(mapping.constants):
        problems.append("a column and a constant say the same")
    if len(mapping.decimal) != 1 or len(mapping.thousands) > 1 or len(mapping.delimiter) > 1:
        problems.append("decimal, thousands and delimiter are single characters")
    if mapping.decimal == mapping.thousands:
        problems.append("decimal and thousands are the same")
    if mapping.unit not in ("s", "ms", "us", "ns"):
        problems.append("unit is none of s, ms, us, ns")
    problems += _unusable(mapping)
    if problems:
        raise FileError("the mapping is not one", detail="; ".join(problems), hint=HINT)


def _unusable(mapping: Columns) -> Iterator[str]:
    try:
        zone_of(mapping.zone or "UTC")
        if "\n".encode(mapping.encoding) != b"\n":
            yield f"{mapping.encoding} is known by its byte-order mark: leave it out"
    except Problem as error:
        yield str(error)
    except (LookupError, UnicodeEncodeError):
        yield f"no encoding has this name: {mapping.encoding!r}"


def _section(given: Mapping[str, object], name: str) -> dict[str, Any]:
    found = given.get(name, {})
    return dict(found) if isinstance(found, dict) else {}


def _table(section: str, name: str, said: object) -> Mapping[str, object]:
    if not isinstance(said, dict):
        raise FileError("the mapping is not one", detail=f"[{section}.{name}] is missing",
                        hint=HINT)  # fmt: skip
    return said


def _names(ours: str, theirs: object) -> tuple[str, ...]:
    names = tuple(_listed(theirs))
    if not names or not all(isinstance(name, str) for name in names):
        detail = f"[columns] {ours} names no column"
        raise FileError("the mapping is not one", detail=detail, hint=HINT)
    return names


def _constant(name: str, said: object) -> str:
    if isinstance(said, bool | float | list | dict):
        detail = f"[constants] {name} is no text"
        raise FileError("the mapping is not one", detail=detail, hint=HINT)
    return str(said)


def _listed(said: object) -> list[Any]:
    return said if isinstance(said, list) else [said]


def _found(fields: Mapping[str, Any], name: str) -> object:
    """Find a field, also one inside another by its path: fee.cost."""
    if name in fields:
        return fields[name]
    found: object = fields
    for key in name.split("."):
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def _joined(fields: Mapping[str, Any], theirs: Sequence[str], mark: str) -> object:
    """Join fields; one that is missing among others would make two identities the same."""
    parts = [_found(fields, name) for name in theirs]
    if len(parts) == 1 or all(map(_is_empty, parts)):
        return parts[0]
    return mark.join(map(plain_text, parts))


def _is_empty(found: object) -> bool:
    return found is None or (isinstance(found, str) and not found.strip())


def _take_side(fact: dict[str, str]) -> None:
    quantity = fact.get("quantity")
    if quantity is not None:
        fact["side"] = "sell" if quantity.startswith("-") else "buy"
        fact["quantity"] = quantity.lstrip("+-")
