"""From `aten.leaky_relu` to `leaky_relu`."""

from fractions import Fraction

from litho.errors import GraphError
from litho.ir import AtenCall, LoweringContext
from litho.ops.leaky_relu.reference import nearest_slope

__all__ = ["add_leaky_relu", "lower"]


def lower(context: LoweringContext, call: AtenCall, inputs: tuple[str, ...]) -> str:
    """Give the value of the `leaky_relu` node for a call; PyTorch's slope is 0.01."""
    return add_leaky_relu(context, inputs[0], Fraction(call.get("negative_slope", 0.01)))


def add_leaky_relu(context: LoweringContext, source: str, slope: Fraction) -> str:
    """Add a `leaky_relu` node with exactly this slope; an unsigned input stays as it is.

    Raises `GraphError` for a slope that hardware does not have.
    """
    params = nearest_slope(slope)
    if params.slope != slope:
        raise GraphError(
            f"slope of leaky_relu must be m · 2^-s with m of 8 bits, not {float(slope)};"
            " quantize the model with litho.compress, which rounds the slope of its modules, or"
            f" give {float(params.slope)}"
        )
    if not context.type_of(source).codes.is_signed:
        return source
    return context.add("leaky_relu", (source,), params)
