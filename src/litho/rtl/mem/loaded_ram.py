"""The memory that a stream fills once after reset."""

from dataclasses import dataclass, replace

from litho.hw import Family, Resources
from litho.rtl.loading import LOAD_BITS
from litho.rtl.mem.ram import synchronous_ram_resources

__all__ = ["LoadedRam"]


@dataclass(frozen=True, slots=True)
class LoadedRam:
    """A `litho_loaded_ram` of `depth` words of `width` bits; a beat brings `load_bits` of them."""

    width: int
    depth: int
    load_bits: int = LOAD_BITS

    @property
    def parts(self) -> int:
        """The beats that bring a word."""
        return -(-self.width // self.load_bits)

    def resources(self, family: Family) -> Resources:
        """Give the banks, the counters of words and of parts, and the enables of the banks."""
        last = self.width - (self.parts - 1) * self.load_bits
        widths = [self.load_bits] * (self.parts - 1) + [last]
        banks = sum((_bank(width, self.depth, family) for width in widths), Resources())
        counters = (self.depth - 1).bit_length() + (self.parts - 1).bit_length()
        return banks + Resources(luts=2 * counters + self.parts + 3, ffs=counters + 1)


def _bank(width: int, depth: int, family: Family) -> Resources:
    """Give a bank; so few words are registers, which choose by their enables."""
    if depth > 2:
        return synchronous_ram_resources(width, depth, family)
    choice = Resources(luts=width if depth == 2 else 0)
    return replace(choice, ffs=width * (depth + 1))
