"""What `select` is tested with."""

from collections.abc import Iterator

import numpy as np

from litho.formats import Fixed
from litho.ir import TensorType
from litho.ir.op import Codes
from litho.ops.casework import Example, block_of, drawn
from litho.ops.select import OP
from litho.ops.select.reference import SelectParams
from litho.rtl import Case

__all__ = ["cases"]


def cases() -> Iterator[Case]:
    """Give the cases: runs at the start, the middle and the end, one in a tensor and several."""
    for shape, params, lanes, reason in (
        ((5, 4), SelectParams(0, 0, 1), 2, "the first row, as of a sentence"),
        ((4, 3), SelectParams(0, 3, 1), 3, "the last row: a tensor of a beat, all others dropped"),
        ((3, 4, 5), SelectParams(1, 1, 2), 2, "a run in each matrix; padding; the counter wraps"),
        ((2, 5, 3), SelectParams(1, 2, 3), 1, "runs to the end, of more than half of the beats"),
        ((3, 2, 3, 2), SelectParams(0, 1, 1), 2, "an index of several rows"),
        ((2, 3, 2, 4), SelectParams(1, 0, 2), 4, "several indices of several rows, several times"),
        ((4, 1), SelectParams(0, 1, 3), 1, "rows of one code; all but the first"),
        ((2, 2, 3), SelectParams(1, 1, 1), 3, "the shortest period: every other beat"),
    ):
        kind = TensorType(shape, Fixed(7, 3))
        codes = drawn(kind, 12)
        expected = _torch_narrow(codes.reshape(-1, *shape), params)
        yield Case(
            f"{'x'.join(map(str, shape))}_axis{params.axis}_{params.length}from{params.start}",
            reason,
            block_of(OP, params, (kind,), (lanes, lanes)),
            (codes,),
            (expected.reshape(len(codes), -1, shape[-1]),),
            Example(_torch_module(params), (kind,)),
        )


def _torch_module(params: SelectParams) -> object:
    import torch
    from torch import nn

    class Selected(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            start, end = params.start, params.start + params.length
            kept: int | slice = slice(start, end) if params.length > 1 else start
            places: tuple[int | slice, ...] = (*(slice(None),) * (params.axis + 1), kept)
            return x[places]

    return Selected()


def _torch_narrow(codes: Codes, params: SelectParams) -> Codes:
    import torch

    found = torch.from_numpy(codes).narrow(params.axis + 1, params.start, params.length)
    return np.asarray(found.contiguous().numpy())
