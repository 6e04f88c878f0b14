"""From PyTorch's orders of axes to `reorder`, or to `reshape` where no code moves."""

from collections.abc import Iterator

from litho.ir import AtenCall, LoweringContext
from litho.ops.reorder.reference import ReorderParams, exchange_of, is_moved
from litho.ops.reshape.reference import ReshapeParams

__all__ = ["lower_last_two", "lower_move", "lower_permute", "lower_reverse", "lower_transpose"]


def lower_permute(context: LoweringContext, call: AtenCall, inputs: tuple[str, ...]) -> str:
    """Lower permute: `dims` are the axes of the result."""
    rank = len(context.type_of(inputs[0]).shape)
    return _reordered(context, inputs[0], tuple(axis % rank for axis in call.get("dims")))


def lower_transpose(context: LoweringContext, call: AtenCall, inputs: tuple[str, ...]) -> str:
    """Lower transpose, swapaxes and swapdims: two axes change places."""
    word = "axis" if call.takes("axis0") else "dim"
    return _swapped(context, inputs[0], call.get(f"{word}0"), call.get(f"{word}1"))


def lower_last_two(context: LoweringContext, call: AtenCall, inputs: tuple[str, ...]) -> str:
    """Lower mT: the last two axes change places."""
    del call
    return _swapped(context, inputs[0], -2, -1)


def _swapped(context: LoweringContext, name: str, one: int, other: int) -> str:
    axes = list(range(len(context.type_of(name).shape)))
    axes[one], axes[other] = axes[other], axes[one]
    return _reordered(context, name, tuple(axes))


def lower_move(context: LoweringContext, call: AtenCall, inputs: tuple[str, ...]) -> str:
    """Lower movedim and moveaxis: axes `source` go to the places `destination`, in turn."""
    rank = len(context.type_of(inputs[0]).shape)
    sources, places = (
        [axis % rank for axis in ((given,) if isinstance(given, int) else given)]
        for given in (call.get("source"), call.get("destination"))
    )
    axes = [axis for axis in range(rank) if axis not in sources]
    for place, axis in sorted(zip(places, sources, strict=True)):
        axes.insert(place, axis)
    return _reordered(context, inputs[0], tuple(axes))


def lower_reverse(context: LoweringContext, call: AtenCall, inputs: tuple[str, ...]) -> str:
    """Lower t and T: all axes the other way round."""
    del call
    axes = range(len(context.type_of(inputs[0]).shape))
    return _reordered(context, inputs[0], tuple(reversed(axes)))


def _reordered(context: LoweringContext, name: str, axes: tuple[int, ...]) -> str:
    """Give the value with its axes in another order, by as many exchanges as it takes."""
    shape = context.type_of(name).shape
    if not is_moved(shape, axes):
        moved = tuple(shape[axis] for axis in axes)
        return name if moved == shape else context.add("reshape", (name,), ReshapeParams(moved))
    if exchange_of(shape, axes):
        return context.add("reorder", (name,), ReorderParams(axes))
    for step in _exchanges(axes):
        name = _reordered(context, name, step)
    return name


def _exchanges(axes: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Give orders, each an exchange of two groups, that one after another make `axes`.

    The axis that belongs to each place is brought there, with those behind it that follow it in
    the result as well.
    """
    rank, present = len(axes), list(range(len(axes)))
    for place in range(rank):
        at = present.index(axes[place])
        if at == place:
            continue
        end = at + 1
        while end < rank and present[end] == axes[place + end - at]:
            end += 1
        step = (*range(place), *range(at, end), *range(place, at), *range(end, rank))
        yield step
        present = [present[axis] for axis in step]
