"""What a design should cost, from the formulas of its blocks."""

from collections.abc import Iterable

from litho.hw import Estimate, Family, Interval
from litho.rtl import Design

__all__ = ["estimate_of", "estimates_of", "sum_of"]


def estimates_of(design: Design, family: Family) -> dict[str, Estimate]:
    """Give the estimate of each instance by its name, within the band that its block states."""
    return {
        item.name: Estimate.from_formula(item.block.resources(family), item.block.band)
        for item in design.instances
    }


def estimate_of(design: Design, family: Family) -> Estimate:
    """Give the sum of the blocks' estimates."""
    return sum_of(estimates_of(design, family).values())


def sum_of(parts: Iterable[Estimate]) -> Estimate:
    """Give the sum of estimates, end by end."""
    found = list(parts)
    return Estimate(
        luts=_sum([part.luts for part in found]),
        ffs=_sum([part.ffs for part in found]),
        dsps=_sum([part.dsps for part in found]),
        bram_bits=_sum([part.bram_bits for part in found]),
    )


def _sum(parts: list[Interval]) -> Interval:
    return Interval(
        sum(part.low for part in parts),
        sum(part.mid for part in parts),
        sum(part.high for part in parts),
    )
