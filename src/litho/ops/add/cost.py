"""Resources of `add`."""

from dataclasses import dataclass

from litho.hw import Band, Family, Resources
from litho.rtl.arith.dot import packs_registers, product_resources
from litho.rtl.mem.rom import rom_resources
from litho.rtl.stream.join import join_resources
from litho.rtl.stream.register import register_resources

__all__ = ["BAND", "Shape", "Term", "resources"]

BAND = Band(1.5, 24)


@dataclass(frozen=True, slots=True)
class Term:
    """One input of a sum: its codes, and the multiplier and shift that put them on the grid."""

    bits: int
    is_signed: bool
    multiplier: int
    multiplier_bits: int
    left: int

    @property
    def product_bits(self) -> int:
        """Bits of code · multiplier, as a signed number."""
        return self.bits + (not self.is_signed) + self.multiplier_bits

    @property
    def wide_bits(self) -> int:
        """Bits of the aligned code."""
        return self.product_bits + self.left


@dataclass(frozen=True, slots=True)
class Shape:
    """What the hardware of one `add` depends on; `words` is 0 when factors are constant."""

    a: Term
    b: Term
    out_bits: int
    lanes: int
    words: int

    @property
    def stages(self) -> int:
        """Registers from input to output."""
        if self.words:
            return 4
        return 1 if self.a.multiplier == 1 and self.b.multiplier == 1 else 3


def resources(shape: Shape, family: Family) -> Resources:
    """Give the sum over the join, the memory, the products, the adders and the registers.

    Where multipliers have registers, they also do the addition behind them.
    """
    lanes, terms = shape.lanes, (shape.a, shape.b)
    products = [term for term in terms if shape.words or term.multiplier != 1]
    packed = [t for t in products if packs_registers(t.bits, t.multiplier_bits, family)]
    found = join_resources(family)
    if packed:
        found += register_resources(0, family)
    else:
        found += register_resources(shape.out_bits * lanes, family)
        found += Resources(luts=shape.out_bits * lanes)
    held = [term for term in terms if term not in packed]
    if shape.stages > 1:
        found += register_resources(sum(term.bits for term in held) * lanes, family)
        found += register_resources(sum(term.product_bits for term in held) * lanes, family)
        for term in products:
            found += product_resources(lanes, term.bits, term.multiplier_bits, family)
    if shape.words:
        bits = (shape.words - 1).bit_length()
        width = sum(term.multiplier_bits for term in terms) * lanes
        found += Resources(luts=2 * bits, ffs=bits) + rom_resources(width, shape.words, family)
        found += register_resources(sum(term.bits for term in held) * lanes, family)
        found += Resources(ffs=sum(term.multiplier_bits for term in held) * lanes)
    return found
