"""What `linear` is tested with."""

from collections.abc import Iterator

import numpy as np

from litho.formats import Fixed, Scale
from litho.ir import TensorType
from litho.ir.op import Codes
from litho.ops.casework import block_of, drawn, every_row
from litho.ops.linear import OP
from litho.ops.linear.reference import LinearParams, accumulator, output_scale
from litho.rtl import Block, Case

__all__ = ["cases", "torch_linear"]

_INT8, _UINT8 = Fixed(8, is_integer=True), Fixed(8, is_signed=False, is_integer=True)


def cases() -> Iterator[Case]:
    """Give the cases: folded and unfolded shapes, narrow and wide codes, extremes of both."""
    for inputs, outputs, form, weights, lanes, bias, rows, reason in (
        (10, 6, Fixed(8, 4), Fixed(6, 3), (4, 2), 8, 1, "lanes do not divide the inputs"),
        (8, 4, Fixed(4, 2), Fixed(5, 4), (8, 4), 6, 1, "no folding: a beat in, a beat out"),
        (6, 1, Fixed(2, 0), Fixed(2, 0), (1, 1), 0, 1, "every row of six 2-bit codes, no bias"),
        (1, 1, Fixed(5, 0), Fixed(7, 0), (1, 1), 4, 1, "one neuron with one input"),
        (1, 7, Fixed(5, 2), Fixed(6, 1), (1, 3), 5, 2, "rows of one code, lanes do not divide 7"),
        (5, 7, Fixed(6, 2, False), Fixed(7, 0, False), (2, 7), 0, 3, "unsigned, several rows"),
        (7, 5, Fixed(3, 1, False), Fixed(5, 0), (7, 2), 9, 2, "one beat a row, several groups"),
        (9, 3, Fixed(16, 8), Fixed(16, 8), (3, 3), 30, 1, "16 bits each, several beats, one group"),
        (70, 3, Fixed(8, 4), Fixed(8, 6), (2, 1), 12, 1, "the row store reads synchronously"),
        (12, 8, _INT8, _INT8, (3, 4), 16, 1, "scaled integers, a scale for each output"),
        (12, 4, _UINT8, Fixed(2, 0), (6, 1), 10, 1, "ternary weights on scaled integers"),
        (4, 4, Fixed(8, 4), Fixed(4, 0), (2, 2), -1, 1, "weights and biases of zero"),
    ):
        name = f"{inputs}x{outputs}_{form}_{weights}_{lanes[0]}to{lanes[1]}_{rows}"
        yield _case(name, reason, (rows, inputs), outputs, form, weights, lanes, bias)
    for inputs, outputs, form, lanes, bias, zeros, reason in (
        (12, 6, Fixed(8, 4), (3, 2), 8, "hold", "holds its operands for zeros, bias or not"),
        (6, 3, Fixed(2, 0, False), (1, 3), 0, "hold", "holds for every row of six 2-bit codes"),
        (4, 2, Fixed(4, 2), (4, 1), 6, "hold", "holds for whole rows of zeros"),
        (12, 6, Fixed(8, 4), (3, 2), 8, "skip", "skips beats of zeros, bias or not"),
        (6, 3, Fixed(2, 0, False), (1, 1), 0, "skip", "skips in every row of six 2-bit codes"),
        (70, 6, Fixed(4, 2), (2, 3), 6, "skip", "skips where the rows are read synchronously"),
        (4, 2, Fixed(4, 2), (4, 1), 6, "skip", "one beat a row: there is nothing to skip"),
    ):
        name = f"{inputs}x{outputs}_{form}_{lanes[0]}to{lanes[1]}_{zeros}s"
        yield _case(name, reason, (2, inputs), outputs, form, Fixed(5, 2), lanes, bias, zeros)


def _case(
    name: str,
    reason: str,
    shape: tuple[int, int],
    outputs: int,
    form: Fixed,
    weights: Fixed,
    lanes: tuple[int, int],
    bias_bits: int,
    zeros: str = "multiply",
) -> Case:
    scale = Scale.nearest(0.031) if form.is_integer else Scale()
    source = TensorType(shape, form, scale)
    kind = TensorType((outputs, shape[1]), weights, _weight_scale(outputs, weights))
    codes = drawn(TensorType(kind.shape, weights), 4, seed=1)[3]
    codes[0], codes[-1, -1] = weights.low, weights.high
    if bias_bits < 0:
        codes[:] = 0
    block, bias = _block(source, kind, codes, lanes, bias_bits, zeros)
    stimuli = every_row(source) if source.row * form.bits <= 12 else drawn(source, 12)
    if zeros != "multiply":
        stimuli = _with_zero_beats(stimuli, lanes[0])
    return Case(name, reason, block, (stimuli,), (torch_linear(stimuli, codes, bias),))


def _with_zero_beats(stimuli: Codes, lanes: int) -> Codes:
    """Give `stimuli` with half of the beats zero, and a third of the codes in the others."""
    beats, draw = -(-stimuli.shape[-1] // lanes), np.random.default_rng(3)
    kept = draw.random((*stimuli.shape[:-1], beats)) < 0.5
    codes = draw.random(stimuli.shape) < 2 / 3
    return stimuli * codes * np.repeat(kept, lanes, -1)[..., : stimuli.shape[-1]]


def _weight_scale(outputs: int, weights: Fixed) -> Scale:
    if not weights.is_integer:
        return Scale()
    return Scale.nearest([0.01 * (1 + place) for place in range(outputs)], -2)


def _block(
    source: TensorType,
    kind: TensorType,
    codes: Codes,
    lanes: tuple[int, int],
    bias_bits: int,
    zeros: str,
) -> tuple[Block, Codes]:
    bias = np.zeros(len(codes), dtype=np.int64)
    if bias_bits <= 0:
        params = LinearParams(accumulator(source, kind, codes), zeros)
        return block_of(OP, params, (source, kind), lanes, (codes,)), bias
    bias = drawn(TensorType((len(codes),), Fixed(bias_bits)), 4, seed=2)[3, 0]
    form = accumulator(source, kind, codes, bias)
    types = (source, kind, TensorType((len(codes),), form, output_scale(source, kind)))
    return block_of(OP, LinearParams(form, zeros), types, lanes, (codes, bias)), bias


def torch_linear(codes: Codes, weights: Codes, bias: Codes) -> Codes:
    """Give PyTorch's product with weights[outputs, inputs] in float64, exact below 2^53."""
    import torch

    tensors = (torch.from_numpy(array).double() for array in (codes, weights, bias))
    return np.asarray(torch.nn.functional.linear(*tensors).long().numpy())
