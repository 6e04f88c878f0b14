"""Floats that stand on one integer grid, put on another by a compiled kernel."""

import math
from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from typing import Any

from litho.formats.arrays import address_of, contiguous, empty_like
from litho.formats.fixed import Fixed
from litho.formats.scale import Scale
from litho.kernels.integers import RegridPlan
from litho.kernels.library import is_compiled
from litho.kernels.plans import Extent

__all__ = ["Ratios", "nearest_codes", "regridded", "settled"]

Ratios = tuple[tuple[int, ...], tuple[int, ...]]
"""Multipliers m and shifts s of codes times m · 2^(−s): one of each, or one for each channel."""

_FLOATS = ("float32", "float64", "torch.float32", "torch.float64")
_MOST_SHIFT = 62
_MOST_CODE = 2**50
_NO_LIMIT = 2**51  # beyond every code that the kernel takes
_EXACT_BITS = 53  # of float64


def regridded(values: Any, step: Scale, ratios: Ratios, form: Fixed, scale: Scale) -> Any:
    """Give floats on multiples of `step` on the grid of `form` with `scale`, rounded half to even.

    Their codes are those that are nearest, and become codes of `form` times `ratios`. None where
    the plain reference must run: without kernels, for arrays that are empty, of other numbers or
    on another device, for numbers that are not finite, and where float64 would not be exact.
    """
    axis = step.axis if step.axis is not None else scale.axis
    return _run(values, axis, lambda channels: _plan(step, ratios, form, scale, channels))


def nearest_codes(values: Any, step: Scale) -> Any:
    """Give the whole multiples of `step` that floats are nearest to, as floats; None as above."""
    return _run(values, step.axis, lambda channels: _code_plan(step, channels))


def settled(values: Any, step: Scale) -> Any:
    """Give the multiples of `step` that floats are nearest to; None as above."""
    return _run(values, step.axis, lambda channels: _settling_plan(step, channels))


def _run(values: Any, axis: int | None, plan_of: Callable[[int], RegridPlan | None]) -> Any:
    is_here = getattr(values, "is_cpu", True) and str(values.dtype) in _FLOATS
    if not is_here or not math.prod(values.shape) or not is_compiled():
        return None
    extent = _extent(tuple(values.shape), axis)
    plan = plan_of(extent.channels)
    if plan is None:
        return None
    values = contiguous(values)
    found = empty_like(values)
    is_double = str(values.dtype).endswith("64")
    is_exact = plan.run(address_of(values), address_of(found), is_double, extent)
    return found if is_exact else None


def _extent(shape: tuple[int, ...], axis: int | None) -> Extent:
    if axis is None:
        return Extent(1, 1, math.prod(shape))
    place = len(shape) + axis
    return Extent(math.prod(shape[:place]), shape[place], math.prod(shape[place + 1 :]))


@lru_cache(maxsize=1024)
def _plan(
    step: Scale, ratios: Ratios, form: Fixed, scale: Scale, channels: int
) -> RegridPlan | None:
    """Give the kernel, or None where numbers are too large for it or there are not as many."""
    bits = form.width + max(scale.multipliers).bit_length()
    exponents = (*ratios[1], *step.shifts, *scale.shifts)
    if (
        bits > _EXACT_BITS
        or max(abs(form.low), form.high) > _MOST_CODE
        or max(abs(exponent) for exponent in exponents) > _MOST_SHIFT
    ):
        return None
    return _made(step, ratios, _floats(form.steps(scale)), (form.low, form.high), channels)


@lru_cache(maxsize=1024)
def _code_plan(step: Scale, channels: int) -> RegridPlan | None:
    return _made(step, ((1,), (0,)), (1.0,), (-_NO_LIMIT, _NO_LIMIT), channels)


@lru_cache(maxsize=1024)
def _settling_plan(step: Scale, channels: int) -> RegridPlan | None:
    steps = _floats(step.fractions())
    return _made(step, ((1,), (0,)), steps, (-_NO_LIMIT, _NO_LIMIT), channels)


def _made(
    step: Scale, ratios: Ratios, units: tuple[float, ...], ends: tuple[int, int], channels: int
) -> RegridPlan | None:
    """Give the kernel with numbers for each channel, None where there are not as many."""
    steps, (multipliers, shifts) = _floats(step.fractions()), ratios
    if any(len(column) not in (1, channels) for column in (steps, multipliers, shifts, units)):
        return None
    return RegridPlan(
        steps * (channels // len(steps)),
        multipliers * (channels // len(multipliers)),
        shifts * (channels // len(shifts)),
        units * (channels // len(units)),
        *ends,
    )


def _floats(numbers: tuple[Fraction, ...]) -> tuple[float, ...]:
    return tuple(float(number) for number in numbers)
