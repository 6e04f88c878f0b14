"""Float to float on the grid of a format, by a compiled kernel where there is one."""

import math
from functools import lru_cache
from typing import Any

from litho.errors import FormatError
from litho.formats.arrays import not_finite
from litho.formats.format import CodeFormat, Format, GroupedFormat
from litho.formats.host import Host
from litho.formats.plans import plan_of
from litho.formats.reach import is_inside
from litho.formats.scale import Scale
from litho.kernels.library import is_compiled
from litho.kernels.plans import BlockPlan, Extent, Plan

__all__ = ["fake_quantize", "pass_gradient"]

_UNIT = Scale()
_FLOAT32 = ("float32", "torch.float32")


def fake_quantize(
    values: Any, form: Format, scale: Scale = _UNIT, rounding: str = "half_even"
) -> Any:
    """Give `values` on the grid of `form` with `scale`, in their own number type.

    `values` is a NumPy array or a torch tensor of floats; a grouped format has its groups along
    the last axis and no scale. A host type leaves the values as they are.
    Raises `FormatError` for NaN and infinity (`docs/numerics.md` section 2).
    """
    if isinstance(form, Host):
        return values
    if scale is not _UNIT and _is_grouped(form) and not scale.is_unit:
        raise FormatError(f"{form} must have no scale besides its groups' own, not {scale}")
    plan = _kernel(values, form, scale) if rounding == "half_even" else None
    if plan is None:
        return _like(_reference(values, form, scale, rounding), values)
    values = _contiguous(values)
    result = _empty_like(values)
    if not plan.run(_address(values), _address(result), _extent(values, form, scale)):
        raise not_finite(form)
    return result


def pass_gradient(values: Any, gradient: Any, form: Format, scale: Scale = _UNIT) -> Any:
    """Give `gradient` where `values` lie within the reach of `form`, zero where they saturate.

    This is the gradient that straight-through training gives `fake_quantize`. The reach goes from
    the least to the greatest value of the format, in a grouped format of each group; formats whose
    groups raise their exponent instead of saturating pass all of it.
    """
    if isinstance(form, Host):
        return gradient
    plan = _kernel(values, form, scale)
    if isinstance(plan, BlockPlan) and not plan.saturates:
        return gradient
    if plan is None or str(gradient.dtype) not in _FLOAT32:
        return gradient * is_inside(values, form, scale)
    values, gradient = _contiguous(values), _contiguous(gradient)
    result = _empty_like(values)
    places = _address(values), _address(gradient), _address(result)
    plan.pass_inside(*places, _extent(values, form, scale))
    return result


@lru_cache(maxsize=1024)
def _is_grouped(form: Format) -> bool:
    """Remember the answer: asking a protocol takes longer than a kernel's small tensor."""
    return isinstance(form, GroupedFormat)


def _kernel(values: Any, form: Format, scale: Scale) -> Plan | None:
    is_here = getattr(values, "is_cpu", True) and str(values.dtype) in _FLOAT32
    if not is_here or not math.prod(values.shape) or not is_compiled():
        return None
    if not values.shape and _is_grouped(form):
        return None
    if scale.axis is not None:
        scale.spread(tuple(values.shape))
    return plan_of(form, scale)


def _reference(values: Any, form: Format, scale: Scale, rounding: str) -> Any:
    if isinstance(form, GroupedFormat):
        return form.decode(form.encode(values, rounding))
    assert isinstance(form, CodeFormat), "a format is a host type, or has codes"
    return form.decode(form.encode(values, scale, rounding), scale)


def _extent(values: Any, form: Format, scale: Scale) -> Extent:
    shape = tuple(values.shape)
    if _is_grouped(form):
        return Extent(math.prod(shape[:-1]), 1, shape[-1])
    if scale.axis is None:
        return Extent(1, 1, math.prod(shape))
    place = len(shape) + scale.axis
    return Extent(math.prod(shape[:place]), shape[place], math.prod(shape[place + 1 :]))


def _address(array: Any) -> int:
    found: int = array.data_ptr() if hasattr(array, "data_ptr") else array.ctypes.data
    return found


def _empty_like(array: Any) -> Any:
    if hasattr(array, "new_empty"):
        return array.new_empty(array.shape)
    return array.__array_namespace__().empty_like(array)


def _contiguous(array: Any) -> Any:
    if hasattr(array, "contiguous"):
        return array.contiguous()
    return array if array.flags.c_contiguous else array.copy()


def _like(result: Any, values: Any) -> Any:
    if hasattr(result, "to"):
        return result.to(values.dtype)
    return result.astype(values.dtype)
