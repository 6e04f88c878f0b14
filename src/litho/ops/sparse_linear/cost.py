"""Resources of `sparse_linear`."""

from dataclasses import dataclass

from litho.hw import Band, Family, Resources
from litho.ops.linear.cost import counter_resources, memory_resources
from litho.rtl.arith.dot import packs_registers, product_bits, product_resources, sum_resources
from litho.rtl.mem.banked_buffer import BankedBuffer
from litho.rtl.stream.register import register_resources
from litho.rtl.stream.width import mux_luts

__all__ = ["BAND", "Shape", "resources"]

BAND = Band(1.5, 60)


@dataclass(frozen=True, slots=True)
class Shape:
    """What the hardware of one `sparse_linear` depends on, its constants apart.

    A step multiplies `column_lanes` codes with as many weights of `height` rows in each of `lists`
    lists; `beats`, `steps` and `groups` are those of a row. `bias_bits` is 0 without a bias.
    """

    in_bits: int
    weight_bits: int
    bias_bits: int
    out_bits: int
    in_lanes: int
    column_lanes: int
    height: int
    lists: int
    beats: int
    steps: int
    groups: int
    step_bits: int
    is_signed: bool

    @property
    def out_lanes(self) -> int:
        """Codes in an output beat."""
        return self.height * self.lists

    @property
    def multipliers(self) -> int:
        """Products of a step."""
        return self.out_lanes * self.column_lanes

    @property
    def registers(self) -> int:
        """Registers between the codes of a step and the sums."""
        return 2 if self.column_lanes == 1 else 3

    @property
    def held(self) -> BankedBuffer:
        """The buffer of input rows: the same in each bank, so that each list reads its own."""
        width = self.in_bits * self.in_lanes
        return BankedBuffer(width, self.lists, self.beats, self.beats, self.steps)

    @property
    def results(self) -> BankedBuffer:
        """The buffer of output rows: a bank holds the strips of a list."""
        width = self.out_bits * self.height
        return BankedBuffer(width, self.lists, self.groups, self.steps, self.groups)


def resources(shape: Shape, family: Family) -> Resources:
    """Give the sum over the two buffers, the memories, the products and their sums, and the order.

    Where multipliers have registers, those around a product lie in them.
    """
    return (
        shape.held.resources(family)
        + counter_resources(shape.beats)
        + _steps(shape, family)
        + _sums(shape, family)
        + shape.results.resources(family)
        + _output(shape, family)
    )


def _steps(shape: Shape, family: Family) -> Resources:
    """Give the memories of steps and weights, and the part of a beat that a step takes."""
    is_packed = packs_registers(shape.in_bits, shape.weight_bits, family)
    weights = memory_resources(shape.weight_bits * shape.multipliers, shape.steps, family)
    kept = weights.ffs // 2 if is_packed else weights.ffs
    chosen = shape.lists * shape.column_lanes * shape.in_bits
    parts = shape.in_lanes // shape.column_lanes
    tags = shape.lists * (shape.step_bits - (shape.beats - 1).bit_length())
    return (
        Resources(weights.luts, kept, weights.dsps, weights.bram_bits)
        + memory_resources(shape.step_bits * shape.lists, shape.steps, family)
        + 2 * counter_resources(shape.steps)
        + Resources(luts=chosen * mux_luts(parts, family) + 2, ffs=tags + 1)
    )


def _sums(shape: Shape, family: Family) -> Resources:
    """Give operands, products, sums over columns and accumulators with their registers."""
    product = product_bits(shape.in_bits, shape.is_signed, shape.weight_bits, shape.is_signed)
    total = min(product + (shape.column_lanes - 1).bit_length(), shape.out_bits)
    is_packed = packs_registers(shape.in_bits, shape.weight_bits, family)
    terms = -(-shape.column_lanes // 2) if is_packed else shape.column_lanes
    tags = shape.lists * (2 + (shape.groups - 1).bit_length())
    operands = shape.in_bits * shape.column_lanes * shape.lists
    operands += shape.weight_bits * shape.multipliers
    found = product_resources(shape.multipliers, shape.in_bits, shape.weight_bits, family)
    found += register_resources((0 if is_packed else operands) + tags, family)
    found += register_resources((0 if is_packed else product * shape.multipliers) + tags, family)
    found += shape.out_lanes * sum_resources(terms, product, total, family)
    if shape.column_lanes > 1:
        kept = 0 if is_packed and terms < 3 else total * shape.out_lanes
        found += register_resources(kept + tags, family)
    bits, tables = shape.out_bits * shape.out_lanes, 1 if family.lut_inputs >= 6 else 2
    return found + Resources(luts=tables * bits, ffs=bits)


def _output(shape: Shape, family: Family) -> Resources:
    """Give the order of the strips, the biases, and the register behind them."""
    bits = shape.out_bits * shape.out_lanes
    order = memory_resources(shape.lists.bit_length() * shape.lists, shape.groups, family)
    found = order + counter_resources(shape.groups) + register_resources(bits, family)
    if shape.bias_bits:
        biases = shape.bias_bits * shape.out_lanes
        found += memory_resources(biases, shape.groups, family) + Resources(luts=bits)
    return found + Resources(luts=bits * mux_luts(shape.lists, family))
