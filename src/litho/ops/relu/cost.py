"""Resources of `relu`."""

from litho.hw import Family, Resources
from litho.rtl.stream.register import register_resources

__all__ = ["resources"]


def resources(bits: int, lanes: int, family: Family) -> Resources:
    """Give the register behind it, which the sign clears: a gate a lane, no bit for the sign."""
    return Resources(luts=lanes) + register_resources((bits - 1) * lanes, family)
