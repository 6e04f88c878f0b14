"""What `loaded_linear` is tested with."""

from collections.abc import Iterator

import numpy as np

from litho.formats import Fixed, Scale
from litho.ir import TensorType
from litho.ops.casework import block_of, drawn, every_row
from litho.ops.linear.cases import torch_linear
from litho.ops.loaded_linear import OP
from litho.ops.loaded_linear.reference import LoadedLinearParams, bias_type
from litho.rtl import Case

__all__ = ["cases"]

_INT8 = Fixed(8, is_integer=True)


def cases() -> Iterator[Case]:
    """Give the cases: words of less than a beat, of several, one and many of them."""
    for inputs, outputs, form, weights, lanes, has_bias, rows, reason in (
        (10, 6, Fixed(8, 4), Fixed(6, 3), (4, 2), True, 1, "words of two beats, the last not full"),
        (6, 1, Fixed(2, 0), Fixed(2, 0), (1, 1), False, 1, "every row of six 2-bit codes, no bias"),
        (8, 4, Fixed(4, 2), Fixed(5, 4), (8, 4), True, 1, "no folding: one word of five beats"),
        (1, 7, Fixed(5, 2), Fixed(6, 1), (1, 3), True, 2, "rows of one code, lanes do not divide"),
        (8, 3, Fixed(6, 2, False), Fixed(4, 0, False), (4, 2), False, 3, "words of a whole beat"),
        (70, 3, Fixed(8, 4), Fixed(8, 6), (1, 1), True, 1, "more than 64 words: block RAM"),
        (12, 8, _INT8, _INT8, (3, 4), True, 1, "scaled integers, a scale for each output"),
        (4, 4, Fixed(8, 4), Fixed(4, 0), (2, 2), True, 1, "the greatest sums there are"),
    ):
        name = f"{inputs}x{outputs}_{form}_{weights}_{lanes[0]}to{lanes[1]}_{rows}"
        shape, kind = (rows, inputs), TensorType((outputs, inputs), weights, _scale(form, outputs))
        yield _case(name, reason, TensorType(shape, form), kind, lanes, has_bias)


def _scale(form: Fixed, outputs: int) -> Scale:
    if not form.is_integer:
        return Scale()
    return Scale.nearest([0.01 * (1 + place) for place in range(outputs)], -2)


def _case(
    name: str,
    reason: str,
    source: TensorType,
    kind: TensorType,
    lanes: tuple[int, int],
    has_bias: bool,
) -> Case:
    codes = drawn(TensorType(kind.shape, kind.format), 4, seed=1)[3]
    # Rows of the least and of the greatest weights, beside biases like them, reach both ends.
    codes[0], codes[-1] = kind.codes.low, kind.codes.high
    bias = np.zeros(len(codes), dtype=np.int64)
    last = bias_type(source, kind)
    if has_bias:
        bias = drawn(TensorType(last.shape, last.format), 4, seed=2)[3, 0]
        bias[0], bias[-1] = last.codes.high, last.codes.low
    types = (source, kind, last) if has_bias else (source, kind)
    known = (codes, bias) if has_bias else (codes,)
    stimuli = every_row(source) if source.row * source.codes.bits <= 12 else drawn(source, 12)
    block = block_of(OP, LoadedLinearParams(), types, lanes, known)
    return Case(name, reason, block, (stimuli,), (torch_linear(stimuli, codes, bias),))
