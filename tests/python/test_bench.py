"""The benchmark's own behaviour; what it measures is for `make bench`."""

import io
import os
from collections import Counter
from decimal import Decimal

import pytest
from rich.console import Console

from tests.database import connect
from utl import bench_fills
from utl.bench import Bench, Section
from utl.bench_fills import COLUMNS, Ids, Stream
from utl.bench_late import Lateness, Ledger, in_turn
from utl.bench_pgbench import Load
from utl.bench_scratch import BenchError
from utl.bench_tables import show

IDS = Ids(books=[1, 2], accounts=[1, 2], instruments=[1, 2, 3], fee_asset=1)


def test_booking_is_measured_beside_a_bare_table_and_nothing_stays(server_url: str) -> None:
    sections = [Section.BULK, Section.SINGLE]
    bench = Bench(fills=2_000, repeat=1, seconds=1, sections=sections, costings=["fifo"])

    result = bench.run(server_url, lambda _: None)

    loads = [figure["load"] for figure in result["figures"]]
    assert loads == ["COPY of 10,000 rows", *Load]
    for figure in result["figures"]:
        assert figure["fills_per_second"] > 0
        assert figure["bare_fills_per_second"] > 0
        assert figure["wal_bytes_per_fill"] > figure["bare_wal_bytes_per_fill"]
        assert figure["stored_bytes_per_fill"] > figure["bare_stored_bytes_per_fill"]
        assert "entries" in figure["stored_bytes_per_fill_by_table"]
    with connect(server_url) as admin:
        left = admin.execute(
            "select datname from pg_catalog.pg_database where starts_with(datname, %s)",
            [f"utl_bench_{os.getpid()}"],
        )
        assert left.fetchall() == []


def test_the_figures_are_shown_in_eighty_columns(server_url: str) -> None:
    bench = Bench(fills=100, repeat=1, sections=[Section.BULK], costings=["wac+fifo+hifo"])
    console = Console(width=80, record=True, file=io.StringIO())

    show(bench.run(server_url, lambda _: None), console)

    text = console.export_text()
    assert "COPY of 10,000 rows" in text
    assert "wac+fifo+hifo" in text
    assert "…" not in text


def test_late_fills_and_reads_are_shown_in_eighty_columns(server_url: str) -> None:
    ledgers = [Ledger(1, 1, [Lateness(1_000), Lateness(10, 10), Lateness(10, 0)])]
    sections = [Section.LATE, Section.READS]
    bench = Bench(repeat=1, sections=sections, costings=["wac"], history=4_000, ledgers=ledgers)
    console = Console(width=80, record=True, file=io.StringIO())

    show(bench.run(server_url, lambda _: None), console)

    text = console.export_text()
    for shown in ("by 1,000, each", "by 10, every 10th", "shuffled in 10", "then, as known now"):
        assert shown in text
    assert "…" not in text


def test_only_the_sections_asked_for_are_measured(server_url: str) -> None:
    bench = Bench(fills=100, repeat=1, sections=[Section.BULK], costings=["wac+lifo"])

    (figure,) = bench.run(server_url, lambda _: None)["figures"]

    assert (figure["section"], figure["costings"]) == (Section.BULK, "wac+lifo")


def test_late_fills_are_measured_beside_the_same_fills_in_order(server_url: str) -> None:
    ledgers = [Ledger(2, 3, [Lateness(2), Lateness(2, 10)])]
    bench = Bench(repeat=2, sections=[Section.LATE], costings=["fifo"], ledgers=ledgers)

    figures = bench.run(server_url, lambda _: None)["late"]

    cases = [(figure["load"], figure["places"], figure["every"]) for figure in figures]
    assert cases == [
        (load, *case)
        for load in ("COPY of 100 rows", "single commits")
        for case in ((0, 1), (2, 1), (2, 10))
    ]
    for figure in figures:
        assert (figure["positions"], figure["history"]) == (2, 3)
        assert len(figure["ratios"]) == 2
        assert figure["fills_per_second"] > 0
        assert (figure["ratio_to_in_order"] == 1) == (figure["places"] == 0)


def test_reads_are_measured_now_and_then_as_known_now_and_then(server_url: str) -> None:
    bench = Bench(sections=[Section.READS], history=20_000)

    result = bench.run(server_url, lambda _: None)

    assert [figure["asked"] for figure in result["reads"]] == [
        "now",
        "then, as known now",
        "then, as known then",
        "now, as known then",
    ]
    for figure in result["reads"]:
        assert figure["positions"] == 2_000
        assert figure["fills"] == 20_000
        assert 0 < figure["position_ms"] <= figure["position_ms_p95"] < figure["positions_ms"]


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


def test_an_unknown_method_is_refused_before_anything_runs() -> None:
    with pytest.raises(BenchError, match="unknown costing method average"):
        Bench(costings=["wac+average"])


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


def test_the_stream_is_measured_and_shown_in_eighty_columns(server_url: str) -> None:
    bench = Bench(repeat=1, seconds=1, sections=[Section.STREAM])
    console = Console(width=80, record=True, file=io.StringIO())

    result = bench.run(server_url, lambda _: None)
    show(result, console)

    cases = [(figure["notify"], figure["load"]) for figure in result["latency"]]
    loads = ("idle", "half of the maximum")
    assert cases == [(notify, load) for notify in ("direct", "ticker") for load in loads]
    for figure in result["latency"]:
        assert figure["samples"] > 10
        assert 0 < figure["p50_ms"] <= figure["p99_ms"]
    listeners = [(figure["notify"], figure["listeners"]) for figure in result["listeners"]]
    assert listeners == [("off", 0), *((n, c) for n in ("direct", "ticker") for c in (0, 1, 10))]
    text = console.export_text()
    assert "half of the maximum" in text
    assert "…" not in text
