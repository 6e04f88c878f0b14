"""The page of a graph's statistics: its tables, and a small histogram of each tensor."""

from collections.abc import Sequence
from dataclasses import dataclass

from litho.ir import Histogram, ValueRange
from litho.report.page import Table, render

__all__ = ["StatisticsPage", "draw_histogram", "render_statistics"]

_WIDTH, _HEIGHT = 150, 26


@dataclass(frozen=True, slots=True)
class StatisticsPage:
    """What the page shows: tables under their titles, ranges when there were samples."""

    title: str
    line: str
    tables: tuple[tuple[str, Table], ...]
    ranges: tuple[ValueRange, ...]
    drawing: str


def draw_histogram(histogram: Histogram) -> str:
    """Give the bins as SVG bars, the height of each in proportion to its count.

    A bin that is not empty has a bar that can be seen. A line marks zero where it lies inside.
    """
    most, wide = max(histogram.counts, default=0), _WIDTH / max(len(histogram.counts), 1)
    bars = []
    for place, count in enumerate(histogram.counts):
        if count:
            high = max(_HEIGHT * count / most, 1.0)
            bars.append(f"M{place * wide:.1f} {_HEIGHT}v-{high:.1f}h{wide:.1f}v{high:.1f}z")
    spread = histogram.high - histogram.low
    zero = ""
    if histogram.low < 0 < histogram.high:
        at = -histogram.low / spread * _WIDTH
        zero = f'<path class="zero" d="M{at:.1f} 0V{_HEIGHT}"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="histogram" width="{_WIDTH}"'
        f' height="{_HEIGHT}" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img"'
        f' aria-label="{len(histogram.counts)} bins from {histogram.low:.4g} to'
        f' {histogram.high:.4g}"><path class="bars" d="{"".join(bars)}"/>{zero}</svg>'
    )


def render_statistics(page: StatisticsPage) -> str:
    """Give the HTML of `page`, which needs nothing else."""
    return render("statistics.html.j2", page=page, rows=_rows(page.ranges))


def _rows(ranges: Sequence[ValueRange]) -> list[tuple[ValueRange, str]]:
    return [(item, draw_histogram(item.histogram)) for item in ranges]
