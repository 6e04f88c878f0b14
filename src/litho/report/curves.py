"""Figures gathered into curves, and a picture of them."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO, StringIO
from itertools import cycle
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["Chart", "Curve", "Mean", "Spread", "draw_chart"]

_INK = "#13579b"  # of what is drawn in the reader's own colour; no curve has it
_COLOURS = ("#2f6fde", "#d9730d", "#1f9d55", "#c2418c", "#8a63d2", "#0f9bb0", "#b5850b", "#d64545")
_LEVEL = "#8a8f98"  # of a line across, beside bands or an order
_MARKERS = "osD^vPX*"
_ASIDE = 0.003  # of the axis, between two curves
_WIDTH, _HEIGHT = 8.6, 4.8  # inches of a chart alone
_WIDER, _LOWER, _BESIDE = 11.0, 3.4, 2  # of several: of all, of a row, and how many are in one
_LEGEND = 2  # lines of a legend that the usual height holds
_LINE = 0.25  # inches of one more
_STYLE = """
.litho-chart { font-family: system-ui, "DejaVu Sans", sans-serif; width: 100%; height: auto; }
.litho-chart:root { color-scheme: light dark; color: CanvasText; background: Canvas; }
"""


class Spread(Protocol):
    """A value with the ends of what it may be."""

    @property
    def mean(self) -> float:
        """The value."""
        ...

    @property
    def low(self) -> float:
        """The lower end."""
        ...

    @property
    def high(self) -> float:
        """The upper end."""
        ...


@dataclass(frozen=True, slots=True)
class Mean:
    """Values of points that differ in the seed alone."""

    values: tuple[float, ...]

    @property
    def mean(self) -> float:
        """Their mean."""
        return math.fsum(self.values) / len(self.values)

    @property
    def low(self) -> float:
        """The least of them."""
        return min(self.values)

    @property
    def high(self) -> float:
        """The greatest of them."""
        return max(self.values)

    @property
    def deviation(self) -> float | None:
        """Their standard deviation as a sample's; of a single value there is none."""
        if len(self.values) < 2:
            return None
        squares = math.fsum((value - self.mean) ** 2 for value in self.values)
        return math.sqrt(squares / (len(self.values) - 1))


@dataclass(frozen=True, slots=True)
class Curve:
    """One curve: (x, value there) from left to right; a line across has one x, which is None."""

    label: str
    points: tuple[tuple[float | str | None, Spread], ...]

    @property
    def is_level(self) -> bool:
        """Whether it is a line across."""
        return self.points[0][0] is None


@dataclass(frozen=True, slots=True)
class Chart:
    """Curves over one axis, and what is written beside them.

    Ends are drawn as bars, or, with `bands`, as bands along curves of several places. Curves that
    are `ordered` have colours from dark to light. Values are told with so many `decimals`; those
    `from_zero` are drawn above a line at zero.
    """

    title: str
    x_label: str
    y_label: str
    curves: tuple[Curve, ...]
    bands: bool = False
    ordered: bool = False
    decimals: int = 4
    from_zero: bool = False

    @property
    def places(self) -> tuple[float | str, ...]:
        """Every x that a curve has, numbers in their order."""
        found = {x: None for curve in self.curves for x, _ in curve.points if x is not None}
        if all(isinstance(x, int | float) for x in found):
            return tuple(sorted(found))
        return tuple(found)

    def told(self, value: float, least: int = 0) -> str:
        """Give a value in words; one that is not whole has a decimal in any case."""
        decimals = max(self.decimals, least, 0 if float(value).is_integer() else 1)
        return f"{value:.{decimals}f}"


def draw_chart(*charts: Chart) -> tuple[str, bytes]:
    """Give the picture of `charts` as SVG and as PNG.

    Several have the title, the curves and their places in common, and stand two in a row.

    The SVG takes the colours of the page it stands in, or of the reader's light or dark scheme;
    the PNG is dark on white. Needs matplotlib, of the extra `plots`.
    """
    from matplotlib import rc_context

    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "litho", "font.size": 11}):
        return _svg(_drawn(charts, _INK)), _png(_drawn(charts, "#1c1e21"))


def _svg(figure: "Figure") -> str:
    file = StringIO()
    figure.savefig(file, format="svg", transparent=True, metadata={"Date": None})
    text = file.getvalue()
    text = text[text.index("<svg") :].replace(_INK, "currentColor")
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r"<style type=\"text/css\">.*?</style>", f"<style>{_STYLE}</style>", text)
    text = re.sub(r"font: (\d+)px [^;\"]*", r"font-size: \1px", text)
    return text.replace("<svg ", '<svg class="litho-chart" stroke-linejoin="round" ', 1)


def _png(figure: "Figure") -> bytes:
    file = BytesIO()
    figure.savefig(file, format="png", dpi=160, facecolor="white", metadata={"Software": None})
    return file.getvalue()


def _drawn(charts: Sequence[Chart], ink: str) -> "Figure":
    from matplotlib.figure import Figure

    first, count = charts[0], len(charts)
    columns = _columns([curve.label for curve in first.curves])
    more = max(-(-len(first.curves) // columns) - _LEGEND, 0)
    beside = min(count, _BESIDE)
    rows = -(-count // beside)
    width, height = (_WIDTH, _HEIGHT) if count == 1 else (_WIDER, _LOWER * rows)
    figure = Figure(figsize=(width, height + _LINE * more), layout="constrained")
    for number, chart in enumerate(charts, 1):
        axes = figure.add_subplot(rows, beside, number)
        _draw(axes, chart)
        axes.set(title=chart.title if count == 1 else "")
        _ink(axes, ink)
    if count > 1:
        figure.suptitle(first.title, color=ink)
    handles, labels = figure.axes[0].get_legend_handles_labels()
    options = {"frameon": False, "labelcolor": ink, "ncols": columns}
    figure.legend(handles, labels, loc="outside lower center", **options)
    return figure


def _draw(axes: "Axes", chart: Chart) -> None:
    places = chart.places
    ticks = _at(places, places)
    # A little aside of each other, so that bars do not hide one another.
    has_bands = chart.bands and len(places) > 1
    step = 0.0 if has_bands else _ASIDE * (max(ticks) - min(ticks) or 1)
    draw = _draw_band if has_bands else _draw_curve
    colours = _colours(chart)
    for number, curve in enumerate(chart.curves):
        if curve.is_level:
            _draw_level(axes, curve, colours[number])
            continue
        aside = (number - (len(chart.curves) - 1) / 2) * step
        found = [x + aside for x in _at([x for x, _ in curve.points], places)]
        draw(axes, curve, found, colours[number], _MARKERS[number % len(_MARKERS)])
    axes.set_xticks(ticks, [str(place) for place in places])
    axes.set(xlabel=chart.x_label, ylabel=chart.y_label)
    if chart.from_zero:
        axes.set_ylim(0, 1.05 * axes.get_ylim()[1])  # marks at the top stay whole


def _colours(chart: Chart) -> list[str]:
    """Give a colour for each curve; beside bands, and an order, lines across are grey."""
    is_grey = chart.bands or chart.ordered
    count = sum(not curve.is_level for curve in chart.curves)
    if chart.ordered:
        from matplotlib import colormaps
        from matplotlib.colors import to_hex

        shades = [0.9 * number / max(count - 1, 1) for number in range(count)]
        own = iter([to_hex(colormaps["viridis"](shade)) for shade in shades])
    else:
        own = cycle(_COLOURS)
    return [_LEVEL if is_grey and c.is_level else next(own) for c in chart.curves]


def _columns(labels: Sequence[str]) -> int:
    """Give into how many columns of the legend labels of this length go."""
    longest = max(map(len, labels), default=0)
    return next((count for count, most in ((4, 22), (3, 32), (2, 48)) if longest <= most), 1)


def _at(wanted: Sequence[Any], places: Sequence[Any]) -> list[float]:
    """Give where on the axis each x stands: a number at itself, a word at its turn."""
    if all(isinstance(place, int | float) for place in places):
        return [float(x) for x in wanted]
    return [float(places.index(x)) for x in wanted]


def _draw_curve(
    axes: "Axes", curve: Curve, places: Sequence[float], colour: str, marker: str
) -> None:
    found = [mean for _, mean in curve.points]
    middle = [mean.mean for mean in found]
    below = [mean.mean - mean.low for mean in found]
    above = [mean.high - mean.mean for mean in found]
    axes.errorbar(
        places,
        middle,
        yerr=[below, above],
        label=curve.label,
        color=colour,
        marker=marker,
        markersize=5,
        linewidth=1.8,
        capsize=3,
        elinewidth=1.2,
    )


def _draw_band(
    axes: "Axes", curve: Curve, places: Sequence[float], colour: str, marker: str
) -> None:
    found = [value for _, value in curve.points]
    low, high = [value.low for value in found], [value.high for value in found]
    axes.fill_between(places, low, high, color=colour, alpha=0.12, linewidth=0)
    axes.plot(
        places,
        [value.mean for value in found],
        label=curve.label,
        color=colour,
        marker=marker,
        markersize=5,
        linewidth=1.8,
    )


def _draw_level(axes: "Axes", curve: Curve, colour: str) -> None:
    mean = curve.points[0][1]
    axes.axhline(mean.mean, label=curve.label, color=colour, linewidth=1.5, linestyle="--")
    if mean.high > mean.low:
        axes.axhspan(mean.low, mean.high, color=colour, alpha=0.15, linewidth=0)


def _ink(axes: "Axes", ink: str) -> None:
    """Write and rule in one colour."""
    axes.grid(color=ink, alpha=0.15, linewidth=0.8)
    axes.tick_params(colors=ink, which="both")
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(ink)
    for text in (axes.title, axes.xaxis.label, axes.yaxis.label):
        text.set_color(ink)
