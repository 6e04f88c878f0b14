"""Resources and event graph of the norms."""

from dataclasses import dataclass, replace

from litho.hw import Band, Family, Resources
from litho.ops.layer_norm.reference import Plan
from litho.rtl.arith.dot import packs_registers, product_resources, uses_dsp
from litho.rtl.arith.round_stage import round_stage_resources
from litho.rtl.arith.rsqrt import rsqrt_bits, rsqrt_cycles, rsqrt_resources
from litho.rtl.branches import forked, worked
from litho.rtl.flow import Part, buffer, stages
from litho.rtl.mem.rom import rom_resources
from litho.rtl.stream.fifo import fifo_resources
from litho.rtl.stream.fork import fork_resources
from litho.rtl.stream.join import join_resources
from litho.rtl.stream.register import register_resources
from litho.rtl.stream.row_fold import row_fold_parts, row_fold_resources
from litho.rtl.stream.row_pair import pair_depth, row_pair_parts, row_pair_resources

__all__ = ["BAND", "Shape", "parts", "resources"]

BAND = Band(1.5, 60)


@dataclass(frozen=True, slots=True)
class Shape:
    """What the hardware of one norm depends on; `beta_bits` is 0 without summands."""

    in_bits: int
    is_signed: bool
    out_bits: int
    lanes: int
    row: int
    rows: int
    plan: Plan
    gamma_bits: int
    beta_bits: int
    sum_bits: int
    rounding: str

    @property
    def beats(self) -> int:
        """Beats of a row."""
        return -(-self.row // self.lanes)

    @property
    def places(self) -> int:
        """Bits that say which code of a row."""
        return (self.row - 1).bit_length()

    @property
    def code_bits(self) -> int:
        """Bits of a code as a signed number."""
        return self.in_bits + (not self.is_signed)

    @property
    def square_bits(self) -> int:
        """Bits of the square of a code."""
        return self.in_bits + self.code_bits

    @property
    def first_bits(self) -> int:
        """Bits of the sum of a row."""
        return self.code_bits + self.places

    @property
    def second_bits(self) -> int:
        """Bits of the sum of the squares of a row."""
        return self.square_bits + self.places

    @property
    def radicand_bits(self) -> int:
        """Bits of what the root is of."""
        return self.plan.radicand.bit_length()

    @property
    def least(self) -> int:
        """Binary logarithm of the least radicand that matters."""
        return self.plan.least.bit_length() - 1

    @property
    def root_bits(self) -> int:
        """Bits of a reciprocal root."""
        return rsqrt_bits(self.plan.root, self.least)

    @property
    def steps(self) -> int:
        """Cycles of a root."""
        return rsqrt_cycles(self.plan.root, self.least)

    @property
    def centred_bits(self) -> int:
        """Bits of a code without its mean."""
        return self.code_bits + self.places + 1

    @property
    def norm_bits(self) -> int:
        """Bits of that times the root."""
        return min(self.plan.product.bit_length() + 1, self.centred_bits + self.root_bits)

    @property
    def row_interval(self) -> int:
        """Cycles from row to row."""
        return max(self.beats, self.steps)

    @property
    def depth(self) -> int:
        """Beats that can wait for the root of their row."""
        return pair_depth(self.beats, self.row_interval, 4 + (self.lanes > 1) + self.steps)


def parts(shape: Shape) -> tuple[Part, ...]:
    """Give the parts of a `litho_norm` in a row."""
    rows, beats = shape.rows, shape.rows * shape.beats
    codes, facts = row_pair_parts(rows, shape.beats, shape.depth)
    fold = row_fold_parts(rows, shape.beats, shape.lanes)
    root = forked(rows, (worked(rows, shape.steps),), (stages(rows, 1),))
    known = (stages(beats, 1), *fold, stages(rows, 1), buffer(rows, 2, 1), root, *facts)
    return forked(beats, (codes,), known), stages(beats, 5)


def resources(shape: Shape, family: Family) -> Resources:
    """Give the sum over the sums, the root, the buffer, the products and the rounding."""
    return _sums(shape, family) + _root(shape, family) + _products(shape, family)


def _sums(shape: Shape, family: Family) -> Resources:
    """Give the squares and what adds up a row."""
    lanes, bits, count = shape.lanes, shape.in_bits, (shape.beats - 1).bit_length()
    packs = packs_registers(bits, bits, family)
    found = (
        Resources(luts=2 * count, ffs=count)
        + fork_resources(family)
        + _product(lanes, bits, bits, family)
        + register_resources((0 if packs else shape.square_bits * lanes), family)
        + row_fold_resources(
            shape.square_bits, lanes, shape.beats, shape.second_bits, False, family
        )
    )
    if shape.plan.is_centred:
        found += Resources(ffs=bits * lanes)
        found += row_fold_resources(
            shape.code_bits, lanes, shape.beats, shape.first_bits, False, family
        )
    return found


def _root(shape: Shape, family: Family) -> Resources:
    """Give what the root is of, the root, and what brings it to each beat."""
    scaled = shape.second_bits + shape.row.bit_length()
    first = shape.first_bits if shape.plan.is_centred else 0
    found = (
        _times_row(shape.second_bits, shape, family)
        + register_resources(min(scaled, shape.radicand_bits), family)
        + register_resources(2 * first, family)
        + fifo_resources(shape.radicand_bits + first, 2, family)
        + Resources(luts=shape.radicand_bits)
        + fork_resources(family)
        + rsqrt_resources(shape.radicand_bits, shape.plan.root, shape.least, "half_even", family)
        + join_resources(family)
        + row_pair_resources(
            shape.in_bits * shape.lanes, shape.root_bits + first, shape.beats, shape.depth, family
        )
    )
    if shape.plan.is_centred:
        packs = packs_registers(first, first, family)
        found += _product(1, first, first, family) + Resources(luts=shape.radicand_bits)
        found += Resources(ffs=0 if packs else 2 * first)
    return found


def _product(lanes: int, a_bits: int, b_bits: int, family: Family) -> Resources:
    """Give products; what adds the parts of wide ones does not show in reports of tables."""
    found = product_resources(lanes, a_bits, b_bits, family)
    return replace(found, luts=0) if uses_dsp(a_bits, b_bits, family) else found


def _times_row(bits: int, shape: Shape, family: Family) -> Resources:
    """Give the product of a number with the length of a row, which may be a shift."""
    if not shape.row & (shape.row - 1):
        return Resources()
    return _product(1, bits, shape.row.bit_length(), family)


def _products(shape: Shape, family: Family) -> Resources:
    """Give what is done to each code: without its mean, times root and factor, rounded."""
    lanes, product = shape.lanes, shape.norm_bits + shape.gamma_bits
    packs = packs_registers(shape.centred_bits, shape.root_bits, family)
    found = (
        lanes * _times_row(shape.in_bits, shape, family)
        + Resources(luts=shape.centred_bits * lanes * shape.plan.is_centred)
        + register_resources(shape.root_bits + (0 if packs else shape.centred_bits * lanes), family)
        + _product(lanes, shape.centred_bits, shape.root_bits, family)
        + register_resources(0 if packs else shape.norm_bits * lanes, family)
        + rom_resources(shape.gamma_bits * lanes, shape.beats, family)
        + register_resources(0 if packs else product * lanes, family)
        + _product(lanes, shape.norm_bits, shape.gamma_bits, family)
        + register_resources(0 if packs else product * lanes, family)
        + round_stage_resources(
            shape.sum_bits, shape.out_bits, shape.rounding, shape.plan.shift, lanes, family
        )
    )
    if shape.beta_bits:
        # Of few words many columns are the same, or nothing: Yosys keeps those that differ.
        columns = min(shape.beta_bits * lanes, (1 << shape.beats) - 2)
        found += rom_resources(columns, shape.beats, family)
        found += Resources(luts=shape.sum_bits * lanes, ffs=2 * columns)
    return found
