"""The runner of the golden cases: cases of our own, and that it passes over nothing in silence."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.database import ROOT

OWN_CASES = ROOT / "tests" / "golden" / "cases"


def a_case(name: str, **changes: Any) -> dict[str, Any]:
    """Two bought, one sold at a profit of 2; what a case changes in it is given by key."""
    fills = [
        {"seq": 1, "t": "2026-01-01", "kind": "buy", "qty": "2", "price": "10"},
        {"seq": 2, "t": "2026-01-02", "kind": "sell", "qty": "1", "price": "12"},
    ]
    case = {
        "id": name,
        "method": "FIFO",
        "instrument": {"symbol": "BTC", "asset_class": "crypto", "quote": "USD"},
        "config": {"fees": "none", "oversell": "error"},
        "fills": fills,
        "expect": {"qty": "1", "realized_pnl": "2"},
        "conventions": "",
    }
    return {**case, **changes}


def golden(folder: Path) -> tuple[int, list[str]]:
    """Run the cases of a folder; return the exit status and what was printed."""
    run = subprocess.run(
        [sys.executable, "-m", "tests.golden.run"],
        cwd=ROOT,
        env=os.environ | {"UTL_GOLDEN_DIR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    return run.returncode, run.stdout.splitlines()


def test_cases_that_were_read_in_other_projects_tests_pass() -> None:
    """They are few: each for a rule that the shared sample does not ask for."""
    cases = [case for file in OWN_CASES.glob("*.json") for case in json.loads(file.read_text())]
    assert golden(OWN_CASES) == (0, [f"golden: {len(cases)} passed, 0 unsupported, 0 failed"])


def test_no_case_stops_another_and_none_is_passed_over_in_silence(tmp_path: Path) -> None:
    """Files and cases that cannot be read, unknown keys, wrong figures: each is told."""
    folder = tmp_path / "of" / "any" / "name"
    folder.mkdir(parents=True)
    (folder / "a.json").write_text("no JSON")
    (folder / "b.json").write_text('{"id": "no list"}')
    (folder / "notes.txt").write_text("not read at all")
    mark = {"seq": 3, "t": "2026-01-03", "kind": "mark", "price": "11", "bid": "10"}
    oversold = [{"seq": 1, "t": "2026-01-01", "kind": "sell", "qty": "1", "price": "12"}]
    cases = [
        a_case("right"),
        a_case("wrong", expect={"qty": "1", "realized_pnl": "3"}),
        a_case("wrong and unknown", expect={"qty": "3", "matches": [{"tax": "1"}]}),
        a_case("unknown figure", expect={"qty": "1", "tax": None}),
        a_case("unknown key of a row", fills=[*a_case("")["fills"], mark]),
        a_case("unknown config", config={"fees": "none", "wash_sales": "30"}),
        a_case("without expectations", expect=None),
        a_case("refused", fills=oversold, expect={"error": "oversell"}),
        {"id": "of no format"},
        a_case("right again"),
    ]
    (folder / "c.json").write_text(json.dumps(cases))
    status, lines = golden(tmp_path)
    told = {line.strip() for line in lines}
    assert status == 1
    assert lines[-1] == "golden: 2 passed, 6 unsupported, 4 failed"
    assert told >= {
        "FAILED of/any/name/a.json",
        "FAILED of/any/name/b.json",
        "FAILED wrong",
        "realized_pnl: expected 3, got 2",
        "FAILED wrong and unknown",
        "1  expected figure: tax",
        "unknown figure",
        "1  fill: bid",
        "1  config: wash_sales",
        "without expectations",
        "refused",
        "1  a case with neither config nor params",
    }
    assert any("here a fill that happened is never refused" in line for line in lines)


def test_a_folder_without_cases_is_told(tmp_path: Path) -> None:
    """It is no success."""
    assert golden(tmp_path) == (2, ["golden: 0 passed, 0 unsupported, 0 failed"])
