"""Resources of `reorder`."""

from dataclasses import dataclass

from litho.hw import Band, Family, Resources
from litho.rtl.mem.double_buffer import DoubleBuffer
from litho.rtl.stream.width import width_resources

__all__ = ["BAND", "Shape", "resources"]

BAND = Band(1.5, 24)


@dataclass(frozen=True, slots=True)
class Shape:
    """What the hardware of one `reorder` depends on.

    Parts of `few` codes are stored. `first`, `second` and `inner` are what is exchanged, `inner`
    in parts.
    """

    bits: int
    in_lanes: int
    out_lanes: int
    few: int
    in_row: int
    out_row: int
    first: int
    second: int
    inner: int

    @property
    def held(self) -> DoubleBuffer:
        """The buffer: `second` becomes the outer loop."""
        loops = ((self.second, self.inner), (self.first, self.second * self.inner), (self.inner, 1))
        return DoubleBuffer(self.bits * self.few, self.first * self.second, self.inner, 1, loops)


def resources(shape: Shape, family: Family) -> Resources:
    """Give the sum over the buffer and the width changes around it."""
    return (
        width_resources(shape.bits, shape.in_lanes, shape.few, shape.in_row, family)
        + shape.held.resources(family)
        + width_resources(shape.bits, shape.few, shape.out_lanes, shape.out_row, family)
    )
