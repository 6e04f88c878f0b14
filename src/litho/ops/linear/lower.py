"""From `aten.linear` to `linear` with its bias aligned."""

from litho.errors import GraphError
from litho.formats import Scale
from litho.ir import AtenCall, Constant, LoweringContext, TensorType
from litho.ops.linear.reference import LinearParams, accumulator, align_bias, output_scale

__all__ = ["lower"]


def lower(context: LoweringContext, call: AtenCall, inputs: tuple[str, ...]) -> str:
    """Give the value of the `linear` node, its accumulator as narrow as its weights allow."""
    del call
    source = context.type_of(inputs[0])
    source.fixed  # noqa: B018 - raises for an input without codes
    weight = _known(context, inputs[1], "weight")
    if len(inputs) == 2:
        form = accumulator(source, weight.type, weight.values)
        return context.add("linear", (inputs[0], inputs[1]), LinearParams(form))
    bias = _known(context, inputs[2], "bias")
    aligned = align_bias(source, weight.type, bias.type, bias.values)
    form = accumulator(source, weight.type, weight.values, aligned)
    scale = output_scale(source, weight.type)
    kind = TensorType(bias.type.shape, form, scale if scale.axis in (None, -1) else Scale())
    name = context.add_constant(f"{bias.name}.aligned", kind, aligned)
    return context.add("linear", (inputs[0], inputs[1], name), LinearParams(form))


def _known(context: LoweringContext, name: str, what: str) -> Constant:
    constant = context.constant(name)
    if constant is None:
        raise GraphError(f"{what} of linear must be a constant, not computed by %{name}")
    if not constant.type.is_coded:
        raise GraphError(
            f"{what} of linear must be quantized, not {constant.type.format} (%{name});"
            f" give the layer's rule a format for its {what}"
        )
    return constant
