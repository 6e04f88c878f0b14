"""From `aten.add` to `add`."""

from litho.errors import GraphError
from litho.ir import AtenCall, LoweringContext
from litho.ops.add.reference import AddParams

__all__ = ["lower"]


def lower(context: LoweringContext, call: AtenCall, inputs: tuple[str, ...]) -> str:
    """Give the value of the `add` node of two computed tensors."""
    if call.get("alpha", 1) != 1:
        raise GraphError(f"add must have alpha 1, not {call.get('alpha')}; scale the input first")
    if len(inputs) != 2:
        raise GraphError("add must have two tensors, not a tensor and a number")
    for name in inputs:
        if context.constant(name) is not None:
            raise GraphError(
                f"add must have two computed tensors, not the constant %{name};"
                " put it into the bias of the layer before"
            )
    return context.add("add", inputs, AddParams())
