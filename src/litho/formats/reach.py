"""How far a format reaches: where values saturate, and where gradients stop."""

from fractions import Fraction
from functools import lru_cache
from typing import Any

from litho.errors import FormatError
from litho.formats.arrays import float_array, to_float64
from litho.formats.binary import Binary
from litho.formats.codebook import Codebook
from litho.formats.fixed import Fixed
from litho.formats.format import CodeFormat, Encoded, Format, GroupedFormat
from litho.formats.log import Log
from litho.formats.minifloat import Minifloat
from litho.formats.mx import Mx
from litho.formats.scale import Scale
from litho.formats.ternary import Ternary

__all__ = ["is_inside", "reach"]


def reach(form: Format) -> tuple[Fraction, Fraction]:
    """Give the least and the greatest value that a code of `form` reads as.

    Raises `FormatError` for a format without codes and for grouped formats.
    """
    if isinstance(form, Fixed):
        return form.low / Fraction(2) ** form.frac, form.high / Fraction(2) ** form.frac
    if isinstance(form, Minifloat | Log):
        greatest = (form.minifloat if isinstance(form, Log) else form).greatest
        return -greatest, greatest
    if isinstance(form, Ternary):
        return Fraction(-1), Fraction(1)
    if isinstance(form, Codebook | Binary):
        step = Fraction(2) ** (form.frac if isinstance(form, Codebook) else 0)
        return form.entries[0] / step, form.entries[-1] / step
    if isinstance(form, CodeFormat):
        return _ends(form)
    raise FormatError(f"a format must have codes of its own to have a reach, not {form}")


@lru_cache(maxsize=64)
def _ends(form: CodeFormat) -> tuple[Fraction, Fraction]:
    """Give the ends of a format of the user's own, by reading every code."""
    import numpy as np

    values = form.decode(np.arange(form.low, form.high + 1), Scale())
    values = values[np.isfinite(values)]
    return Fraction(float(values.min())), Fraction(float(values.max()))


def is_inside(values: Any, form: Format, scale: Scale) -> Any:
    """Give where `values` lie within the reach of `form`, in a grouped format of each group."""
    values = to_float64(values)
    if isinstance(form, GroupedFormat):
        return _is_inside_groups(values, form)
    lows, highs = ([float(end * step) for step in scale.fractions()] for end in reach(form))
    if scale.axis is None:
        return (values >= lows[0]) & (values <= highs[0])
    shape = scale.spread(tuple(values.shape))
    low, high = (float_array(ends, values).reshape(shape) for ends in (lows, highs))
    return (values >= low) & (values <= high)


def _is_inside_groups(values: Any, form: GroupedFormat) -> Any:
    if not isinstance(form, Mx):
        return abs(values) < float("inf")  # the group's exponent gives way, nothing saturates
    encoded = form.encode(values)
    element = form.element
    code = element.limit if isinstance(element, Minifloat) else element.high
    greatest = form.decode(Encoded(encoded.elements * 0 + code, encoded.scales))
    return abs(values) <= greatest
