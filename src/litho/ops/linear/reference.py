"""Integer semantics of `linear`: products and sums, all exact."""

from dataclasses import dataclass

import numpy as np

from litho.errors import GraphError
from litho.formats import Fixed, Scale
from litho.formats.arith import matmul
from litho.ir import TensorType
from litho.ir.op import Codes
from litho.ops.sums import product_scale, sum_format

__all__ = [
    "ZEROS",
    "LinearParams",
    "accumulator",
    "align_bias",
    "evaluate",
    "infer_type",
    "output_scale",
]

ZEROS = ("multiply", "hold", "skip")


@dataclass(frozen=True, slots=True)
class LinearParams:
    """`format` is the format of the accumulator (`docs/numerics.md` section 4).

    `zeros` says what hardware does with beats of nothing but zeros: `multiply` them like any other,
    `hold` its operands for them, or `skip` them. No code depends on it.
    """

    format: Fixed
    zeros: str = "multiply"

    def __post_init__(self) -> None:
        if self.zeros not in ZEROS:
            raise GraphError(f"zeros of linear must be one of {', '.join(ZEROS)}, not {self.zeros}")


def infer_type(params: LinearParams, types: tuple[TensorType, ...]) -> TensorType:
    """Give the accumulator's format in the scale of the products.

    `types` are input[..., N], weight[M, N] and, when there is one, bias[M]. The bias has the
    type that this rule gives to one output row.
    """
    source, weight = types[:2]
    if len(weight.shape) != 2 or source.row != weight.shape[1] or not source.shape:
        raise GraphError(
            f"linear must have a weight [outputs, {source.row}], not {list(weight.shape)}"
        )
    shape = (*source.shape[:-1], weight.shape[0])
    result = TensorType(shape, params.format, output_scale(source, weight))
    if len(types) == 3:
        wanted = TensorType(shape[-1:], params.format, _row_scale(result.scale))
        if types[2] != wanted:
            raise GraphError(f"bias of linear must have the type {wanted}, not {types[2]}")
    return result


def output_scale(source: TensorType, weight: TensorType) -> Scale:
    """Give the scale of the products of `source` and `weight`."""
    if source.scale.axis == -1:
        raise GraphError(
            "linear must have one input scale for all codes of a row, not one for each;"
            " requantize the input to a per-tensor scale"
        )
    if weight.scale.axis == -1:
        raise GraphError(
            "linear must have a weight scale per tensor or per output (axis -2), not per input"
        )
    scales = source.scale, weight.scale.on_axis(-1)
    return product_scale("linear", (source.fixed, weight.fixed), scales)


def accumulator(
    source: TensorType, weight: TensorType, weights: Codes, bias: Codes | None = None
) -> Fixed:
    """Give the narrowest signed format that holds every sum.

    `weights` are codes[outputs, inputs], `bias` codes[outputs] aligned to the accumulator.
    """
    left, right = source.fixed, weight.fixed
    positive = np.maximum(weights, 0).sum(axis=1)
    negative = np.minimum(weights, 0).sum(axis=1)
    start = bias if bias is not None else np.zeros(len(weights), dtype=np.int64)
    low = int((positive * left.low + negative * left.high + start).min())
    high = int((positive * left.high + negative * left.low + start).max())
    return sum_format(left, right, low, high)


def align_bias(source: TensorType, weight: TensorType, bias: TensorType, codes: Codes) -> Codes:
    """Give the codes[outputs] of a bias in the accumulator's step; the shift is exact.

    Raises `GraphError` when the bias stands on a finer grid than the products.
    """
    left, right, own = source.fixed, weight.fixed, bias.fixed
    frac = 0 if left.is_integer or right.is_integer else left.frac + right.frac
    wanted = Fixed(1, frac).steps(output_scale(source, weight))
    found = own.steps(bias.scale)
    count = len(codes)
    factors = [found[i % len(found)] / wanted[i % len(wanted)] for i in range(count)]
    for factor in factors:
        if factor.denominator != 1:
            raise GraphError(
                f"bias of linear must not be finer than the products: fraction {own.frac} of"
                f" {own} with scale {bias.scale} against fraction {left.frac + right.frac} of"
                f" {left} times {right}; give the bias fewer fraction bits"
            )
    numbers = [int(code) * int(factor) for code, factor in zip(codes, factors, strict=True)]
    if max((abs(number) for number in numbers), default=0) >= 2**61:
        raise GraphError("bias of linear must stay below 2^61 steps of the products")
    return np.array(numbers, dtype=np.int64)


def evaluate(
    params: LinearParams, types: tuple[TensorType, ...], inputs: tuple[Codes, ...]
) -> Codes:
    """Give input[..., N] · weight[M, N]ᵀ + bias[M] for codes; only input has samples in front."""
    del params
    source, weight = types[0].codes, inputs[1]
    limit = max(-source.low, source.high)
    greatest = int(np.abs(weight).max(initial=0))
    sums = np.asarray(matmul(inputs[0], weight.T, limit, greatest))
    return sums + inputs[2] if len(inputs) == 3 else sums


def _row_scale(scale: Scale) -> Scale:
    return scale if scale.axis in (None, -1) else Scale()
