"""What a simulation takes and gives."""

from dataclasses import dataclass
from pathlib import Path

from litho.errors import ConfigError
from litho.rtl import DesignFolder, Loading, Stream
from litho.rtl.block import Codes, Times

__all__ = ["PATIENCE", "Request", "Simulation", "Stalls", "Wave"]

PATIENCE = 1_000_000


@dataclass(frozen=True, slots=True)
class Stalls:
    """How often streams are held up: the probability, in each cycle, that a source withholds its
    next beat, that a sink is not ready, that an inner stall is on.

    Spells of up to 64 cycles in which nothing or everything is held up are mixed in, so that
    buffers run empty and full. The same seed gives the same stalls.
    """

    seed: int
    source: float = 0.3
    sink: float = 0.3
    inner: float = 0.3

    def __post_init__(self) -> None:
        if self.seed < 0:
            raise ConfigError(f"the seed of stalls must be 0 or more, not {self.seed}")
        for name in ("source", "sink", "inner"):
            value = getattr(self, name)
            if not 0 <= value < 1:
                raise ConfigError(f"stalls of {name} must be at least 0 and below 1, not {value}")


@dataclass(frozen=True, slots=True)
class Wave:
    """What is recorded of a simulation: a VCD file at `path` of `cycles` cycles from `first` on.

    From cycle 0 on the reset before it is recorded too. `depth` is the number of levels of modules,
    1 for the top alone and 0 for all. A cycle takes 10 ns; the clock rises in its middle.
    """

    path: Path
    cycles: int = 1000
    first: int = 0
    depth: int = 0

    def __post_init__(self) -> None:
        for name, low in (("cycles", 1), ("first", 0), ("depth", 0)):
            value = getattr(self, name)
            if value < low:
                raise ConfigError(f"{name} of waves must be {low} or more, not {value}")


@dataclass(frozen=True, eq=False)
class Request:
    """A simulation that is asked for; `simulate` says what each of these is."""

    folder: DesignFolder
    inputs: tuple[Stream, ...]
    outputs: tuple[Stream, ...]
    codes: tuple[Codes, ...]
    taps: tuple[Stream, ...] = ()
    stall_bits: int = 0
    stalls: Stalls | None = None
    simulator: str = "verilator"
    reset_at: int | None = None
    extra_sources: tuple[Path, ...] = ()
    patience: int = PATIENCE
    wave: Wave | None = None
    loading: Loading | None = None


@dataclass(frozen=True, eq=False)
class Simulation:
    """What a simulation gave.

    `outputs` and `taps` are codes[samples, rows, row]; `input_cycles` and `output_cycles` the
    cycle in which each beat of a stream was transferred, 0 the first cycle out of reset; at full
    speed, the first in which all is loaded, `loading` cycles later.
    `cycles` counts from reset up to the last transfer; `build_s` and `simulate_s` are seconds of
    wall time, the latter of all that was asked for with it.
    """

    outputs: tuple[Codes, ...]
    taps: tuple[Codes, ...]
    cycles: int
    input_cycles: tuple[Times, ...]
    output_cycles: tuple[Times, ...]
    build_s: float
    simulate_s: float
    simulator: str
    loading: int = 0
