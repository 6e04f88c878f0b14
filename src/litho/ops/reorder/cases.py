"""What `reorder` is tested with."""

from collections.abc import Iterator

import numpy as np

from litho.formats import Fixed
from litho.ir import TensorType
from litho.ir.op import Codes
from litho.ops.casework import Example, block_of, drawn
from litho.ops.reorder import OP
from litho.ops.reorder.reference import ReorderParams
from litho.rtl import Case

__all__ = ["cases"]


def cases() -> Iterator[Case]:
    """Give the cases: rows that stay whole and rows that do not, equal lanes and others."""
    for shape, axes, lanes, reason in (
        ((5, 2, 3), (1, 0, 2), (2, 2), "heads of a row apart; lanes do not divide the row"),
        ((2, 5, 4), (1, 0, 2), (4, 2), "heads together again; other lanes on the way out"),
        ((3, 5), (1, 0), (2, 3), "a matrix transposed, code by code; padding on both sides"),
        ((2, 3, 2, 4), (0, 2, 1, 3), (4, 4), "several exchanges in a tensor"),
        ((2, 3, 4), (2, 0, 1), (4, 1), "the last axis comes first; rows of another length"),
        ((4, 1, 3, 1), (2, 1, 0, 3), (1, 1), "rows of one code, axes of one index"),
        ((3, 2, 2, 3), (1, 0, 2, 3), (3, 3), "rows that move together"),
        ((20, 4, 6), (1, 0, 2), (3, 3), "block RAM where it pays"),
    ):
        kind = TensorType(shape, Fixed(7, 3))
        codes = drawn(kind, 6)
        block = block_of(OP, ReorderParams(axes), (kind,), lanes)
        expected = _torch_permute(codes.reshape(-1, *shape), axes)
        yield Case(
            f"{'x'.join(map(str, shape))}_{''.join(map(str, axes))}_{lanes[0]}to{lanes[1]}",
            reason,
            block,
            (codes,),
            (expected.reshape(len(codes), -1, expected.shape[-1]),),
            Example(_torch_module(axes), (kind,)),
        )


def _torch_module(axes: tuple[int, ...]) -> object:
    import torch
    from torch import nn

    class Permuted(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x.permute(0, *(axis + 1 for axis in axes))

    return Permuted()


def _torch_permute(codes: Codes, axes: tuple[int, ...]) -> Codes:
    import torch

    found = torch.from_numpy(codes).permute(0, *(axis + 1 for axis in axes))
    return np.asarray(found.contiguous().numpy())
