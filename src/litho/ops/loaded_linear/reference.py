"""Integer semantics of `loaded_linear`: those of `linear`, in formats that fit any weights."""

from dataclasses import dataclass

from litho.errors import GraphError
from litho.formats import Fixed, Scale
from litho.ir import TensorType
from litho.ir.op import Codes
from litho.ops.linear import reference as linear
from litho.ops.sums import sum_format

__all__ = ["LoadedLinearParams", "bias_type", "evaluate", "infer_type"]


@dataclass(frozen=True, slots=True)
class LoadedLinearParams:
    """There are none: the types of input and weight say all."""


def infer_type(params: LoadedLinearParams, types: tuple[TensorType, ...]) -> TensorType:
    """Give the accumulator of the worst case over all codes, in the scale of the products.

    `types` are input[..., N], weight[M, N] and, when there is one, bias[M] of the type that
    `bias_type` gives.
    """
    del params
    source, weight = types[:2]
    sums = _sums(source, weight)
    if len(types) == 2:
        return linear.infer_type(linear.LinearParams(sums), (source, weight))
    wanted = bias_type(source, weight)
    if types[2] != wanted:
        raise GraphError(f"bias of loaded_linear must have the type {wanted}, not {types[2]}")
    total = sum_format(source.fixed, weight.fixed, 2 * sums.low, 2 * sums.high)
    return linear.infer_type(linear.LinearParams(total), (source, weight))


def bias_type(source: TensorType, weight: TensorType) -> TensorType:
    """Give the type of a bias: any code that a sum of products may be, and no other."""
    scale = linear.output_scale(source, weight)
    row = scale if scale.axis in (None, -1) else Scale()
    return TensorType(weight.shape[:1], _sums(source, weight), row)


def _sums(source: TensorType, weight: TensorType) -> Fixed:
    """Give the narrowest signed format of every sum of products, whatever the codes."""
    left, right = source.fixed, weight.fixed
    products = [a * b for a in (left.low, left.high) for b in (right.low, right.high)]
    return sum_format(left, right, source.row * min(products), source.row * max(products))


def evaluate(
    params: LoadedLinearParams, types: tuple[TensorType, ...], inputs: tuple[Codes, ...]
) -> Codes:
    """Give input[..., N] · weight[M, N]ᵀ + bias[M] for codes; only input has samples in front."""
    del params
    return linear.evaluate(linear.LinearParams(_sums(*types[:2])), types, inputs)
