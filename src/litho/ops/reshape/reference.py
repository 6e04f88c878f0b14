"""Integer semantics of `reshape`: the same codes in another shape."""

import math
from dataclasses import dataclass

import numpy as np

from litho.errors import GraphError
from litho.formats import Scale
from litho.ir import TensorType
from litho.ir.op import Codes

__all__ = ["ReshapeParams", "evaluate", "infer_type"]


@dataclass(frozen=True, slots=True)
class ReshapeParams:
    """`shape` is the shape of the result."""

    shape: tuple[int, ...]


def infer_type(params: ReshapeParams, types: tuple[TensorType, ...]) -> TensorType:
    """Give the input's type in the new shape.

    Raises `GraphError` when the sizes differ, and when a per-axis scale has no axis left.
    """
    source = types[0]
    if math.prod(params.shape) != source.size:
        raise GraphError(
            f"reshape must keep the {source.size} codes of {list(source.shape)}, not give"
            f" {list(params.shape)}"
        )
    return TensorType(params.shape, source.format, _moved(source, params.shape))


def _moved(source: TensorType, shape: tuple[int, ...]) -> Scale:
    """Give the scale in the new shape: each code keeps its own."""
    scale = source.scale
    if scale.axis is None:
        return scale
    places = np.arange(len(scale.multipliers)).reshape((-1, *(1,) * (-scale.axis - 1)))
    spread = np.broadcast_to(places, source.shape).reshape(shape)
    for axis in range(-1, -len(shape) - 1, -1):
        first = np.moveaxis(spread, axis, 0).reshape(shape[axis], -1)[:, 0]
        if (spread == first.reshape((-1, *(1,) * (-axis - 1)))).all():
            return Scale(
                tuple(scale.multipliers[place] for place in first),
                tuple(scale.shifts[place] for place in first),
                axis,
            )
    raise GraphError(
        f"reshape of {list(source.shape)} to {list(shape)} must leave the scales of axis"
        f" {scale.axis} on one axis; requantize to a per-tensor scale before it"
    )


def evaluate(
    params: ReshapeParams, types: tuple[TensorType, ...], inputs: tuple[Codes, ...]
) -> Codes:
    """Give codes[samples, *shape]."""
    del types
    return inputs[0].reshape((len(inputs[0]), *params.shape))
