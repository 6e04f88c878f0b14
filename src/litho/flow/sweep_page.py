"""The picture, the tables and the page of a sweep, from what its points came to."""

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from msgspec.structs import replace

from litho._version import __version__
from litho.errors import ConfigError
from litho.flow.config import Plot
from litho.report import (
    Chart,
    Curve,
    Mean,
    PointResult,
    PointRow,
    Provenance,
    SweepPage,
    Table,
    csv_of,
    draw_chart,
    means_table,
    render_sweep,
    write_file,
)

__all__ = ["POINTS", "RULE", "chart_of", "draw_sweep", "point_rows", "provenance_of"]

POINTS = "points"
RULE = (
    "highest fake-quantized accuracy among those that quantize or prune anything; of equals fewest"
    " bits"
)

_Places = dict[float | str | None, list[PointResult]]
_BEFORE = ("before_compression", "before_tuning")
_ACCURACIES = ("float", *_BEFORE, "fake_quantized", "hardware")
_PARTS = ("accuracy", "compression")
_TAKEN = ("bits_per_weight", "bits_per_quantized_weight", "sparsity")


def draw_sweep(
    folder: Path, plot: Plot | None, points: Sequence[PointResult], best: str | None, title: str
) -> Path:
    """Write into `folder` what people look at, and give the path of the page.

    These are `points.csv`, `report.html` and, with a `plot`, `plot.svg`, `plot.png` and
    `means.csv`.
    """
    headers, rows = point_rows(points)
    write_file(folder / "points.csv", csv_of(headers, rows))
    chart = chart_of(plot, points) if plot else None
    picture, means = "", None
    if plot and chart and chart.curves:
        picture, image = draw_chart(chart)
        means = _means(plot, chart, points)
        write_file(folder / "plot.svg", picture)
        write_file(folder / "plot.png", image)
        write_file(folder / "means.csv", csv_of(means.headers, means.rows))
    page = SweepPage(
        title=(plot.title if plot else "") or title,
        tiles=_tiles(points, best),
        picture=picture,
        means=means,
        headers=_headers(points),
        points=tuple(_row(point, _headers(points)) for point in points),
        best=best,
        rule=RULE,
        provenance=provenance_of(points),
        config=(folder / "config.toml").read_text(),
        command="litho run config.toml",
    )
    return write_file(folder / "report.html", render_sweep(page))


def point_rows(
    points: Sequence[PointResult],
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Give headers, and a row for each point: its name, accuracies, bits, why it failed."""
    headers = _headers(points)
    rows = tuple((point.name, *_cells(point, headers), point.error) for point in points)
    return ("point", *headers, "error"), rows


def provenance_of(points: Sequence[PointResult]) -> Provenance:
    """Give the versions that made the points; a sweep has no seed of its own."""
    results = [point.result for point in points if point.result]
    tools = {name: version for found in results for name, version in found.provenance.tools.items()}
    return Provenance(__version__, tools, 0, "")


def chart_of(plot: Plot, points: Sequence[PointResult]) -> Chart:
    """Gather the accuracies of `points` into the curves that `plot` asks for.

    Raises `ConfigError` when points of one place differ in more than what is averaged over.
    """
    found: dict[str, _Places] = {}
    for point in points:
        if point.result and point.result.accuracy:
            label = str(point.parameters.get(plot.curve, plot.y)) if plot.curve else plot.y
            place = point.parameters.get(plot.x)
            found.setdefault(label, {}).setdefault(place, []).append(point)
    curves = tuple(
        curve for label, places in found.items() for curve in _curves(plot, label, places)
    )
    x_label = plot.x_label or plot.x
    return Chart(plot.title, x_label, f"{plot.y.replace('_', '-')} accuracy", curves)


def _means(plot: Plot, chart: Chart, points: Sequence[PointResult]) -> Table:
    """Give the numbers of `chart`, and the means of what all points were judged as on their way."""
    table = means_table(chart)
    judged = [point.result.accuracy for point in points if point.result]
    for name in _BEFORE:
        if name == plot.y or None in (getattr(item, name, None) for item in judged):
            continue
        curves = chart_of(replace(plot, y=name), points).curves
        column = [f"{found.mean:.4f}" for curve in curves for _, found in curve.points]
        header = f"mean {name.replace('_', ' ')}"
        rows = tuple((*row, cell) for row, cell in zip(table.rows, column, strict=True))
        table = Table((*table.headers, header), rows, (*table.numbers, header))
    return table


def _curves(
    plot: Plot, label: str, places: dict[float | str | None, list[PointResult]]
) -> list[Curve]:
    means = {place: _mean(plot, label, found) for place, found in places.items()}
    level = means.pop(None, None)
    if all(isinstance(place, int | float) for place in means):
        means = dict(sorted(means.items()))
    across = [] if level is None else [Curve(label, ((None, level),))]
    return [*([Curve(label, tuple(means.items()))] if means else []), *across]


def _mean(plot: Plot, label: str, points: Sequence[PointResult]) -> Mean:
    first = _others(points[0], plot)
    for point in points:
        if _others(point, plot) != first:
            raise ConfigError(
                f"points of curve {label!r} at one {plot.x!r} must differ in {plot.over!r} alone,"
                f" and {points[0].name!r} and {point.name!r} differ in more; let [plot] tell them"
                " apart by `curve`"
            )
    accuracies = [getattr(p.result.accuracy, plot.y) for p in points if p.result]
    if None in accuracies:
        raise ConfigError(
            f"key 'plot.y' must be an accuracy that every point has, not {plot.y!r}; runs without"
            " hardware have none of hardware, and only [[compress]] and [tune] have one before"
        )
    return Mean(tuple(accuracies))


def _others(point: PointResult, plot: Plot) -> dict[str, object]:
    return {key: value for key, value in point.parameters.items() if key != plot.over}


def _headers(points: Sequence[PointResult]) -> tuple[str, ...]:
    """Give the accuracies, the bits a weight and the sparsities that any point has."""
    results = [point.result for point in points if point.result]
    judged, taken = ([getattr(result, part) for result in results] for part in _PARTS)
    names = [name for name in _ACCURACIES if any(getattr(item, name, None) for item in judged)]
    more = [name for name in _TAKEN if any(getattr(i, name, None) is not None for i in taken)]
    return (*names, *more)


def _cells(point: PointResult, headers: Sequence[str]) -> tuple[str, ...]:
    if point.result is None:
        return ("",) * len(headers)
    parts = [getattr(point.result, part) for part in _PARTS]
    values = [
        next((v for part in parts if (v := getattr(part, name, None)) is not None), None)
        for name in headers
    ]
    return tuple("" if value is None else f"{value:.4f}" for value in values)


def _row(point: PointResult, headers: Sequence[str]) -> PointRow:
    link = f"{POINTS}/{quote(point.name)}/report.html" if point.result else ""
    return PointRow(point.name, _cells(point, headers), link, point.error)


def _tiles(points: Sequence[PointResult], best: str | None) -> tuple[tuple[str, str, str], ...]:
    done = sum(point.result is not None for point in points)
    failed = len(points) - done
    tiles = [(str(done), "points done", f"{failed} failed" if failed else "none failed")]
    for point in points:
        if point.name == best and point.result and point.result.accuracy:
            share = f"{100 * point.result.accuracy.fake_quantized:.2f} %"
            tiles.append((share, "best fake-quantized", point.name))
    return tuple(tiles)
