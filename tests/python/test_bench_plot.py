"""The benchmark's plot."""

from xml.etree import ElementTree

from utl.bench.plot import draw

SVG = "{http://www.w3.org/2000/svg}"


def _rows(x: str, points: dict[int, float], costings: str) -> list[dict[str, object]]:
    return [{"costings": costings, x: at, "fills_per_second": y} for at, y in points.items()]


def test_the_plot_has_a_line_for_each_costing_and_a_chart_for_each_measurement() -> None:
    history = {10_000: 40_000.0, 500_000: 39_000.0}
    details = {
        "history": _rows("history", history, "wac") + _rows("history", history, "fifo"),
        "batches": _rows("rows", {1: 900.0, 100: 9_000.0, 10_000: 40_000.0}, "wac"),
    }

    root = ElementTree.fromstring(draw(details))  # noqa: S314 - our own

    assert len(root.findall(f"{SVG}g")) == 2
    lines = [line.attrib["points"].split() for line in root.iter(f"{SVG}polyline")]
    assert [len(points) for points in lines] == [2, 2, 3]
    texts = {text.text for text in root.iter(f"{SVG}text")}
    assert {"wac", "fifo", "500,000", "10,000", "rows a statement"} <= texts


def test_a_faster_rate_is_drawn_higher_and_more_history_further_right() -> None:
    rows = _rows("history", {10_000: 10_000.0, 20_000: 30_000.0}, "wac")

    root = ElementTree.fromstring(draw({"history": rows}))  # noqa: S314 - our own

    (line,) = root.iter(f"{SVG}polyline")
    (x_1, y_1), (x_2, y_2) = (map(float, p.split(",")) for p in line.attrib["points"].split())
    assert x_1 < x_2
    assert y_1 > y_2


def test_what_was_not_measured_is_not_drawn() -> None:
    assert not list(ElementTree.fromstring(draw({})).iter(f"{SVG}g"))  # noqa: S314 - our own
