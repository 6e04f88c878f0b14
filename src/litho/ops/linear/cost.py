"""Resources of `linear`."""

from dataclasses import dataclass, replace

from litho.hw import Band, Family, Resources
from litho.rtl.arith.dot import packs_registers, product_bits, product_resources, sum_resources
from litho.rtl.mem.rom import rom_resources
from litho.rtl.stream.register import register_resources
from litho.rtl.stream.row_repeat import row_repeat_resources

__all__ = ["BAND", "Shape", "resources"]

BAND = Band(1.5, 40)


@dataclass(frozen=True, slots=True)
class Shape:
    """What the hardware of one `linear` depends on, its constants apart.

    `beats` are those of an input row, `groups` those of an output row. `bias_bits` is 0 without a
    bias. `is_signed` says whether inputs or weights are signed.
    """

    in_bits: int
    weight_bits: int
    bias_bits: int
    out_bits: int
    in_lanes: int
    out_lanes: int
    beats: int
    groups: int
    is_signed: bool


def resources(shape: Shape, family: Family) -> Resources:
    """Give the sum over the row repeat, the products, the sums and the accumulators.

    Where multipliers have registers, those of products lie in them, of codes and weights about
    half, and so do the additions next to them: pairs of products are added there.
    """
    product = product_bits(shape.in_bits, shape.is_signed, shape.weight_bits, shape.is_signed)
    total = min(product + (shape.in_lanes - 1).bit_length(), shape.out_bits)
    products = shape.in_lanes * shape.out_lanes
    packs = packs_registers(shape.in_bits, shape.weight_bits, family)
    terms = -(-shape.in_lanes // 2) if packs else shape.in_lanes
    found = (
        row_repeat_resources(shape.in_bits * shape.in_lanes, shape.beats, shape.groups, family)
        + _weights(shape, products, packs, family)
        + register_resources(shape.in_bits * shape.in_lanes // (2 if packs else 1), family)
        + product_resources(products, shape.in_bits, shape.weight_bits, family)
        + register_resources(0 if packs else product * products, family)
        + shape.out_lanes * sum_resources(terms, product, total, family)
        + _accumulators(shape, family)
    )
    if shape.in_lanes > 1:
        found += register_resources(0 if packs and terms < 3 else total * shape.out_lanes, family)
    return found


def _weights(shape: Shape, products: int, packs: bool, family: Family) -> Resources:
    """Give the memory of the weights and its address; one word is a constant."""
    words = shape.beats * shape.groups
    if words == 1:
        return Resources()
    memory = _memory(shape.weight_bits * products, words, family)
    return _counter(words) + (replace(memory, ffs=memory.ffs // 2) if packs else memory)


def _memory(width: int, words: int, family: Family) -> Resources:
    """Give a memory; of few words there are few different columns, and equal ones are merged."""
    memory, columns = rom_resources(width, words, family), 1 << min(words, 30)
    return replace(memory, luts=min(memory.luts, columns), ffs=min(memory.ffs, columns))


def _accumulators(shape: Shape, family: Family) -> Resources:
    """Give the adders behind the choice of start or sum, their registers and the biases."""
    bits = shape.out_bits * shape.out_lanes
    tables = 1 if family.lut_inputs >= 6 or shape.beats == 1 else 2
    found = Resources(luts=tables * bits) + register_resources(bits, family)
    found += _counter(shape.beats)
    if shape.bias_bits and shape.groups > 1:
        found += _counter(shape.groups) + Resources(luts=2, ffs=1)
        found += _memory(shape.bias_bits * shape.out_lanes, shape.groups, family)
    return found


def _counter(values: int) -> Resources:
    bits = (values - 1).bit_length()
    return Resources(luts=2 * bits, ffs=bits)
