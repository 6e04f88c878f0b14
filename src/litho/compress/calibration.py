"""Chooses a fraction or a scale from seen values: by range, by percentile, or by square error."""

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from litho.compress.spelling import Wanted
from litho.errors import ConfigError, DataError
from litho.formats import Fixed, Scale

__all__ = ["CALIBRATIONS", "Sample", "choose", "choose_rows"]

CALIBRATIONS = ("min_max", "percentile", "mse")

_Array = np.ndarray[Any, np.dtype[np.float64]]
_KEPT = 1 << 16
_PERCENTILE = 99.9
_CANDIDATES = 48


@dataclass(frozen=True, slots=True)
class Sample:
    """What is remembered of the values of one tensor: its extremes and an even choice of them."""

    low: float
    high: float
    values: _Array

    @classmethod
    def of(cls, values: _Array, place: str) -> "Sample":
        """Sample an array; raises `DataError` for no values, and for NaN or infinity."""
        flat = np.asarray(values, dtype=np.float64).reshape(-1)
        if not flat.size:
            raise DataError(f"{place} must see at least one value to be calibrated")
        if not np.isfinite(flat).all():
            raise DataError(
                f"{place} must have finite values to be calibrated, not NaN or infinity;"
                " look for a diverged training or an empty batch"
            )
        return cls(float(flat.min()), float(flat.max()), _thin(flat))

    def joined(self, other: "Sample") -> "Sample":
        """Give the sample of both."""
        values = _thin(np.concatenate([self.values, other.values]))
        return Sample(min(self.low, other.low), max(self.high, other.high), values)


def _thin(values: _Array) -> _Array:
    step = -(-len(values) // _KEPT)
    return values[::step].copy()


def choose(wanted: Wanted, sample: Sample, calibration: str) -> tuple[Fixed, Scale]:
    """Give the format and scale for the values of `sample`.

    `min_max` is the finest grid that holds all of them, `percentile` the finest that holds the
    middle 99.9 percent, `mse` the one of least mean square error.
    Raises `ConfigError` for a calibration that has no name.
    """
    if calibration not in CALIBRATIONS:
        raise ConfigError(
            f"calibration must be one of {', '.join(CALIBRATIONS)}, not {calibration!r}"
        )
    if wanted.frac is not None:
        return wanted.format(wanted.frac), Scale()
    low, high = sample.low, sample.high
    if calibration == "percentile":
        tail = (100 - _PERCENTILE) / 2
        low, high = (float(v) for v in np.percentile(sample.values, [tail, 100 - tail]))
    if wanted.is_integer:
        return _choose_scale(wanted, sample, low, high, calibration == "mse")
    return _choose_frac(wanted, sample, low, high, calibration == "mse"), Scale()


def choose_rows(
    wanted: Wanted, samples: list[Sample], axis: int, calibration: str
) -> tuple[Fixed, Scale]:
    """Give the format and the scale along `axis`, one entry for each sample."""
    chosen = [choose(wanted, sample, calibration) for sample in samples]
    if wanted.is_integer:
        scales = [scale for _, scale in chosen]
        return chosen[0][0], Scale(
            tuple(scale.multipliers[0] for scale in scales),
            tuple(scale.shifts[0] for scale in scales),
            axis,
        )
    fracs = [form.frac for form, _ in chosen]
    shifts = [frac - min(fracs) for frac in fracs]
    return wanted.format(min(fracs)), Scale.power_of_two(shifts, axis)


def _choose_scale(
    wanted: Wanted, sample: Sample, low: float, high: float, by_error: bool
) -> tuple[Fixed, Scale]:
    form, step = wanted.format(0), _step(wanted, low, high)
    if not by_error:
        return form, Scale.nearest(step)
    steps = [step * (1 - k / (_CANDIDATES + 8)) for k in range(_CANDIDATES)]
    return form, min(
        (Scale.nearest(candidate) for candidate in steps),
        key=lambda scale: _error(sample, form, scale),
    )


def _choose_frac(wanted: Wanted, sample: Sample, low: float, high: float, by_error: bool) -> Fixed:
    step = Fraction(_step(wanted, low, high))
    # The coarsest power of two that is not below the step: no value saturates.
    frac = -math.ceil(math.log2(step))
    while Fraction(1, 2) ** (frac + 1) >= step:
        frac += 1
    while Fraction(1, 2) ** frac < step:
        frac -= 1
    if not by_error:
        return wanted.format(frac)
    candidates = [wanted.format(frac + more) for more in range(-1, wanted.width)]
    return min(candidates, key=lambda form: _error(sample, form, Scale()))


def _step(wanted: Wanted, low: float, high: float) -> float:
    """Give the least step whose codes reach from `low` to `high`; 1/high when all are zero."""
    below = low / wanted.low if wanted.low and low < 0 else 0.0
    above = high / wanted.high if wanted.high and high > 0 else 0.0
    return max(below, above) or 1.0 / max(wanted.high, 1)


def _error(sample: Sample, form: Fixed, scale: Scale) -> float:
    values = form.decode(form.encode(sample.values, scale), scale)
    return float(np.square(values - sample.values).mean())
