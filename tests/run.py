"""Run test suites, one after another: one line each and what failed, then the totals.

usage: python -m tests.run [SUITE …]

A suite's whole output goes to $UTL_HOME/log/SUITE.log.
"""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from psycopg.conninfo import make_conninfo

from tests import database
from tests.database import ROOT, STATE
from utl import server
from utl.settings import UtlError

TESTS = ROOT / "tests"
LOGS = STATE / "log"
SUITE_SECONDS_MAX = 3600  # a test that hangs must not hang them all; slow machines are slow
PATIENCE_SECONDS = 30
KEPT_INSIDE = {  # what pytest and Hypothesis would leave elsewhere
    "HYPOTHESIS_STORAGE_DIRECTORY": str(STATE / "hypothesis"),
    "PYTEST_DEBUG_TEMPROOT": str(STATE / "tmp"),
}
PROBLEM_LINES_MAX = 40  # of one suite; its log has the rest
TAP_FINE = re.compile(r" *(ok\b|1\.\.\d+$|Files=|Result:|\S+ \.\.+ |-*$)")  # needs no attention


@dataclass
class Outcome:
    """What a suite came to; `problems` are lines to show."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    problems: list[str] = field(default_factory=list)


def main() -> int:
    """Run the suites named on the command line, or all; return the exit status."""
    parser = argparse.ArgumentParser(prog="tests.run", description="Run test suites.")
    parser.add_argument("suites", nargs="*", metavar="SUITE", help=", ".join(SUITES))
    suites = parser.parse_args().suites or list(SUITES)
    if unknown := set(suites) - set(SUITES):
        parser.error(f"unknown suite {', '.join(unknown)}; there are {', '.join(SUITES)}")

    # When we are stopped, the server must stop too: an exception lets running_server do that.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    LOGS.mkdir(parents=True, exist_ok=True)
    (STATE / "tmp").mkdir(exist_ok=True)
    total = Outcome()
    with database.running_server() as url:
        try:
            database.migrated_template(url)  # now, so that a mistake in it is told once
        except UtlError as error:
            print(f"{error}\n0 passed, 1 failed")
            return 1
        for suite in suites:
            outcome = _run(suite, url)
            total.passed += outcome.passed
            total.failed += outcome.failed
            total.skipped += outcome.skipped
    print(f"{total.passed} passed, {total.failed} failed, {total.skipped} skipped")
    return 1 if total.failed or not total.passed else 0


def _run(suite: str, url: str) -> Outcome:
    started = time.monotonic()
    outcome = SUITES[suite](suite, url)
    seconds = time.monotonic() - started
    counts = f"{outcome.passed:6} passed {outcome.failed:5} failed {outcome.skipped:5} skipped"
    print(f"{suite:12}{counts}{seconds:8.1f} s", flush=True)
    for line in outcome.problems[:PROBLEM_LINES_MAX]:
        print(f"    {line}")
    if outcome.failed:
        print(f"    all of it: {os.path.relpath(_log(suite))}", flush=True)
    return outcome


def _pgtap(suite: str, url: str) -> Outcome:
    files = sorted(str(file.relative_to(ROOT)) for file in (TESTS / suite).rglob("*.sql"))
    if not files:
        return Outcome()
    psql = str(TESTS / "tools" / "psql_in_clone.sh")
    if shutil.which("pg_prove"):
        prove = ["pg_prove", "--psql-bin", psql]
    else:
        prove = ["prove", "--exec", f"{psql} -XAtq -v ON_ERROR_STOP=1 -f"]
    options = ["--jobs", "2", "--verbose"]
    settings = {
        "PSQL": server.psql_program(),
        "SERVER": make_conninfo(url, application_name="pgtap"),  # never a URL
        "TEMPLATE": database.pgtap_template(url),
    }
    status, output = _logged(suite, [*prove, *options, *files], settings)
    return _tap_outcome(status, output)


def _tap_outcome(status: int, output: str) -> Outcome:
    """Read what prove says at its end; a file that broke off counts as one failure more."""
    tests = re.search(r"^Files=\d+, Tests=(\d+)", output, re.MULTILINE)
    reports = re.findall(r"^\S+ +\(Wstat: .*Failed: (\d+)\)$", output, re.MULTILINE)
    failed = sum(max(int(count), 1) for count in reports) or int(status != 0)
    passed = max(int(tests[1]) - sum(map(int, reports)), 0) if tests else 0
    problems = [line for line in output.splitlines() if not TAP_FINE.match(line)] if failed else []
    return Outcome(passed, failed, 0, problems)


def _pytest(suite: str, url: str) -> Outcome:
    """Run a folder by pytest, which finds the server by itself; ours keeps it running."""
    del url
    if not any((TESTS / suite).rglob("test_*.py")):
        return Outcome()
    report = LOGS / f"{suite}.xml"
    report.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", f"tests/{suite}", "--numprocesses=2", "--quiet"]
    status, output = _logged(suite, [*command, f"--junitxml={report}"])
    if not report.exists():
        return Outcome(failed=1, problems=output.splitlines()[-PROBLEM_LINES_MAX:])
    outcome = _junit_outcome(report)
    if status and not outcome.failed:  # pytest itself failed, or was stopped
        outcome.failed = 1
        outcome.problems = output.splitlines()[-PROBLEM_LINES_MAX:]
    return outcome


def _junit_outcome(report: Path) -> Outcome:
    outcome = Outcome()
    for case in ET.parse(report).iter("testcase"):  # noqa: S314 - pytest wrote it just now
        bad = case.find("failure")
        bad = case.find("error") if bad is None else bad
        if bad is not None:
            outcome.failed += 1
            name = f"{case.get('classname')}::{case.get('name')}"
            outcome.problems.append(f"{name}: {bad.get('message', '').partition(os.linesep)[0]}")
        elif case.find("skipped") is not None:
            outcome.skipped += 1
        else:
            outcome.passed += 1
    return outcome


def _golden(suite: str, url: str) -> Outcome:
    del url
    if not (TESTS / suite / "run.py").exists():
        return Outcome()
    status, output = _logged(suite, [sys.executable, "-m", "tests.golden.run"])
    counts = re.search(r"^golden: (\d+) passed, (\d+) unsupported, (\d+) failed$", output, re.M)
    passed, unsupported, failed = map(int, counts.groups()) if counts else (0, 0, 0)
    failed = failed or int(status != 0)
    return Outcome(passed, failed, unsupported, output.splitlines() if failed else [])


def _log(suite: str) -> Path:
    return LOGS / f"{suite}.log"


def _logged(
    suite: str, command: list[str], settings: dict[str, str] | None = None
) -> tuple[int, str]:
    with (
        _log(suite).open("w") as log,
        # In a session of its own, so that Ctrl-C reaches us alone.
        subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | KEPT_INSIDE | (settings or {}),
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as process,
    ):
        try:
            status = process.wait(SUITE_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            status = _interrupt(process)
            log.write(f"\nstopped after {SUITE_SECONDS_MAX} s\n")
        except BaseException:
            _interrupt(process)
            raise
    return status, _log(suite).read_text()


def _interrupt(process: subprocess.Popen[bytes]) -> int:
    """End a suite as Ctrl-C does, which lets pytest end its workers; then whatever is left."""
    process.send_signal(signal.SIGINT)
    try:
        return process.wait(PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        return process.wait()


SUITES: dict[str, Callable[[str, str], Outcome]] = {
    "pgtap": _pgtap,
    "python": _pytest,
    "properties": _pytest,
    "concurrency": _pytest,
    "upgrade": _pytest,
    "golden": _golden,
    "readme": _pytest,
}

if __name__ == "__main__":
    sys.exit(main())
