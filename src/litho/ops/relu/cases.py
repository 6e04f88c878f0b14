"""What `relu` is tested with."""

from collections.abc import Iterator

import numpy as np

from litho.formats import Fixed
from litho.ir import Lanes, Node, NodeView, TensorType
from litho.ir.op import Codes
from litho.ops.casework import Example
from litho.ops.relu import OP
from litho.ops.relu.reference import ReluParams
from litho.rtl import Case

__all__ = ["cases"]


def cases() -> Iterator[Case]:
    """Give the cases: every 8-bit code, then shapes in which lanes do not divide the row."""
    for bits, lanes, row, reason in (
        (8, 1, 256, "every code of 8 bits on one lane"),
        (8, 4, 10, "lanes that do not divide the row: the last beat is padded"),
        (2, 3, 1, "the narrowest useful code, a row shorter than the lanes"),
        (20, 2, 7, "an accumulator's width"),
    ):
        kind = TensorType((row,), Fixed(bits, 0))
        node = Node("relu", "relu", ("x",), ReluParams(), kind, Lanes(lanes, lanes))
        block = OP.blocks["fixed"](NodeView(node, (kind,), (None,)))
        codes = _stimuli(kind)
        expected = _torch_relu(codes)
        example = Example(_torch_module(), (kind,))
        yield Case(f"{bits}b_{lanes}of{row}", reason, block, (codes,), (expected,), example)


def _stimuli(kind: TensorType) -> Codes:
    form = kind.codes
    if form.bits <= 12:
        every = np.arange(form.low, form.high + 1)
    else:
        corners = [form.low, form.low + 1, -1, 0, 1, form.high - 1, form.high]
        drawn = np.random.default_rng(0).integers(form.low, form.high + 1, 500)
        every = np.concatenate([corners, drawn])
    rows = -(-len(every) // kind.row)
    return np.resize(every, rows * kind.row).reshape(rows, 1, kind.row).astype(np.int64)


def _torch_module() -> object:
    from torch import nn

    return nn.ReLU()


def _torch_relu(codes: Codes) -> Codes:
    import torch

    return torch.relu(torch.from_numpy(codes).double()).numpy().astype(np.int64)
