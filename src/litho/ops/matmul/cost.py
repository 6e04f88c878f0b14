"""Resources of `matmul`."""

from dataclasses import dataclass

from litho.hw import Band, Family, Resources
from litho.rtl.arith.dot_stream import DotStream
from litho.rtl.mem.double_buffer import DoubleBuffer
from litho.rtl.stream.join import join_resources
from litho.rtl.stream.register import register_resources
from litho.rtl.stream.row_repeat import row_repeat_resources

__all__ = ["BAND", "Shape", "resources"]

BAND = Band(1.5, 40)


@dataclass(frozen=True, slots=True)
class Shape:
    """What the hardware of one `matmul` depends on.

    `rows`, `terms` and `columns` are M, K and N of one product of matrices.
    """

    a_bits: int
    b_bits: int
    out_bits: int
    in_lanes: int
    out_lanes: int
    rows: int
    terms: int
    columns: int
    is_transposed: bool
    is_signed: bool

    @property
    def beats(self) -> int:
        """Beats of a row of `a`."""
        return -(-self.terms // self.in_lanes)

    @property
    def groups(self) -> int:
        """Beats of a row of the result."""
        return -(-self.columns // self.out_lanes)

    @property
    def b_lanes(self) -> int:
        """Codes of `b` in a beat."""
        return self.in_lanes if self.is_transposed else self.out_lanes

    @property
    def held(self) -> DoubleBuffer:
        """The buffer of `b`: a word has the codes that a beat of `a` is multiplied by."""
        beats, groups = self.beats, self.groups
        width = self.b_bits * self.b_lanes
        if self.is_transposed:
            loops = ((self.rows, 0), (groups, beats), (beats, 1))
            return DoubleBuffer(width, self.columns, beats, self.out_lanes, loops)
        loops = ((self.rows, 0), (groups, 1), (beats, groups))
        return DoubleBuffer(width, self.terms, groups, self.in_lanes, loops)

    @property
    def dot(self) -> DotStream:
        """The products and their sums."""
        return DotStream(
            self.a_bits,
            self.b_bits,
            self.out_bits,
            self.in_lanes,
            self.out_lanes,
            self.beats,
            self.is_signed,
            has_start=False,
        )


def resources(shape: Shape, family: Family) -> Resources:
    """Give the sum over the row repeat, the buffer, the join and the products with their sums.

    Where multipliers have registers, about half of those of codes lie in them.
    """
    width = shape.a_bits * shape.in_lanes
    return (
        row_repeat_resources(width, shape.beats, shape.groups, family)
        + register_resources(width // (2 if shape.dot.is_packed(family) else 1), family)
        + shape.held.resources(family)
        + join_resources(family)
        + shape.dot.resources(family)
    )
