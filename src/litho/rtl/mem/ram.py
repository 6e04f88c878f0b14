"""Resources of the memories inside stream modules."""

from litho.hw import Family, Resources

__all__ = ["SHALLOW", "block_ram_bits", "ram_resources", "synchronous_ram_resources"]

SHALLOW = 64
"""Up to this many words a memory is read in the cycle itself; deeper ones read synchronously."""


_BLOCK_ABOVE = {"xc7": 3000, "xcup": 6000, "ecp5": 1150, "ice40": 256}
"""Bits above which Yosys puts a memory that is read synchronously into a block RAM."""


def ram_resources(width: int, depth: int, family: Family) -> Resources:
    """Give the resources of a memory with one write and one read port.

    Up to `SHALLOW` words it is read in the cycle itself, above through a register.
    """
    if depth > SHALLOW:
        return synchronous_ram_resources(width, depth, family)
    if depth <= 2 or family.name == "ice40":
        return Resources(luts=width * depth, ffs=width * depth)
    # Yosys keeps the read address a second time.
    return _lut_ram(width, depth, family) + Resources(ffs=(depth - 1).bit_length())


def synchronous_ram_resources(width: int, depth: int, family: Family) -> Resources:
    """Give the resources of such a memory that is read through a register, however deep it is."""
    if depth <= SHALLOW and family.name == "ice40":
        return Resources(luts=width * depth, ffs=width * (depth + 1))
    if width * depth > _BLOCK_ABOVE[family.name]:
        return Resources(bram_bits=block_ram_bits(width, depth, family))
    return _lut_ram(width, depth, family) + Resources(ffs=width)


def _lut_ram(width: int, depth: int, family: Family) -> Resources:
    """Give the tables that hold the words, and those that choose among banks of them."""
    if family.lut_inputs >= 6:
        words, bits, luts = (32, 6, 4) if depth <= 32 else (64, 3, 4)
    else:
        words, bits, luts = 16, 4, 6
    banks = -(-depth // words)
    return Resources(luts=luts * -(-width // bits) * banks + width * (banks - 1))


def block_ram_bits(width: int, depth: int, family: Family) -> int:
    """Give the bits of the block RAMs that hold `depth` words of `width` bits."""
    unit = family.bram_unit_bits
    whole = 1 << (unit.bit_length() - 1)  # without the ninth bits, which only some ports reach
    ports = [port for port in (1, 2, 4, 8, 9, 16, 18, 36) if port <= family.bram_max_width]
    rows = {port: (whole if port % 9 else unit) // port for port in ports}
    return unit * min(-(-width // port) * -(-depth // rows[port]) for port in ports)
