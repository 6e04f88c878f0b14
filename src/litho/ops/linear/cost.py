"""Resources of `linear`."""

from dataclasses import dataclass, replace

from litho.hw import Band, Family, Resources
from litho.rtl.arith.dot_stream import DotStream
from litho.rtl.mem.rom import rom_resources
from litho.rtl.stream.register import register_resources
from litho.rtl.stream.row_repeat import row_repeat_resources
from litho.rtl.stream.row_skip import row_skip_resources

__all__ = [
    "BAND",
    "Shape",
    "core_resources",
    "counter_resources",
    "memory_resources",
    "resources",
]

BAND = Band(1.5, 40)


@dataclass(frozen=True, slots=True)
class Shape:
    """What the hardware of one `linear` depends on, its constants apart.

    `beats` are those of an input row, `groups` those of an output row. `bias_bits` is 0 without a
    bias. `is_signed` says whether inputs or weights are signed, `holds` whether beats of zeros hold
    the operands, `skips` whether they are left out.
    """

    in_bits: int
    weight_bits: int
    bias_bits: int
    out_bits: int
    in_lanes: int
    out_lanes: int
    beats: int
    groups: int
    is_signed: bool
    holds: bool = False
    skips: bool = False

    @property
    def word_bits(self) -> int:
        """Bits of a word of weights."""
        return self.weight_bits * self.in_lanes * self.out_lanes

    @property
    def words(self) -> int:
        """Words of weights."""
        return self.beats * self.groups

    @property
    def dot(self) -> DotStream:
        """The products and their sums."""
        return DotStream(
            self.in_bits,
            self.weight_bits,
            self.out_bits,
            self.in_lanes,
            self.out_lanes,
            self.beats,
            self.is_signed,
            has_start=self.bias_bits > 0,
        )


def resources(shape: Shape, family: Family) -> Resources:
    """Give the sum over the memories and what works with them; one word is a constant."""
    found = core_resources(shape, family)
    if shape.words > 1:
        memory = memory_resources(shape.word_bits, shape.words, family)
        # Where multipliers have registers, about half of those of the weights lie in them.
        packs = shape.dot.is_packed(family)
        found += replace(memory, ffs=memory.ffs // 2) if packs else memory
    if shape.bias_bits and shape.groups > 1:
        found += memory_resources(shape.bias_bits * shape.out_lanes, shape.groups, family)
    return found


def core_resources(shape: Shape, family: Family) -> Resources:
    """Give the sum over the row repeat, the addresses and the products with their sums.

    Where multipliers have registers, about half of those of the codes lie in them.
    """
    packs = shape.dot.is_packed(family)
    repeats = row_skip_resources if shape.skips else row_repeat_resources
    found = (
        repeats(shape.in_bits * shape.in_lanes, shape.beats, shape.groups, family)
        + register_resources(shape.in_bits * shape.in_lanes // (2 if packs else 1), family)
        + shape.dot.resources(family)
    )
    if shape.words > 1:
        found += counter_resources(shape.words)
    if shape.bias_bits and shape.groups > 1:
        found += counter_resources(shape.groups) + Resources(luts=2, ffs=1)
    if shape.holds:
        found += _zero_resources(shape.in_bits * shape.in_lanes, shape.dot.registers, family)
    return found


def _zero_resources(bits: int, registers: int, family: Family) -> Resources:
    """Give the tree of tables that finds a beat of zeros, and the flag beside each register."""
    tables = -(-(bits - 1) // (family.lut_inputs - 1))
    return Resources(luts=tables + registers + 1, ffs=registers + 1)


def memory_resources(width: int, words: int, family: Family) -> Resources:
    """Give a memory; of few words there are few different columns, and equal ones are merged."""
    memory, columns = rom_resources(width, words, family), 1 << min(words, 30)
    return replace(memory, luts=min(memory.luts, columns), ffs=min(memory.ffs, columns))


def counter_resources(values: int) -> Resources:
    bits = (values - 1).bit_length()
    return Resources(luts=2 * bits, ffs=bits)
