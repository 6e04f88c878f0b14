"""From PyTorch's selections along one axis to `select`, or to nothing where all is kept."""

from litho.errors import UnsupportedError
from litho.ir import AtenCall, LoweringContext
from litho.ops.reshape.reference import ReshapeParams
from litho.ops.select.reference import SelectParams

__all__ = ["lower_narrow", "lower_select", "lower_slice"]


def lower_select(context: LoweringContext, call: AtenCall, inputs: tuple[str, ...]) -> str:
    """Lower select: one index is kept, and its axis goes."""
    shape = context.type_of(inputs[0]).shape
    axis = call.get("dim") % len(shape)
    kept = _kept(context, inputs[0], axis, call.get("index") % shape[axis], 1)
    return context.add("reshape", (kept,), ReshapeParams((*shape[:axis], *shape[axis + 1 :])))


def lower_slice(context: LoweringContext, call: AtenCall, inputs: tuple[str, ...]) -> str:
    """Lower slice: the indices from `start` to before `end`, as Python counts them.

    Raises `UnsupportedError` for a step other than 1.
    """
    step = call.get("step", 1)
    if step != 1:
        raise UnsupportedError(
            f"a slice must go in steps of 1, not {step}; split the axis in two by a reshape, and"
            " select an index of the second"
        )
    shape = context.type_of(inputs[0]).shape
    axis = call.get("dim", 0) % len(shape)
    start, end, _ = slice(call.get("start"), call.get("end")).indices(shape[axis])
    return _kept(context, inputs[0], axis, start, end - start)


def lower_narrow(context: LoweringContext, call: AtenCall, inputs: tuple[str, ...]) -> str:
    """Lower narrow: `length` indices from `start` on."""
    shape = context.type_of(inputs[0]).shape
    axis = call.get("dim") % len(shape)
    return _kept(context, inputs[0], axis, call.get("start") % shape[axis], call.get("length"))


def _kept(context: LoweringContext, name: str, axis: int, start: int, length: int) -> str:
    if length == context.type_of(name).shape[axis]:
        return name
    return context.add("select", (name,), SelectParams(axis, start, length))
