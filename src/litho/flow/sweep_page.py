"""The picture, the tables and the page of a sweep, from what its points came to."""

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from litho._version import __version__
from litho.errors import ConfigError
from litho.flow.config import Drawn, Plot
from litho.report import (
    COLUMNS,
    Chart,
    Column,
    Curve,
    Mean,
    PointResult,
    PointRow,
    Provenance,
    SweepPage,
    Table,
    column,
    csv_of,
    draw_chart,
    means_table,
    render_sweep,
    write_file,
)

__all__ = ["POINTS", "RULE", "charts_of", "draw_sweep", "point_rows", "provenance_of"]

POINTS = "points"
RULE = (
    "highest fake-quantized accuracy among those that quantize or prune anything; of equals fewest"
    " bits"
)

_Places = dict[float | str | None, list[PointResult]]
_BEFORE: tuple[Drawn, ...] = ("before_compression", "before_tuning")


def draw_sweep(
    folder: Path, plot: Plot | None, points: Sequence[PointResult], best: str | None, title: str
) -> Path:
    """Write into `folder` what people look at, and give the path of the page.

    These are `points.csv`, `report.html` and, with a `plot`, `plot.svg`, `plot.png` and
    `means.csv`.
    """
    headers, rows = point_rows(points)
    write_file(folder / "points.csv", csv_of(headers, rows))
    charts = charts_of(plot, points) if plot else ()
    picture, means = "", None
    if plot and charts and charts[0].curves:
        picture, image = draw_chart(*charts)
        means = _means(plot, charts, points)
        write_file(folder / "plot.svg", picture)
        write_file(folder / "plot.png", image)
        write_file(folder / "means.csv", csv_of(means.headers, means.rows))
    page = SweepPage(
        title=(plot.title if plot else "") or title,
        tiles=_tiles(points, best),
        picture=picture,
        means=means,
        headers=headers[1:-1],
        points=tuple(_row(point, row[1:-1]) for point, row in zip(points, rows, strict=True)),
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
    """Give headers, and a row for each point: its name, every figure any has, why it failed."""
    columns = _columns(points)
    rows = tuple((point.name, *_cells(point, columns), point.error) for point in points)
    return ("point", *(item.name for item in columns), "error"), rows


def provenance_of(points: Sequence[PointResult]) -> Provenance:
    """Give the versions that made the points; a sweep has no seed of its own."""
    results = [point.result for point in points if point.result]
    tools = {name: version for found in results for name, version in found.provenance.tools.items()}
    return Provenance(__version__, tools, 0, "")


def charts_of(plot: Plot, points: Sequence[PointResult]) -> tuple[Chart, ...]:
    """Gather the figures of `points` into the curves that `plot` asks for, a chart for each `y`.

    Raises `ConfigError` when points of one place differ in more than what is averaged over, and
    for a figure that not every point has.
    """
    return tuple(_chart(plot, column(name), points) for name in plot.drawn)


def _chart(plot: Plot, figure: Column, points: Sequence[PointResult]) -> Chart:
    found: dict[str, _Places] = {}
    for point in points:
        if point.result:
            label = str(point.parameters.get(plot.curve, figure.name)) if plot.curve else "all"
            place = point.parameters.get(plot.x)
            found.setdefault(label, {}).setdefault(place, []).append(point)
    curves = tuple(
        curve for label, places in found.items() for curve in _curves(plot, figure, label, places)
    )
    x_label = plot.x_label or plot.x
    decimals, is_extent = figure.decimals, figure.is_extent
    return Chart(plot.title, x_label, figure.label, curves, decimals=decimals, from_zero=is_extent)


def _means(plot: Plot, charts: Sequence[Chart], points: Sequence[PointResult]) -> Table:
    """Give the numbers of the first chart, then the means of the others and of the way there."""
    table = means_table(charts[0])
    for name, chart in zip(plot.drawn[1:], charts[1:], strict=True):
        table = _with_means(table, name, chart)
    results = [point.result for point in points if point.result]
    for name in _BEFORE:
        figure = column(name)
        if name not in plot.drawn and None not in map(figure.of, results):
            table = _with_means(table, name, _chart(plot, figure, points))
    return table


def _with_means(table: Table, name: str, chart: Chart) -> Table:
    cells = [chart.told(found.mean) for curve in chart.curves for _, found in curve.points]
    header = f"mean {name.replace('_', ' ')}"
    rows = tuple((*row, cell) for row, cell in zip(table.rows, cells, strict=True))
    return Table((*table.headers, header), rows, (*table.numbers, header))


def _curves(
    plot: Plot, figure: Column, label: str, places: dict[float | str | None, list[PointResult]]
) -> list[Curve]:
    means = {place: _mean(plot, figure, label, found) for place, found in places.items()}
    level = means.pop(None, None)
    if all(isinstance(place, int | float) for place in means):
        means = dict(sorted(means.items()))
    across = [] if level is None else [Curve(label, ((None, level),))]
    return [*([Curve(label, tuple(means.items()))] if means else []), *across]


def _mean(plot: Plot, figure: Column, label: str, points: Sequence[PointResult]) -> Mean:
    first = _others(points[0], plot)
    for point in points:
        if _others(point, plot) != first:
            raise ConfigError(
                f"points of curve {label!r} at one {plot.x!r} must differ in {plot.over!r} alone,"
                f" and {points[0].name!r} and {point.name!r} differ in more; let [plot] tell them"
                " apart by `curve`"
            )
    values = [figure.of(point.result) for point in points if point.result]
    found = tuple(value for value in values if value is not None)
    if len(found) < len(values):
        raise ConfigError(
            f"key 'plot.y' must be a figure that every point has, not {figure.name!r}; [hardware]"
            " gives cycles, [synthesize] resources, `place` there the clock, and [[compress]] and"
            " [tune] an accuracy before them"
        )
    return Mean(found)


def _others(point: PointResult, plot: Plot) -> dict[str, object]:
    return {key: value for key, value in point.parameters.items() if key != plot.over}


def _columns(points: Sequence[PointResult]) -> tuple[Column, ...]:
    """Give the figures that any point has."""
    results = [point.result for point in points if point.result]
    return tuple(c for c in COLUMNS if any(c.of(result) is not None for result in results))


def _cells(point: PointResult, columns: Sequence[Column]) -> tuple[str, ...]:
    return tuple(item.cell(point.result) if point.result else "" for item in columns)


def _row(point: PointResult, cells: tuple[str, ...]) -> PointRow:
    link = f"{POINTS}/{quote(point.name)}/report.html" if point.result else ""
    return PointRow(point.name, cells, link, point.error)


def _tiles(points: Sequence[PointResult], best: str | None) -> tuple[tuple[str, str, str], ...]:
    done = sum(point.result is not None for point in points)
    failed = len(points) - done
    tiles = [(str(done), "points done", f"{failed} failed" if failed else "none failed")]
    for point in points:
        if point.name == best and point.result and point.result.accuracy:
            share = f"{100 * point.result.accuracy.fake_quantized:.2f} %"
            tiles.append((share, "best fake-quantized", point.name))
    return tuple(tiles)
