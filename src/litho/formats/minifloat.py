"""Minifloats: sign, 1 to 8 exponent bits, 0 to 10 mantissa bits: `e4m3fn`, `e5m2`, `e2m1fn`."""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from litho.errors import FormatError
from litho.formats import arith
from litho.formats.arrays import bits_of, check_finite, floats_of, to_float64
from litho.formats.format import register
from litho.formats.parts import Parts, divide, split
from litho.formats.scale import Scale

__all__ = ["SPECIALS", "Minifloat"]

SPECIALS = ("ieee", "nan", "none", "fnuz")
_INFINITY, _NAN = 0x7FF << 52, 0xFFF << 51
_FARTHEST_BIAS = 300


@dataclass(frozen=True, slots=True)
class Minifloat:
    """A code of sign, exponent and mantissa bits, in this order from the top.

    `specials` says what the greatest magnitudes stand for: `ieee` (the last exponent holds
    infinity and NaN), `nan` (all ones is NaN), `none` (every code is finite) or `fnuz` (every
    magnitude is finite, and minus zero is NaN). Without subnormals (`has_subnormals`) an exponent
    of 0 reads as zero. What is too large becomes the greatest finite value (`saturates`), or
    infinity, or NaN where there is no infinity.
    """

    exponent_bits: int
    mantissa_bits: int
    specials: str = "ieee"
    bias: int | None = None
    has_subnormals: bool = True
    saturates: bool = True

    def __post_init__(self) -> None:
        for name, bits, least, most in (
            ("exponent", self.exponent_bits, 1, 8),
            ("mantissa", self.mantissa_bits, 0, 10),
        ):
            if not least <= bits <= most:
                raise FormatError(
                    f"a minifloat must have {least} to {most} {name} bits, not {bits}"
                )
        if self.specials not in SPECIALS:
            raise FormatError(
                f"specials of a minifloat must be one of {', '.join(SPECIALS)},"
                f" not {self.specials!r}"
            )
        if self.bias is None:
            object.__setattr__(self, "bias", self._usual_bias)
        self._check()

    def _check(self) -> None:
        if abs(self.offset) > _FARTHEST_BIAS:
            raise FormatError(
                f"the exponent bias of {self} must be -{_FARTHEST_BIAS} to {_FARTHEST_BIAS}"
            )
        if self.limit < (1 if self.has_subnormals else 1 << self.mantissa_bits):
            raise FormatError(
                f"{self} must have a finite value besides zero, not none; give it more exponent"
                f" bits, or finite codes only: e{self.exponent_bits}m{self.mantissa_bits}f…"
            )
        if not self.saturates and self.specials == "none":
            raise FormatError(
                f"{self} must have infinity or NaN to overflow to; leave out `_overflow`"
            )
        if not self.has_subnormals and not self.mantissa_bits:
            raise FormatError(
                f"{self} must have mantissa bits to flush subnormals; leave out `_flush`"
            )

    @property
    def family(self) -> str:
        """Name of the family."""
        return "minifloat"

    @property
    def bits(self) -> int:
        """Bits of one code."""
        return 1 + self.exponent_bits + self.mantissa_bits

    @property
    def is_signed(self) -> bool:
        """False: a code is sign and magnitude, not two's complement."""
        return False

    @property
    def low(self) -> int:
        """The smallest code."""
        return 0

    @property
    def high(self) -> int:
        """The greatest code."""
        return (1 << self.bits) - 1

    @property
    def offset(self) -> int:
        """The exponent bias."""
        assert self.bias is not None
        return self.bias

    @property
    def limit(self) -> int:
        """The magnitude bits of the greatest finite value."""
        if self.specials == "ieee":
            return (((1 << self.exponent_bits) - 1) << self.mantissa_bits) - 1
        return (1 << (self.bits - 1)) - (2 if self.specials == "nan" else 1)

    @property
    def least(self) -> int:
        """The exponent of the least normal value."""
        return 1 - self.offset

    @property
    def most(self) -> int:
        """The exponent of the greatest finite value."""
        return max(self.limit >> self.mantissa_bits, 1) - self.offset

    @property
    def greatest(self) -> Fraction:
        """The greatest finite value."""
        field, fraction = self.limit >> self.mantissa_bits, self.limit & self._mask
        whole = fraction + ((1 << self.mantissa_bits) if field else 0)
        return whole * Fraction(2) ** (max(field, 1) - self.offset - self.mantissa_bits)

    @property
    def _mask(self) -> int:
        return (1 << self.mantissa_bits) - 1

    @property
    def _usual_bias(self) -> int:
        return (1 << (self.exponent_bits - 1)) - (self.specials != "fnuz")

    def encode(self, values: Any, scale: Scale, rounding: str = "half_even") -> Any:
        """Give the int64 codes of floating-point `values`, an array of any shape.

        Raises `FormatError` for NaN and infinity unless the spelling says `_overflow`.
        """
        values = to_float64(values)
        if self.saturates:
            check_finite(values, self)
            parts = divide(split(values), scale)
            return self.codes(parts, self.places(parts, rounding))
        is_nan, is_infinite = values != values, abs(values) == float("inf")
        parts = divide(split(values), scale)
        codes = self.codes(parts, self._overflow(self.places(parts, rounding), rounding))
        infinities = self._signed(parts.is_negative, self._infinity)
        codes = codes + (infinities - codes) * is_infinite
        return codes + (self._signed(parts.is_negative, self._quiet) - codes) * is_nan

    def places(self, parts: Parts, rounding: str) -> Any:
        """Give each rounded number's signed place among the values, not saturated."""
        return arith.round_float(
            parts.significand * parts.signs,
            parts.exponent,
            self.mantissa_bits,
            self.least,
            1 << self.exponent_bits,
            rounding,
            self.has_subnormals,
        )

    def codes(self, parts: Parts, places: Any) -> Any:
        """Give the codes of saturated `places`; the sign bit is that of the number."""
        top = self.limit if self.saturates else self._infinity
        return self._signed(parts.is_negative, abs(places).clip(0, top))

    def _signed(self, is_negative: Any, magnitude: Any) -> Any:
        if self.specials == "fnuz":
            is_negative = is_negative * ((magnitude & ((1 << (self.bits - 1)) - 1)) != 0)
        return magnitude | (is_negative << (self.bits - 1))

    def _overflow(self, places: Any, rounding: str) -> Any:
        is_over = (abs(places) > self.limit) * 1
        if rounding == "toward_zero":
            inward = is_over
        else:
            inward = is_over * (places > 0) if rounding == "floor" else is_over * 0
        places = places + (self._infinity - abs(places)) * is_over * ((places > 0) * 2 - 1)
        return places.clip(-self.limit, self.limit) * inward + places * (1 - inward)

    @property
    def _infinity(self) -> int:
        """Magnitude bits, for fnuz the code, of infinity or what stands in for it."""
        return self.limit + 1

    @property
    def _quiet(self) -> int:
        """Magnitude bits of NaN, for fnuz its code."""
        if self.specials == "ieee" and not self.mantissa_bits:
            return self.limit + 1
        half = 1 << (self.mantissa_bits - 1) if self.specials == "ieee" else 0
        return self.limit + 1 + half

    def decode(self, codes: Any, scale: Scale) -> Any:
        """Give the float64 values of int64 `codes`, exactly."""
        multiplier, shift = scale.arrays(codes)
        self._check_range(scale)
        magnitude = codes & ((1 << (self.bits - 1)) - 1)
        field = magnitude >> self.mantissa_bits
        is_normal = (field > 0) * 1
        whole = (magnitude & self._mask) + (is_normal << self.mantissa_bits)
        if not self.has_subnormals:
            whole = whole * is_normal
        power = field + (1 - is_normal) - (self.offset + self.mantissa_bits) - shift
        values = to_float64(whole * multiplier) * floats_of((power + 1023) << 52)
        signs = 1 - 2 * (codes >> (self.bits - 1))
        return self._with_specials(values * signs, codes, magnitude)

    def _with_specials(self, values: Any, codes: Any, magnitude: Any) -> Any:
        if self.specials == "none":
            return values
        bits = bits_of(values)
        if self.specials == "fnuz":
            bits = bits + (_NAN - bits) * (codes == 1 << (self.bits - 1))
            return floats_of(bits)
        special = _INFINITY if self.specials == "ieee" else _NAN
        is_special, is_nan = magnitude > self.limit, magnitude > self.limit + 1
        bits = bits + ((special | (bits & -(2**63))) - bits) * is_special
        return floats_of(bits | (_NAN * is_nan))

    def _check_range(self, scale: Scale) -> None:
        for multiplier, shift in zip(scale.multipliers, scale.shifts, strict=True):
            finest, coarsest = self.least - self.mantissa_bits - shift, self.most + 1 - shift
            if finest < -1022 or coarsest + multiplier.bit_length() > 1023:
                raise FormatError(
                    f"{self} with its scale must have values of 2^-1022 to 2^1023 to be decoded,"
                    f" not 2^{finest} to 2^{coarsest + multiplier.bit_length()}"
                )

    def __str__(self) -> str:
        bias = "" if self.bias == self._usual_bias else f"b{self.bias}"
        is_narrow = self.bits < 8
        kind = {
            "ieee": "",
            "nan": "fnan" if is_narrow else "fn",
            "none": "fn" if is_narrow else "f",
            "fnuz": "fnuz",
        }[self.specials]
        flush = "" if self.has_subnormals else "_flush"
        overflow = "" if self.saturates else "_overflow"
        return f"e{self.exponent_bits}m{self.mantissa_bits}{bias}{kind}{flush}{overflow}"


def _read(match: re.Match[str]) -> Minifloat:
    exponent, mantissa = int(match["exponent"]), int(match["mantissa"])
    is_narrow = 1 + exponent + mantissa < 8
    kinds = {"": "ieee", "fn": "none" if is_narrow else "nan", "f": "none", "fnan": "nan"}
    return Minifloat(
        exponent,
        mantissa,
        kinds.get(match["kind"], match["kind"]),
        int(match["bias"]) if match["bias"] else None,
        not match["flush"],
        not match["overflow"],
    )


register(
    "minifloat",
    r"e(?P<exponent>\d{1,3})m(?P<mantissa>\d{1,3})(?:b(?P<bias>-?\d{1,4}))?"
    r"(?P<kind>fnan|fnuz|fn|f|)(?P<flush>_flush)?(?P<overflow>_overflow)?",
    _read,
    "e2m1fn",
    "docs/formats/minifloat.md",
)
