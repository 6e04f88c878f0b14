"""What `rms_norm` is tested with."""

from collections.abc import Iterator

from litho.formats import Fixed, Scale
from litho.ir import TensorType
from litho.ops.layer_norm.cases import norm_case
from litho.ops.layer_norm.reference import NormParams
from litho.ops.rms_norm import OP
from litho.rtl import Case

__all__ = ["cases"]

_INT8, _UINT8 = Fixed(8, is_integer=True), Fixed(8, 0, False, is_integer=True)


def cases() -> Iterator[Case]:
    """Give the cases; what is expected is worked out a row at a time, in Python's integers."""
    for name, shape, form, factor, result, epsilon, lanes, reason in (
        ("plain", (2, 16), Fixed(8, 4), Fixed(8, 5), Fixed(8, 5), 1e-5, 1, "a code a beat"),
        ("padded", (3, 11), _INT8, _INT8, _INT8, 1e-5, 4, "a padded beat, a multiplier"),
        ("bare", (2, 6), _UINT8, None, _UINT8, 0.25, 6, "unsigned codes, a beat a row"),
        ("one_code", (2, 1), Fixed(4, 1), Fixed(4, 2), Fixed(6, 3), 1e-5, 1, "its sign"),
    ):
        scale = Scale.nearest(0.031) if form.is_integer else Scale()
        unit = Scale.nearest(0.0271) if result.is_integer else Scale()
        params = NormParams(result, unit, epsilon=epsilon)
        yield norm_case(OP, name, reason, params, TensorType(shape, form, scale), factor, 0, lanes)
