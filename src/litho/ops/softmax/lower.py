"""From PyTorch's softmax to `softmax`."""

from litho.errors import GraphError
from litho.ir import AtenCall, LoweringContext
from litho.ops.softmax.reference import SoftmaxParams

__all__ = ["lower"]


def lower(context: LoweringContext, call: AtenCall, inputs: tuple[str, ...]) -> str:
    """Give the value of the `softmax` node for a call along the last axis.

    Raises `GraphError` for another axis, and when no quantizer says the format of the result.
    """
    axes = len(context.type_of(inputs[0]).shape)
    if call.get("dim") not in (-1, axes - 1):
        raise GraphError(
            f"softmax must be along the last axis of {axes} to become hardware, not along"
            f" {call.get('dim')}; transpose the tensor before and behind it"
        )
    wanted = context.wanted_type()
    if wanted is None:
        raise GraphError(
            "softmax must be followed by one quantizer, which says the format of its result;"
            " give it an output format (ufixed8f8)"
        )
    return context.add("softmax", (inputs[0],), SoftmaxParams(wanted.fixed, wanted.scale))
