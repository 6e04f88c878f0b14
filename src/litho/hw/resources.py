"""Counts of what a chip is made of."""

from dataclasses import dataclass, fields

__all__ = ["Resources"]


@dataclass(frozen=True, slots=True)
class Resources:
    """Counts of look-up tables, flip-flops, multipliers, block-RAM bits and carry cells.

    A count is a plain number of cells, except `bram_bits`, which is the capacity of the block
    RAMs in use, in bits.
    """

    luts: int = 0
    ffs: int = 0
    dsps: int = 0
    bram_bits: int = 0
    carries: int = 0

    def __add__(self, other: "Resources") -> "Resources":
        return Resources(
            self.luts + other.luts,
            self.ffs + other.ffs,
            self.dsps + other.dsps,
            self.bram_bits + other.bram_bits,
            self.carries + other.carries,
        )

    def __mul__(self, copies: int) -> "Resources":
        return Resources(*(getattr(self, field.name) * copies for field in fields(self)))

    __rmul__ = __mul__

    def fits(self, budget: "Resources") -> bool:
        """Say whether no count exceeds the same count of `budget`; carry cells are not judged."""
        judged = ("luts", "ffs", "dsps", "bram_bits")
        return all(getattr(self, name) <= getattr(budget, name) for name in judged)
