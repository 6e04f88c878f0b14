"""Resources of `rrelu`."""

from litho.hw import Band, Family, Resources
from litho.rtl.arith.dot import product_resources
from litho.rtl.stream.register import register_resources

__all__ = ["BAND", "resources"]

BAND = Band(1.5, 24)
_STATE_BITS = 8


def resources(bits: int, lanes: int, alpha_bits: int, family: Family) -> Resources:
    """Give the register of states and the slope it stands for, a product and a choice a lane."""
    found = Resources(luts=2 * alpha_bits + 2, ffs=_STATE_BITS)
    found += product_resources(lanes, bits, alpha_bits, family)
    return found + Resources(luts=bits * lanes) + register_resources(bits * lanes, family)
