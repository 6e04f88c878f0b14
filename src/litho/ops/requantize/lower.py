"""From `litho.fake_quantize` to encoded constants and `requantize` nodes."""

import numpy as np

from litho.errors import GraphError
from litho.formats import Fixed, Scale, parse
from litho.ir import AtenCall, LoweringContext, Ref, TensorType
from litho.ops.requantize.reference import RequantizeParams, ratios

__all__ = ["lower"]


def lower(context: LoweringContext, call: AtenCall, inputs: tuple[str, ...]) -> str:
    """Give the value that a quantizer's call becomes.

    A float constant is encoded; codes are requantized, or stay as they are when they have the
    wanted type already.
    """
    source = context.type_of(inputs[0])
    format, rounding = parse(call.get("format")), call.get("rounding", "half_even")
    if not isinstance(format, Fixed):
        raise GraphError(
            f"fake_quantize must name a fixed-point format (fixed8, int8) to become hardware, not"
            f" {format}; give the layer's rule one, or judge the network in software"
        )
    if call.get("is_raw", False):
        raise GraphError(
            f"fake_quantize to {format} must read codes, not what floats computed from them,"
            f" %{inputs[0]}; let the function be a module of its own (nn.GELU, or for torch.square"
            " one whose `forward` is that call alone) whose rule names `inputs` and `outputs`"
        )
    scale = _scale(context, call, inputs, "")
    assert scale is not None, "fake_quantize always has multipliers"
    target = TensorType(source.shape, format, scale)
    if source.is_coded:
        return _from_codes(
            context, inputs[0], target, rounding, _scale(context, call, inputs, "in_")
        )
    constant = context.constant(inputs[0])
    if constant is None:
        raise GraphError(
            f"fake_quantize to {format} must read codes or a constant, not {source.format} from"
            f" %{inputs[0]}; quantize the layers before it"
        )
    values = constant.values.astype(np.float64)
    return context.add_constant(inputs[0], target, format.encode(values, scale, rounding))


def _from_codes(
    context: LoweringContext, name: str, target: TensorType, rounding: str, grid: Scale | None
) -> str:
    source = context.type_of(name)
    if source == target:
        return name
    if grid is not None and grid.fractions() != source.fixed.steps(source.scale):
        raise GraphError(
            f"fake_quantize to {target.format} must know the grid of its input, %{name}"
            f" ({source.format}, scale {source.scale}), not take it for {grid};"
            " calibrate the model again"
        )
    if grid is None and not ratios(source, target).is_exact:
        raise GraphError(
            f"fake_quantize to {target.format} must be told the grid of its input, %{name}"
            f" ({source.format}, scale {source.scale}), to round as the hardware does;"
            " quantize the model with litho.compress, or use power-of-two scales"
        )
    return context.add(
        "requantize", (name,), RequantizeParams(target.fixed, target.scale, rounding)
    )


def _scale(
    context: LoweringContext, call: AtenCall, inputs: tuple[str, ...], prefix: str
) -> Scale | None:
    columns = []
    for name in ("multipliers", "shifts"):
        place = call.get(prefix + name)
        if place is None:
            return None
        assert isinstance(place, Ref)
        constant = context.constant(inputs[place.index])
        if constant is None:
            raise GraphError(f"{prefix}{name} of fake_quantize must be constant, not computed")
        columns.append(tuple(int(value) for value in constant.values.reshape(-1)))
    return Scale(columns[0], columns[1], call.get(prefix + "axis"))
