"""From PyTorch's layer norm to `layer_norm`; `rms_norm` is lowered with parts of it."""

from litho.errors import GraphError
from litho.ir import AtenCall, Constant, LoweringContext, Ref
from litho.ops.layer_norm.reference import NormParams, aligned, plan_of

__all__ = ["check_rows", "known", "lower", "wanted_params"]


def lower(context: LoweringContext, call: AtenCall, inputs: tuple[str, ...]) -> str:
    """Give the value of the `layer_norm` node, its summands rounded to the step of its sums."""
    check_rows(context, call, inputs[0])
    params = wanted_params(context, call.get("eps", 1e-5), "layer_norm")
    weight, bias = (known(context, call, inputs, name) for name in ("weight", "bias"))
    if weight is None:
        if bias is not None:
            raise GraphError("layer_norm must have a weight beside its bias to become hardware")
        return context.add("layer_norm", (inputs[0],), params)
    names = (inputs[0], weight.name)
    if bias is None:
        return context.add("layer_norm", names, params)
    step = plan_of(params, tuple(context.type_of(name) for name in names)).step
    kind, codes = aligned(bias.type, bias.values, step)
    return context.add(
        "layer_norm", (*names, context.add_constant(f"{bias.name}.aligned", kind, codes)), params
    )


def check_rows(context: LoweringContext, call: AtenCall, name: str) -> None:
    """Demand that a call normalizes the last axis alone.

    Raises `GraphError` when it does not.
    """
    shape, row = tuple(call.get("normalized_shape")), context.type_of(name).row
    if shape != (row,):
        raise GraphError(
            f"a norm must be along the last axis, of {row}, to become hardware, not over"
            f" {list(shape)}; flatten those axes before it"
        )


def wanted_params(context: LoweringContext, epsilon: float, op: str) -> NormParams:
    """Give the parameters of a norm from the quantizer behind its call.

    Raises `GraphError` when there is none.
    """
    wanted = context.wanted_type()
    if wanted is None:
        raise GraphError(
            f"{op} must be followed by one quantizer, which says the format of its result; give"
            " the layer an output format"
        )
    return NormParams(wanted.fixed, wanted.scale, epsilon=float(epsilon))


def known(
    context: LoweringContext, call: AtenCall, inputs: tuple[str, ...], name: str
) -> Constant | None:
    """Give the quantized constant that a call has as its argument `name`, None when it has none.

    Raises `GraphError` for a computed tensor, and for floats.
    """
    place = call.get(name)
    if not isinstance(place, Ref):
        return None
    constant = context.constant(inputs[place.index])
    if constant is None or not constant.type.is_coded:
        raise GraphError(
            f"the {name} of a norm must be a quantized constant, not %{inputs[place.index]}; give"
            f" the layer's rule a format for its {name}"
        )
    return constant
