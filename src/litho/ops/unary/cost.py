"""Resources of `unary`."""

from litho.hw import Band, Family, Resources
from litho.rtl.mem.rom import rom_resources
from litho.rtl.stream.register import register_resources

__all__ = ["BAND", "resources"]

BAND = Band(1.5, 24)


def resources(in_bits: int, out_bits: int, lanes: int, family: Family) -> Resources:
    """Give a table a lane, and the handshake."""
    return register_resources(0, family) + lanes * rom_resources(out_bits, 1 << in_bits, family)
