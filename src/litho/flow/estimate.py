"""What a design should cost, from the formulas of its blocks."""

from litho.hw import Estimate, Family, Interval
from litho.rtl import Design

__all__ = ["estimate_of"]


def estimate_of(design: Design, family: Family) -> Estimate:
    """Give the sum of the blocks' estimates, each within the band that its block states."""
    parts = [
        Estimate.from_formula(item.block.resources(family), item.block.band)
        for item in design.instances
    ]
    return Estimate(
        luts=_sum([part.luts for part in parts]),
        ffs=_sum([part.ffs for part in parts]),
        dsps=_sum([part.dsps for part in parts]),
        bram_bits=_sum([part.bram_bits for part in parts]),
    )


def _sum(parts: list[Interval]) -> Interval:
    return Interval(
        sum(part.low for part in parts),
        sum(part.mid for part in parts),
        sum(part.high for part in parts),
    )
