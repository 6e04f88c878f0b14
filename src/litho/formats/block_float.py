"""Block floating point, integers under a shared exponent: `bfp8g16`."""

import re
from dataclasses import dataclass

from litho.errors import FormatError
from litho.formats import blocks
from litho.formats.blocks import Grouped, IntegerElement
from litho.formats.format import register

__all__ = ["BlockFloat"]

_WIDEST = 24


@dataclass(frozen=True, slots=True)
class BlockFloat(Grouped):
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
    def counted(self) -> IntegerElement:
        """The element as the encoder sees it."""
        return IntegerElement(self.width)

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
