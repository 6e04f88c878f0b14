"""What a page says of each layer: formats, error, lanes, cycles, resources."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from litho.hw import Estimate, Interval

__all__ = ["Fidelity", "Layer", "interval_text", "slowest"]


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
            return "exact"
        if not self.signal:
            return "no signal"
        return f"{10 * math.log10(self.signal / self.noise):.1f} dB"


@dataclass(frozen=True, slots=True)
class Layer:
    """One value of the graph: an input, or a node and the hardware that computes it.

    `formats` are (what, format) of what it reads and gives. `lanes` are (in, out), `cycles` those
    from one tensor to the next, `estimate` its resources with all that moves codes in and out of
    it: absent for an input. `fidelity` is absent where the float network has no such value.
    """

    name: str
    op: str
    origin: str
    shape: str
    formats: tuple[tuple[str, str], ...]
    fidelity: Fidelity | None = None
    lanes: tuple[int, int] | None = None
    cycles: int | None = None
    estimate: Estimate | None = None


def slowest(layers: Sequence[Layer]) -> frozenset[str]:
    """Give the names of the layers that need the most cycles."""
    most = max((layer.cycles or 0 for layer in layers), default=0)
    return frozenset(layer.name for layer in layers if most and layer.cycles == most)


def interval_text(interval: Interval) -> str:
    """Give the middle of an interval, and its ends where they differ from it."""
    if interval.low == interval.high:
        return _grouped(interval.mid)
    return f"{_grouped(interval.mid)} ({_grouped(interval.low)} to {_grouped(interval.high)})"


def _grouped(count: int) -> str:
    return f"{count:,}".replace(",", "\u202f")
