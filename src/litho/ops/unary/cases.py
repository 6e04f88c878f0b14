"""What `unary` is tested with."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from litho.formats import Fixed, Scale
from litho.ir import TensorType
from litho.ir.op import Codes
from litho.ops.casework import block_of, every
from litho.ops.unary import OP
from litho.ops.unary.functions import FUNCTIONS
from litho.ops.unary.reference import UnaryParams
from litho.rtl import Case

__all__ = ["cases"]

_INT8, _UINT8 = Fixed(8, is_integer=True), Fixed(8, 0, False, is_integer=True)


def cases() -> Iterator[Case]:
    """Give the cases: every code of each, against PyTorch in float64."""
    for function, form, target, shape, lanes, reason in (
        ("sigmoid", Fixed(8, 4), Fixed(8, 7, False), (1, 8), 2, "a table of 256 entries"),
        ("tanh", Fixed(5, 2), Fixed(6, 5), (1, 5), 3, "a small table; a padded beat"),
        ("exp", Fixed(5, 2, False), Fixed(7, 1, False), (2, 3), 1, "unsigned input; saturates"),
        ("gelu", Fixed(12, 8), Fixed(16, 8), (1, 3), 1, "4096 entries of 16 bits"),
        ("silu", _INT8, _INT8, (1, 10), 4, "scaled integers"),
        ("hardshrink", Fixed(6, 3), Fixed(9, 6), (1, 1), 1, "a constant; rows of one code"),
        ("hardswish", Fixed(7, 3), _UINT8, (1, 4), 8, "a row shorter than the lanes"),
        ("relu6", Fixed(1, -2), Fixed(3, 0), (1, 3), 2, "two entries"),
    ):
        kind = TensorType(shape, form, Scale.nearest(0.043) if form.is_integer else Scale())
        scale = Scale.nearest(0.037) if target.is_integer else Scale()
        constants = tuple(default for _, default in FUNCTIONS[function].constants)
        params = UnaryParams(function, target, scale, constants=constants)
        codes = every(kind)
        yield Case(
            f"{function}_{form}_{target}_{lanes}of{shape[-1]}",
            reason,
            block_of(OP, params, (kind,), (lanes, lanes)),
            (codes,),
            (_torch(codes, kind, params),),
        )


def _torch(codes: Codes, kind: TensorType, params: UnaryParams) -> Codes:
    """Give the nearest code to PyTorch's float64 value; no value here lies at a tie by accident."""
    import torch

    function: Any = getattr(torch.nn.functional, params.function, None)
    function = function or getattr(torch, params.function)
    steps = [float(kind.fixed.steps(kind.scale)[0]), float(params.format.steps(params.scale)[0])]
    values = function(torch.from_numpy(codes).double() * steps[0]) / steps[1]
    limited = values.round().clamp(params.format.low, params.format.high)
    return np.asarray(limited.long().numpy())
