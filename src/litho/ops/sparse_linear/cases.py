"""What `sparse_linear` is tested with."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from litho.formats import Fixed, Scale
from litho.ir import TensorType
from litho.ir.op import Codes
from litho.ops.casework import block_of, drawn, every_row
from litho.ops.linear.cases import torch_linear
from litho.ops.linear.reference import accumulator, output_scale
from litho.ops.sparse_linear import OP
from litho.ops.sparse_linear.reference import SparseLinearParams
from litho.rtl import Block, Case

__all__ = ["cases"]

_Bools = np.ndarray[Any, np.dtype[np.bool_]]
_INT8 = Fixed(8, is_integer=True)
_Q8, _Q6, _Q4 = Fixed(8, 4), Fixed(6, 3), Fixed(4, 1)


def cases() -> Iterator[Case]:
    """Give the cases: how much is zero and where, how blocks meet the lanes, extremes of codes.

    `kept` is how many blocks are not zero, those of the highest rows where it is negative.
    """
    for size, unit, kept, forms, lanes, bias, rows, reason in (
        ((12, 16), (4, 4), 6, (_Q8, _Q6), (4, 4), 8, 1, "half of the blocks, one list"),
        ((20, 8), (4, 4), 5, (_Q4, _Q4), (2, 12), 6, 2, "5 strips in 3 lists, 2 steps a block"),
        ((12, 6), (2, 3), -6, (_Q4, _Q6), (3, 4), 5, 1, "one list has nearly all; rows of zeros"),
        ((8, 8), (2, 2), 16, (_Q4, _Q4), (2, 4), 6, 1, "sparsity 0"),
        ((8, 6), (2, 2), 0, (_Q4, _Q4), (2, 4), 7, 1, "sparsity 1: the results are the bias"),
        ((6, 4), (3, 2), 0, (_Q4, _Q4), (2, 3), 0, 2, "sparsity 1 without a bias: zeros"),
        ((32, 32), (2, 2), 8, (_Q8, _Q6), (4, 8), 9, 1, "sparsity 0.97: input beats count"),
        ((64, 8), (2, 4), 3, (_Q6, _Q6), (4, 2), 9, 1, "few blocks: output beats count"),
        ((12, 10), (3, 2), 10, (_Q4, _Q6), (4, 5), 8, 2, "no lanes divide rows or blocks"),
        ((8, 12), (2, 4), 6, (_Q6, _Q4), (6, 2), 8, 1, "three parts of a beat, two steps a block"),
        ((6, 7), (1, 1), 14, (_Q4, _Q6), (3, 2), 0, 1, "blocks of one weight"),
        ((4, 3), (4, 3), 1, (_Q4, _Q4), (3, 4), 6, 4, "a beat in, a step, a beat out"),
        ((1, 6), (1, 2), 2, (Fixed(2), Fixed(3)), (2, 1), 0, 1, "every row of six 2-bit codes"),
        ((4, 140), (2, 2), 70, (_Q4, _Q4), (2, 2), 9, 1, "more than 64 words of a row"),
        ((4, 8), (2, 4), 2, (Fixed(16, 8), Fixed(16, 8)), (4, 4), 30, 1, "16 bits each"),
        (
            (8, 4),
            (2, 2),
            5,
            (Fixed(5, 0, False), Fixed(5, 0, False)),
            (2, 4),
            0,
            2,
            "unsigned by unsigned",
        ),
        ((8, 6), (4, 2), 3, (_INT8, _INT8), (2, 8), 16, 1, "scaled, a scale for each output"),
    ):
        name = f"{size[0]}x{size[1]}_{unit[0]}x{unit[1]}_{abs(kept)}_{lanes[0]}to{lanes[1]}_{rows}"
        mask = _mask(size, unit, kept)
        yield _case(name, reason, mask, unit, forms, lanes, bias, rows)


def _mask(size: tuple[int, int], unit: tuple[int, int], kept: int) -> _Bools:
    """Give the weights that may be other than zero: those of `kept` blocks."""
    grid = size[0] // unit[0], size[1] // unit[1]
    order = np.arange(grid[0] * grid[1])
    if kept > 0:
        order = np.random.default_rng(grid[0]).permutation(order)
    units = np.zeros(grid[0] * grid[1], dtype=np.bool_)
    units[order[: abs(kept)]] = True
    return np.kron(units.reshape(grid), np.ones(unit, dtype=np.bool_))


def _case(
    name: str,
    reason: str,
    mask: _Bools,
    unit: tuple[int, int],
    forms: tuple[Fixed, Fixed],
    lanes: tuple[int, int],
    bias_bits: int,
    rows: int,
) -> Case:
    outputs, inputs = mask.shape
    scale = Scale.nearest(0.031) if forms[0].is_integer else Scale()
    source = TensorType((rows, inputs), forms[0], scale)
    kind = TensorType((outputs, inputs), forms[1], _weight_scale(outputs, forms[1]))
    block, codes, bias = _block(source, kind, mask, unit, lanes, bias_bits)
    stimuli = every_row(source) if source.row * forms[0].bits <= 12 else drawn(source, 12)
    return Case(name, reason, block, (stimuli,), (torch_linear(stimuli, codes, bias),))


def _weight_scale(outputs: int, form: Fixed) -> Scale:
    if not form.is_integer:
        return Scale()
    return Scale.nearest([0.01 * (1 + place) for place in range(outputs)], -2)


def _block(
    source: TensorType,
    kind: TensorType,
    mask: _Bools,
    unit: tuple[int, int],
    lanes: tuple[int, int],
    bias_bits: int,
) -> tuple[Block, Codes, Codes]:
    """Give the block, its weights, of which some rows are the extremes, and its bias."""
    form = kind.fixed
    codes = drawn(TensorType(kind.shape, form), 4, seed=1)[3]
    codes[0], codes[-1] = form.low or form.high, form.high
    codes[~mask] = 0
    if not bias_bits:
        params = SparseLinearParams(accumulator(source, kind, codes), unit)
        nothing = np.zeros(len(codes), dtype=np.int64)
        return block_of(OP, params, (source, kind), lanes, (codes,)), codes, nothing
    bias = drawn(TensorType((len(codes),), Fixed(bias_bits)), 4, seed=2)[3, 0]
    total = accumulator(source, kind, codes, bias)
    last = TensorType((len(codes),), total, output_scale(source, kind))
    params = SparseLinearParams(total, unit)
    return block_of(OP, params, (source, kind, last), lanes, (codes, bias)), codes, bias
