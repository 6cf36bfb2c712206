"""The benchmark, `utl bench`: what booking costs, held against the targets.

Every run has a scratch database of its own on the server: migrated, with nothing in it but
reference data, and after a checkpoint. What is compared runs in turn, so that whatever else the
machine does hits both; ratios are of such neighbors, and medians of them are shown. register.py
says how a measurement joins.
"""

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from utl import server, settings
from utl.bench import (
    appraisal,
    bulk,
    history,
    ingestion,
    late,
    lots,
    memory,
    plot,
    reads,
    single,
    stream,
)
from utl.bench.figures import Figure
from utl.bench.register import FULL, Bench, Measurement, Plan, Say, chosen
from utl.bench.scratch import BenchError, scratch_on
from utl.bench.tables import show_figures

__all__ = ["FULL", "BenchError", "Measured", "Plan", "chosen", "command", "run", "show"]

# Registered by being imported; they run in the order of register.MEASUREMENTS.
MODULES = (bulk, single, lots, history, memory, ingestion, late, reads, appraisal, stream)


@dataclass(frozen=True)
class Measured:
    """All that one run of the benchmark found, and where."""

    about: dict[str, Any]
    plan: Plan
    figures: Sequence[Figure]
    details: dict[str, Sequence[dict[str, Any]]]  # by measurement
    took_seconds: dict[str, float]  # likewise

    def as_json(self) -> dict[str, Any]:
        """Return it for a file."""
        return {
            **self.about,
            "plan": asdict(self.plan),
            "figures": [figure.as_json() for figure in self.figures],
            "details": self.details,
            "took_seconds": self.took_seconds,
        }


def run(url: str, plan: Plan, measurements: Sequence[Measurement], say: Say) -> Measured:
    """Measure on the server of `url` in scratch databases, and return all that is known.

    Raises BenchError when the books are wrong afterwards, a program is missing or the user may not
    create databases, and psycopg errors when the server cannot be reached.
    """
    figures: list[Figure] = []
    details: dict[str, Sequence[dict[str, Any]]] = {}
    took: dict[str, float] = {}
    with scratch_on(url) as scratch:
        for measurement in measurements:
            started = time.perf_counter()
            found = measurement.measure(Bench(scratch, plan, say))
            figures += found.figures
            if found.details:
                details[measurement.name] = found.details
            took[measurement.name] = time.perf_counter() - started
        about = scratch.about()
    return Measured(about, plan, figures, details, took)


def show(measured: Measured, measurements: Sequence[Measurement], console: Console) -> None:
    """Print figures, targets and verdicts, and the tables of single measurements."""
    for measurement in measurements:
        if measurement.show and (rows := measured.details.get(measurement.name)):
            measurement.show(rows, console)
    if measured.figures:
        show_figures(measured.figures, console)
    server_name = measured.about["server"].split(" on ")[0]
    console.print(f"{server_name}; medians of {measured.plan.repeat} runs", style="dim")


def command(
    plan: Plan,
    measurements: Sequence[Measurement],
    json_file: Path | None,
    plot_file: Path | None,
    console: Console,
) -> None:
    """Measure on the configured server, or on the embedded one; print and write what was found.

    Raises BenchError or OSError at once where the files could not be written in the end.
    """
    if plot_file and not plot.MEASUREMENTS & {measurement.name for measurement in measurements}:
        raise BenchError(
            "there would be nothing to plot",
            hint=f"measure one of: {', '.join(sorted(plot.MEASUREMENTS))}",
        )
    for file in filter(None, (json_file, plot_file)):
        file.touch()
    was_running = settings.configured_url() or server.status().url
    url = server.start()
    try:
        with console.status("measuring") as status:
            measured = run(url, plan, measurements, status.update)
    finally:
        if not was_running:
            server.stop()
    show(measured, measurements, console)
    if json_file:
        json_file.write_text(json.dumps(measured.as_json(), indent=2) + "\n", encoding="utf-8")
    if plot_file:
        plot_file.write_text(plot.draw(measured.details), encoding="utf-8")
