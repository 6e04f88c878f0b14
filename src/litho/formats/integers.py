"""Integer arithmetic by a compiled kernel, for arrays that it takes."""

import math
from functools import lru_cache
from typing import Any

from litho.formats.arrays import address_of, contiguous, empty_like
from litho.kernels.integers import Ends, RequantizePlan
from litho.kernels.library import is_compiled
from litho.kernels.plans import Extent

__all__ = ["requantized"]

_INT64 = ("int64", "torch.int64")
_LEAST, _GREATEST = -(2**63), 2**63 - 1


def requantized(
    codes: Any, multiplier: Any, shift: Any, low: int, high: int, rounding: int
) -> tuple[Any, Ends] | None:
    """Give limit(round(codes · multiplier / 2^shift)) and the ends of `codes`.

    `rounding` is a place in `arith.ROUNDINGS`. Where a product leaves 64 bits the numbers mean
    nothing. None where the plain reference must run: without kernels, for arrays that are empty,
    of other numbers or on another device, and for ratios along several axes.
    """
    is_here = getattr(codes, "is_cpu", True) and str(getattr(codes, "dtype", None)) in _INT64
    if not is_here or not math.prod(codes.shape) or not is_compiled():
        return None
    extent = _extent(tuple(codes.shape), _axes(multiplier) | _axes(shift))
    numbers = _numbers(multiplier), _numbers(shift)
    if extent is None or not all(_fits(item) for item in (*numbers, (low, high))):
        return None
    if any(len(item) not in (1, extent.channels) for item in numbers):
        return None
    plan = _plan(rounding, *(item * (extent.channels // len(item)) for item in numbers), low, high)
    codes = contiguous(codes)
    found = empty_like(codes)
    return found, plan.run(address_of(codes), address_of(found), extent)


def _axes(number: Any) -> set[int]:
    """Give the axes of an array that have a length, counted from the end."""
    shape = tuple(getattr(number, "shape", ()))
    return {place - len(shape) for place, length in enumerate(shape) if length != 1}


def _extent(shape: tuple[int, ...], axes: set[int]) -> Extent | None:
    """Give the lengths on both sides of the one axis that has ratios of its own."""
    if not axes:
        return Extent(1, 1, math.prod(shape))
    place = len(shape) + min(axes)
    if len(axes) > 1 or place < 0:
        return None
    return Extent(math.prod(shape[:place]), shape[place], math.prod(shape[place + 1 :]))


def _numbers(number: Any) -> tuple[int, ...]:
    return tuple(number.reshape(-1).tolist()) if hasattr(number, "shape") else (int(number),)


def _fits(numbers: tuple[int, ...]) -> bool:
    return min(numbers, default=0) >= _LEAST and max(numbers, default=0) <= _GREATEST


@lru_cache(maxsize=1024)
def _plan(
    rounding: int, multipliers: tuple[int, ...], shifts: tuple[int, ...], low: int, high: int
) -> RequantizePlan:
    return RequantizePlan(rounding, multipliers, shifts, low, high)
