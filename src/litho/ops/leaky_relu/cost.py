"""Resources of `leaky_relu`."""

from litho.hw import Band, Family, Resources
from litho.rtl.arith.dot import product_resources
from litho.rtl.stream.register import register_resources

__all__ = ["BAND", "resources"]

BAND = Band(1.5, 24)


def resources(
    in_bits: int, out_bits: int, multiplier: int, lanes: int, family: Family
) -> Resources:
    """Give a product a lane, a choice for each bit of a code, and the register behind it.

    A slope that is a power of two has wires for a product.
    """
    found = Resources(luts=in_bits * lanes) + register_resources(out_bits * lanes, family)
    if multiplier > 1:
        found += product_resources(lanes, in_bits, multiplier.bit_length(), family)
    return found
