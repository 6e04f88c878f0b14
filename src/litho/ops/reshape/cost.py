"""Resources of `reshape`."""

from litho.hw import Band, Family, Resources
from litho.rtl.stream.width import width_resources

__all__ = ["BAND", "resources"]

BAND = Band(1.5, 24)


def resources(
    bits: int, lanes: tuple[int, int, int], rows: tuple[int, int], family: Family
) -> Resources:
    """Give the two width changes, through lanes[0], lanes[1], lanes[2] codes a cycle."""
    return width_resources(bits, lanes[0], lanes[1], rows[0], family) + width_resources(
        bits, lanes[1], lanes[2], rows[1], family
    )
