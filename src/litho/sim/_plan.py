"""What a simulation drives and expects, in one record."""

from dataclasses import dataclass

from litho.rtl import Stream
from litho.sim.records import Stalls, Wave

__all__ = ["Plan"]


@dataclass(frozen=True, slots=True)
class Plan:
    """The arguments of `simulate` that a bench needs, with the number of samples."""

    samples: int
    inputs: tuple[Stream, ...]
    outputs: tuple[Stream, ...]
    taps: tuple[Stream, ...]
    stall_bits: int
    stalls: Stalls | None
    reset_at: int | None
    patience: int
    wave: Wave | None = None

    @property
    def held(self) -> Stalls:
        """The stalls, all probabilities 0 when there are none."""
        return self.stalls or Stalls(0, 0.0, 0.0, 0.0)
