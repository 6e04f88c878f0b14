"""Resources of `reshape`."""

from litho.hw import Band, Family, Resources
from litho.rtl.stream.register import register_resources
from litho.rtl.stream.width import width_resources

__all__ = ["BAND", "resources"]

BAND = Band(1.5, 24)


def resources(
    bits: int, lanes: tuple[int, int, int], rows: tuple[int, int], family: Family
) -> Resources:
    """Give the width changes through lanes[0], lanes[1] and lanes[2] codes a cycle.

    Between two of them stands a register.
    """
    found = width_resources(bits, lanes[0], lanes[1], rows[0], family)
    found += width_resources(bits, lanes[1], lanes[2], rows[1], family)
    if lanes[0] > lanes[1] < lanes[2]:
        found += register_resources(bits * lanes[1], family)
    return found
