"""What `matmul` is tested with."""

from collections.abc import Iterator

import numpy as np

from litho.formats import Fixed, Scale
from litho.ir import TensorType
from litho.ir.op import Codes
from litho.ops.casework import Example, block_of, drawn, every
from litho.ops.matmul import OP
from litho.ops.matmul.reference import MatmulParams
from litho.rtl import Case

__all__ = ["cases"]

_INT8, _UINT8 = Fixed(8, is_integer=True), Fixed(8, is_signed=False, is_integer=True)


def cases() -> Iterator[Case]:
    """Give the cases: both orders of b, folded and not, more words out than beats in and fewer."""
    q5, q4, q8 = Fixed(5, 2), Fixed(4, 1), Fixed(8, 4)
    for name, shapes, forms, lanes, reason in (
        ("plain", ((3, 5), (5, 4)), (q5, q4), (2, 3), "no lanes divide; b by rows of k"),
        ("plain", ((8, 1), (1, 8)), (Fixed(3), Fixed(3)), (1, 1), "every pair of 3-bit codes"),
        ("plain", ((2, 4, 3), (2, 3, 6)), (q5, Fixed(7, 0, False)), (3, 6), "no folding"),
        ("plain", ((2, 1, 6), (2, 6, 5)), (q8, q8), (3, 5), "b has more beats than a has words"),
        ("plain", ((2, 1, 1), (2, 1, 1)), (q4, q5), (1, 1), "one product"),
        ("plain", ((3, 6), (6, 4)), (_INT8, _UINT8), (2, 2), "scaled, a scale for each row of a"),
        ("transposed", ((3, 7), (5, 7)), (q5, q4), (3, 2), "no lanes divide; b by rows of n"),
        ("transposed", ((2, 9), (4, 9)), (Fixed(4, 4, False),) * 2, (4, 4), "unsigned, one group"),
        ("transposed", ((3, 40), (12, 40)), (q8, q8), (4, 2), "b lies in block RAM where it pays"),
        ("transposed", ((2, 3), (2, 3)), (Fixed(16, 8), Fixed(16, 8)), (1, 1), "16 bits each"),
    ):
        is_transposed = name == "transposed"
        scale = _row_scale(shapes[0]) if forms[0].is_integer else Scale()
        types = TensorType(shapes[0], forms[0], scale), TensorType(shapes[1], forms[1])
        codes = _stimuli(*types)
        yield Case(
            "_".join((name, *("x".join(map(str, shape)) for shape in shapes))),
            reason,
            block_of(OP, MatmulParams(is_transposed), types, lanes),
            codes,
            (_torch_matmul(types, codes, is_transposed),),
            None if is_transposed else Example(_torch_module(), types),
        )


def _row_scale(shape: tuple[int, ...]) -> Scale:
    return Scale.nearest([0.01 * (1 + place) for place in range(shape[-2])], -2)


def _stimuli(a: TensorType, b: TensorType) -> tuple[Codes, Codes]:
    """Give every pair of narrow codes, or all pairs of extremes and then random codes."""
    if a.codes.bits + b.codes.bits <= 6:
        return every(a), every(b)
    first, second = drawn(a, 12), drawn(b, 12, seed=1)
    second[3], second[4], second[5] = second[1], second[0], second[2]
    first[3], first[4], first[5] = first[0], first[1], first[0]
    return first, second


def _torch_module() -> object:
    import torch
    from torch import nn

    class Product(nn.Module):
        def forward(self, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
            return torch.matmul(a, b)

    return Product()


def _torch_matmul(
    types: tuple[TensorType, TensorType], codes: tuple[Codes, Codes], is_transposed: bool
) -> Codes:
    """Give PyTorch's product in float64, exact below 2^53."""
    import torch

    a, b = (
        torch.from_numpy(each.reshape(-1, *kind.shape)).double()
        for kind, each in zip(types, codes, strict=True)
    )
    found = torch.matmul(a, b.transpose(-1, -2) if is_transposed else b)
    return np.asarray(found.long().numpy().reshape(len(codes[0]), -1, found.shape[-1]))
