"""What the blocks of the operations share: tensors as streams, and their codes on them."""

from collections.abc import Callable

from litho.errors import GraphError
from litho.ir import NodeView, TensorType
from litho.ir.op import Codes
from litho.rtl import Stream

__all__ = ["equal_lanes", "on_streams", "stream_of"]


def stream_of(name: str, kind: TensorType, lanes: int) -> Stream:
    """Give the stream on which a tensor of type `kind` travels."""
    codes = kind.codes
    return Stream(name, codes.bits, lanes, kind.row, kind.rows, codes.is_signed)


def equal_lanes(view: NodeView) -> int:
    """Give the lanes of an operation that takes and gives as many codes in a cycle.

    Raises `GraphError` when they differ or are not positive.
    """
    lanes = view.lanes
    if lanes.inputs != lanes.outputs or lanes.inputs < 1:
        raise GraphError(
            f"{view.node.op} {view.node.name!r}: lanes in and out must be equal and at least 1, not"
            f" {lanes.inputs} and {lanes.outputs}"
        )
    return lanes.inputs


def on_streams(
    view: NodeView, evaluate: Callable[[tuple[Codes, ...]], Codes]
) -> Callable[[tuple[Codes, ...]], tuple[Codes, ...]]:
    """Give a block's `evaluate` on codes[samples, rows, row] from one on codes[samples, *shape]."""
    types = [kind for kind, known in zip(view.types, view.constants, strict=True) if known is None]
    result = view.type

    def on_rows(inputs: tuple[Codes, ...]) -> tuple[Codes, ...]:
        shaped = (
            codes.reshape((-1, *kind.shape)) for codes, kind in zip(inputs, types, strict=True)
        )
        return (evaluate(tuple(shaped)).reshape(-1, result.rows, result.row),)

    return on_rows
