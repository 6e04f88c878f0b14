"""Integer semantics of `matmul`: products of two computed tensors and sums, all exact."""

from dataclasses import dataclass

import numpy as np

from litho.errors import GraphError
from litho.formats import Fixed, Scale
from litho.formats.arith import matmul
from litho.ir import TensorType
from litho.ir.op import Codes
from litho.ops.sums import product_scale, sum_format

__all__ = ["MatmulParams", "evaluate", "infer_type"]

_WIDEST = 62


@dataclass(frozen=True, slots=True)
class MatmulParams:
    """`transposed` says whether the second input comes as [..., N, K]."""

    transposed: bool = False


def infer_type(params: MatmulParams, types: tuple[TensorType, ...]) -> TensorType:
    """Give the narrowest type that holds every sum, in the scale of the products.

    `types` are a[..., M, K] and b[..., K, N], or b[..., N, K] when it is transposed.
    Raises `GraphError` for shapes that do not fit, for a scale that differs along K, and for sums
    beyond 62 bits.
    """
    a, b = types
    wanted = "[..., N, K]" if params.transposed else "[..., K, N]"
    if min(len(a.shape), len(b.shape)) < 2 or a.shape[:-2] != b.shape[:-2]:
        raise GraphError(
            f"matmul must have matrices [..., M, K] and {wanted}, as many of each, not"
            f" {list(a.shape)} and {list(b.shape)}"
        )
    terms, columns = b.shape[-2:][:: -1 if params.transposed else 1]
    if a.row != terms:
        raise GraphError(
            f"matmul must have as many columns of a as b has terms, not {a.row} and {terms}"
        )
    scale = product_scale("matmul", (a.fixed, b.fixed), (_kept(a, -1), _moved(b, params)))
    return TensorType((*a.shape[:-1], columns), _sum(a.fixed, b.fixed, terms), scale)


def _kept(kind: TensorType, summed: int) -> Scale:
    """Give the scale of an input whose axis `summed` is added over."""
    if kind.scale.axis == summed:
        raise GraphError(
            f"matmul must have one scale for all codes that are added, not one for each index of"
            f" axis {summed} of {list(kind.shape)}; requantize it to a per-tensor scale"
        )
    return kind.scale


def _moved(b: TensorType, params: MatmulParams) -> Scale:
    """Give the scale of b on the axes of the result."""
    scale = _kept(b, -1 if params.transposed else -2)
    return scale.on_axis(-1) if scale.axis in (-1, -2) else scale


def _sum(left: Fixed, right: Fixed, terms: int) -> Fixed:
    corners = [x * y for x in (left.low, left.high) for y in (right.low, right.high)]
    low, high = terms * min(corners), terms * max(corners)
    if max(high, -low - 1) >= 1 << (_WIDEST - 1):
        raise GraphError(
            f"a sum of {terms} products of {left} and {right} must fit {_WIDEST} bits;"
            " requantize the inputs to narrower formats"
        )
    return sum_format(left, right, low, high)


def evaluate(
    params: MatmulParams, types: tuple[TensorType, ...], inputs: tuple[Codes, ...]
) -> Codes:
    """Give a · b, or a · bᵀ, for codes[samples, *shape] of both."""
    right = np.swapaxes(inputs[1], -1, -2) if params.transposed else inputs[1]
    limits = (max(-kind.codes.low, kind.codes.high) for kind in types)
    return np.asarray(matmul(inputs[0], right, *limits))
