"""Block floating point, integers under a shared exponent: `bfp8g16`."""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from litho.errors import FormatError
from litho.formats import blocks
from litho.formats.blocks import IntegerElement
from litho.formats.format import CodeFormat, Encoded, register

__all__ = ["BlockFloat"]

_WIDEST = 24


@dataclass(frozen=True, slots=True)
class BlockFloat:
    """Two's complement elements of `width` bits; nothing saturates but the exponent."""

    width: int
    group: int

    def __post_init__(self) -> None:
        if not 2 <= self.width <= _WIDEST:
            raise FormatError(
                f"block floating point must have elements of 2 to {_WIDEST} bits, not {self.width}"
            )
        blocks.check_group(self.group, f"bfp{self.width}")

    @property
    def family(self) -> str:
        """Name of the family."""
        return "block_float"

    @property
    def bits(self) -> Fraction:
        """Bits of one value, its part of the scale included."""
        return self.width + Fraction(self.scale_bits, self.group)

    @property
    def element(self) -> CodeFormat:
        """The format of an element."""
        return self._element.format

    @property
    def scale_bits(self) -> int:
        """Bits of the shared scale."""
        return blocks.SCALE_BITS

    @property
    def _element(self) -> IntegerElement:
        return IntegerElement(self.width)

    def encode(self, values: Any, rounding: str = "half_even") -> Encoded:
        """Give the codes of floating-point `values`."""
        return blocks.encode(values, self._element, self.group, True, self, rounding)

    def decode(self, encoded: Encoded) -> Any:
        """Give the float64 values of codes."""
        return blocks.decode(encoded, self._element, self.group, self)

    def __str__(self) -> str:
        return f"bfp{self.width}g{self.group}"


def _read(match: re.Match[str]) -> BlockFloat:
    return BlockFloat(int(match["width"]), int(match["group"]))


register(
    "block_float",
    r"bfp(?P<width>\d{1,9})g(?P<group>\d{1,9})",
    _read,
    "bfp8g16",
    "docs/formats/block_float.md",
)
