"""Run the golden cases: figures that other projects' own tests assert, against the ledger.

usage: python -m tests.golden.run [CASE …]

Reads every JSON file below $UTL_GOLDEN_DIR (default: ../shared/golden beside the repository), of
any name and depth; a case that has `config` is of the format of lots, one with `params` of engines.
Books each case through the public interface, in a transaction that is rolled back; after it, the
ledger's own checks must find nothing. As many cases run at once as there are processors. Prints
each failed case with what was expected and got, the unsupported ones by reason, and one last line:

    golden: P passed, U unsupported, F failed

CASE: names of cases to run alone. Exit status: 0; 1 when a case failed, or a file cannot be read; 2
when there is no case.
"""

import json
import os
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import psycopg

from tests import database
from tests.database import ROOT
from tests.golden import engines, lots
from tests.golden.compare import Claim, agrees
from tests.golden.support import Refused, Unsupported

# The runner of a case, by the key that tells its format.
FORMATS: dict[str, Callable[[dict[str, Any], Any], Iterator[Claim]]] = {
    "config": lots.run,
    "params": engines.run,
}

# Free ones, with how to connect again.
Connections = SimpleQueue[tuple[str, psycopg.Connection[Any]]]


@dataclass(frozen=True)
class Outcome:
    """What a case came to: it passed, or is unsupported for a reason, or failed by `problems`."""

    name: str
    unsupported: str | None = None
    problems: Sequence[str] = ()


def main() -> int:
    """Run the cases named on the command line, or all; return the exit status."""
    folder = Path(os.environ.get("UTL_GOLDEN_DIR") or ROOT.parent / "shared" / "golden")
    named = set(sys.argv[1:])
    outcomes, cases = _read(folder)
    cases = [case for case in cases if not named or case["id"] in named]
    if cases:
        at_once = min(os.cpu_count() or 1, len(cases))
        with _connections(at_once) as connections, ThreadPoolExecutor(at_once) as pool:
            outcomes += pool.map(lambda case: _run(case, connections), cases)
    print("\n".join(_report(outcomes)))
    if not outcomes:
        print(f"no cases in {folder}", file=sys.stderr)
        return 2
    return 1 if any(outcome.problems for outcome in outcomes) else 0


def _read(folder: Path) -> tuple[list[Outcome], list[dict[str, Any]]]:
    """Every case below the folder; a file that holds none has failed."""
    unread: list[Outcome] = []
    cases: list[dict[str, Any]] = []
    for file in sorted(folder.rglob("*.json")):
        name = str(file.relative_to(folder))
        try:
            found = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            unread.append(Outcome(name, problems=(f"it cannot be read: {error}",)))
            continue
        if not isinstance(found, list) or not all(isinstance(case, dict) for case in found):
            unread.append(Outcome(name, problems=("it is no list of cases",)))
            continue
        cases += [{"id": f"{name}[{n}]", **case} for n, case in enumerate(found, start=1)]
    return unread, cases


@contextmanager
def _connections(count: int) -> Iterator[Connections]:
    """So many, each to a database of its own, so that no case waits for another."""
    connections: Connections = SimpleQueue()
    with ExitStack() as stack:
        url = stack.enter_context(database.running_server())
        template = database.migrated_template(url)
        for _ in range(count):
            conninfo = stack.enter_context(database.clone(url, template))
            connections.put((conninfo, psycopg.connect(conninfo)))
        try:
            yield connections
        finally:
            while not connections.empty():
                connections.get()[1].close()


def _run(case: dict[str, Any], connections: Connections) -> Outcome:
    """Book a case by a connection that is free, and compare."""
    conninfo, connection = connections.get()
    try:
        if connection.closed:  # an earlier case broke it
            connection = psycopg.connect(conninfo)
        return _outcome(case, connection)
    finally:
        connections.put((conninfo, connection))


def _outcome(case: dict[str, Any], connection: psycopg.Connection[Any]) -> Outcome:
    problems: list[str] = []
    unsupported: str | None = None
    try:
        claims = _claims(case, connection)
        problems.extend(str(claim) for claim in claims if not agrees(claim))
        checks = connection.execute("select check_name, violations from utl.failed_checks()")
        problems += [f"{name}: {violations} violations" for name, violations in checks]
    except Unsupported as reason:
        unsupported = str(reason)
    except Refused as refusal:
        problems.append(f"refused: {refusal}")
    except psycopg.Error as error:
        problems.append(f"{error.sqlstate}: {error}")
    except Exception as error:  # noqa: BLE001 - one case must not stop the others
        unsupported = f"the runner cannot read it: {type(error).__name__} {error}"
    finally:
        if not connection.closed:
            connection.rollback()
    # What disagreed before the rule was missed has failed all the same.
    return Outcome(str(case["id"]), None if problems else unsupported, problems)


def _claims(case: dict[str, Any], connection: psycopg.Connection[Any]) -> Iterator[Claim]:
    for key, run in FORMATS.items():
        if key in case:
            return run(case, connection)
    raise Unsupported("a case with neither config nor params")


def _report(outcomes: list[Outcome]) -> Iterator[str]:
    """All there is to print."""
    failed = [outcome for outcome in outcomes if outcome.problems]
    for outcome in failed:
        yield f"FAILED {outcome.name}"
        yield from (f"    {problem}" for problem in outcome.problems)
    unsupported: defaultdict[str, list[str]] = defaultdict(list)
    for outcome in outcomes:
        if outcome.unsupported:
            unsupported[outcome.unsupported].append(outcome.name)
    if unsupported:
        yield "unsupported, by the rule that is missing:"
    for rule, names in sorted(unsupported.items(), key=lambda item: -len(item[1])):
        yield f"{len(names):6}  {rule}"
        yield from (f"          {name}" for name in names)
    others = sum(map(len, unsupported.values()))
    passed = len(outcomes) - others - len(failed)
    yield f"golden: {passed} passed, {others} unsupported, {len(failed)} failed"


if __name__ == "__main__":
    sys.exit(main())
