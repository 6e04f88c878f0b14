"""Float to float on the grid of a format, by a compiled kernel where there is one."""

import math
from functools import lru_cache
from typing import Any

from litho.errors import FormatError
from litho.formats.arrays import address_of, contiguous, empty_like, not_finite
from litho.formats.format import CodeFormat, Format, GroupedFormat
from litho.formats.host import Host
from litho.formats.plans import plan_of
from litho.formats.scale import Scale
from litho.kernels.library import is_compiled
from litho.kernels.plans import Extent, Plan

__all__ = [
    "FLOAT32",
    "UNIT",
    "extent_of",
    "fake_quantize",
    "is_grouped",
    "kernel_of",
]

FLOAT32 = ("float32", "torch.float32")
"""The number types that kernels take."""

UNIT = Scale()
"""The per-tensor scale 1."""

_PART = 1 << 15  # numbers


def fake_quantize(
    values: Any, form: Format, scale: Scale = UNIT, rounding: str = "half_even"
) -> Any:
    """Give `values` on the grid of `form` with `scale`, in their own number type.

    `values` is a NumPy array or a torch tensor of floats; a grouped format has its groups along
    the last axis and no scale. A host type leaves the values as they are.
    Raises `FormatError` for NaN and infinity (`docs/numerics.md` section 2).
    """
    if isinstance(form, Host):
        return values
    if scale is not UNIT and is_grouped(form) and not scale.is_unit:
        raise FormatError(f"{form} must have no scale besides its groups' own, not {scale}")
    plan = kernel_of(values, form, scale) if rounding == "half_even" else None
    if plan is None:
        return _by_reference(values, form, scale, rounding)
    values = contiguous(values)
    result = empty_like(values)
    if not plan.run(address_of(values), address_of(result), extent_of(values, form, scale)):
        raise not_finite(form)
    return result


@lru_cache(maxsize=1024)
def is_grouped(form: Format) -> bool:
    """Whether `form` has groups; remembered, because asking takes longer than a small kernel."""
    return isinstance(form, GroupedFormat)


def kernel_of(values: Any, form: Format, scale: Scale) -> Plan | None:
    """Give the kernel for an array of `values`, or None where the reference must run."""
    is_here = getattr(values, "is_cpu", True) and str(values.dtype) in FLOAT32
    if not is_here or not math.prod(values.shape) or not is_compiled():
        return None
    if not values.shape and is_grouped(form):
        return None
    if scale.axis is not None:
        scale.spread(tuple(values.shape))
    return plan_of(form, scale)


def _by_reference(values: Any, form: Format, scale: Scale, rounding: str) -> Any:
    """Quantize as the reference does; number by number in parts that fit a processor's cache."""
    count = math.prod(values.shape)
    if count <= _PART or scale.axis is not None or is_grouped(form):
        return _like(_reference(values, form, scale, rounding), values)
    result = empty_like(contiguous(values))
    source, target = contiguous(values).reshape(-1), result.reshape(-1)
    for start in range(0, count, _PART):
        part = slice(start, start + _PART)
        target[part] = _reference(source[part], form, scale, rounding)
    return result


def _reference(values: Any, form: Format, scale: Scale, rounding: str) -> Any:
    if isinstance(form, GroupedFormat):
        return form.decode(form.encode(values, rounding))
    assert isinstance(form, CodeFormat), "a format is a host type, or has codes"
    return form.decode(form.encode(values, scale, rounding), scale)


def extent_of(values: Any, form: Format, scale: Scale) -> Extent:
    """Give the lengths of `values` as a kernel sees them."""
    shape = tuple(values.shape)
    if is_grouped(form):
        return Extent(math.prod(shape[:-1]), 1, shape[-1])
    if scale.axis is None:
        return Extent(1, 1, math.prod(shape))
    place = len(shape) + scale.axis
    return Extent(math.prod(shape[:place]), shape[place], math.prod(shape[place + 1 :]))


def _like(result: Any, values: Any) -> Any:
    if hasattr(result, "to"):
        return result.to(values.dtype)
    return result.astype(values.dtype)
