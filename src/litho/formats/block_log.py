"""Block log, powers of two under a shared exponent: `blocklog4g16`."""

import re
from dataclasses import dataclass

from litho.formats import blocks
from litho.formats.blocks import FloatElement, Grouped
from litho.formats.format import CodeFormat, register
from litho.formats.log import Log

__all__ = ["BlockLog"]


@dataclass(frozen=True, slots=True)
class BlockLog(Grouped):
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
    def element(self) -> CodeFormat:
        """The format of an element."""
        return Log(self.width)

    @property
    def counted(self) -> FloatElement:
        """The element as the encoder sees it."""
        return FloatElement(Log(self.width).minifloat)

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
