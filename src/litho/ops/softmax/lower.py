"""From PyTorch's softmax to `softmax`."""

from litho.errors import GraphError
from litho.formats import Fixed, Scale
from litho.ir import AtenCall, LoweringContext, TensorType
from litho.ops.softmax.reference import SoftmaxParams

__all__ = ["lower", "lower_masked"]


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
    return context.add("softmax", (inputs[0],), _wanted(context))


def lower_masked(context: LoweringContext, call: AtenCall, inputs: tuple[str, ...]) -> str:
    """Give the value of the `softmax` node for a call of `litho.masked_softmax`.

    The lengths are an input of the graph, which the host counts; it becomes one that has codes.
    """
    del call
    row = context.type_of(inputs[0]).row
    length = TensorType((1,), Fixed(row.bit_length(), 0, is_signed=False), Scale())
    context.encode_input(inputs[1], length)
    return context.add("softmax", inputs, _wanted(context))


def _wanted(context: LoweringContext) -> SoftmaxParams:
    """Give the parameters from the quantizer behind the call.

    Raises `GraphError` when there is none.
    """
    wanted = context.wanted_type()
    if wanted is None:
        raise GraphError(
            "softmax must be followed by one quantizer, which says the format of its result;"
            " give it an output format (ufixed8f8)"
        )
    return SoftmaxParams(wanted.fixed, wanted.scale)
