"""What `scale` is tested with."""

from collections.abc import Iterator

import numpy as np

from litho.formats import Fixed, Scale
from litho.ir import TensorType
from litho.ir.op import Codes
from litho.ops.casework import Example, block_of, every
from litho.ops.scale import OP
from litho.ops.scale.reference import ScaleParams, infer_type
from litho.rtl import Case

__all__ = ["cases"]


def cases() -> Iterator[Case]:
    """Give the cases: factors in the format and in the scale, equal lanes and others."""
    for name, form, scale, factor, lanes, reason in (
        ("eighth", Fixed(8, 4), Scale(), 0.125, (2, 2), "more fraction bits; padding"),
        ("three", Fixed(6, 2, False), Scale(), 3.0, (3, 1), "a factor in the scale; other lanes"),
        ("integer", Fixed(8, is_integer=True), Scale((5,), (7,)), 0.5, (1, 1), "a scaled integer"),
    ):
        kind = TensorType((3, 5), form, scale)
        params = ScaleParams(Scale.nearest(factor))
        codes = every(kind)
        yield Case(
            name,
            reason,
            block_of(OP, params, (kind,), lanes),
            (codes,),
            (_torch_product(kind, infer_type(params, (kind,)), codes, factor),),
            Example(_torch_module(factor), (kind,)),
        )


def _torch_module(factor: float) -> object:
    import torch
    from torch import nn

    class Times(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x * factor

    return Times()


def _torch_product(kind: TensorType, result: TensorType, codes: Codes, factor: float) -> Codes:
    """Give PyTorch's product of the decoded values, in steps of the result."""
    import torch

    values = torch.from_numpy(kind.fixed.decode(codes, kind.scale)) * factor
    unit = result.fixed.decode(np.ones_like(codes), result.scale)
    return np.asarray((values.numpy() / unit).round().astype(np.int64))
