"""Resources of the memories inside stream modules."""

from litho.hw import Family, Resources

__all__ = ["SHALLOW", "block_ram_bits", "ram_resources"]

SHALLOW = 64
"""Up to this many words a memory is read in the cycle itself; deeper ones read synchronously."""


def ram_resources(width: int, depth: int, family: Family) -> Resources:
    """Give the resources of a memory with one write and one read port."""
    if depth > SHALLOW:
        return Resources(bram_bits=block_ram_bits(width, depth, family))
    # LUT RAM: a table of 2^lut_inputs bits holds one bit of that many words, and the write side
    # of a group of tables needs one more.
    words = 1 << (family.lut_inputs - 1)
    banks = -(-depth // words)
    return Resources(luts=-(-width * banks * 4 // 3))


def block_ram_bits(width: int, depth: int, family: Family) -> int:
    """Give the bits of the block RAMs that hold `depth` words of `width` bits."""
    unit = family.bram_unit_bits
    whole = 1 << (unit.bit_length() - 1)  # without the ninth bits, which only some ports reach
    ports = [port for port in (1, 2, 4, 8, 9, 16, 18, 36) if port <= family.bram_max_width]
    rows = {port: (whole if port % 9 else unit) // port for port in ports}
    return unit * min(-(-width // port) * -(-depth // rows[port]) for port in ports)
