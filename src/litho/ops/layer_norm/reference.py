"""Integer semantics of `layer_norm` and `rms_norm`: exact sums, one reciprocal root, one rounding.

`docs/numerics.md` section 10 has the formula, and the proof of its bound.
"""

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np

from litho.errors import GraphError
from litho.formats import Fixed, Scale
from litho.formats.arith import (
    RECIPROCAL_SHIFT,
    check_rounding,
    dyadic,
    requantize,
    round_fraction,
    rsqrt,
)
from litho.ir import TensorType
from litho.ir.op import Codes

__all__ = [
    "NormParams",
    "Plan",
    "aligned",
    "evaluate",
    "infer_type",
    "norm",
    "norm_type",
    "plan_of",
]

_WIDEST = 61  # bits of a number on the way
_CHUNK = 1 << 15  # codes that are worked on at once, so that they stay in the cache


@dataclass(frozen=True, slots=True)
class NormParams:
    """Format, scale and rounding of the result, and what is added to the variance."""

    format: Fixed
    scale: Scale = Scale()
    rounding: str = "half_even"
    epsilon: float = 1e-5

    def __post_init__(self) -> None:
        check_rounding(self.rounding)
        if not 0 <= self.epsilon < math.inf:
            raise GraphError(f"epsilon of a norm must be 0 or more, not {self.epsilon}")
        if self.scale.axis is not None:
            raise GraphError(
                f"the result of a norm must have one scale, not one for each index of axis"
                f" {self.scale.axis}; requantize behind it"
            )


@dataclass(frozen=True, slots=True)
class Plan:
    """The numbers of one norm (`docs/numerics.md` section 10).

    - `is_centred`: whether the mean is taken away.
    - `guard`, `epsilon`: g and E. `radicand` is the greatest W, `least` the least that matters.
    - `root`: k. `product` bounds |c · r|.
    - `step`: the value of 1 in the sums that are rounded; `multiplier` and `shift` take them to
      codes of the result.
    """

    is_centred: bool
    guard: int
    epsilon: int
    radicand: int
    least: int
    root: int
    product: int
    step: Fraction
    multiplier: int
    shift: int


def plan_of(params: NormParams, types: tuple[TensorType, ...], is_centred: bool = True) -> Plan:
    """Give the plan for an input of the type `types[0]` and factors of `types[1]`, if there are.

    Raises `GraphError` when a number on the way needs more than 61 bits.
    """
    unit, greatest = _factors(types)
    out = params.format.steps(params.scale)[0]
    return _plan(types[0], unit, greatest, out, Fraction(params.epsilon), is_centred)


def _factors(types: tuple[TensorType, ...]) -> tuple[Fraction, Fraction]:
    """Give the step of the factors, and the greatest size of one."""
    if len(types) == 1:
        return Fraction(1), Fraction(1)
    form = types[1].fixed
    step = form.steps(types[1].scale)[0]
    return step, max(form.high, -form.low) * step


@lru_cache(maxsize=256)
def _plan(
    source: TensorType,
    unit: Fraction,
    greatest: Fraction,
    out: Fraction,
    epsilon: Fraction,
    is_centred: bool,
) -> Plan:
    low, high, n = source.codes.low, source.codes.high, source.row
    size = max(high, -low)
    # The greatest |c|, the greatest V, and what V is at least when it is not 0.
    centred = (n - 1) * (high - low) if is_centred else n * size
    spread = n * n * (high - low) ** 2 // 4 if is_centred else (n * size) ** 2
    terms = max(n - 1, 1) if is_centred else n
    ratio = greatest / out
    guard = _guard(ratio, terms)
    step = source.fixed.steps(source.scale)[0]
    added = round_fraction(epsilon * n * n * (1 << guard) / step**2)
    least = (terms << guard) + added
    fraction = max(_ceil_log2(8 * max(centred, 1) * ratio), (least.bit_length() - guard + 1) // 2)
    _check_bits(n, fraction + guard // 2, (n * size) ** 2 << guard, added)
    result = unit / (1 << fraction)
    return Plan(
        is_centred,
        guard,
        added,
        (max(spread, terms) << guard) + added,
        least,
        fraction + guard // 2,
        math.isqrt(terms << 2 * fraction) + 1 + centred,
        result,
        *dyadic(result / out),
    )


def _guard(ratio: Fraction, terms: int) -> int:
    """Give the least even g from 2 on with 2^g · sqrt(terms) ≥ 2 · ratio."""
    guard = 2
    while terms << 2 * guard < 4 * ratio**2:
        guard += 2
    return guard


def _ceil_log2(value: Fraction) -> int:
    """Give the least exponent from 0 on whose power of two is at least `value`."""
    return (math.ceil(value) - 1).bit_length() if value > 1 else 0


def _check_bits(row: int, root: int, squares: int, epsilon: int) -> None:
    bits = (squares + epsilon).bit_length()
    if root > RECIPROCAL_SHIFT or bits > _WIDEST:
        raise GraphError(
            f"a norm of rows of {row} must need at most {_WIDEST} bits for its squares and"
            f" {RECIPROCAL_SHIFT} for its root, not {bits} and {root}; give its input, its factors"
            " or its result fewer bits"
        )


def aligned(bias: TensorType, codes: Codes, step: Fraction) -> tuple[TensorType, Codes]:
    """Give summands in steps of the sums, which are far finer, rounded `half_even`.

    `codes` are those of the quantized bias, of the type `bias`; `step` is that of the plan.
    """
    own = bias.fixed.steps(bias.scale)
    numbers = [
        round_fraction(int(code) * own[place % len(own)] / step) for place, code in enumerate(codes)
    ]
    width = 1 + max(max(number, -number - 1) for number in numbers).bit_length()
    scale = Scale((step.numerator,), (step.denominator.bit_length() - 1,))
    kind = TensorType(bias.shape, Fixed(width, is_integer=True), scale)
    return kind, np.array(numbers, dtype=np.int64)


def infer_type(params: NormParams, types: tuple[TensorType, ...]) -> TensorType:
    """Give the type that the parameters ask for, in the shape of the input.

    `types` are those of the input[..., n] and, when there are, of n factors and of n summands,
    which stand in steps of the sums (`Plan.step`).
    Raises `GraphError` for other shapes, for scales along an axis and for numbers too wide.
    """
    return norm_type(params, types, True)


def norm_type(params: NormParams, types: tuple[TensorType, ...], is_centred: bool) -> TensorType:
    """Give what `infer_type` gives, of a norm with or without the mean taken away."""
    source = types[0]
    if not source.shape or any(kind.scale.axis is not None for kind in types):
        raise GraphError(
            f"a norm must have rows and factors of one scale each, not shape {list(source.shape)}"
            f" with scales {', '.join(str(kind.scale) for kind in types)}; requantize the input"
        )
    for kind in types[1:]:
        if kind.shape != (source.row,):
            raise GraphError(
                f"a norm must have a factor and a summand for each of {source.row} codes, not"
                f" shape {list(kind.shape)}"
            )
    plan = plan_of(params, types, is_centred)
    factor = max(types[1].codes.high, -types[1].codes.low) if len(types) > 1 else 1
    summand = 0
    if len(types) == 3:
        if types[2].fixed.steps(types[2].scale) != (plan.step,):
            raise GraphError(
                f"the summands of a norm must have the step of its sums, {plan.step}, not that of"
                f" {types[2].format} with scale {types[2].scale}"
            )
        summand = max(types[2].codes.high, -types[2].codes.low)
    greatest = (plan.product * factor + summand) * plan.multiplier
    if greatest.bit_length() > _WIDEST:
        raise GraphError(
            f"the sums of a norm must fit {_WIDEST} bits, not take {greatest.bit_length()}; give"
            " its input, its factors or its result fewer bits"
        )
    return TensorType(source.shape, params.format, params.scale)


def evaluate(params: NormParams, types: tuple[TensorType, ...], inputs: tuple[Codes, ...]) -> Codes:
    """Give codes[samples, *shape] of the result; only the input has samples in front."""
    return norm(params, types, inputs, True)


def norm(
    params: NormParams, types: tuple[TensorType, ...], inputs: tuple[Codes, ...], is_centred: bool
) -> Codes:
    """Give what `evaluate` gives, of a norm with or without the mean taken away."""
    plan, form = plan_of(params, types, is_centred), params.format
    rows = inputs[0].reshape(-1, types[0].row)
    found = np.empty_like(rows)
    step = max(1, _CHUNK // types[0].row)
    for start in range(0, len(rows), step):
        part = slice(start, start + step)
        sums = _sums(plan, rows[part], inputs[1:])
        found[part] = requantize(
            sums, plan.multiplier, plan.shift, form.low, form.high, params.rounding
        )
    return found.reshape(inputs[0].shape)


def _sums(plan: Plan, rows: Codes, constants: tuple[Codes, ...]) -> Codes:
    """Give c · r · gamma + beta for rows[count, n]."""
    n = rows.shape[1]
    centred, spread = n * rows, n * (rows * rows).sum(axis=1, keepdims=True)
    if plan.is_centred:
        total = rows.sum(axis=1, keepdims=True)
        centred -= total
        spread -= total * total
    # Below the least all codes without their mean are 0, whatever they are multiplied by.
    radicands = np.maximum((spread << plan.guard) + plan.epsilon, plan.least)
    sums = centred * rsqrt(radicands, plan.root)
    for place, constant in enumerate(constants):
        sums = sums + constant if place else sums * constant
    return np.asarray(sums)
