"""Resources and event graph of `softmax`."""

from dataclasses import dataclass

from litho.hw import Band, Family, Resources
from litho.ops.softmax.reference import Plan
from litho.rtl.arith.dot import packs_registers, product_bits, product_resources
from litho.rtl.arith.reciprocal import reciprocal_cycles, reciprocal_resources
from litho.rtl.arith.round_stage import round_stage_resources
from litho.rtl.branches import forked, worked
from litho.rtl.flow import Part, stages
from litho.rtl.mem.rom import rom_resources
from litho.rtl.stream.fork import fork_resources
from litho.rtl.stream.join import join_resources
from litho.rtl.stream.register import register_resources
from litho.rtl.stream.row_fold import row_fold_parts, row_fold_resources
from litho.rtl.stream.row_pair import pair_depth, row_pair_parts, row_pair_resources
from litho.rtl.stream.row_repeat import row_repeat_resources

__all__ = ["BAND", "Shape", "parts", "resources"]

BAND = Band(1.5, 60)


@dataclass(frozen=True, slots=True)
class Shape:
    """What the hardware of one `softmax` depends on; `length_bits` is 0 without a length."""

    in_bits: int
    out_bits: int
    length_bits: int
    lanes: int
    row: int
    rows: int
    plan: Plan
    entries: int
    rounding: str

    @property
    def beats(self) -> int:
        """Beats of a row."""
        return -(-self.row // self.lanes)

    @property
    def entry_bits(self) -> int:
        """Bits of an exponential."""
        return self.plan.exponential + 1

    @property
    def sum_bits(self) -> int:
        """Bits of the sum of a row."""
        return self.entry_bits + (self.row - 1).bit_length()

    @property
    def reciprocal_bits(self) -> int:
        """Bits of the reciprocal of a sum."""
        return self.plan.shift - self.plan.exponential + 1

    @property
    def steps(self) -> int:
        """Cycles of the reciprocal."""
        return reciprocal_cycles(self.plan.shift, self.plan.exponential)

    @property
    def row_interval(self) -> int:
        """Cycles from row to row."""
        return max(self.beats, self.steps)

    @property
    def code_depth(self) -> int:
        """Beats that can wait for the greatest code of their row."""
        return pair_depth(self.beats, self.row_interval, 1 + (self.lanes > 1))

    @property
    def entry_depth(self) -> int:
        """Beats that can wait for the reciprocal of the sum of their row."""
        return pair_depth(self.beats, self.row_interval, 1 + (self.lanes > 1) + self.steps)


def parts(shape: Shape) -> tuple[Part, ...]:
    """Give the parts of a `litho_softmax_rows` in a row."""
    beats, rows = shape.beats, shape.rows
    codes, greatest = row_pair_parts(rows, beats, shape.code_depth)
    entries, reciprocals = row_pair_parts(rows, beats, shape.entry_depth)
    fold = row_fold_parts(rows, beats, shape.lanes)
    return (
        forked(rows * beats, (codes,), (*fold, *greatest)),
        stages(rows * beats, 2),
        forked(rows * beats, (entries,), (*fold, worked(rows, shape.steps), *reciprocals)),
        stages(rows * beats, 3),
    )


def resources(shape: Shape, family: Family) -> Resources:
    """Give the sum over the buffers, the folds, the tables, the reciprocal and the products."""
    found = _codes(shape, family) + _entries(shape, family) + _products(shape, family)
    if shape.length_bits:
        beats = shape.beats * shape.rows
        found += row_repeat_resources(shape.length_bits, 1, beats, family) + join_resources(family)
        found += Resources(luts=shape.lanes * shape.length_bits // 2)
    return found


def _codes(shape: Shape, family: Family) -> Resources:
    """Give what finds the greatest code and puts it beside each, and the addresses."""
    lanes, bits, count = shape.lanes, shape.in_bits, (shape.beats - 1).bit_length()
    address = (shape.entries - 1).bit_length()
    tables = 1 if family.lut_inputs >= 6 else 2
    return (
        Resources(luts=2 * count, ffs=count)
        + fork_resources(family)
        + row_fold_resources(bits, lanes, shape.beats, bits, True, family)
        + row_pair_resources((bits + 1) * lanes, bits, shape.beats, shape.code_depth, family)
        + Resources(luts=lanes * (2 * bits + tables * address))
        + register_resources(address * lanes, family)
    )


def _entries(shape: Shape, family: Family) -> Resources:
    """Give the tables, the sum, its reciprocal, and what puts that beside each entry."""
    lanes, bits = shape.lanes, shape.entry_bits
    folded = row_fold_resources(bits, lanes, shape.beats, shape.sum_bits, False, family)
    plan = shape.plan
    return (
        lanes * rom_resources(bits, shape.entries, family)
        + register_resources(0, family)
        + fork_resources(family)
        + folded
        + reciprocal_resources(shape.sum_bits, plan.shift, plan.exponential, "half_even", family)
        + row_pair_resources(
            bits * lanes, shape.reciprocal_bits, shape.beats, shape.entry_depth, family
        )
    )


def _products(shape: Shape, family: Family) -> Resources:
    """Give the products and their rounding."""
    lanes, bits = shape.lanes, product_bits(shape.entry_bits, False, shape.reciprocal_bits, False)
    packs = packs_registers(shape.entry_bits, shape.reciprocal_bits, family)
    operands = shape.reciprocal_bits + shape.entry_bits * lanes
    return (
        register_resources(0 if packs else operands, family)
        + product_resources(lanes, shape.entry_bits, shape.reciprocal_bits, family)
        + register_resources(0 if packs else bits * lanes, family)
        + round_stage_resources(
            bits, shape.out_bits, shape.rounding, shape.plan.right, lanes, family
        )
    )
