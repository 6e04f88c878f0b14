"""What `add` is tested with."""

from collections.abc import Iterator

import numpy as np

from litho.formats import Fixed, Scale
from litho.ir import TensorType
from litho.ir.op import Codes
from litho.ops.add import OP
from litho.ops.add.reference import AddParams, infer_type
from litho.ops.casework import block_of, drawn
from litho.rtl import Case

__all__ = ["cases"]

_INT8, _UINT8 = Fixed(8, is_integer=True), Fixed(8, 0, False, is_integer=True)
_SMALL, _GREAT = Scale((3,), (4,)), Scale((21,), (5,))
_ROWS = Scale((1, 5, 7), (3, 4, 2), -2)
_COLUMNS = Scale((1, 3, 9, 15, 2), (3, 4, 2, 5, 0), -1)


def cases() -> Iterator[Case]:
    """Give the cases: every pair where codes are narrow, extremes of both where they are not."""
    for name, shape, a, b, scales, lanes, reason in (
        ("same", (1, 64), Fixed(6, 2), Fixed(6, 2), (), 4, "every pair of 6-bit codes"),
        ("finer", (1, 5), Fixed(8, 4), Fixed(6, 1), (), 5, "b is shifted to the left by 3"),
        ("unsigned", (1, 8), Fixed(3, 4, False), Fixed(6, 1, False), (), 1, "an unsigned sum"),
        ("mixed", (2, 5), Fixed(5, 4, False), Fixed(6, 1), (), 3, "one unsigned, one signed"),
        ("accumulators", (1, 3), Fixed(20, 8), Fixed(24, 12), (), 2, "wide codes, padded"),
        ("integers", (1, 5), _INT8, _INT8, (_SMALL, _GREAT), 2, "multipliers of 1 and 7, shifted"),
        (
            "two_factors",
            (1, 5),
            _UINT8,
            _INT8,
            (Scale((3,), (4,)), Scale((5,), (4,))),
            1,
            "3 and 5",
        ),
        ("last_axis", (1, 5), _INT8, _INT8, (_COLUMNS, _SMALL), 2, "factors for each code"),
        ("row_axis", (3, 5), _INT8, Fixed(7, 3), (_SMALL, _ROWS), 3, "factors for each row of b"),
    ):
        scale_a, scale_b = scales or (Scale(), Scale())
        types = TensorType(shape, a, scale_a), TensorType(shape, b, scale_b)
        block = block_of(OP, AddParams(), types, (lanes, lanes))
        codes = _pairs(*types) if a.bits + b.bits <= 12 else (drawn(types[0], 16), _other(types[1]))
        yield Case(name, reason, block, codes, (_torch_add(types, codes),))


def _pairs(a: TensorType, b: TensorType) -> tuple[Codes, Codes]:
    """Give every pair of codes."""
    left = np.repeat(np.arange(a.codes.low, a.codes.high + 1), 1 << b.codes.bits)
    right = np.tile(np.arange(b.codes.low, b.codes.high + 1), 1 << a.codes.bits)
    shape = (-(-len(left) // a.size), a.rows, a.row)
    return np.resize(left, shape), np.resize(right, shape)


def _other(kind: TensorType) -> Codes:
    """Give extremes in another order than `drawn`, so that each meets each."""
    codes = drawn(kind, 16, seed=1)
    codes[3], codes[4] = codes[0].copy(), codes[1].copy()
    codes[:2] = codes[2]
    return codes


def _torch_add(types: tuple[TensorType, TensorType], codes: tuple[Codes, Codes]) -> Codes:
    """Give PyTorch's sum of the decoded values, in steps of the result; exact in float64."""
    import torch

    values = [
        torch.from_numpy(kind.fixed.decode(each, kind.scale))
        for kind, each in zip(types, codes, strict=True)
    ]
    result = infer_type(AddParams(), types)
    unit = result.fixed.decode(np.ones_like(codes[0]), result.scale)
    found = torch.add(*values).numpy() / unit
    return np.asarray(found.round().astype(np.int64))
