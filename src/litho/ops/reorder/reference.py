"""Integer semantics of `reorder`: the same codes with two groups of axes exchanged."""

import math
from dataclasses import dataclass

import numpy as np

from litho.errors import GraphError
from litho.ir import TensorType
from litho.ir.op import Codes

__all__ = ["Exchange", "ReorderParams", "evaluate", "exchange_of", "infer_type", "is_moved"]


@dataclass(frozen=True, slots=True)
class ReorderParams:
    """`axes` are the places, in the input, of the axes of the result."""

    axes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Exchange:
    """What a reorder does to [outer, first, second, inner]: `first` and `second` change places."""

    outer: int
    first: int
    second: int
    inner: int


def is_moved(shape: tuple[int, ...], axes: tuple[int, ...]) -> bool:
    """Say whether an order of axes changes the order of the codes."""
    kept = [axis for axis in axes if shape[axis] > 1]
    return kept != sorted(kept)


def exchange_of(shape: tuple[int, ...], axes: tuple[int, ...]) -> Exchange | None:
    """Give the two neighbouring groups of axes that are exchanged, None when it is not that.

    Axes of one index do not count.
    """
    kept = [axis for axis in axes if shape[axis] > 1]
    plain = sorted(kept)
    same = [one == other for one, other in zip(kept, plain, strict=True)]
    if all(same):
        return None
    start, end = same.index(False), len(same) - same[::-1].index(False)
    moved, middle = kept[start:end], plain[start:end]
    cut = middle.index(moved[0])
    if moved != middle[cut:] + middle[:cut]:
        return None
    groups = plain[:start], middle[:cut], middle[cut:], plain[end:]
    return Exchange(*(math.prod(shape[axis] for axis in group) for group in groups))


def infer_type(params: ReorderParams, types: tuple[TensorType, ...]) -> TensorType:
    """Give the input's type with its axes, and the axis of its scale, in the new order.

    Raises `GraphError` for axes that are no order, or another one than an exchange of two groups.
    """
    source, axes = types[0], params.axes
    if sorted(axes) != list(range(len(source.shape))):
        raise GraphError(
            f"reorder must name each of the {len(source.shape)} axes of {list(source.shape)} once,"
            f" not {list(axes)}"
        )
    if exchange_of(source.shape, axes) is None:
        raise GraphError(
            f"reorder must exchange two groups of neighbouring axes of {list(source.shape)}, not"
            f" put them in the order {list(axes)}; write it as several, or as a reshape"
        )
    shape, scale = tuple(source.shape[axis] for axis in axes), source.scale
    if scale.axis is not None:
        scale = scale.on_axis(axes.index(scale.axis + len(axes)) - len(axes))
    return TensorType(shape, source.format, scale)


def evaluate(
    params: ReorderParams, types: tuple[TensorType, ...], inputs: tuple[Codes, ...]
) -> Codes:
    """Give codes[samples, *shape] with the axes behind the samples in the new order."""
    del types
    return np.ascontiguousarray(inputs[0].transpose(0, *(axis + 1 for axis in params.axes)))
