"""What a page says of each layer: formats, error, lanes, cycles, resources."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from litho.hw import Estimate, Interval

__all__ = ["Fidelity", "Layer", "fidelity_text", "interval_text", "slowest"]


@dataclass(frozen=True, slots=True)
class Fidelity:
    """How far the decoded codes of a value lie from the float network's value.

    Over all its numbers in all samples: `mean` and `max` of the absolute difference, and `reach`,
    the greatest absolute float value. `snr_db` is 10 log10(signal power / error power), and
    infinite where there is no error.
    """

    snr_db: float
    mean: float
    max: float
    reach: float


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


def fidelity_text(fidelity: Fidelity | None) -> str:
    """Give the signal-to-error ratio for people; "" where there is none."""
    if fidelity is None:
        return ""
    return "exact" if math.isinf(fidelity.snr_db) else f"{fidelity.snr_db:.1f} dB"


def interval_text(interval: Interval) -> str:
    """Give the middle of an interval, and its ends where they differ from it."""
    if interval.low == interval.high:
        return _grouped(interval.mid)
    return f"{_grouped(interval.mid)} ({_grouped(interval.low)} to {_grouped(interval.high)})"


def _grouped(count: int) -> str:
    return f"{count:,}".replace(",", "\u202f")
