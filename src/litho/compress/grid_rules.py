"""What each function of torch does to the grids of its arguments."""

from fractions import Fraction
from functools import partial
from typing import Any

import torch

from litho.compress.grids import (
    DECODED,
    Grid,
    Rule,
    Rules,
    Trace,
    check_width,
    product_step,
    significand,
    sum_width,
    value_bits,
)
from litho.compress.parts import PARTS, keeps_axis
from litho.errors import ConfigError, FormatError
from litho.formats import Fixed, Scale
from litho.formats.arith import dyadic
from litho.ops.add.reference import AddParams
from litho.ops.add.reference import infer_type as add_type
from litho.ops.leaky_relu.reference import infer_type as sloped_type
from litho.ops.leaky_relu.reference import nearest_slope
from litho.ops.unary.functions import FUNCTIONS

__all__ = ["RULES"]


def _argument(args: tuple[Any, ...], options: dict[str, Any], place: int, name: str) -> Any:
    return args[place] if len(args) > place else options.get(name)


def _same(
    trace: Trace, result: torch.Tensor, args: tuple[Any, ...], options: dict[str, Any]
) -> Grid | None:
    """Give the grid of the first argument, unless a view moved the axis of its scale."""
    source = _argument(args, options, 0, "input")
    grid = trace.of(source)
    if grid is None or grid.step.axis is None:
        return grid
    tail = -grid.step.axis
    return grid if source.shape[-tail:] == result.shape[-tail:] else None


def _part(
    name: str,
    trace: Trace,
    result: torch.Tensor,
    args: tuple[Any, ...],
    options: dict[str, Any],
) -> Grid | None:
    """Give the grid of a tensor of which a part is taken, unless the axis of its scale moves."""
    del result
    grid = trace.of(args[0]) if args else None
    if grid is None or grid.step.axis is None:
        return grid
    return grid if keeps_axis(name, args[0], grid.step.axis, args[1:], options) else None


def _dropout(
    trace: Trace, result: torch.Tensor, args: tuple[Any, ...], options: dict[str, Any]
) -> Grid | None:
    is_training = _argument(args, options, 2, "training")
    return None if is_training else _same(trace, result, args, options)


def _linear(
    trace: Trace, result: torch.Tensor, args: tuple[Any, ...], options: dict[str, Any]
) -> Grid | None:
    del result
    x, weight = (_argument(args, options, i, n) for i, n in enumerate(("input", "weight")))
    bias = _argument(args, options, 2, "bias")
    source, factor = trace.of(x), trace.of(weight)
    if source is None or factor is None:
        return None
    step, width = product_step(source, factor), sum_width(source.form, factor.form, x.shape[-1])
    sources = factor.sources
    if bias is not None:
        start = trace.of(bias)
        if start is None:
            return None
        width, sources = max(width, start.form.width) + 1, (*sources, *start.sources)
    if trace.ends_at(width):
        return None
    is_integer = source.is_integer or factor.is_integer
    return Grid(Fixed(min(width, 62)), step, is_integer, sources)


def _add(
    trace: Trace, result: torch.Tensor, args: tuple[Any, ...], options: dict[str, Any]
) -> Grid | None:
    """Stand on the finer grid; ask both sides for float64 when the sum needs it."""
    a, b = (_argument(args, options, i, n) for i, n in enumerate(("input", "other")))
    left, right = trace.of(a), trace.of(b)
    if options.get("alpha", 1) != 1 or left is None or right is None or a.shape != b.shape:
        return None
    total = add_type(AddParams(), (left.type(tuple(a.shape)), right.type(tuple(b.shape))))
    sources = (*left.sources, *right.sources)
    places = " and ".join(dict.fromkeys(quantizer.place for quantizer in sources))
    if trace.ends_at(total.codes.bits):
        return None
    check_width(total.codes.bits, f"the addition of what comes from {places}")
    # Float64 would round a term, and the sum once more; codes are rounded once, when decoded.
    widest = max(value_bits(side.form.width, side.step) for side in (left, right))
    if widest > significand(torch.float64):
        if not trace.is_exact:
            return None
        raise ConfigError(
            f"the addition of what comes from {places} must read values that float64 holds"
            f" (53 bits with their scale), not {widest} bits; give the layers before it `outputs`"
        )
    bits = value_bits(total.codes.bits, total.scale)
    for quantizer in sources:
        quantizer.require(bits)
    del result
    is_integer = left.is_integer or right.is_integer
    return Grid(Fixed(total.codes.bits), total.scale, is_integer, sources)


def _leaky_relu(
    trace: Trace, result: torch.Tensor, args: tuple[Any, ...], options: dict[str, Any]
) -> Grid | None:
    del result
    slope = _argument(args, options, 1, "negative_slope")
    return _sloped(trace, _argument(args, options, 0, "input"), 0.01 if slope is None else slope)


def _rrelu(
    trace: Trace, result: torch.Tensor, args: tuple[Any, ...], options: dict[str, Any]
) -> Grid | None:
    """Stand, in eval, on the grid of the mean slope."""
    del result
    if _argument(args, options, 3, "training"):
        return None
    found = (_argument(args, options, i, n) for i, n in enumerate(("lower", "upper"), start=1))
    bounds = zip(found, (1 / 8, 1 / 3), strict=True)
    low, high = (default if bound is None else bound for bound, default in bounds)
    return _sloped(trace, _argument(args, options, 0, "input"), (low + high) / 2)


def _sloped(trace: Trace, source: Any, slope: float) -> Grid | None:
    """Give the grid of a leaky rectifier's products; None for a slope that was not rounded.

    What the products are made of goes on in float64 when the model's type does not hold them.
    """
    grid = trace.of(source)
    if grid is None or not grid.form.is_signed:
        return grid
    params = nearest_slope(slope)
    if params.slope != Fraction(slope):
        return None
    kind = sloped_type(params, (grid.type(tuple(source.shape)),))
    places = " and ".join(dict.fromkeys(quantizer.place for quantizer in grid.sources))
    if trace.ends_at(kind.codes.bits):
        return None
    check_width(kind.codes.bits, f"the products of slope {slope} and what comes from {places}")
    if value_bits(kind.codes.bits, kind.scale) > DECODED:
        raise ConfigError(
            f"the products of slope {slope} and what comes from {places} must fit {DECODED} bits"
            f" with their scale, not take {value_bits(kind.codes.bits, kind.scale)};"
            " give the layers before it `outputs`"
        )
    bits = value_bits(grid.form.width + params.multiplier.bit_length(), kind.scale)
    for quantizer in grid.sources:
        quantizer.require(bits)
    return Grid(Fixed(kind.codes.bits), kind.scale, grid.is_integer, grid.sources)


def _matmul(
    trace: Trace, result: torch.Tensor, args: tuple[Any, ...], options: dict[str, Any]
) -> Grid | None:
    """Stand on the products of both steps; ask both sides for float64 when the sums need it."""
    del result
    a, b = (_argument(args, options, i, n) for i, n in enumerate(("input", "other")))
    left, right = trace.of(a), trace.of(b)
    if left is None or right is None or {left.step.axis, right.step.axis} != {None}:
        return None
    width = sum_width(left.form, right.form, a.shape[-1])
    sources = (*left.sources, *right.sources)
    if trace.ends_at(width):
        return None
    places = " and ".join(dict.fromkeys(quantizer.place for quantizer in sources))
    check_width(width, f"the matrix product of what comes from {places}")
    step = _times(left.step, right.step, places)
    return _wider(Grid(Fixed(width), step, left.is_integer or right.is_integer, sources))


def _times(step: Scale, factor: Scale, places: str) -> Scale:
    """Give the product of two steps, of what comes from `places`.

    Raises `ConfigError` when it has more than 32 bits.
    """
    try:
        return step.times(factor)
    except FormatError as error:
        raise ConfigError(
            f"what comes from {places} must have scales whose product fits 32 bits, not {step} and"
            f' {factor}; give those layers outputs with `scale = "power_of_two"`'
        ) from error


def _wider(grid: Grid) -> Grid:
    """Let what a grid comes from go on in float64 when the model's type does not hold its values.

    Raises `ConfigError` for values that float64 does not hold.
    """
    bits = value_bits(grid.form.width, grid.step)
    if bits > significand(torch.float64):
        places = " and ".join(dict.fromkeys(quantizer.place for quantizer in grid.sources))
        raise ConfigError(
            f"products of what comes from {places} must fit the 53 bits of float64 with their"
            f" scale, not take {bits}; give those layers narrower `outputs`, or ones with"
            ' `scale = "power_of_two"`'
        )
    for quantizer in grid.sources:
        quantizer.require(bits)
    return grid


def _factor(
    trace: Trace, result: torch.Tensor, args: tuple[Any, ...], options: dict[str, Any]
) -> Grid | None:
    """Stand on a step that a number multiplies."""
    del result
    number = _argument(args, options, 1, "other")
    is_number = isinstance(number, int | float) and number > 0
    return _scaled(trace.of(args[0]), Fraction(number)) if is_number else None


def _quotient(
    trace: Trace, result: torch.Tensor, args: tuple[Any, ...], options: dict[str, Any]
) -> Grid | None:
    """Stand on a step that a number divides."""
    del result
    number = _argument(args, options, 1, "other")
    is_number = isinstance(number, int | float) and number > 0
    return _scaled(trace.of(args[0]), 1 / Fraction(number)) if is_number else None


def _scaled(grid: Grid | None, factor: Fraction) -> Grid | None:
    """Give the grid of codes whose step is multiplied; None for a factor no m · 2^(−n) is."""
    multiplier, shift = dyadic(factor)
    if grid is None or Fraction(multiplier) / Fraction(2) ** shift != factor:
        return None
    places = " and ".join(dict.fromkeys(quantizer.place for quantizer in grid.sources))
    step = _times(grid.step, Scale((multiplier,), (shift,)), places)
    return _wider(Grid(grid.form, step, grid.is_integer, grid.sources))


def _moved(
    trace: Trace, result: torch.Tensor, args: tuple[Any, ...], options: dict[str, Any]
) -> Grid | None:
    """Give the grid of the first argument, whose codes are in other places."""
    del result
    grid = trace.of(_argument(args, options, 0, "input"))
    return grid if grid is not None and grid.step.axis is None else None


# Functions whose float result is not the table's entry, or the integers', before it is rounded.
_ROUNDED = (frozenset(FUNCTIONS) - {"abs", "neg"}) | {"softmax", "layer_norm", "rms_norm"}

_VIEWS = frozenset(
    {
        *("view", "reshape", "flatten", "unsqueeze", "squeeze", "contiguous", "clone", "detach"),
        *("to", "double", "float", "half", "bfloat16", "relu"),
    }
)
_MOVES = frozenset(("transpose", "swapaxes", "swapdims", "permute", "movedim", "moveaxis", "t"))

_GRIDS: dict[str, Rule] = {
    **dict.fromkeys(_VIEWS, _same),
    **dict.fromkeys(_MOVES, _moved),
    **{name: partial(_part, name) for name in PARTS},
    **dict.fromkeys(("matmul", "bmm"), _matmul),
    **dict.fromkeys(("mul", "rmul"), _factor),
    **dict.fromkeys(("div", "truediv"), _quotient),
    "dropout": _dropout,
    "linear": _linear,
    "leaky_relu": _leaky_relu,
    "rrelu": _rrelu,
    **dict.fromkeys(("add", "iadd", "radd"), _add),
}

RULES = Rules(_GRIDS, _VIEWS, _ROUNDED)
