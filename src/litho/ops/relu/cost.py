"""Resources of `relu`."""

from litho.hw import Family, Resources
from litho.rtl.stream.register import register_resources

__all__ = ["resources"]


def resources(bits: int, lanes: int, family: Family) -> Resources:
    """Give an AND gate a bit (the sign needs none) and the register behind it."""
    return Resources(luts=(bits - 1) * lanes) + register_resources(bits * lanes, family)
