"""Block minifloats, finite minifloats under a shared exponent: `bmf8_e4m3g16`."""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from litho.formats import blocks
from litho.formats.blocks import FloatElement
from litho.formats.format import CodeFormat, Encoded, register
from litho.formats.minifloat import Minifloat

__all__ = ["BlockMinifloat"]


@dataclass(frozen=True, slots=True)
class BlockMinifloat:
    """Minifloats with subnormals and without specials; nothing saturates but the exponent."""

    exponent_bits: int
    mantissa_bits: int
    group: int

    def __post_init__(self) -> None:
        # Making the element checks the numbers of bits.
        blocks.check_group(self.group, f"bmf{self.element.bits}")

    @property
    def family(self) -> str:
        """Name of the family."""
        return "block_minifloat"

    @property
    def bits(self) -> Fraction:
        """Bits of one value, its part of the scale included."""
        return self.element.bits + Fraction(self.scale_bits, self.group)

    @property
    def element(self) -> CodeFormat:
        """The format of an element."""
        return self._element.format

    @property
    def scale_bits(self) -> int:
        """Bits of the shared scale."""
        return blocks.SCALE_BITS

    @property
    def _element(self) -> FloatElement:
        return FloatElement(Minifloat(self.exponent_bits, self.mantissa_bits, "none"))

    def encode(self, values: Any, rounding: str = "half_even") -> Encoded:
        """Give the codes of floating-point `values`."""
        return blocks.encode(values, self._element, self.group, True, self, rounding)

    def decode(self, encoded: Encoded) -> Any:
        """Give the float64 values of codes."""
        return blocks.decode(encoded, self._element, self.group, self)

    def __str__(self) -> str:
        width = self.element.bits
        return f"bmf{width}_e{self.exponent_bits}m{self.mantissa_bits}g{self.group}"


def _read(match: re.Match[str]) -> BlockMinifloat:
    return BlockMinifloat(int(match["exponent"]), int(match["mantissa"]), int(match["group"]))


register(
    "block_minifloat",
    r"bmf\d{1,3}_e(?P<exponent>\d{1,3})m(?P<mantissa>\d{1,3})g(?P<group>\d{1,9})",
    _read,
    "bmf8_e4m3g16",
    "docs/formats/block_minifloat.md",
)
