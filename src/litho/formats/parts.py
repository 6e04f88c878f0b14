"""Real numbers as sign, significand and exponent, all of them integers."""

from dataclasses import dataclass
from typing import Any

from litho.formats import arrays
from litho.formats.scale import Scale

__all__ = ["Parts", "divide", "split"]

_FRACTION = (1 << 52) - 1
_HIDDEN = 1 << 52
_NOTHING = -5000  # exponent of zero: below that of every other number


@dataclass(frozen=True, slots=True)
class Parts:
    """Numbers ±significand · 2^(exponent − 52).

    `is_negative` holds 0 or 1, `significand` lies in [2^52, 2^53), or is 0 for zero.
    The lowest bit of a significand is sticky: set when bits below it were not zero.
    """

    is_negative: Any
    significand: Any
    exponent: Any

    def scaled(self, powers: Any) -> "Parts":
        """Give the same numbers times 2^powers."""
        return Parts(self.is_negative, self.significand, self.exponent + powers)

    @property
    def signs(self) -> Any:
        """−1 where the sign bit is set, else 1."""
        return 1 - (self.is_negative + self.is_negative)


def split(values: Any) -> Parts:
    """Give the parts of finite float64 `values`, exactly."""
    bits = arrays.bits_of(values)
    is_negative = (bits < 0) * 1
    field, fraction = (bits >> 52) & 0x7FF, bits & _FRACTION
    is_small = (field == 0) * 1
    small = arrays.bits_of(arrays.to_float64(fraction))  # normalizes a subnormal's fraction
    is_zero = (fraction == 0) * is_small
    exponent = _choose(is_small, field - 1023, (small >> 52) - (1023 + 1074))
    significand = (_choose(is_small, fraction, small & _FRACTION) + _HIDDEN) * (1 - is_zero)
    return Parts(is_negative, significand, _choose(is_zero, exponent, exponent * 0 + _NOTHING))


def divide(parts: Parts, scale: Scale) -> Parts:
    """Give the parts of numbers / scale, with what does not fit gathered in the sticky bit."""
    multiplier, shift = scale.arrays(parts.significand)
    if max(scale.multipliers) == 1:
        return parts.scaled(shift)
    dividend = parts.significand << 9
    quotient = dividend // multiplier  # 0, or 2^29 to 2^62
    is_inexact = (quotient * multiplier != dividend) * 1
    top = _log2(quotient >> 10) + 10
    wide = quotient << (61 - top).clip(0, 61)
    sticky = is_inexact | (((wide & 511) != 0) * 1)
    is_zero = (parts.significand == 0) * 1
    significand = (wide >> 9) | sticky
    exponent = _choose(is_zero, parts.exponent + shift + top - 61, parts.exponent)
    return Parts(parts.is_negative, significand, exponent)


def _log2(numbers: Any) -> Any:
    """Give floor(log2) of integers 1 to 2^53; what 0 gives has no meaning."""
    return (arrays.bits_of(arrays.to_float64(numbers)) >> 52) - 1023


def _choose(flag: Any, zero: Any, one: Any) -> Any:
    return zero + (one - zero) * flag
