"""From PyTorch's matrix products to `matmul`."""

from litho.errors import GraphError
from litho.ir import AtenCall, LoweringContext
from litho.ops.matmul.reference import MatmulParams

__all__ = ["lower"]


def lower(context: LoweringContext, call: AtenCall, inputs: tuple[str, ...]) -> str:
    """Give the value of the `matmul` node of two computed tensors.

    A second input whose last two axes were just exchanged is taken as it was before.
    """
    del call
    for name in inputs:
        context.type_of(name).fixed  # noqa: B018 - raises for an input without codes
        if context.constant(name) is not None:
            raise GraphError(
                f"matmul must have two computed tensors, not the constant %{name};"
                " write the product as an nn.Linear with these weights"
            )
    left, right = inputs
    plain = _before_transpose(context, right)
    if plain:
        return context.add("matmul", (left, plain), MatmulParams(transposed=True))
    return context.add("matmul", inputs, MatmulParams())


def _before_transpose(context: LoweringContext, name: str) -> str | None:
    """Give the value whose transposition `name` is, None when it is none."""
    node, rank = context.node(name), len(context.type_of(name).shape)
    if node is None or node.op != "reorder":
        return None
    is_last_two = node.params.axes == (*range(rank - 2), rank - 1, rank - 2)
    return node.inputs[0] if is_last_two else None
