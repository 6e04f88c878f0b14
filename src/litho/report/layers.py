"""What a page says of each layer: formats, error, lanes, cycles, resources."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from litho.hw import Estimate, Interval

__all__ = ["Fidelity", "Layer", "duration", "ends_text", "grouped", "slowest"]


@dataclass(frozen=True, slots=True)
class Fidelity:
    """How far the decoded codes of a value lie from the float network's value.

    Over all its numbers in all samples: `signal` is the mean square of the float values, `noise`
    that of the differences; `mean` and `max` are of the absolute differences, `reach` is the
    greatest absolute float value.
    """

    signal: float
    noise: float
    mean: float
    max: float
    reach: float

    @property
    def text(self) -> str:
        """The ratio of signal to noise, for people."""
        if not self.noise:
            return "no error"
        if not self.signal:
            return "no signal"
        return f"{10 * math.log10(self.signal / self.noise):.1f} dB"


@dataclass(frozen=True, slots=True)
class Layer:
    """One value of the graph: an input, or a node and the hardware that computes it.

    `formats` are (what, format, shape) of what it reads and gives. `lanes` are (in, out), `cycles`
    those from one tensor to the next, `estimate` the resources of its module: absent for an input.
    `fidelity` is absent where the float network has no such value.
    """

    name: str
    op: str
    origin: str
    formats: tuple[tuple[str, str, str], ...]
    fidelity: Fidelity | None = None
    lanes: tuple[int, int] | None = None
    cycles: int | None = None
    estimate: Estimate | None = None

    @property
    def remarks(self) -> tuple[str, ...]:
        """What its box in the drawing says of it beside its type."""
        found = [] if self.cycles is None else [f"{grouped(self.cycles)} cycles"]
        if self.fidelity is not None:
            found.append(f"{self.fidelity.text} to float")
        return (" · ".join(found),) if found else ()


def slowest(layers: Sequence[Layer]) -> frozenset[str]:
    """Give the names of the layers that need the most cycles."""
    most = max((layer.cycles or 0 for layer in layers), default=0)
    return frozenset(layer.name for layer in layers if most and layer.cycles == most)


def ends_text(interval: Interval) -> str:
    """Give the ends of an interval; "" where they are its middle."""
    if interval.low == interval.high:
        return ""
    return f"{grouped(interval.low)} to {grouped(interval.high)}"


def duration(nanoseconds: float) -> str:
    """Give a time in the unit that it is read best in, to 4 digits."""
    for unit, size in (("s", 1e9), ("ms", 1e6), ("µs", 1e3)):
        if nanoseconds >= 10 * size:
            return f"{nanoseconds / size:.4g} {unit}"
    return f"{nanoseconds:.4g} ns"


def grouped(count: int) -> str:
    """Give `count` with a narrow space between thousands."""
    return f"{count:,}".replace(",", "\u202f")
