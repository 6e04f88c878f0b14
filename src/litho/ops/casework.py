"""What the cases of the operations share; never imported at run time."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from litho.ir import Constant, Lanes, Node, NodeView, Op, TensorType
from litho.ir.op import Codes
from litho.rtl import Block

__all__ = ["Example", "block_of", "drawn", "every", "every_row"]


@dataclass(frozen=True, slots=True)
class Example:
    """A PyTorch module that becomes the block of a case when it is captured and lowered.

    `module` is the module, or where to find it: `../network.py:Gate`, from the folder of its
    operation, names what makes it without arguments. `types` are those of its inputs, a sample
    each. The suite fills in the operation `op` and its `folder`.
    """

    module: Any
    types: tuple[TensorType, ...]
    op: str = ""
    folder: Path | None = None


def block_of(
    op: Op,
    params: Any,
    types: tuple[TensorType, ...],
    lanes: tuple[int, int],
    constants: tuple[Codes, ...] = (),
) -> Block:
    """Give the block of a node of `op` whose last inputs are `constants`."""
    streams = len(types) - len(constants)
    known = [None] * streams + [
        Constant(f"constant{place}", kind, codes)
        for place, (kind, codes) in enumerate(zip(types[streams:], constants, strict=True))
    ]
    names = tuple(f"input{place}" for place in range(len(types)))
    result = op.infer_type(params, types)
    node = Node(op.name, op.name, names, params, result, Lanes(*lanes))
    block: Block = op.blocks[types[0].codes.family](NodeView(node, types, tuple(known)))
    return block


def every(kind: TensorType) -> Codes:
    """Give codes[samples, rows, row] with every code of the format, in order."""
    codes = np.arange(kind.codes.low, kind.codes.high + 1)
    samples = -(-len(codes) // kind.size)
    shape = (samples, kind.rows, kind.row)
    return np.resize(codes, samples * kind.size).reshape(shape).astype(np.int64)


def drawn(kind: TensorType, samples: int, seed: int = 0) -> Codes:
    """Give codes[samples, rows, row]: a tensor of the least code, one of the greatest, one of both
    in turn, then random ones.
    """
    low, high = kind.codes.low, kind.codes.high
    shape = (samples, kind.rows, kind.row)
    codes = np.random.default_rng(seed).integers(low, high + 1, shape, dtype=np.int64)
    codes[:1], codes[1:2] = low, high
    codes[2:3] = np.resize([low, high], shape[1:])
    return codes


def every_row(kind: TensorType) -> Codes:
    """Give every row of codes there is."""
    bits, low = kind.codes.bits, kind.codes.low
    words = np.arange(1 << bits * kind.row, dtype=np.int64)[:, None]
    fields = words >> (bits * np.arange(kind.row)) & ((1 << bits) - 1)
    return (fields + low).reshape(-1, kind.rows, kind.row)
