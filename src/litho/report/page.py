"""One run as one HTML file that needs nothing else: no network, and no script to be read."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from litho.hw import Device, Estimate, Interval
from litho.report.layers import Layer, duration, ends_text, grouped, slowest
from litho.report.result import Result

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = [
    "Bar",
    "Drawing",
    "Log",
    "Page",
    "Part",
    "Table",
    "accuracy_meters",
    "accuracy_tiles",
    "bars_of",
    "render",
    "render_page",
]

_COUNTS = (
    ("luts", "LUTs"),
    ("ffs", "Flip-flops"),
    ("dsps", "Multipliers"),
    ("bram_bits", "Block-RAM bits"),
)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headers; a column whose header is in `numbers` is set flush right."""

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture as SVG, under a title."""

    title: str
    picture: str


@dataclass(frozen=True, slots=True)
class Part:
    """One module of the design: a line on it, and tables of everything under their titles."""

    name: str
    line: str
    tables: tuple[tuple[str, Table], ...]


@dataclass(frozen=True, slots=True)
class Log:
    """The end of what an outside program said, without the first `left_out` lines."""

    name: str
    text: str
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """What the page of a run shows.

    `layers` are the values of the graph, compared with the float network on `compared`; `between`
    is the estimate of the modules between them. `modules` has a row for each module of the design,
    and `parts` all of it; `stages` has one for each stage of the run. `drawing` is the graph as
    SVG; `device` is what the design was made for; `waves` are pictures of its streams, when they
    were recorded; `compressed` has a row for each layer of a network that was compressed,
    and `multipliers` one for each array of them; `command` makes the run again.
    """

    title: str
    result: Result
    device: Device
    share: float
    layers: tuple[Layer, ...]
    between: Estimate
    compared: str
    modules: Table
    parts: tuple[Part, ...]
    stages: Table
    config: str
    command: str
    drawing: str
    waves: tuple[Drawing, ...] = ()
    logs: tuple[Log, ...] = ()
    compressed: Table | None = None
    multipliers: Table | None = None

    @property
    def slowest(self) -> frozenset[str]:
        """The layers that need the most cycles."""
        return slowest(self.layers)

    @property
    def most_cycles(self) -> int:
        """The cycles of the slowest layers."""
        return max((layer.cycles or 0 for layer in self.layers), default=0)


@dataclass(frozen=True, slots=True)
class Bar:
    """One kind of resource: its estimate, what was reported, what the device has.

    Places are in percent of the length of the bar, which is the device's count, or what is used
    when that is more; an estimate beyond the end is cut there.
    """

    label: str
    estimate: Interval
    reported: int | None
    capacity: int

    @property
    def _full(self) -> int:
        return max(self.capacity, self.used, 1)

    def place(self, count: int) -> float:
        """Give where `count` stands, in percent."""
        return round(min(100 * count / self._full, 100), 2)

    @property
    def used(self) -> int:
        """What the bar fills: the reported count, else the middle of the estimate."""
        return self.estimate.mid if self.reported is None else self.reported

    @property
    def share(self) -> str:
        """The used part of the device, in words."""
        return f"{100 * self.used / self.capacity:.1f} %" if self.capacity else "none there"


def bars_of(result: Result, device: Device) -> tuple[Bar, ...]:
    """Give a bar for each kind of resource."""
    assert result.resources is not None
    report = result.resources.report
    return tuple(
        Bar(
            label,
            getattr(result.resources.estimate, name),
            getattr(report.resources, name) if report else None,
            getattr(device.capacity, name),
        )
        for name, label in _COUNTS
    )


def render_page(page: Page) -> str:
    """Give the HTML of `page`."""
    return render(
        "page.html.j2",
        page=page,
        result=page.result,
        bars=bars_of(page.result, page.device),
        tiles=(*accuracy_tiles(page.result), *_tiles(page.result)),
        accuracies=accuracy_meters(page.result),
        counts=_COUNTS,
    )


def render(template: str, **values: object) -> str:
    """Give the HTML that a template of this package makes of `values`."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("litho.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["count"] = grouped
    environment.filters["duration"] = duration
    environment.filters["ends"] = ends_text
    environment.filters["breakable"] = _breakable
    return environment.get_template(template).render(**values)


def _breakable(name: str) -> "Markup":
    """Give a name as HTML that a line may end in, behind a dot or an underscore."""
    from markupsafe import Markup, escape

    return Markup(re.sub(r"[._](?=\w)", r"\g<0><wbr>", str(escape(name))))


def accuracy_tiles(result: Result) -> Sequence[tuple[str, str, str]]:
    """Give the (number, label, remark) of the accuracy that counts, of bits, and of sparsity."""
    tiles, accuracy = [], result.accuracy
    if accuracy:
        judged = accuracy.fake_quantized if accuracy.hardware is None else accuracy.hardware
        kind = "fake-quantized" if accuracy.hardware is None else "hardware"
        change = f"{100 * (judged - accuracy.float):+.2f}".replace("-", "−")
        share = f"{100 * judged:.2f} %"
        tiles.append((share, f"{kind} {accuracy.metric}", f"{change} points from float"))
    found = result.compression
    if found and found.bits_per_quantized_weight is not None:
        share = f"of {100 * found.quantized_weights / found.weights:.3g} % of the weights"
        tiles.append((f"{found.bits_per_quantized_weight:.2f}", "bits a quantized weight", share))
    if found and found.sparsity is not None:
        dropped = f"{grouped(found.pruned_weights or 0)} weights dropped"
        tiles.append((f"{100 * found.sparsity:.2f} %", "sparsity of the pruned layers", dropped))
    return tiles


def accuracy_meters(result: Result) -> Sequence[tuple[str, float | None]]:
    """Give (label, accuracy) of the network from the float one on; None where there is none."""
    found = result.accuracy
    if found is None:
        return ()
    return (
        ("float network", found.float),
        ("before compression", found.before_compression),
        ("before tuning", found.before_tuning),
        ("fake-quantized", found.fake_quantized),
        ("hardware", found.hardware),
    )


def _tiles(result: Result) -> Sequence[tuple[str, str, str]]:
    """Give the (number, label, remark) that a reader wants first of a design."""
    timing, verification = result.timing, result.verification
    assert timing is not None
    assert verification is not None

    def at(cycles: int) -> str:
        return duration(cycles * verification.clock_ns)

    tiles = [
        (
            grouped(verification.mismatches),
            "mismatches",
            f"{grouped(verification.values)} values compared",
        ),
        (
            grouped(timing.interval_cycles),
            "cycles a sample",
            f"{at(timing.interval_cycles)}, interval",
        ),
        (
            grouped(timing.latency_cycles),
            "cycles latency",
            f"{at(timing.latency_cycles)}, first in to first out",
        ),
    ]
    if timing.fmax_mhz is not None:
        rate = round(timing.fmax_mhz * 1e6 / timing.interval_cycles)
        tiles.append((f"{timing.fmax_mhz:.1f} MHz", "clock", f"{grouped(rate)} samples a second"))
    return tiles
