"""Resources of `requantize`."""

from dataclasses import dataclass

from litho.hw import Band, Family, Resources
from litho.rtl.arith.dot import packs_registers, product_resources
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
            return 4
        return 1 if self.multiplier == 1 else 3


def resources(shape: Shape, family: Family) -> Resources:
    """Give the sum over the memory, the products, the rounding and the registers."""
    # Where the output is wider than what comes, the rest are copies of the sign.
    kept = min(shape.out_bits, max(shape.product_bits - shape.shift + 1, 1))
    found = register_resources(kept * shape.lanes, family)
    found += shape.lanes * _rounding(shape, family)
    if shape.stages == 1:
        return found
    packs = packs_registers(shape.in_bits, shape.multiplier_bits, family)
    found += product_resources(shape.lanes, shape.in_bits, shape.multiplier_bits, family)
    found += register_resources(0 if packs else shape.in_bits * shape.lanes, family)
    found += register_resources(0 if packs else shape.product_bits * shape.lanes, family)
    if shape.words:
        bits = (shape.words - 1).bit_length()
        found += Resources(luts=2 * bits, ffs=bits)
        found += rom_resources(shape.multiplier_bits * shape.lanes, shape.words, family)
        found += register_resources(0 if packs else shape.in_bits * shape.lanes, family)
        found += Resources(ffs=0 if packs else shape.multiplier_bits * shape.lanes)
    return found


def _rounding(shape: Shape, family: Family) -> Resources:
    """Give one rounding by a constant shift: the whole part is added to, then limited.

    Tables of six inputs need none for the addition, which the carry chain does, nor for the
    comparison with the limits.
    """
    whole = max(shape.wide_bits - shape.shift, 1)
    limit = shape.out_bits + 2 if whole > shape.out_bits else 0
    if not shape.shift:
        return Resources(luts=limit)
    ties = -(-shape.shift // 5) if shape.rounding in ("half_even", "toward_zero") else 0
    chains = 0
    if family.lut_inputs < 6 and shape.rounding != "floor":
        chains = whole if whole <= shape.out_bits else 2 * whole
    return Resources(luts=limit + ties + chains + 2)
