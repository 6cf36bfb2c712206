"""How the command line says how a file is read."""

from collections.abc import Sequence
from pathlib import Path

from utl.ingest import Form
from utl.ingest.adapter import FileError, Options, find, load
from utl.ingest.mapping import load_mapping

# What a file is, if nothing else says it.
ENDINGS = {
    ".csv": "csv",
    ".json": "jsonl",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".arrow": "parquet",
    ".arrows": "parquet",
    ".feather": "parquet",
}


def form_of(
    file: Path,
    format_name: str | None,
    mapping: Path | None,
    adapter: Path | None,
    settings: Sequence[str],
) -> Form:
    """Put together what the options say."""
    loaded = load(adapter) if adapter else []
    if format_name is None and len(loaded) > 1:
        raise FileError(
            f"{adapter} registers several adapters",
            detail=", ".join(found.name for found in loaded),
            hint="say which one: --format NAME",
        )
    name = format_name or (loaded[0].name if loaded else _by_ending(file))
    if mapping is not None and find(name).name not in set(ENDINGS.values()):
        raise FileError(
            f"format {name} takes no mapping", hint=f"{', '.join(set(ENDINGS.values()))} do"
        )
    options = Options(
        mapping=load_mapping(mapping) if mapping else None, settings=dict(map(_pair, settings))
    )
    return Form(find(name).name, options)


def _by_ending(file: Path) -> str:
    name = file.name.lower().removesuffix(".gz").removesuffix(".zip")
    ending = Path(name).suffix
    return ENDINGS.get(ending, "csv")


def _pair(setting: str) -> tuple[str, str]:
    key, mark, text = setting.partition("=")
    if not mark or not key:
        raise FileError(f"--set takes KEY=TEXT, not {setting!r}")
    return key, text
