"""What training needs of fake quantization: the gradients of its values and of its scale."""

import math
from typing import Any

from litho.errors import FormatError
from litho.formats.arrays import (
    address_of,
    contiguous,
    empty_like,
    float_array,
    not_finite,
    padded,
    to_float64,
)
from litho.formats.format import Format
from litho.formats.grid import (
    FLOAT32,
    UNIT,
    extent_of,
    fake_quantize,
    is_grouped,
    kernel_of,
)
from litho.formats.host import Host
from litho.formats.reach import is_inside
from litho.formats.scale import Scale
from litho.kernels.plans import SUMS, BlockPlan, Extent

__all__ = ["pass_gradient", "scale_gradient"]


def pass_gradient(values: Any, gradient: Any, form: Format, scale: Scale = UNIT) -> Any:
    """Give `gradient` where `values` lie within the reach of `form`, zero where they saturate.

    This is the gradient that straight-through training gives `fake_quantize`. The reach goes from
    the least to the greatest value of the format, in a grouped format of each group; formats whose
    groups raise their exponent instead of saturating pass all of it.
    """
    if isinstance(form, Host):
        return gradient
    _check_shape(values, gradient)
    plan = kernel_of(values, form, scale)
    if isinstance(plan, BlockPlan) and not plan.saturates:
        return gradient
    if plan is None or str(gradient.dtype) not in FLOAT32:
        return gradient * is_inside(values, form, scale)
    values, gradient = contiguous(values), contiguous(gradient)
    result = empty_like(values)
    places = address_of(values), address_of(gradient), address_of(result)
    plan.pass_inside(*places, extent_of(values, form, scale))
    return result


def scale_gradient(values: Any, gradient: Any, form: Format, scale: Scale) -> Any:
    """Give the gradient of `scale` from the `gradient` of `fake_quantize(values, form, scale)`.

    With v = value / scale and its rounded v' it is the sum of gradient · (v' − v) within the reach
    of `form` and of gradient · v' outside (Esser and others, Learned Step Size Quantization,
    2020, equation 3). The result is float64, of shape [] for a per-tensor scale, else [indices].
    Terms have the number type of the values (float32 or float64), sums are float64 in an order
    that the shape alone fixes, so that a kernel gives the bits of the reference.
    Raises `FormatError` for a format without codes of its own, and for NaN and infinity.
    """
    if isinstance(form, Host) or is_grouped(form):
        raise FormatError(f"a format must have a scale besides its codes to train it, not {form}")
    _check_shape(values, gradient)
    if scale.axis is not None:
        scale.spread(tuple(values.shape))
    totals = _totals(contiguous(values), contiguous(gradient), form, scale)
    pairs = zip(scale.multipliers, scale.shifts, strict=True)
    steps = float_array([math.ldexp(m, -n) for m, n in pairs], totals)
    found = totals / steps
    return found if scale.axis is not None else found[0]


def _check_shape(values: Any, gradient: Any) -> None:
    if values.shape != gradient.shape:
        raise FormatError(
            f"a gradient must have the shape of its values, {list(values.shape)},"
            f" not {list(gradient.shape)}"
        )


def _totals(values: Any, gradient: Any, form: Format, scale: Scale) -> Any:
    """Give the sum of gradient · (quantized − value inside the reach) of each index."""
    extent = extent_of(values, form, scale)
    plan = kernel_of(values, form, scale)
    if plan is None or isinstance(plan, BlockPlan) or str(gradient.dtype) not in FLOAT32:
        return _summed(to_float64(_terms(values, gradient, form, scale)), extent)
    totals = float_array([0.0] * extent.channels, values)
    if not plan.sum_terms(address_of(values), address_of(gradient), address_of(totals), extent):
        raise not_finite(form)
    return totals


def _terms(values: Any, gradient: Any, form: Format, scale: Scale) -> Any:
    if str(values.dtype) not in FLOAT32 or str(gradient.dtype) not in FLOAT32:
        values, gradient = to_float64(values), to_float64(gradient)
    quantized = fake_quantize(values, form, scale)
    return gradient * (quantized - values * is_inside(values, form, scale))


def _summed(terms: Any, extent: Extent) -> Any:
    """Give the sum of each channel of float64 `terms`, in the order of the kernel.

    Element i of a run adds to partial sum i % SUMS of its channel, run after run; then one half of
    the partial sums is added to the other until one is left.
    """
    outer, channels, inner = extent.numbers
    width = min(SUMS, 1 << max(inner - 1, 0).bit_length())
    steps = -(-inner // width)
    runs = padded(terms.reshape((outer, channels, inner)), steps * width)
    runs = runs.reshape((outer, channels, steps, width))
    sums = float_array([0.0] * (channels * width), terms).reshape((channels, width))
    for run in range(outer):
        for step in range(steps):
            sums = sums + runs[run, :, step]
    while width > 1:
        width //= 2
        sums = sums[:, :width] + sums[:, width:]
    return sums[:, 0]
