"""Scalar products of long vectors that come in beats."""

from dataclasses import dataclass

import numpy as np

from litho.hw import Family, Resources
from litho.rtl.arith.dot import packs_registers, product_bits, product_resources, sum_resources
from litho.rtl.block import Times
from litho.rtl.flow import Part, added_up, stages
from litho.rtl.stream.fifo import fifo_resources
from litho.rtl.stream.register import register_resources

__all__ = ["DotStream"]


@dataclass(frozen=True, slots=True)
class DotStream:
    """What a `litho_dot_stream` depends on.

    Codes of `a_bits` bits meet those of words, of `b_bits`; `is_signed` says whether one of the
    two is. `beats` of them make a result, `has_start` says whether it starts at another than zero.
    """

    a_bits: int
    b_bits: int
    out_bits: int
    in_lanes: int
    out_lanes: int
    beats: int
    is_signed: bool
    has_start: bool

    @property
    def registers(self) -> int:
        """Registers before the accumulators."""
        return 2 if self.in_lanes == 1 else 3

    def is_packed(self, family: Family) -> bool:
        """Say whether the registers around the products lie in their multipliers."""
        return packs_registers(self.a_bits, self.b_bits, family)

    def parts(self, results: int) -> tuple[Part, Part]:
        """Give the events of `results` beats of results."""
        return self.parts_up_to((np.arange(results, dtype=np.int64) + 1) * self.beats - 1)

    def parts_up_to(self, lasts: Times) -> tuple[Part, Part]:
        """Give the events where beat lasts[k] is the last of result k."""
        return stages(int(lasts[-1]) + 1, self.registers), added_up(lasts)

    def resources(self, family: Family) -> Resources:
        """Give the sum over the operands, products, sums and accumulators and their registers.

        Where multipliers have registers, those of operands and products lie in them, and so do the
        additions next to them: pairs of products are added there.
        """
        product = product_bits(self.a_bits, self.is_signed, self.b_bits, self.is_signed)
        total = min(product + (self.in_lanes - 1).bit_length(), self.out_bits)
        products = self.in_lanes * self.out_lanes
        operands = self.a_bits * self.in_lanes + self.b_bits * products
        packs = self.is_packed(family)
        terms = -(-self.in_lanes // 2) if packs else self.in_lanes
        found = (
            product_resources(products, self.a_bits, self.b_bits, family)
            + register_resources(0 if packs else operands, family)
            + register_resources(0 if packs else product * products, family)
            + self.out_lanes * sum_resources(terms, product, total, family)
            + self._accumulators(family)
        )
        if self.in_lanes > 1:
            kept = 0 if packs and terms < 3 else total * self.out_lanes
            found += register_resources(kept, family)
        return found

    def _accumulators(self, family: Family) -> Resources:
        """Give the adders behind the choice of start or sum, the counter and the registers.

        A result has three registers: two wait, and one adds up where it has several beats.
        """
        bits, places = self.out_bits * self.out_lanes, (self.beats - 1).bit_length()
        if self.beats == 1:
            tables = 1 if self.has_start else 0
        else:
            tables = 1 if family.lut_inputs >= 6 else 2
        counter = Resources(luts=2 * places, ffs=places)
        added = register_resources(0 if self.beats == 1 else bits, family)
        return Resources(luts=tables * bits) + added + fifo_resources(bits, 2, family) + counter
