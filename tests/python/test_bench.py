"""The benchmark's own behaviour; what it measures is for `make bench`."""

import io
import json
import os
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from psycopg.conninfo import make_conninfo
from rich.console import Console

from tests.database import connect
from utl.bench import BenchError, Measured, Plan, chosen, command, run, show, single
from utl.bench import fills as bench_fills
from utl.bench.bulk import BATCHES
from utl.bench.figures import Figure, at_least, at_most
from utl.bench.fills import COLUMNS, Ids, Stream
from utl.bench.late import in_turn
from utl.bench.lateness import Lateness, Ledger
from utl.bench.scratch import scratch_on

IDS = Ids(books=[1, 2], accounts=[1, 2], instruments=[1, 2, 3], fee_asset=1)


SMALL = Plan(
    repeat=1,
    fills=2_000,
    seconds=1,
    costings=["fifo"],
    short_history=10_000,
    long_history=20_000,
    open_lots=200,
    copied_fills=5_000,
    ingested_rows=500,
    read_fills=4_000,
)


def _measured(server_url: str, plan: Plan, *only: str) -> Measured:
    return run(server_url, plan, chosen(only, is_full=False), lambda _: None)


def _shown(measured: Measured, *only: str) -> str:
    console = Console(width=80, record=True, file=io.StringIO())
    show(measured, chosen(only, is_full=False), console)
    return console.export_text()


def test_booking_is_measured_beside_a_bare_table_and_nothing_stays(server_url: str) -> None:
    details = _measured(server_url, SMALL, "bulk", "single").details

    assert [row["load"] for row in details["bulk"]] == ["COPY of 10,000 rows"]
    assert [row["load"] for row in details["single"]] == [
        f"{load}, {notify}" for load, notify in single.LOADS
    ]
    for row in (*details["bulk"], *details["single"]):
        assert row["fills_per_second"] > 0
        assert row["bare_fills_per_second"] > 0
        assert row["wal_bytes_per_fill"] > row["bare_wal_bytes_per_fill"]
        assert row["stored_bytes_per_fill"] > row["bare_stored_bytes_per_fill"]
        assert "entries" in row["stored_bytes_per_fill_by_table"]
    with connect(server_url) as admin:
        left = admin.execute(
            "select datname from pg_catalog.pg_database where starts_with(datname, %s)",
            [f"utl_bench_{os.getpid()}"],
        )
        assert left.fetchall() == []


def test_each_row_of_the_targets_has_a_figure_and_a_verdict(server_url: str) -> None:
    parts = ("bulk", "writers", "hot", "lots", "history", "memory", "ingest")

    measured = _measured(server_url, SMALL, *parts)

    found = {(figure.section, figure.unit): figure for figure in measured.figures}
    assert set(found) >= {
        *(("bulk", "ratio"), ("bulk", "bytes"), ("writers", "ratio"), ("hot", "ratio")),
        *(("lots", "ratio"), ("history", "ratio"), ("ingest", "ratio"), ("ingest", "MB")),
    }
    for figure in measured.figures:
        assert figure.case == "fifo"
        assert figure.median > 0
        assert figure.is_met in (True, False) or "Writer" in figure.what
    assert 1 < found["ingest", "MB"].median < 2_000
    assert [row["history"] for row in measured.details["history"]] == [10_000, 20_000]
    assert json.loads(json.dumps(measured.as_json()))["figures"][0]["limit"]["bound"] == 0.42


def test_the_memory_of_a_backend_grows_with_what_it_copies(server_url: str) -> None:
    little, much = (
        _measured(server_url, replace(SMALL, copied_fills=fills), "memory").figures
        for fills in (1_000, 100_000)
    )

    if not Path("/proc").exists():
        assert (*little, *much) == ()
        return
    assert little[0].median < much[0].median < 1_000


def test_batches_are_measured_from_one_row_on(server_url: str) -> None:
    rows = _measured(server_url, SMALL, "batches").details["batches"]

    assert [row["rows"] for row in rows] == list(BATCHES)
    assert rows[0]["fills_per_second"] < rows[-1]["fills_per_second"]


def test_the_figures_are_shown_in_eighty_columns(server_url: str) -> None:
    text = _shown(_measured(server_url, replace(SMALL, fills=100), "bulk"), "bulk")

    assert "COPY of 10,000 rows" in text
    assert "bulk ÷ bare COPY" in text
    assert "≥ 0.42" in text
    assert "missed" in text
    assert "…" not in text


def test_a_figure_on_the_bound_meets_its_target() -> None:
    floor, ceiling, none = (
        Figure("bulk", "of", "wac", "ratio", [0.1, 0.5, 0.9], limit)
        for limit in (at_least(0.5), at_most(0.4), None)
    )

    assert (floor.is_met, ceiling.is_met, none.is_met) == (True, False, None)


def test_late_fills_and_reads_are_shown_in_eighty_columns(server_url: str) -> None:
    ledgers = [Ledger(1, 1, [Lateness(1_000), Lateness(10, 10), Lateness(10, 0)])]
    plan = replace(SMALL, costings=["wac"], ledgers=ledgers)

    text = _shown(_measured(server_url, plan, "late", "reads"), "late", "reads")

    for shown in ("by 1,000, each", "by 10, every 10th", "shuffled in 10", "then, as known now"):
        assert shown in text
    assert "…" not in text


def test_everything_is_measured_only_when_asked_for() -> None:
    by_default, everything = (
        {m.name for m in chosen([], is_full=is_full)} for is_full in (False, True)
    )

    assert everything - by_default == {"late", "reads", "appraisal", "stream"}
    assert {m.name for m in chosen(["late"], is_full=False)} == {"late"}


def test_an_unknown_part_is_refused_with_the_names_that_there_are() -> None:
    with pytest.raises(BenchError, match="nothing measures speed") as refused:
        chosen(["speed"], is_full=False)

    assert "bulk" in refused.value.hint


def test_late_fills_are_measured_beside_the_same_fills_in_order(server_url: str) -> None:
    ledgers = [Ledger(2, 3, [Lateness(2), Lateness(2, 10)])]

    rows = _measured(server_url, replace(SMALL, repeat=2, ledgers=ledgers), "late").details["late"]

    cases = [(row["load"], row["places"], row["every"]) for row in rows]
    assert cases == [
        (load, *case)
        for load in ("COPY of 100 rows", "single commits")
        for case in ((0, 1), (2, 1), (2, 10))
    ]
    for row in rows:
        assert (row["positions"], row["history"]) == (2, 3)
        assert len(row["ratios"]) == 2
        assert row["fills_per_second"] > 0
        assert (row["ratio_to_in_order"] == 1) == (row["places"] == 0)


def test_reads_are_measured_now_and_then_as_known_now_and_then(server_url: str) -> None:
    plan = replace(SMALL, read_fills=20_000)

    rows = _measured(server_url, plan, "reads").details["reads"]

    assert [row["asked"] for row in rows] == [
        "now",
        "then, as known now",
        "then, as known then",
        "now, as known then",
    ]
    for row in rows:
        assert row["positions"] == 2_000
        assert row["fills"] == 20_000
        assert 0 < row["position_ms"] <= row["position_ms_p95"] < row["positions_ms"]


def test_what_is_appraised_is_held_against_a_tenth_of_a_second(server_url: str) -> None:
    figures = _measured(server_url, SMALL, "appraisal").figures

    assert len({(figure.what, figure.case) for figure in figures}) == len(figures) == 2 * 14
    for figure in figures:
        assert figure.median > 0
        assert figure.limit == at_most(100)


def _overtaken_by(order: list[int]) -> list[int]:
    """Of each fill in order of arrival: how many that count after it came before it."""
    return [sum(before > fill for before in order[:place]) for place, fill in enumerate(order)]


@pytest.mark.parametrize("places", [0, 1, 10])
def test_each_fill_that_is_measured_is_late_by_exactly_n_places(places: int) -> None:
    lateness = Lateness(places)

    order = lateness.order(100)

    assert sorted(order) == list(range(100))
    assert _overtaken_by(order)[lateness.lead :] == [places] * (100 - lateness.lead)


@pytest.mark.parametrize("phase", [0, 3])
def test_every_tenth_fill_is_late_by_exactly_n_places_and_no_other(phase: int) -> None:
    order = Lateness(7, every=10).order(200, phase)

    overtaken_by = dict(zip(order, _overtaken_by(order), strict=True))
    late = {fill: by for fill, by in overtaken_by.items() if by and fill < 190}

    assert sorted(order) == list(range(200))
    assert late == dict.fromkeys(range(-phase % 10, 190, 10), 7)


def test_shuffled_fills_are_late_by_at_most_n_places() -> None:
    order = Lateness(10, every=0).order(500)

    late_by = _overtaken_by(order)

    assert sorted(order) == list(range(500))
    assert max(late_by) in range(5, 11)
    assert sum(by > 0 for by in late_by) > 250


def test_positions_take_turns_each_in_an_order_of_its_own() -> None:
    turns = in_turn([["a0", "a1", "a2"], ["b0", "b1", "b2"]], [[0, 1, 2], [2, 0, 1]])

    assert list(turns) == ["a0", "b2", "a1", "b0", "a2", "b1"]


def test_a_stream_gives_each_position_its_fills_in_order_of_time() -> None:
    stream = Stream(IDS, pause_ms=10, first_number=1_000)

    fills = [
        [dict(zip(COLUMNS, line.split("\t"), strict=True)) for line in first + second]
        for first, second in zip(stream.take(3), stream.take(2), strict=True)
    ]

    assert len({(f["book_id"], f["instrument_id"]) for of_one in fills for f in of_one}) == 6
    for of_one in fills:
        times = [fill["executed_at"] for fill in of_one]
        assert len(set(times)) == 5
        assert times == sorted(times)
    numbers = sorted(int(fill["sequence"]) for of_one in fills for fill in of_one)
    assert numbers == list(range(1_000, 1_030))


def test_files_that_could_not_be_written_in_the_end_are_refused_before_anything_runs(
    tmp_path: Path,
) -> None:
    bulk = chosen(["bulk"], is_full=False)
    with pytest.raises(FileNotFoundError, match="missing"):
        command(Plan(), bulk, tmp_path / "missing" / "figures.json", None, Console())
    with pytest.raises(BenchError, match="nothing to plot") as refused:
        command(Plan(), bulk, None, tmp_path / "plot.svg", Console())
    assert refused.value.hint == "measure one of: batches, history"


def test_who_may_not_create_databases_is_told_what_it_takes(server_url: str) -> None:
    role = f"utl_test_{os.getpid()}"
    with connect(server_url) as admin:
        admin.execute(f"create role {role} login".encode())
        try:
            with (
                pytest.raises(BenchError, match="databases of its own") as refused,
                scratch_on(make_conninfo(server_url, user=role)),
            ):
                pass
        finally:
            admin.execute(f"drop role {role}".encode())
    assert refused.value.hint == f'alter role "{role}" createdb'


def test_an_unknown_method_is_refused_before_anything_runs() -> None:
    with pytest.raises(BenchError, match="unknown costing method average"):
        Plan(costings=["wac+average"])


def test_the_fills_are_the_same_ones_each_time() -> None:
    first, second = (bench_fills.make_blocks(IDS, 500, 100) for _ in range(2))

    assert first == second
    assert len(first) == 5


def test_the_fills_are_uneven_in_activity_and_balanced_in_side() -> None:
    lines = b"".join(bench_fills.make_blocks(IDS, 3_000, 1_000)).decode().splitlines()
    fills = [dict(zip(COLUMNS, line.split("\t"), strict=True)) for line in lines]

    activity = Counter((fill["book_id"], fill["instrument_id"]) for fill in fills)
    sides = Counter(fill["side"] for fill in fills)
    assert len(activity) == 6
    assert max(activity.values()) > 4 * min(activity.values())
    assert sides["buy"] / sides["sell"] == pytest.approx(1, abs=0.1)
    assert all(Decimal(fill["quantity"]) > 0 < Decimal(fill["price"]) for fill in fills)
    assert len({fill["venue_fill_id"] for fill in fills}) == len(fills)
    assert [fill["executed_at"] for fill in fills] == sorted(fill["executed_at"] for fill in fills)


def test_the_stream_is_measured_in_each_mode_and_shown(server_url: str) -> None:
    measured = _measured(server_url, SMALL, "stream")

    rates = [figure.case for figure in measured.figures if figure.unit == "ratio"]
    assert rates == [f"{n}, {c} listeners" for n in ("direct", "ticker") for c in (0, 1, 10)]
    latencies = {(f.case, f.what[-3:]): f for f in measured.figures if f.unit == "ms"}
    cases = [
        f"{n}, {load}" for n in ("direct", "ticker") for load in ("idle", "half of the maximum")
    ]
    assert [*latencies] == [(case, percentile) for case in cases for percentile in ("p50", "p99")]
    for case in cases:
        # It may be there before the answer to the writer is: that counts as 0.
        assert 0 <= latencies[case, "p50"].median <= latencies[case, "p99"].median
    assert latencies["direct, idle", "p50"].limit == at_most(2)
    text = _shown(measured, "stream")
    assert "half of the" in text
    assert "20.0 ms" in text
    assert "…" not in text
