"""Fixed point and scaled integers: `fixed8f4`, `ufixed8f4`, `int8`, `uint8`."""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from litho.errors import FormatError
from litho.formats import arith
from litho.formats.arrays import check_finite, float_array, to_float64, to_int64
from litho.formats.format import register
from litho.formats.scale import Scale

__all__ = ["Fixed"]

_WIDEST = 62
_TINY = 2.0**-100
_COARSEST, _FINEST = -970, 1022  # exponents of a step whose multiples float64 holds exactly


@dataclass(frozen=True, slots=True)
class Fixed:
    """A code of `width` bits that reads as code · 2^(−frac).

    `is_integer` marks the spelling `int8`/`uint8`: frac is 0 and the tensor's scale carries the
    meaning.
    """

    width: int
    frac: int = 0
    is_signed: bool = True
    is_integer: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.width <= _WIDEST:
            raise FormatError(f"fixed-point width must be 1 to {_WIDEST}, not {self.width}")
        if self.is_integer and self.frac:
            raise FormatError(f"a scaled integer must have fraction 0, not {self.frac}")

    @property
    def family(self) -> str:
        """Name of the family."""
        return "integer" if self.is_integer else "fixed"

    @property
    def bits(self) -> int:
        """Bits of one code."""
        return self.width

    @property
    def low(self) -> int:
        """The smallest code."""
        return -(1 << (self.width - 1)) if self.is_signed else 0

    @property
    def high(self) -> int:
        """The greatest code."""
        return (1 << (self.width - self.is_signed)) - 1

    def steps(self, scale: Scale) -> tuple[Fraction, ...]:
        """Give the value of code 1 under each scale, as exact fractions."""
        return tuple(step / Fraction(2) ** self.frac for step in scale.fractions())

    def encode(self, values: Any, scale: Scale, rounding: str = "half_even") -> Any:
        """Give the int64 codes of floating-point `values`, an array of any shape.

        Raises `FormatError` for NaN or infinity, and when the format is too wide for float64.
        """
        values = to_float64(values)
        multiplier, power = self._grid(scale, values)
        check_finite(values, self)
        below, above = (self.low - 1) * multiplier / power, (self.high + 1) * multiplier / power
        units = values.clip(below, above) * power
        # A negative value that the product turned into zero still lies below zero.
        units = units - ((units == 0) & (values < 0)) * _TINY
        rounded = arith.round_to_grid(units, multiplier, rounding)
        return to_int64(arith.saturate(rounded, float(self.low), float(self.high)))

    def decode(self, codes: Any, scale: Scale) -> Any:
        """Give the float64 values of int64 `codes`.

        Exact up to 53 bits of code and multiplier, rounded once (`half_even`) from there up to 63
        bits. Raises `FormatError` beyond.
        """
        multiplier, power = self._columns(scale, codes)
        if self._bits(scale) <= 53:
            return to_float64(codes) * multiplier / power
        self._check_bits(scale, 63, "an integer of 63 bits to be decoded")
        whole = int(multiplier) if scale.axis is None else to_int64(multiplier)
        return to_float64(codes * whole) / power

    def _grid(self, scale: Scale, template: Any) -> tuple[Any, Any]:
        """Give m and 2^(n + frac) for values that are to be encoded exactly."""
        self._check_bits(scale, 53, "float64's 53 bits to be encoded")
        return self._columns(scale, template)

    def _bits(self, scale: Scale) -> int:
        return self.width + max(scale.multipliers).bit_length()

    def _check_bits(self, scale: Scale, most: int, what: str) -> None:
        if self._bits(scale) > most:
            raise FormatError(
                f"{self} with a scale of {max(scale.multipliers).bit_length()} bits must fit"
                f" {what}, not take {self._bits(scale)}"
            )

    def _columns(self, scale: Scale, template: Any) -> tuple[Any, Any]:
        """Give m and 2^(n + frac) as floats, or as arrays shaped along the scale's axis."""
        powers = [2.0**exponent for exponent in self._exponents(scale)]
        if scale.axis is None:
            return float(scale.multipliers[0]), powers[0]
        shape = scale.spread(tuple(template.shape))
        columns = [[float(m) for m in scale.multipliers], powers]
        multiplier, power = (float_array(column, template).reshape(shape) for column in columns)
        return multiplier, power

    def _exponents(self, scale: Scale) -> list[int]:
        exponents = [shift + self.frac for shift in scale.shifts]
        for exponent in exponents:
            if not _COARSEST <= exponent <= _FINEST:
                raise FormatError(
                    f"{self} with its scale must have steps of 2^{-_FINEST} to 2^{-_COARSEST}"
                    f" to be encoded or decoded, not 2^{-exponent}"
                )
        return exponents

    def __str__(self) -> str:
        prefix = "" if self.is_signed else "u"
        if self.is_integer:
            return f"{prefix}int{self.width}"
        return f"{prefix}fixed{self.width}f{self.frac}"


def _read_fixed(match: re.Match[str]) -> Fixed:
    return Fixed(int(match["width"]), int(match["frac"]), not match["unsigned"])


def _read_integer(match: re.Match[str]) -> Fixed:
    return Fixed(int(match["width"]), 0, not match["unsigned"], is_integer=True)


register(
    "fixed",
    r"(?P<unsigned>u?)fixed(?P<width>\d{1,9})f(?P<frac>-?\d{1,9})",
    _read_fixed,
    "fixed8f4",
    "docs/formats/fixed.md",
)
register(
    "integer",
    r"(?P<unsigned>u?)int(?P<width>\d{1,9})",
    _read_integer,
    "int8",
    "docs/formats/fixed.md",
)
