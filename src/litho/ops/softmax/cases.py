"""What `softmax` is tested with."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from math import floor, trunc

import mpmath
import numpy as np

from litho.formats import Fixed, Scale
from litho.ir import TensorType
from litho.ir.op import Codes
from litho.ops.casework import block_of, drawn
from litho.ops.softmax import OP
from litho.ops.softmax.reference import SoftmaxParams
from litho.rtl import Case

__all__ = ["cases"]

_INT8, _UINT8 = Fixed(8, is_integer=True), Fixed(8, 0, False, is_integer=True)
_PROBABILITY = Fixed(8, 8, False)
_ROUNDERS: dict[str, Callable[[Fraction], int]] = {
    "half_even": round,
    "half_up": lambda value: floor(value + Fraction(1, 2)),
    "floor": floor,
    "toward_zero": trunc,
}


def cases() -> Iterator[Case]:
    """Give the cases; what is expected is worked out a code at a time, in fractions and mpmath."""
    for name, shape, form, result, rounding, lanes, length_bits, reason in (
        ("plain", (2, 16), Fixed(8, 4), _PROBABILITY, "half_even", 1, 0, "a code a beat"),
        ("padded", (2, 3, 10), Fixed(8, 4), _PROBABILITY, "half_even", 4, 0, "lanes do not divide"),
        ("one_beat", (3, 6), Fixed(6, 2), Fixed(6, 5), "floor", 6, 0, "a beat a row, signed out"),
        ("one_code", (4, 1), Fixed(5, 1), _PROBABILITY, "half_even", 1, 0, "1 saturates"),
        ("integers", (2, 40), _INT8, _UINT8, "half_up", 2, 0, "a table that ends above 0"),
        ("unsigned", (1, 7), Fixed(5, 3, False), Fixed(9, 9, False), "toward_zero", 2, 0, "unsign"),
        ("wide", (1, 80), Fixed(16, 9), Fixed(16, 16, False), "half_even", 1, 0, "deep buffers"),
        ("masked", (2, 16), Fixed(8, 4), _PROBABILITY, "half_even", 1, 5, "every length and more"),
        ("masked_padded", (2, 7), _INT8, _PROBABILITY, "half_even", 3, 3, "a row of three beats"),
        ("masked_code", (1, 1), Fixed(4, 1), _PROBABILITY, "half_even", 1, 1, "one beat a tensor"),
    ):
        scale = Scale.nearest(0.031) if form.is_integer else Scale()
        unit = Scale.power_of_two(8) if result.is_integer else Scale()
        params = SoftmaxParams(result, unit, rounding)
        types = [TensorType(shape, form, scale)]
        if length_bits:
            types.append(TensorType((1,), Fixed(length_bits, 0, False)))
        block = block_of(OP, params, tuple(types), (lanes, lanes))
        inputs = _stimuli(types)
        expected = _expected(params, types[0], inputs)
        yield Case(name, reason, block, inputs, (expected,))


def _stimuli(types: list[TensorType]) -> tuple[Codes, ...]:
    """Give extremes, random codes, rows with one great code, rows that are nearly equal."""
    kind, samples = types[0], max(12, 2 << types[1].codes.bits if len(types) == 2 else 0)
    codes = drawn(kind, samples)
    generator = np.random.default_rng(7)
    codes[4], codes[5] = kind.codes.low, kind.codes.high // 2
    codes[4, :, generator.integers(kind.row)] = kind.codes.high
    codes[5] -= generator.integers(0, 2, codes[5].shape)
    if len(types) == 1:
        return (codes,)
    return codes, np.resize(np.arange(1 << types[1].codes.bits), (samples, 1, 1)).astype(np.int64)


def _expected(params: SoftmaxParams, kind: TensorType, inputs: tuple[Codes, ...]) -> Codes:
    lengths = inputs[1].reshape(-1).tolist() if len(inputs) == 2 else [kind.row] * len(inputs[0])
    step = kind.fixed.steps(kind.scale)[0]
    found = [
        _row([int(code) for code in row], min(length, kind.row), step, params)
        for rows, length in zip(inputs[0], lengths, strict=True)
        for row in rows
    ]
    return np.array(found, dtype=np.int64).reshape(inputs[0].shape)


def _row(codes: list[int], count: int, step: Fraction, params: SoftmaxParams) -> list[int]:
    """Give the result of one row as section 9 of `docs/numerics.md` says it."""
    frac = params.format.frac + params.scale.shifts[0]
    guarded = frac + (len(codes) - 1).bit_length() + 2
    greatest = max(codes[:count], default=0)
    terms = [_exponential((greatest - code) * step, guarded) for code in codes[:count]]
    if not terms:
        return [0] * len(codes)
    inverse = round(Fraction(1 << guarded + frac + 2, sum(terms)))
    values = (Fraction(term * inverse, 1 << guarded + 2) for term in terms)
    limited = [min(_ROUNDERS[params.rounding](value), params.format.high) for value in values]
    return limited + [0] * (len(codes) - len(terms))


def _exponential(x: Fraction, frac: int) -> int:
    with mpmath.workprec(150):
        value = mpmath.exp(-mpmath.mpf(x.numerator) / x.denominator)
        return int(mpmath.nint(mpmath.ldexp(value, frac)))
