"""A sweep as one HTML file: the picture, the means with their spread, every point."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any

from litho.report.curves import Chart, Mean
from litho.report.page import Table, render
from litho.report.result import Provenance, Result

__all__ = ["PointResult", "PointRow", "SweepPage", "csv_of", "means_table", "render_sweep"]


@dataclass(frozen=True, slots=True)
class PointResult:
    """One point of a sweep: its parameters, and its result, or why there is none."""

    name: str
    parameters: Mapping[str, Any]
    seed: int
    result: Result | None
    error: str = ""


@dataclass(frozen=True, slots=True)
class PointRow:
    """A point as the page lists it: its cells, and where its own page is, if it has one."""

    name: str
    cells: tuple[str, ...]
    link: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class SweepPage:
    """What the page of a sweep shows.

    `picture` is the chart as SVG and `means` its numbers, where one was asked for; `headers` are
    those of the cells of `points`. `best` is the name of the best point, by `rule`. `command`
    makes the sweep again.
    """

    title: str
    tiles: tuple[tuple[str, str, str], ...]
    picture: str
    means: Table | None
    headers: tuple[str, ...]
    points: tuple[PointRow, ...]
    best: str | None
    rule: str
    provenance: Provenance
    config: str
    command: str


def render_sweep(page: SweepPage) -> str:
    """Give the HTML of `page`."""
    return render("sweep.html.j2", page=page)


def means_table(chart: Chart) -> Table:
    """Give the numbers of a chart of means: mean, spread and count at each place of each curve."""
    rows = []
    for curve in chart.curves:
        for x, found in curve.points:
            assert isinstance(found, Mean)
            spread = "" if found.deviation is None else chart.told(found.deviation, 1)
            ends = (
                f"{chart.told(found.low)} to {chart.told(found.high)}"
                if len(found.values) > 1
                else ""
            )
            place = "" if x is None else str(x)
            row = (curve.label, place, chart.told(found.mean), ends if spread else "", spread)
            rows.append((*row, str(len(found.values))))
    headers = ("curve", chart.x_label, "mean", "least to greatest", "standard deviation", "runs")
    return Table(headers, tuple(rows), headers[1:])


def csv_of(headers: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Give rows under `headers` as comma-separated values."""
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(headers)
    writer.writerows(rows)
    return text.getvalue()
