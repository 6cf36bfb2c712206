"""The plot: how throughput goes with the history, and with the rows of a statement. Plain SVG."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from math import log10
from operator import itemgetter
from typing import Any

WIDTH, HEIGHT = 480, 320  # of each of the two charts
LEFT, RIGHT, TOP, BOTTOM = 70, 40, 50, 50  # half of the last number is to the right
COLORS = ("#1b6ca8", "#c8553d", "#588157", "#8e5aa8", "#c99700", "#444444")
TICKS = 4
MEASUREMENTS = {"history", "batches"}  # what is drawn

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Chart:
    """Lines by name over one axis of logarithms or plain numbers; rates start at zero."""

    title: str
    x_label: str
    lines: dict[str, Points]
    is_log: bool


def draw(details: Mapping[str, Sequence[dict[str, Any]]]) -> str:
    """Draw what measurements `history` and `batches` found, as one SVG file's text.

    A chart whose measurement did not run is left out.
    """
    charts = [
        chart
        for chart in (
            _chart("fills a second, by history", "fills booked before", "history", details),
            _chart("fills a second, by batch size", "rows a statement", "rows", details),
        )
        if chart.lines
    ]
    body = "".join(_drawn(chart, nth * WIDTH) for nth, chart in enumerate(charts))
    width = max(1, len(charts)) * WIDTH
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{HEIGHT}" '
        f'viewBox="0 0 {width} {HEIGHT}" font-family="sans-serif" font-size="11">'
        f'<rect width="100%" height="100%" fill="white"/>{body}</svg>\n'
    )


def _chart(
    title: str, x_label: str, x: str, details: Mapping[str, Sequence[dict[str, Any]]]
) -> Chart:
    rows = details.get({"history": "history", "rows": "batches"}[x], [])
    lines: dict[str, Points] = {
        costings: [(row[x], row["fills_per_second"]) for row in of_one]
        for costings, of_one in groupby(rows, key=itemgetter("costings"))
    }
    return Chart(title, x_label, lines, is_log=x == "rows")


def _drawn(chart: Chart, offset: int) -> str:
    xs = [x for points in chart.lines.values() for x, _ in points]
    ys = [y for points in chart.lines.values() for _, y in points]
    scale: Callable[[float], float] = log10 if chart.is_log else float
    low = scale(min(xs)) if chart.is_log else 0.0
    span = (scale(max(xs)) - low) or 1.0
    step = _round_step(max(ys) / TICKS)
    top = step * TICKS

    def at_x(x: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (scale(x) - low) / span

    def at_y(y: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * y / top

    x_ticks = sorted(set(xs)) if chart.is_log else [max(xs) * n / TICKS for n in range(TICKS + 1)]
    parts = [_text(LEFT, 20, chart.title, "start", "bold")]
    parts += [_grid(at_y(step * n), f"{step * n:,.0f}") for n in range(TICKS + 1)]
    parts += [_text(at_x(x), HEIGHT - BOTTOM + 16, f"{x:,.0f}", "middle") for x in x_ticks]
    parts.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, chart.x_label, "middle"))
    for nth, (name, points) in enumerate(chart.lines.items()):
        color = COLORS[nth % len(COLORS)]
        path = " ".join(f"{at_x(x):.1f},{at_y(y):.1f}" for x, y in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="2"/>')
        parts.append(_text(LEFT + 90 * nth, 38, name, "start", fill=color))
    return f'<g transform="translate({offset} 0)">{"".join(parts)}</g>'


def _round_step(step: float) -> float:
    """Return the next 1, 2 or 5 times a power of ten."""
    power = 10.0 ** int(log10(step)) if step >= 1 else 1.0
    return next((power * n for n in (1, 2, 5, 10) if power * n >= step), power * 10)


def _grid(y: float, label: str) -> str:
    line = f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>'
    return line + _text(LEFT - 6, y + 4, label, "end")


def _text(x: float, y: float, text: str, anchor: str, weight: str = "", fill: str = "#222") -> str:
    bold = f' font-weight="{weight}"' if weight else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{fill}"{bold}>'
        f"{escape(text)}</text>"
    )
