"""From PyTorch's views, and from calls that change nothing, to `reshape` or nothing."""

import math

from litho.errors import GraphError, UnsupportedError
from litho.ir import AtenCall, LoweringContext
from litho.ops.reshape.reference import ReshapeParams

__all__ = [
    "lower_cast",
    "lower_dropout",
    "lower_flatten",
    "lower_same",
    "lower_squeeze",
    "lower_unsqueeze",
    "lower_view",
]

_FLOATS = ("float64", "float32", "float16", "bfloat16")


def lower_view(context: LoweringContext, call: AtenCall, inputs: tuple[str, ...]) -> str:
    """Lower view, reshape and their kin: one entry of the shape may be −1."""
    shape = [int(size) for size in call.get("size" if call.takes("size") else "shape")]
    source = context.type_of(inputs[0])
    if shape.count(-1) == 1:
        rest = math.prod(size for size in shape if size != -1)
        shape[shape.index(-1)] = source.size // rest if rest else 0
    return _reshaped(context, inputs[0], tuple(shape))


def lower_flatten(context: LoweringContext, call: AtenCall, inputs: tuple[str, ...]) -> str:
    """Lower flatten: the axes from `start_dim` to `end_dim` become one."""
    shape = context.type_of(inputs[0]).shape
    if not shape:
        return _reshaped(context, inputs[0], (1,))
    first, last = call.get("start_dim", 0) % len(shape), call.get("end_dim", -1) % len(shape)
    merged = math.prod(shape[first : last + 1])
    return _reshaped(context, inputs[0], (*shape[:first], merged, *shape[last + 1 :]))


def lower_unsqueeze(context: LoweringContext, call: AtenCall, inputs: tuple[str, ...]) -> str:
    """Lower unsqueeze: an axis of one index comes in at `dim`."""
    shape = context.type_of(inputs[0]).shape
    place = call.get("dim") % (len(shape) + 1)
    return _reshaped(context, inputs[0], (*shape[:place], 1, *shape[place:]))


def lower_squeeze(context: LoweringContext, call: AtenCall, inputs: tuple[str, ...]) -> str:
    """Lower squeeze: the axes of `dim` (all when there is none) go where they have one index."""
    shape = context.type_of(inputs[0]).shape
    dims = call.get("dim") if call.takes("dim") else tuple(range(len(shape)))
    chosen = {dim % len(shape) for dim in ((dims,) if isinstance(dims, int) else dims)}
    kept = (size for axis, size in enumerate(shape) if axis not in chosen or size != 1)
    return _reshaped(context, inputs[0], tuple(kept))


def _reshaped(context: LoweringContext, name: str, shape: tuple[int, ...]) -> str:
    if context.type_of(name).shape == shape:
        return name
    return context.add("reshape", (name,), ReshapeParams(shape))


def lower_same(context: LoweringContext, call: AtenCall, inputs: tuple[str, ...]) -> str:
    """Lower what changes no value: clone, detach, contiguous."""
    del context, call
    return inputs[0]


def lower_cast(context: LoweringContext, call: AtenCall, inputs: tuple[str, ...]) -> str:
    """Lower a change between float types, which changes no code."""
    del context
    wanted = call.get("dtype")
    if wanted is not None and str(wanted).removeprefix("torch.") not in _FLOATS:
        raise GraphError(
            f"a tensor of codes must keep a float type in PyTorch, not become {wanted};"
            " quantize it with a rule instead"
        )
    return inputs[0]


def lower_dropout(context: LoweringContext, call: AtenCall, inputs: tuple[str, ...]) -> str:
    """Refuse dropout: taking it out is the user's decision."""
    del context, call, inputs
    raise UnsupportedError(
        "dropout must be removed before the graph is lowered; run the pass RemoveDropout first"
    )
