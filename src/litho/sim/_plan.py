"""What a simulation drives and expects, in one record."""

from dataclasses import dataclass

from litho.rtl import Loading, Stream
from litho.sim.records import Stalls, Wave

__all__ = ["Plan"]


@dataclass(frozen=True, slots=True)
class Plan:
    """The arguments of `simulate` that a bench needs, with the number of samples.

    `loading` is sent once after each reset; at full speed the inputs wait for its last beat.
    """

    samples: int
    inputs: tuple[Stream, ...]
    outputs: tuple[Stream, ...]
    taps: tuple[Stream, ...]
    stall_bits: int
    stalls: Stalls | None
    reset_at: int | None
    patience: int
    wave: Wave | None = None
    loading: Loading | None = None

    @property
    def sources(self) -> tuple[Stream, ...]:
        """Every stream that goes in, the inputs first."""
        return (*self.inputs, *((self.loading.stream,) if self.loading else ()))

    @property
    def waits(self) -> bool:
        """Whether the inputs wait until all is loaded."""
        return self.loading is not None and self.stalls is None

    def beats(self, stream: Stream) -> int:
        """The beats that travel on a stream."""
        is_once = self.loading is not None and stream is self.loading.stream
        return stream.beats * (1 if is_once else self.samples)

    @property
    def held(self) -> Stalls:
        """The stalls, all probabilities 0 when there are none."""
        return self.stalls or Stalls(0, 0.0, 0.0, 0.0)
