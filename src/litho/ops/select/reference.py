"""Integer semantics of `select`: the codes of neighbouring indices of an axis; no others."""

from dataclasses import dataclass

import numpy as np

from litho.errors import GraphError
from litho.formats import Scale
from litho.ir import TensorType
from litho.ir.op import Codes

__all__ = ["SelectParams", "evaluate", "infer_type"]


@dataclass(frozen=True, slots=True)
class SelectParams:
    """Of the indices of `axis`, a place in the input's shape, `length` are kept from `start` on."""

    axis: int
    start: int
    length: int


def infer_type(params: SelectParams, types: tuple[TensorType, ...]) -> TensorType:
    """Give the input's type with `length` indices on the axis, and their scales.

    Raises `GraphError` for the last axis, and for what is not a part of the axis.
    """
    source, end = types[0], params.start + params.length
    shape = list(source.shape)
    if not 0 <= params.axis < len(shape) - 1:
        raise GraphError(
            f"select must keep or drop rows whole, on an axis before the last of {shape}, not on"
            f" axis {params.axis}; move that axis forward with a transpose before it"
        )
    size = shape[params.axis]
    if not (0 <= params.start < end <= size and params.length < size):
        raise GraphError(
            f"select must keep a part of the {size} indices of axis {params.axis} of {shape}, not"
            f" {params.length} from {params.start} on; leave it out where all are kept"
        )
    shape[params.axis] = params.length
    return TensorType(tuple(shape), source.format, _kept(params, source))


def _kept(params: SelectParams, source: TensorType) -> Scale:
    """Give the scales of what is kept; one of one index holds for the tensor."""
    scale, axis = source.scale, params.axis - len(source.shape)
    if scale.axis != axis:
        return scale
    places = slice(params.start, params.start + params.length)
    left = axis if params.length > 1 else None
    return Scale(scale.multipliers[places], scale.shifts[places], left)


def evaluate(
    params: SelectParams, types: tuple[TensorType, ...], inputs: tuple[Codes, ...]
) -> Codes:
    """Give codes[samples, *shape] of the indices that are kept."""
    del types
    places = np.arange(params.start, params.start + params.length)
    return np.take(inputs[0], places, axis=params.axis + 1)
