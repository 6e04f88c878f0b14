"""Block log, powers of two under a shared exponent: `blocklog4g16`."""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from litho.formats import blocks
from litho.formats.blocks import FloatElement
from litho.formats.format import CodeFormat, Encoded, register
from litho.formats.log import Log

__all__ = ["BlockLog"]


@dataclass(frozen=True, slots=True)
class BlockLog:
    """Log elements of `width` bits; nothing saturates but the exponent."""

    width: int
    group: int

    def __post_init__(self) -> None:
        blocks.check_group(self.group, f"block{Log(self.width)}")

    @property
    def family(self) -> str:
        """Name of the family."""
        return "block_log"

    @property
    def bits(self) -> Fraction:
        """Bits of one value, its part of the scale included."""
        return self.width + Fraction(self.scale_bits, self.group)

    @property
    def element(self) -> CodeFormat:
        """The format of an element."""
        return Log(self.width)

    @property
    def scale_bits(self) -> int:
        """Bits of the shared scale."""
        return blocks.SCALE_BITS

    @property
    def _element(self) -> FloatElement:
        return FloatElement(Log(self.width).minifloat)

    def encode(self, values: Any, rounding: str = "half_even") -> Encoded:
        """Give the codes of floating-point `values`."""
        return blocks.encode(values, self._element, self.group, True, self, rounding)

    def decode(self, encoded: Encoded) -> Any:
        """Give the float64 values of codes."""
        return blocks.decode(encoded, self._element, self.group, self)

    def __str__(self) -> str:
        return f"blocklog{self.width}g{self.group}"


def _read(match: re.Match[str]) -> BlockLog:
    return BlockLog(int(match["width"]), int(match["group"]))


register(
    "block_log",
    r"blocklog(?P<width>\d{1,9})g(?P<group>\d{1,9})",
    _read,
    "blocklog4g16",
    "docs/formats/block_log.md",
)
