"""Numbers that know where they came from: estimated, measured, reported."""

import math
from dataclasses import dataclass

from litho.hw.resources import Resources
from litho.hw.timing import Timing

__all__ = ["Band", "Estimate", "Interval", "Measurement", "Report"]


@dataclass(frozen=True, slots=True)
class Interval:
    """A range with its middle: `low <= mid <= high`."""

    low: int
    mid: int
    high: int

    def __post_init__(self) -> None:
        assert self.low <= self.mid <= self.high


@dataclass(frozen=True, slots=True)
class Band:
    """How far a report may lie from a structural formula.

    The stated band of a count m is `m / factor - slack` to `m * factor + slack`, whole numbers
    that lie in it. Below, the slack takes half of `m / factor` at most: a formula that is far too
    great is wrong for a small block too. The slack is for LUTs and flip-flops.
    """

    factor: float
    slack: int

    def around(self, mid: int) -> Interval:
        """Give the interval that the band states around the count `mid`."""
        least = mid / self.factor
        low = math.ceil(max(least - self.slack, least / 2))
        return Interval(low, mid, math.ceil(mid * self.factor) + self.slack)


@dataclass(frozen=True, slots=True)
class Estimate:
    """Resources computed from formulas, with the interval in which a report should lie.

    `calibration` names the table that the formulas were fitted to, or says `uncalibrated`.
    """

    luts: Interval
    ffs: Interval
    dsps: Interval
    bram_bits: Interval
    calibration: str = "uncalibrated"

    @classmethod
    def from_formula(cls, mid: Resources, band: Band) -> "Estimate":
        """Put `band` around each count of `mid`; multipliers and block RAMs have no slack."""
        few = Band(band.factor, 0)
        return cls(
            luts=band.around(mid.luts),
            ffs=band.around(mid.ffs),
            dsps=few.around(mid.dsps),
            bram_bits=few.around(mid.bram_bits),
        )


@dataclass(frozen=True, slots=True)
class Measurement:
    """Cycles observed in a simulation without stalls."""

    simulator: str
    timing: Timing


@dataclass(frozen=True, slots=True)
class Report:
    """What an outside tool said: its name and version, resources, frequency in MHz if it placed.

    `largest_fan_out` is the number of cell pins that the most loaded net of the netlist drives,
    the clock left out.
    """

    tool: str
    resources: Resources
    fmax_mhz: float | None = None
    largest_fan_out: int | None = None
