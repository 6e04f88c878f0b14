"""From `aten.rrelu` and `litho.rrelu` to `rrelu`, or to `leaky_relu` of the mean slope."""

from fractions import Fraction

from litho.errors import GraphError
from litho.ir import AtenCall, LoweringContext, Ref
from litho.ops.leaky_relu.lower import add_leaky_relu
from litho.ops.rrelu.reference import RreluParams, nearest_alpha

__all__ = ["lower", "lower_random"]


def lower(context: LoweringContext, call: AtenCall, inputs: tuple[str, ...]) -> str:
    """Give the value of PyTorch's call: of the mean slope in eval, of random ones in training.

    PyTorch's own random numbers are not those of hardware: bounds are rounded to steps of 1/64,
    and each code has a slope of its own.
    """
    low, high = (Fraction(call.get(*bound)) for bound in (("lower", 1 / 8), ("upper", 1 / 3)))
    if not call.get("training", False):
        # As PyTorch computes it, in float64.
        return add_leaky_relu(context, inputs[0], Fraction((float(low) + float(high)) / 2))
    return _add(context, inputs[0], RreluParams(1, nearest_alpha(low), nearest_alpha(high)))


def lower_random(context: LoweringContext, call: AtenCall, inputs: tuple[str, ...]) -> str:
    """Give the value of the `rrelu` node for a call that says all of its parameters.

    Raises `GraphError` when the call does not know the grid of its input, on which it rounds.
    """
    source = context.type_of(inputs[0])
    if _known_steps(context, call, inputs) != source.fixed.steps(source.scale):
        raise GraphError(
            f"rrelu must know the grid of its input, %{inputs[0]} ({source.format}, scale"
            f" {source.scale}), to round as the hardware does; quantize the model with"
            " litho.compress"
        )
    names = ("lanes", "lower", "upper", "polynomial", "seed")
    lanes, low, high, polynomial, seed = (int(call.get(name)) for name in names)
    return _add(context, inputs[0], RreluParams(lanes, low, high, polynomial, seed))


def _known_steps(
    context: LoweringContext, call: AtenCall, inputs: tuple[str, ...]
) -> tuple[Fraction, ...]:
    places = (call.get("multipliers"), call.get("shifts"))
    found = [context.constant(inputs[place.index]) for place in places if isinstance(place, Ref)]
    if len(found) != 2 or found[0] is None or found[1] is None:
        return ()
    pairs = zip(found[0].values.reshape(-1), found[1].values.reshape(-1), strict=True)
    return tuple(Fraction(int(m)) / Fraction(2) ** int(n) for m, n in pairs)


def _add(context: LoweringContext, source: str, params: RreluParams) -> str:
    if not context.type_of(source).codes.is_signed:
        return source
    return context.add("rrelu", (source,), params)
