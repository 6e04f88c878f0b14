"""From PyTorch's products and quotients of a tensor and a number to `scale`."""

from fractions import Fraction
from typing import Any

from litho.errors import GraphError
from litho.formats import Scale
from litho.formats.arith import dyadic
from litho.ir import AtenCall, LoweringContext
from litho.ops.scale.reference import ScaleParams

__all__ = ["lower_product", "lower_quotient"]


def lower_product(context: LoweringContext, call: AtenCall, inputs: tuple[str, ...]) -> str:
    """Lower mul by a number."""
    number = _number(call)
    return _scaled(context, inputs[0], number, Fraction(number))


def lower_quotient(context: LoweringContext, call: AtenCall, inputs: tuple[str, ...]) -> str:
    """Lower div by a number."""
    number = _number(call)
    return _scaled(context, inputs[0], number, 1 / Fraction(number) if number else Fraction())


def _number(call: AtenCall) -> Any:
    found = call.get("other")
    if not isinstance(found, int | float):
        raise GraphError(
            "a product or a quotient must be with a number to become hardware, not with a second"
            " tensor; a matrix product is torch.matmul, and known factors belong into the weights"
            " of the layer before it"
        )
    return found


def _scaled(context: LoweringContext, name: str, number: Any, factor: Fraction) -> str:
    """Give the value in its new step, or as it is when the factor is 1."""
    if factor == 1:
        return name
    multiplier, shift = dyadic(factor) if factor > 0 else (0, 0)
    if factor <= 0 or Fraction(multiplier) / Fraction(2) ** shift != factor:
        raise GraphError(
            f"a constant factor must be m · 2^(-n) with a positive m of 16 bits, not {number};"
            " put it into the weights of the layer before it"
        )
    return context.add("scale", (name,), ScaleParams(Scale((multiplier,), (shift,))))
