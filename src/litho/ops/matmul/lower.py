"""From PyTorch's matrix products to `matmul`."""

from litho.errors import GraphError
from litho.ir import AtenCall, LoweringContext
from litho.ops.matmul.reference import MatmulParams

__all__ = ["lower"]


def lower(context: LoweringContext, call: AtenCall, inputs: tuple[str, ...]) -> str:
    """Give the value of the `matmul` node of two computed tensors."""
    del call
    for name in inputs:
        context.type_of(name).fixed  # noqa: B018 - raises for an input without codes
        if context.constant(name) is not None:
            raise GraphError(
                f"matmul must have two computed tensors, not the constant %{name};"
                " write the product as an nn.Linear with these weights"
            )
    return context.add("matmul", inputs, MatmulParams())
