"""The benchmark's own behaviour; what it measures is for `make bench`."""

import io
import os
from collections import Counter
from decimal import Decimal

import pytest
from rich.console import Console

from tests.database import connect
from utl import bench_fills
from utl.bench import Bench, BenchError, Load, Section, show
from utl.bench_fills import COLUMNS, Ids

IDS = Ids(books=[1, 2], accounts=[1, 2], instruments=[1, 2, 3], fee_asset=1)


def test_every_section_is_measured_beside_a_bare_table_and_nothing_stays(server_url: str) -> None:
    bench = Bench(fills=2_000, repeat=1, seconds=1, costings=["fifo"])

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


def test_only_the_sections_asked_for_are_measured(server_url: str) -> None:
    bench = Bench(fills=100, repeat=1, sections=[Section.BULK], costings=["wac+lifo"])

    (figure,) = bench.run(server_url, lambda _: None)["figures"]

    assert (figure["section"], figure["costings"]) == (Section.BULK, "wac+lifo")


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
