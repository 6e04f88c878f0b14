"""What `layer_norm` is tested with, and what its cases share with those of `rms_norm`."""

import math
from collections.abc import Callable, Iterator
from fractions import Fraction

import numpy as np

from litho.formats import Fixed, Scale
from litho.formats.arith import dyadic
from litho.ir import Op, TensorType
from litho.ir.op import Codes
from litho.ops.casework import block_of, drawn
from litho.ops.layer_norm import OP
from litho.ops.layer_norm.reference import NormParams, plan_of
from litho.rtl import Case

__all__ = ["cases", "norm_case"]

_F84 = Fixed(8, 4)
_INT8, _UINT8 = Fixed(8, is_integer=True), Fixed(8, 0, False, is_integer=True)
_ROUNDERS: dict[str, Callable[[Fraction], int]] = {
    "half_even": round,
    "half_up": lambda value: math.floor(value + Fraction(1, 2)),
    "floor": math.floor,
    "toward_zero": math.trunc,
}


def cases() -> Iterator[Case]:
    """Give the cases; what is expected is worked out a row at a time, in Python's integers."""
    for name, shape, form, factor, summand, result, rounding, epsilon, lanes, reason in (
        (
            "plain",
            (2, 16),
            _F84,
            Fixed(8, 5),
            9,
            Fixed(8, 5),
            "half_even",
            1e-5,
            1,
            "a code a beat",
        ),
        (
            "padded",
            (2, 10),
            _F84,
            Fixed(6, 3),
            7,
            Fixed(8, 4),
            "half_even",
            1e-5,
            4,
            "a padded beat",
        ),
        ("bare", (3, 12), Fixed(6, 2), None, 0, Fixed(8, 5), "floor", 1e-5, 3, "no affine part"),
        (
            "no_bias",
            (2, 7),
            Fixed(4, 1),
            Fixed(4, 2),
            0,
            Fixed(6, 2),
            "half_even",
            1e-5,
            7,
            "a beat",
        ),
        (
            "one_code",
            (2, 1),
            Fixed(5, 2),
            Fixed(5, 2),
            6,
            Fixed(6, 3),
            "half_even",
            1e-5,
            1,
            "beta",
        ),
        ("integers", (2, 32), _INT8, _INT8, 8, _INT8, "half_up", 1e-5, 2, "a multiplier"),
        (
            "unsigned",
            (1, 9),
            _UINT8,
            Fixed(8, 6),
            8,
            _UINT8,
            "toward_zero",
            0.5,
            2,
            "unsigned codes",
        ),
        (
            "no_epsilon",
            (1, 5),
            Fixed(8, 0),
            Fixed(3, 0),
            4,
            Fixed(9, 5),
            "half_even",
            0.0,
            1,
            "0 / 0",
        ),
        (
            "wide",
            (1, 96),
            Fixed(16, 10),
            Fixed(12, 10),
            16,
            Fixed(12, 8),
            "half_even",
            1e-5,
            1,
            "deep",
        ),
    ):
        scale = Scale.nearest(0.031) if form.is_integer else Scale()
        unit = Scale.nearest(0.0271) if result.is_integer else Scale()
        params = NormParams(result, unit, rounding, epsilon)
        kind = TensorType(shape, form, scale)
        yield norm_case(OP, name, reason, params, kind, factor, summand, lanes)


def norm_case(
    op: Op,
    name: str,
    reason: str,
    params: NormParams,
    kind: TensorType,
    factor: Fixed | None,
    summand: int,
    lanes: int,
) -> Case:
    """Give the case of a norm with factors of a format and summands of so many bits, 0 for none."""
    is_centred = op.name == "layer_norm"
    types, constants = [kind], []
    if factor is not None:
        scale = Scale.nearest(0.0123) if factor.is_integer else Scale()
        types.append(TensorType((kind.row,), factor, scale))
        constants.append(_constant(factor))
        constants[0] = np.resize(constants[0], kind.row)
    if summand:
        plan = plan_of(params, tuple(types), is_centred)
        # In steps of the sums, so that the greatest is a few steps of the result.
        bits = summand + plan.shift - plan.multiplier.bit_length() - 3
        step = Scale((plan.step.numerator,), (plan.step.denominator.bit_length() - 1,))
        form = Fixed(bits, is_integer=True)
        types.append(TensorType((kind.row,), form, step))
        constants.append(np.resize(_constant(form)[::-1], kind.row))
    codes = _stimuli(kind)
    block = block_of(op, params, tuple(types), (lanes, lanes), tuple(constants))
    expected = _expected(params, types, constants, codes, is_centred)
    return Case(name, reason, block, (codes,), (expected,))


def _constant(form: Fixed) -> Codes:
    """Give the greatest code, 0, the least one, and random ones."""
    codes = np.random.default_rng(form.width).integers(form.low, form.high + 1, 40)
    codes[:3] = form.high, 0, form.low
    return codes


def _stimuli(kind: TensorType) -> Codes:
    """Give extremes, random codes, rows with one code apart, rows that are nearly equal."""
    codes = drawn(kind, 14)
    generator = np.random.default_rng(7)
    codes[4], codes[5], codes[6] = kind.codes.low, kind.codes.high // 2, 0
    codes[4, :, generator.integers(kind.row)] = kind.codes.high
    codes[5] += generator.integers(0, 2, codes[5].shape)
    codes[6, :, 0] = 1
    return codes


def _expected(
    params: NormParams,
    types: list[TensorType],
    constants: list[Codes],
    codes: Codes,
    is_centred: bool,
) -> Codes:
    """Give the result as section 10 of `docs/numerics.md` says it."""
    rows = [
        _row([int(x) for x in row], params, types, constants, is_centred)
        for rows in codes
        for row in rows
    ]
    return np.array(rows, dtype=np.int64).reshape(codes.shape)


def _row(
    x: list[int],
    params: NormParams,
    types: list[TensorType],
    constants: list[Codes],
    is_centred: bool,
) -> list[int]:
    n, out = len(x), params.format.steps(params.scale)[0]
    gammas = constants[0].tolist() if constants else [1] * n
    betas = constants[1].tolist() if len(constants) == 2 else [0] * n
    g, t, epsilon, least = _sizes(params, types, is_centred)
    total = sum(x) if is_centred else 0
    radicand = (n * sum(code**2 for code in x) - total**2) * 2**g + epsilon
    root = _root(max(radicand, least), t + g // 2)
    m, s = dyadic(_factors(types)[0] / 2**t / out)
    values = (
        Fraction(((n * code - total) * root * gamma + beta) * m, 2**s)
        for code, gamma, beta in zip(x, gammas, betas, strict=True)
    )
    rounded = (_ROUNDERS[params.rounding](value) for value in values)
    return [min(max(value, params.format.low), params.format.high) for value in rounded]


def _factors(types: list[TensorType]) -> tuple[Fraction, Fraction]:
    """Give u and the greatest factor."""
    if len(types) == 1:
        return Fraction(1), Fraction(1)
    form = types[1].fixed
    unit = form.steps(types[1].scale)[0]
    return unit, max(form.high, -form.low) * unit


def _sizes(
    params: NormParams, types: list[TensorType], is_centred: bool
) -> tuple[int, int, int, int]:
    """Give g, t, E and the least W that matters."""
    kind, n = types[0], types[0].row
    low, high, step = kind.codes.low, kind.codes.high, kind.fixed.steps(kind.scale)[0]
    ratio = _factors(types)[1] / params.format.steps(params.scale)[0]
    terms = max(n - 1, 1) if is_centred else n
    reach = (n - 1) * (high - low) if is_centred else n * max(high, -low)
    g = next(g for g in range(2, 60, 2) if 4**g * terms >= 4 * ratio**2)
    epsilon = round(Fraction(params.epsilon) * n**2 * 2**g / step**2)
    least = terms * 2**g + epsilon
    t = next(t for t in range(60) if 2**t >= 8 * max(reach, 1) * ratio)
    return g, max(t, (least.bit_length() - g + 1) // 2), epsilon, least


def _root(radicand: int, shift: int) -> int:
    """Give 2^shift / sqrt(radicand), rounded to the nearest; what is even of a tie."""
    doubled = math.isqrt(4 ** (shift + 1) // radicand)
    is_tie = doubled % 2 == 1 and doubled**2 * radicand == 4 ** (shift + 1)
    return doubled // 2 + doubled % 2 - (is_tie and doubled // 2 % 2 == 0)
