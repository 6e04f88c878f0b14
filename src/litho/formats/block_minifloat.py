"""Block minifloats, finite minifloats under a shared exponent: `bmf8_e4m3g16`."""

import re
from dataclasses import dataclass

from litho.formats import blocks
from litho.formats.blocks import FloatElement, Grouped
from litho.formats.format import register
from litho.formats.minifloat import Minifloat

__all__ = ["BlockMinifloat"]


@dataclass(frozen=True, slots=True)
class BlockMinifloat(Grouped):
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
    def counted(self) -> FloatElement:
        """The element as the encoder sees it."""
        return FloatElement(Minifloat(self.exponent_bits, self.mantissa_bits, "none"))

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
