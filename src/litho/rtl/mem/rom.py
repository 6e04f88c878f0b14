"""The read-only memory."""

from litho.hw import Family, Resources
from litho.rtl.mem.ram import block_ram_bits

__all__ = ["rom_resources"]

_BLOCK_ABOVE = {"xc7": 8192, "xcup": 8192, "ecp5": 2048, "ice40": 4096}
"""Bits, for each block RAM they would take, above which Yosys uses block RAMs."""


def rom_resources(width: int, depth: int, family: Family) -> Resources:
    """Give the resources of a `litho_rom` of `depth` words of `width` bits."""
    in_blocks = block_ram_bits(width, depth, family)
    blocks = in_blocks // family.bram_unit_bits
    if width * depth > _BLOCK_ABOVE[family.name] * blocks:
        return Resources(bram_bits=in_blocks)
    tables = -(-depth // (1 << family.lut_inputs))
    # Half as many again choose among the tables of a bit.
    return Resources(luts=width * tables + width * tables // 2 * (tables > 1), ffs=width)
