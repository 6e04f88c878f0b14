"""Integer arithmetic on codes, and the only functions that lose bits.

Every function takes NumPy arrays or torch tensors of int64 (float64 where it says so) and uses
operators and methods that both have. `docs/numerics.md` section 3 is the specification.
"""

import math
from fractions import Fraction
from typing import Any

from litho.errors import FormatError
from litho.formats.arrays import int_array, to_float64, to_int64
from litho.formats.integers import requantized

__all__ = [
    "RECIPROCAL_SHIFT",
    "ROUNDINGS",
    "check_rounding",
    "dyadic",
    "matmul",
    "reciprocal",
    "requantize",
    "round_float",
    "round_fraction",
    "round_to_grid",
    "rsqrt",
    "saturate",
    "shift_right",
]

ROUNDINGS = ("half_even", "floor", "toward_zero", "half_up")

RECIPROCAL_SHIFT = 59
"""The greatest shift of `reciprocal` and `rsqrt`, with two bits more on the way."""

_PRODUCT_LIMIT = 2**61
_SHIFT_LIMIT = 62
_NARROW_SHIFT = 29  # of a reciprocal root that int64 finds


def check_rounding(rounding: str) -> None:
    """Raise `FormatError` unless `rounding` is one of `ROUNDINGS`."""
    if rounding not in ROUNDINGS:
        raise FormatError(f"rounding must be one of {', '.join(ROUNDINGS)}, not {rounding!r}")


def saturate(codes: Any, low: float, high: float) -> Any:
    """Give `codes` limited to `low` … `high`."""
    return codes.clip(low, high)


def requantize(
    codes: Any, multiplier: Any, shift: Any, low: int, high: int, rounding: str = "half_even"
) -> Any:
    """Give saturate(round(codes · multiplier / 2^shift)) (`docs/numerics.md` section 3.2).

    `multiplier` and `shift` are integers, or int64 arrays that broadcast against `codes`.
    Raises `FormatError` for a rounding that has no name, a negative multiplier and products of
    2^61 or more.
    """
    check_rounding(rounding)
    if _is_array(shift):
        left, right = (-shift).clip(0, _SHIFT_LIMIT), shift.clip(0, _SHIFT_LIMIT)
    else:
        left, right = min(max(-shift, 0), _SHIFT_LIMIT), min(max(shift, 0), _SHIFT_LIMIT)
    found = requantized(codes, multiplier, shift, low, high, ROUNDINGS.index(rounding))
    if found is not None:
        result, ends = found
        _check_magnitude(ends.least, ends.greatest, multiplier, left)
        return result
    if _size(codes):
        _check_magnitude(int(codes.min()), int(codes.max()), multiplier, left)
    return saturate(shift_right((codes * multiplier) << left, right, rounding), low, high)


def shift_right(product: Any, shift: Any, rounding: str) -> Any:
    """Give round(product / 2^shift) for shifts of 0 to 62 and products below 2^62.

    What is added makes the floor of the shift the rounding that is asked for.
    """
    if rounding == "floor":
        return product >> shift
    whole = (shift * 0 + 1) << shift
    if rounding == "toward_zero":
        return (product + (product < 0) * (whole - 1)) >> shift
    half = whole >> 1
    if rounding == "half_up":
        return (product + half) >> shift
    # Just below a half, and the last bit of the quotient, which takes a tie to the even one.
    cut = 1 - (whole & 1)
    return (product + (half - cut) + ((product >> shift) & cut)) >> shift


def reciprocal(codes: Any, shift: int, rounding: str = "half_even") -> Any:
    """Give round(2^shift / codes) for positive `codes` (`docs/numerics.md` section 3.4).

    Raises `FormatError` for a code below 1 and a shift that is not 0 to 59.
    """
    check_rounding(rounding)
    if not 0 <= shift <= RECIPROCAL_SHIFT:
        raise FormatError(
            f"shift of a reciprocal must be 0 to {RECIPROCAL_SHIFT}, not {shift};"
            " give the result fewer fraction bits"
        )
    if _size(codes) and int(codes.min()) < 1:
        raise FormatError(f"a reciprocal must be of codes from 1 on, not {int(codes.min())}")
    quotient = (codes * 0 + (1 << shift + 1)) // codes
    rest = (1 << shift + 1) - quotient * codes
    # Below the bit of halves one more says whether there is a rest: it decides every tie.
    return shift_right((quotient << 1) + (rest != 0) * 1, 2, rounding)


def rsqrt(codes: Any, shift: int, rounding: str = "half_even") -> Any:
    """Give round(2^shift / sqrt(codes)) for positive `codes` (`docs/numerics.md` section 3.5).

    Shifts of 30 and more, whose squares are wider than a word, are done a code at a time.
    Raises `FormatError` for a code below 1 and a shift that is not 0 to 59.
    """
    check_rounding(rounding)
    if not 0 <= shift <= RECIPROCAL_SHIFT:
        raise FormatError(
            f"shift of a reciprocal root must be 0 to {RECIPROCAL_SHIFT}, not {shift};"
            " give the result fewer fraction bits"
        )
    if _size(codes) and int(codes.min()) < 1:
        raise FormatError(f"a reciprocal root must be of codes from 1 on, not {int(codes.min())}")
    find = _roots if shift <= _NARROW_SHIFT else _wide_roots
    return shift_right(find(codes, shift), 2, rounding)


def _roots(codes: Any, shift: int) -> Any:
    """Give floor(2^(shift + 1) / sqrt(codes)) with a bit below it that says if there is a rest."""
    square = 1 << 2 * shift + 2
    quotient = (codes * 0 + square) // codes
    # The float is at most 1 off, on either side.
    root = to_int64(to_float64(quotient) ** 0.5)
    root = root - (root * root > quotient) * 1
    root = root + ((root + 1) * (root + 1) <= quotient) * 1
    return (root << 1) + (root * root * codes != square) * 1


def _wide_roots(codes: Any, shift: int) -> Any:
    square, found = 1 << 2 * shift + 2, []
    for code in codes.reshape(-1).tolist():
        root = math.isqrt(square // code)
        found.append(2 * root + (root * root * code != square))
    return int_array(found, codes).reshape(codes.shape)


def _check_magnitude(low: int, high: int, multiplier: Any, left: Any) -> None:
    """Raise `FormatError` unless codes of `low` … `high` keep their products below the limit."""
    greatest = max(high, -low)
    factor = int(multiplier.max()) if _is_array(multiplier) else multiplier
    least = int(multiplier.min()) if _is_array(multiplier) else multiplier
    if least < 0:
        raise FormatError(f"multiplier of requantize must be 0 or more, not {least}")
    shift = int(left.max()) if _is_array(left) else left
    if (greatest * factor) << shift >= _PRODUCT_LIMIT:
        raise FormatError(
            f"requantize must keep |code · multiplier| below 2^61, not {greatest} · {factor}"
            f" shifted left by {shift}; give the accumulator fewer bits"
        )


def dyadic(ratio: Fraction) -> tuple[int, int]:
    """Give (m, s) with m odd, m < 2^16 and m · 2^(−s) nearest to the positive `ratio`.

    Exact when the ratio is such a number; otherwise m keeps 16 bits, rounded `half_even`.
    """
    if ratio <= 0:
        raise FormatError(f"a scale ratio must be positive, not {ratio}")
    shift = 15 - _floor_log2(ratio)
    multiplier = round(ratio * Fraction(2) ** shift)
    zeros = (multiplier & -multiplier).bit_length() - 1
    return multiplier >> zeros, shift - zeros


def _floor_log2(ratio: Fraction) -> int:
    guess = ratio.numerator.bit_length() - ratio.denominator.bit_length()
    return guess if Fraction(2) ** guess <= ratio else guess - 1


def round_fraction(value: Fraction, rounding: str = "half_even") -> int:
    """Give the integer that the exact rational `value` rounds to."""
    check_rounding(rounding)
    floor = value.numerator // value.denominator
    part = value - floor
    if rounding == "floor":
        return floor
    if rounding == "toward_zero":
        return floor + (part != 0 and value < 0)
    if rounding == "half_up":
        return floor + (part >= Fraction(1, 2))
    return floor + (part > Fraction(1, 2) or (part == Fraction(1, 2) and floor % 2 == 1))


def round_to_grid(values: Any, multiplier: Any, rounding: str = "half_even") -> Any:
    """Give the integer multiples (as float64) that exact values / multiplier round to.

    `values` is float64; `multiplier` is a positive integer or a float64 array of them.
    Exact while |values / multiplier| · multiplier stays below 2^53.
    """
    check_rounding(rounding)
    nearest = (values / multiplier).round()
    # nearest · multiplier lies within one multiplier of the value: the subtraction is exact.
    rest = values - nearest * multiplier
    if rounding == "floor":
        return nearest - (rest < 0) * 1.0
    if rounding == "toward_zero":
        return nearest - ((rest < 0) & (values > 0)) * 1.0 + ((rest > 0) & (values < 0)) * 1.0
    above, below = rest + rest > multiplier, rest + rest < -multiplier
    if rounding == "half_up":
        return nearest + (above | (rest + rest == multiplier)) * 1.0 - below * 1.0
    # A tie's quotient is exact, so that it has gone to the even side already.
    return nearest + above * 1.0 - below * 1.0


def round_float(
    significand: Any,
    exponent: Any,
    mantissa: int,
    least: int,
    span: int,
    rounding: str = "half_even",
    has_subnormals: bool = True,
) -> Any:
    """Give the place, counted from zero, of the float that each number rounds to.

    The numbers are significand · 2^(exponent − 52) with 2^52 ≤ |significand| < 2^53, or 0, whose
    lowest bit may be sticky. The floats have `mantissa` stored bits (at most 10), a least normal
    exponent `least` and as many binades as needed; numbers from 2^(least + span) on give some
    place from that of 2^(least + span) on. Without subnormals the first normal follows zero.
    A place has the sign of its number; ties go to an even place (`docs/numerics.md` section 3.3).
    """
    check_rounding(rounding)
    above = (exponent - least).clip(0, span + 1)
    below = (least - exponent).clip(0, 60 - 52 + mantissa)
    sign = (significand > 0) * 1 - (significand < 0) * 1
    sum_ = abs(significand) + (above << 52)
    places = shift_right(sum_ * sign, below + (52 - mantissa), rounding)
    if has_subnormals or not mantissa:
        return places
    coarse = shift_right(significand, (least - exponent).clip(0, 8) + 52, rounding) << mantissa
    return places + (coarse - places) * (exponent < least)


def matmul(left: Any, right: Any, left_limit: int, right_limit: int) -> Any:
    """Give the exact product of NumPy code matrices `left` (…, N) and `right` (N, M).

    `left_limit` and `right_limit` bound the absolute values. BLAS does the work when the bounds
    prove each partial sum exact, below 2^24 in float32 and below 2^53 in float64; int64 otherwise.
    Raises `FormatError` when a sum may reach 2^63.
    """
    bound = left.shape[-1] * left_limit * right_limit
    if bound < 2**53:
        exact = "float32" if bound < 2**24 else "float64"
        return (left.astype(exact) @ right.astype(exact)).astype("int64")
    if bound >= 2**63:
        raise FormatError(
            f"a sum of {left.shape[-1]} products must stay below 2^63, not reach {bound};"
            " use narrower formats"
        )
    return left @ right


def _is_array(value: Any) -> bool:
    return hasattr(value, "clip")


def _size(array: Any) -> int:
    return math.prod(array.shape)
