"""Cycles of a module or a design without stalls."""

from dataclasses import dataclass

__all__ = ["Timing"]


@dataclass(frozen=True, slots=True)
class Timing:
    """Latency and interval in cycles, as `docs/stream.md` section 7 defines them.

    `latency` counts from the offer of the first input beat of a tensor to the transfer of its
    first output beat; `interval` counts between the first output beats of successive tensors.
    """

    latency: int
    interval: int
