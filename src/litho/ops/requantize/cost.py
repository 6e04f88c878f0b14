"""Resources of `requantize`."""

from dataclasses import dataclass

from litho.hw import Band, Family, Resources
from litho.rtl.arith.dot import product_resources
from litho.rtl.arith.round import round_resources
from litho.rtl.mem.rom import rom_resources
from litho.rtl.stream.register import register_resources

__all__ = ["BAND", "Shape", "resources"]

BAND = Band(1.5, 24)


@dataclass(frozen=True, slots=True)
class Shape:
    """What the hardware of one `requantize` depends on; `words` is 0 for one multiplier."""

    in_bits: int
    in_signed: bool
    out_bits: int
    lanes: int
    words: int
    multiplier: int
    multiplier_bits: int
    left: int
    shift: int
    rounding: str

    @property
    def product_bits(self) -> int:
        """Bits of code · multiplier."""
        has_product = self.words > 0 or self.multiplier != 1
        return self.in_bits + (not self.in_signed) + (self.multiplier_bits if has_product else 0)

    @property
    def wide_bits(self) -> int:
        """Bits that go into the rounding."""
        return self.product_bits + self.left

    @property
    def stages(self) -> int:
        """Registers from input to output."""
        if self.words:
            return 3
        return 1 if self.multiplier == 1 else 2


def resources(shape: Shape, family: Family) -> Resources:
    """Give the sum over the memory, the products, the rounding and the registers."""
    found = register_resources(
        shape.out_bits * shape.lanes, family
    ) + shape.lanes * round_resources(shape.wide_bits, shape.out_bits, 0, shape.rounding, family)
    if shape.stages > 1:
        found += register_resources(shape.product_bits * shape.lanes, family)
        found += product_resources(shape.lanes, shape.in_bits, shape.multiplier_bits, family)
    if shape.words:
        bits = (shape.words - 1).bit_length()
        found += Resources(luts=2 * bits, ffs=bits)
        found += rom_resources(shape.multiplier_bits * shape.lanes, shape.words, family)
        found += register_resources(shape.in_bits * shape.lanes, family)
    return found
