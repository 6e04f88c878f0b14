"""Scales for seen values, and tables: minifloats, powers of two, codebooks, binary, ternary."""

import math
import statistics
from dataclasses import replace

import numpy as np

from litho.compress import tables
from litho.compress.sample import Sample
from litho.compress.spelling import Wanted
from litho.formats import Binary, Codebook, Format, Scale, Ternary, fake_quantize
from litho.formats.reach import reach

__all__ = ["fit", "fit_rows", "stacked"]

_CANDIDATES = 48
_FINER = 10  # powers of two that are tried below the one which holds all


def fit(wanted: Wanted, sample: Sample, calibration: str) -> tuple[Format, Scale]:
    """Give the format and the scale for the values of `sample`.

    `min_max` and `percentile` put the greatest value of the format on the end of the values,
    `mse` takes the scale of least mean square error. `binary` and `ternary` have rules of their
    own (their pages in `docs/formats`).
    """
    if isinstance(wanted.form, Codebook) and wanted.is_open:
        table, (scale,) = tables.learn(wanted.form.bits, wanted.scale, [sample], calibration)
        return table, scale
    form = wanted.form
    if isinstance(form, Ternary):
        form = _threshold(form, [sample], calibration)
    return form, _scale(replace(wanted, form=form), sample, calibration)


def fit_rows(
    wanted: Wanted, samples: list[Sample], axis: int, calibration: str
) -> tuple[Format, Scale]:
    """Give one format and the scale along `axis`, one entry for each sample."""
    if isinstance(wanted.form, Codebook) and wanted.is_open:
        table, scales = tables.learn(wanted.form.bits, wanted.scale, samples, calibration)
        return table, stacked(scales, axis)
    form = wanted.form
    if isinstance(form, Ternary):
        form = _threshold(form, samples, calibration)
    asked = replace(wanted, form=form)
    return form, stacked([_scale(asked, sample, calibration) for sample in samples], axis)


def stacked(scales: list[Scale], axis: int) -> Scale:
    """Give per-tensor scales as one along `axis`."""
    return Scale(
        tuple(scale.multipliers[0] for scale in scales),
        tuple(scale.shifts[0] for scale in scales),
        axis,
    )


def _threshold(form: Ternary, samples: list[Sample], calibration: str) -> Ternary:
    """Give `ternary` the threshold of the rule for ternary weights, unless the error decides.

    Rounding to the nearest of three values has the least error for whatever scale.
    """
    if calibration == "mse" or form != Ternary():
        return form
    found = [Ternary.fit(sample.values)[0].threshold for sample in samples if sample.values.any()]
    return Ternary(round(statistics.median(found))) if found else form


def _scale(wanted: Wanted, sample: Sample, calibration: str) -> Scale:
    form = wanted.form
    if wanted.scale == "unit" or not sample.values.any():
        return Scale()
    if form == Binary():
        return _rounded(wanted, sample, float(np.abs(sample.values).mean()))
    if isinstance(form, Ternary) and calibration != "mse":
        return _rounded(wanted, sample, float(Ternary.fit(sample.values)[1].fractions()[0]))
    step = _step(form, *sample.ends(calibration))
    by_error = calibration == "mse" or isinstance(form, Binary)
    if wanted.scale == "power_of_two":
        greatest = _ceil_log2(step)
        powers = range(greatest + 1, greatest - _FINER, -1) if by_error else (greatest,)
        return _best(form, sample, [Scale.power_of_two(-power) for power in powers])
    if not by_error:
        return Scale.nearest(step)
    shares = [1 - k / (_CANDIDATES + 8) for k in range(_CANDIDATES)]
    return _best(form, sample, [Scale.nearest(step * share) for share in shares])


def _rounded(wanted: Wanted, sample: Sample, step: float) -> Scale:
    """Give a step that a rule found as a scale: the better one of two powers of two, or itself."""
    if wanted.scale != "power_of_two":
        return Scale.nearest(step)
    above = _ceil_log2(step)
    pair = [Scale.power_of_two(-above), Scale.power_of_two(1 - above)]
    return _best(wanted.form, sample, pair)


def _step(form: Format, low: float, high: float) -> float:
    """Give the least scale that makes the format reach from `low` to `high`."""
    least, greatest = (float(end) for end in reach(form))
    below = low / least if least < 0 and low < 0 else 0.0
    above = high / greatest if greatest > 0 and high > 0 else 0.0
    return max(below, above) or 1.0


def _ceil_log2(number: float) -> int:
    fraction, exponent = math.frexp(number)
    return exponent - 1 if fraction == 0.5 else exponent


def _best(form: Format, sample: Sample, scales: list[Scale]) -> Scale:
    """Give the scale of least mean square error, of equal ones the first.

    All are tried at once, on the values divided by each scale.
    """
    steps = np.array([float(scale.fractions()[0]) for scale in scales])
    units = (sample.values / steps[:, None]).astype(np.float32)
    errors = np.square(fake_quantize(units, form) - units, dtype=np.float64).mean(1)
    return scales[int(np.argmin(errors * steps * steps))]
