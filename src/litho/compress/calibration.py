"""Chooses what a rule leaves open from seen values: by range, percentile, or square error.

This module has fixed-point formats and scaled integers; `fitting` has every other family.
"""

import math
from fractions import Fraction

import numpy as np

from litho.compress import fitting
from litho.compress.sample import Sample
from litho.compress.spelling import CALIBRATIONS, Wanted
from litho.errors import ConfigError
from litho.formats import Fixed, Format, GroupedFormat, Scale

__all__ = ["choose", "choose_rows"]

_CANDIDATES = 48


def choose(wanted: Wanted, sample: Sample, calibration: str) -> tuple[Format, Scale]:
    """Give the format and scale for the values of `sample`.

    `min_max` is the finest grid that holds all of them, `percentile` the finest that holds the
    middle 99.9 percent, `mse` the one of least mean square error.
    Raises `ConfigError` for a calibration that has no name.
    """
    if calibration not in CALIBRATIONS:
        raise ConfigError(
            f"calibration must be one of {', '.join(CALIBRATIONS)}, not {calibration!r}"
        )
    if isinstance(wanted.form, GroupedFormat):
        return wanted.form, Scale()
    if not isinstance(wanted.form, Fixed):
        return fitting.fit(wanted, sample, calibration)
    return choose_fixed(wanted, sample, calibration)


def choose_rows(
    wanted: Wanted, samples: list[Sample], axis: int, calibration: str
) -> tuple[Format, Scale]:
    """Give the format and the scale along `axis`, one entry for each sample."""
    if not isinstance(wanted.form, Fixed):
        return fitting.fit_rows(wanted, samples, axis, calibration)
    chosen = [choose_fixed(wanted, sample, calibration) for sample in samples]
    if wanted.is_integer:
        return chosen[0][0], fitting.stacked([scale for _, scale in chosen], axis)
    fracs = [form.frac for form, _ in chosen]
    shifts = [frac - min(fracs) for frac in fracs]
    return wanted.format(min(fracs)), Scale.power_of_two(shifts, axis)


def choose_fixed(wanted: Wanted, sample: Sample, calibration: str) -> tuple[Fixed, Scale]:
    """Give the fixed-point format or scaled integer, and the scale, for the values of `sample`."""
    if wanted.frac is not None:
        return wanted.format(wanted.frac), Scale()
    if wanted.is_integer and wanted.scale == "unit":
        return wanted.fixed, Scale()
    low, high = sample.ends(calibration)
    by_error = calibration == "mse"
    if wanted.is_integer and wanted.scale != "power_of_two":
        return _choose_scale(wanted, sample, low, high, by_error)
    frac = _choose_frac(wanted, sample, low, high, by_error)
    if wanted.is_integer:
        return wanted.fixed, Scale.power_of_two(frac)
    return wanted.format(frac), Scale()


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


def _choose_frac(wanted: Wanted, sample: Sample, low: float, high: float, by_error: bool) -> int:
    step = Fraction(_step(wanted, low, high))
    # The coarsest power of two that is not below the step: no value saturates.
    frac = -math.ceil(math.log2(step))
    while Fraction(1, 2) ** (frac + 1) >= step:
        frac += 1
    while Fraction(1, 2) ** frac < step:
        frac -= 1
    if not by_error:
        return frac
    form = wanted.format(0)
    candidates = [frac + more for more in range(-1, wanted.width)]
    return min(candidates, key=lambda frac: _error(sample, form, Scale.power_of_two(frac)))


def _step(wanted: Wanted, low: float, high: float) -> float:
    """Give the least step whose codes reach from `low` to `high`; 1/high when all are zero."""
    below = low / wanted.low if wanted.low and low < 0 else 0.0
    above = high / wanted.high if wanted.high and high > 0 else 0.0
    return max(below, above) or 1.0 / max(wanted.high, 1)


def _error(sample: Sample, form: Fixed, scale: Scale) -> float:
    values = form.decode(form.encode(sample.values, scale), scale)
    return float(np.square(values - sample.values).mean())
