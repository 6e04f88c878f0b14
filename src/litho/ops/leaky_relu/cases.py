"""What `leaky_relu` is tested with."""

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from litho.formats import Fixed, Scale
from litho.ir import TensorType
from litho.ir.op import Codes
from litho.ops.casework import block_of, drawn, every
from litho.ops.leaky_relu import OP
from litho.ops.leaky_relu.reference import LeakyReluParams, nearest_slope
from litho.rtl import Case

__all__ = ["cases"]

_INT12 = Fixed(12, is_integer=True)


def cases() -> Iterator[Case]:
    """Give the cases; what is expected comes from PyTorch in float64, where it is exact."""
    for name, form, shape, lanes, slope, reason in (
        ("pytorchs_slope", Fixed(8, 3), (1, 8), 4, 0.01, "every code; a slope of 8 bits"),
        ("power_of_two", Fixed(10, 2), (2, 10), 3, 0.125, "wires for a product; a padded beat"),
        ("few_bits", Fixed(6, 3), (3, 5), 8, 0.75, "a row shorter than the lanes"),
        ("zero", Fixed(8, 3), (1, 4), 2, 0, "a slope of zero: relu"),
        ("one", Fixed(8, 3), (1, 4), 2, 1, "a slope of one: nothing changes"),
        ("steep", Fixed(7, 0), (1, 4), 1, 5, "products wider than what stays"),
        ("scaled_integer", _INT12, (1, 6), 2, 0.3, "the scale takes the slope's shift"),
        ("accumulator", Fixed(20, 6), (1, 7), 2, 0.2, "an accumulator's width: corners, random"),
    ):
        params = nearest_slope(Fraction(slope))
        kind = TensorType(shape, form, Scale.nearest(0.07) if form.is_integer else Scale())
        block = block_of(OP, params, (kind,), (lanes, lanes))
        codes = every(kind) if form.bits <= 12 else drawn(kind, 60)
        yield Case(name, reason, block, (codes,), (_torch(codes, params),))


def _torch(codes: Codes, params: LeakyReluParams) -> Codes:
    import torch

    values = torch.from_numpy(codes).double() * 2**params.shift
    found = torch.nn.functional.leaky_relu(values, float(params.slope))
    return found.numpy().astype(np.int64)
