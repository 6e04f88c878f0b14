"""The read-only memory."""

from litho.hw import Family, Resources
from litho.rtl.mem.ram import block_ram_bits

__all__ = ["rom_resources"]

_LUT_ROM_BITS = 512


def rom_resources(width: int, depth: int, family: Family) -> Resources:
    """Give the resources of a `litho_rom` of `depth` words of `width` bits."""
    if depth * width <= _LUT_ROM_BITS or depth <= 1 << family.lut_inputs:
        tables = -(-depth // (1 << family.lut_inputs))
        return Resources(luts=width * tables, ffs=width)
    return Resources(bram_bits=block_ram_bits(width, depth, family))
