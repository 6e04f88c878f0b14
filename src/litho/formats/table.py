"""Rounding to the entries of a short ascending table."""

from itertools import pairwise
from typing import Any

from litho.errors import FormatError
from litho.formats import arith
from litho.formats.arrays import float_array, to_float64
from litho.formats.scale import Scale

__all__ = ["look_up", "nearest_entry"]

_FINEST = 900


def nearest_entry(
    values: Any, entries: tuple[int, ...], frac: int, scale: Scale, rounding: str
) -> Any:
    """Give the index of the entry that each finite float64 value rounds to, exactly.

    `entries` ascend and stand for entry · 2^(−frac) · scale; there are a power of two of them.
    `half_even` takes a tie to the even index. `toward_zero` never passes zero: where no entry
    lies between, it takes the value's own side.
    """
    arith.check_rounding(rounding)
    step = _steps(values, frac, scale)
    doubled = float_array([2.0 * entry for entry in entries], values)
    middles = float_array([0.0] + [float(a + b) for a, b in pairwise(entries)], values)
    codes = (values != values) * 1  # int64 zeros of the same shape
    half = len(entries) >> 1
    while half:
        upper = codes + half
        if rounding in ("half_even", "half_up"):
            border = middles[upper] * step
            takes_tie = (upper & 1) == 0 if rounding == "half_even" else upper >= 0
            is_up = (values > border) | ((values == border) & takes_tie)
        else:
            above, below = doubled[upper] * step, doubled[upper - 1] * step
            is_up = values >= above
            if rounding == "toward_zero":
                inward = (values > below) & (above <= 0)
                is_up = is_up * (values >= 0) | (values < 0) & inward
                is_up = is_up | (values >= 0) & (below < 0)
        codes = codes + is_up * half
        half >>= 1
    return codes


def look_up(codes: Any, entries: tuple[int, ...], frac: int, scale: Scale) -> Any:
    """Give the float64 values of table indices, exactly."""
    step = _steps(codes, frac, scale)
    return float_array([2.0 * entry for entry in entries], codes)[codes] * step


def _steps(template: Any, frac: int, scale: Scale) -> Any:
    """Give half of scale · 2^(−frac), exactly, as a float or shaped along the scale's axis."""
    for shift in scale.shifts:
        if abs(shift + frac) > _FINEST:
            raise FormatError(
                f"a table with its scale must have steps of 2^-{_FINEST} to 2^{_FINEST},"
                f" not 2^{-shift - frac}"
            )
    steps = [
        m * 2.0 ** -(n + frac + 1) for m, n in zip(scale.multipliers, scale.shifts, strict=True)
    ]
    if scale.axis is None:
        return steps[0]
    return float_array(steps, to_float64(template)).reshape(scale.spread(tuple(template.shape)))
