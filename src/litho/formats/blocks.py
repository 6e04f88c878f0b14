"""Groups of elements under one shared power of two: what all block formats have in common."""

from fractions import Fraction
from typing import Any, Protocol

from litho.errors import FormatError
from litho.formats import arith
from litho.formats.arrays import (
    check_finite,
    floats_of,
    greatest,
    padded,
    to_float64,
)
from litho.formats.fixed import Fixed
from litho.formats.format import CodeFormat, Encoded
from litho.formats.minifloat import Minifloat
from litho.formats.parts import Parts, split
from litho.formats.scale import Scale

__all__ = [
    "SCALE_BIAS",
    "SCALE_BITS",
    "Element",
    "FloatElement",
    "Grouped",
    "IntegerElement",
    "check_group",
    "decode",
    "encode",
]

SCALE_BITS = 8
SCALE_BIAS = 127
_SCALE_NAN = 255
_NAN = 0x7FF8 << 48
_GREATEST_GROUP = 1 << 16


class Element(Protocol):
    """One element of a group, as the encoder sees it."""

    @property
    def format(self) -> CodeFormat:
        """The format of the element's code."""
        ...

    @property
    def most(self) -> int:
        """The exponent of the greatest value."""
        ...

    @property
    def limit(self) -> int:
        """The place, counted from zero, of the greatest value."""
        ...

    def places(self, parts: Parts, rounding: str) -> Any:
        """Give each rounded number's signed place, not saturated."""
        ...

    def codes(self, parts: Parts, places: Any) -> Any:
        """Give the codes of saturated places."""
        ...


class FloatElement:
    """A minifloat as an element; it saturates."""

    def __init__(self, form: Minifloat) -> None:
        self.format, self.most, self.limit = form, form.most, form.limit

    def places(self, parts: Parts, rounding: str) -> Any:
        """Give each rounded number's signed place, not saturated."""
        return self.format.places(parts, rounding)

    def codes(self, parts: Parts, places: Any) -> Any:
        """Give the codes of saturated places."""
        return self.format.codes(parts, places)


class IntegerElement:
    """A two's complement integer with one bit before the point; the least code stays unused."""

    def __init__(self, width: int) -> None:
        self.format, self.most = Fixed(width, width - 2), 0
        self.limit = self.format.high

    def places(self, parts: Parts, rounding: str) -> Any:
        """Give each rounded number's signed place, not saturated."""
        shift = (52 - self.format.frac) - parts.exponent
        return arith.shift_right(parts.significand * parts.signs, shift.clip(2, 62), rounding)

    def codes(self, parts: Parts, places: Any) -> Any:
        """Give the codes of saturated places."""
        del parts
        return arith.saturate(places, -self.limit, self.limit)


class Grouped:
    """What the families of groups share: the members of `GroupedFormat`, made of the element."""

    __slots__ = ()
    group: int

    @property
    def carries(self) -> bool:
        """Whether a group takes the next exponent where its greatest value would saturate."""
        return True

    @property
    def counted(self) -> Element:
        """The element as the encoder sees it."""
        raise NotImplementedError

    @property
    def element(self) -> CodeFormat:
        """The format of an element."""
        return self.counted.format

    @property
    def scale_bits(self) -> int:
        """Bits of the shared scale."""
        return SCALE_BITS

    @property
    def bits(self) -> Fraction:
        """Bits of one value, its part of the scale included."""
        return self.element.bits + Fraction(self.scale_bits, self.group)

    def encode(self, values: Any, rounding: str = "half_even") -> Encoded:
        """Give the codes of floating-point `values`."""
        return encode(values, self.counted, self.group, self.carries, self, rounding)

    def decode(self, encoded: Encoded) -> Any:
        """Give the float64 values of codes."""
        return decode(encoded, self.counted, self.group, self)


def check_group(group: int, subject: str) -> None:
    """Raise `FormatError` unless `group` is a number of elements that can share a scale."""
    if not 1 <= group <= _GREATEST_GROUP:
        raise FormatError(f"{subject} must have groups of 1 to {_GREATEST_GROUP}, not {group}")


def encode(
    values: Any, element: Element, group: int, carries: bool, subject: object, rounding: str
) -> Encoded:
    """Give the codes of floating-point `values`, grouped along the last axis.

    The shared exponent puts the greatest magnitude of a group into the element's last binade.
    Where that magnitude rounds past the greatest value, it saturates, or the group takes the next
    exponent (`carries`).
    Raises `FormatError` for NaN and infinity, and for a tensor without axes.
    """
    arith.check_rounding(rounding)
    values = to_float64(values)
    check_finite(values, subject)
    shape = _shape(values, subject)
    count = -(-shape[-1] // group)
    parts = split(padded(values, count * group).reshape((*shape[:-1], count, group)))
    shared = (greatest(parts.exponent) - element.most).clip(-SCALE_BIAS, SCALE_BIAS)
    places = element.places(parts.scaled(-shared), rounding)
    if carries:
        is_over = (greatest(abs(places)) > element.limit) * (shared < SCALE_BIAS) * 1
        coarser = element.places(parts.scaled(-shared - is_over), rounding)
        shared, places = shared + is_over, places + (coarser - places) * is_over
    codes = element.codes(parts, places).reshape((*shape[:-1], count * group))
    return Encoded(codes[..., : shape[-1]], shared.reshape((*shape[:-1], count)) + SCALE_BIAS)


def decode(encoded: Encoded, element: Element, group: int, subject: object) -> Any:
    """Give the float64 values of codes, exactly; a scale of all ones makes its group NaN."""
    shape = _shape(encoded.elements, subject)
    count = -(-shape[-1] // group)
    if tuple(encoded.scales.shape) != (*shape[:-1], count):
        raise FormatError(
            f"{subject} must have one scale for each {group} elements along the last axis, not"
            f" scales of shape {list(encoded.scales.shape)} for elements of {list(shape)}"
        )
    codes = padded(encoded.elements, count * group).reshape((*shape[:-1], count, group))
    power = (encoded.scales + (1023 - SCALE_BIAS)) << 52
    power = power + (_NAN - power) * (encoded.scales == _SCALE_NAN)
    scales = floats_of(power).reshape((*shape[:-1], count, 1))
    values = element.format.decode(codes, Scale()) * scales
    return values.reshape((*shape[:-1], count * group))[..., : shape[-1]]


def _shape(array: Any, subject: object) -> tuple[int, ...]:
    if not array.shape:
        raise FormatError(f"a tensor encoded as {subject} must have an axis of groups, not none")
    return tuple(array.shape)
