"""Resources of `unary`."""

from litho.hw import Band, Family, Resources
from litho.rtl.mem.rom import rom_resources
from litho.rtl.stream.register import register_resources

__all__ = ["BAND", "resources"]

BAND = Band(1.5, 24)


def resources(in_bits: int, out_bits: int, lanes: int, family: Family) -> Resources:
    """Give a table a lane, and the handshake.

    Out of look-up tables of four inputs, those of a smooth function share about a quarter.
    """
    memory = rom_resources(out_bits, 1 << in_bits, family)
    if not memory.bram_bits:
        tables = out_bits * -(-(1 << in_bits) // (1 << family.lut_inputs))
        luts = tables if family.lut_inputs >= 6 else -(-tables * 3 // 4)
        memory = Resources(luts=luts, ffs=out_bits)
    return register_resources(0, family) + lanes * memory
