"""Run the golden cases: figures that other projects' own tests assert, against the ledger.

usage: python -m tests.golden.run [CASE …]

Reads every JSON file below $UTL_GOLDEN_DIR (default: ../shared/golden beside the repository), in
`engines/` and in `lots/`, of any name and depth. Books each case through the public interface, in a
transaction that is rolled back; after it, the ledger's own checks must find nothing. Prints each
failed case with what was expected and got, the unsupported ones counted by reason, and one last
line:

    golden: P passed, U unsupported, F failed

CASE: names of cases to run alone; then each unsupported one is named, too.
"""

import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from tests import database
from tests.database import ROOT
from tests.golden import engines, lots
from tests.golden.compare import Claim, disagreements
from tests.golden.support import Refused, Unsupported

FORMATS: dict[str, Callable[[dict[str, Any], Any], Iterator[Claim]]] = {
    "engines": engines.run,
    "lots": lots.run,
}


@dataclass
class Report:
    """What the cases came to: how many passed, why others did not."""

    passed: int = 0
    unsupported: Counter[str] = field(default_factory=Counter)
    failed: dict[str, list[str]] = field(default_factory=dict)

    def lines(self) -> Iterator[str]:
        """All there is to print."""
        for name, problems in self.failed.items():
            yield f"FAILED {name}"
            yield from (f"    {problem}" for problem in problems)
        if self.unsupported:
            yield "unsupported, by the rule that is missing:"
            yield from (f"{count:6}  {rule}" for rule, count in self.unsupported.most_common())
        unsupported = self.unsupported.total()
        yield (
            f"golden: {self.passed} passed, {unsupported} unsupported, {len(self.failed)} failed"
        )


def main() -> int:
    """Run the cases named on the command line, or all; return the exit status."""
    folder = Path(os.environ.get("UTL_GOLDEN_DIR") or ROOT.parent / "shared" / "golden")
    report = Report()
    chosen = set(sys.argv[1:])
    with (
        database.running_server() as url,
        database.clone(url, database.migrated_template(url)) as conninfo,
        psycopg.connect(conninfo) as connection,
    ):
        for format_name, case in read_cases(folder):
            if not chosen or case["id"] in chosen:
                _run(FORMATS[format_name], case, connection, report)
    print("\n".join(report.lines()))
    if not (report.passed or report.unsupported or report.failed):
        print(f"no cases in {folder}", file=sys.stderr)
        return 2
    return 1 if report.failed else 0


def read_cases(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every case below the folder, with the name of its format."""
    for file in sorted(folder.rglob("*.json")):
        parts = file.relative_to(folder).parts
        format_name = next((part for part in parts if part in FORMATS), None)
        if format_name:
            for case in json.loads(file.read_text(encoding="utf-8")):
                yield format_name, case


def _run(
    run: Callable[[dict[str, Any], Any], Iterator[Claim]],
    case: dict[str, Any],
    connection: psycopg.Connection[Any],
    report: Report,
) -> None:
    try:
        problems = [str(claim) for claim in disagreements(run(case, connection))]
        checks = connection.execute("select check_name, violations from utl.failed_checks()")
        problems += [f"{name}: {violations} violations" for name, violations in checks]
    except Unsupported as reason:
        report.unsupported[str(reason)] += 1
        return
    except (LookupError, TypeError, ValueError, ArithmeticError) as error:
        report.unsupported[f"the runner cannot read it: {type(error).__name__} {error}"] += 1
        return
    except Refused as refusal:
        problems = [f"refused: {refusal}"]
    except psycopg.Error as error:
        problems = [f"{error.sqlstate}: {error}"]
    finally:
        connection.rollback()
    if problems:
        report.failed[case["id"]] = problems
    else:
        report.passed += 1


if __name__ == "__main__":
    sys.exit(main())
