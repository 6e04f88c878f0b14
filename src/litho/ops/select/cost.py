"""Resources of `select`."""

from litho.hw import Band, Family, Resources
from litho.rtl.stream.register import register_resources

__all__ = ["BAND", "resources"]

BAND = Band(1.5, 24)


def resources(width: int, period: int, family: Family) -> Resources:
    """Give the counter of a period of beats, and the register of a beat of `width` bits."""
    counter = (period - 1).bit_length()
    return Resources(luts=2 * counter + 3, ffs=counter) + register_resources(width, family)
