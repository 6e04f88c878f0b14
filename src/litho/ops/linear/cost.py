"""Resources of `linear`."""

from dataclasses import dataclass

from litho.hw import Band, Family, Resources
from litho.rtl.arith.dot import product_bits, product_resources, sum_resources
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
    """Give the sum over the row repeat, the memories, the products, the sums and the registers."""
    product = product_bits(shape.in_bits, shape.is_signed, shape.weight_bits, shape.is_signed)
    total = min(product + (shape.in_lanes - 1).bit_length(), shape.out_bits)
    words, products = shape.beats * shape.groups, shape.in_lanes * shape.out_lanes
    found = (
        row_repeat_resources(shape.in_bits * shape.in_lanes, shape.beats, shape.groups, family)
        + rom_resources(shape.weight_bits * products, words, family)
        + register_resources(shape.in_bits * shape.in_lanes, family)
        + product_resources(products, shape.in_bits, shape.weight_bits, family)
        + register_resources(product * products, family)
        + _counter(words)
        + _counter(shape.beats)
        + shape.out_lanes * sum_resources(shape.in_lanes, product, total, family)
        + register_resources(shape.out_bits * shape.out_lanes, family)
        + Resources(luts=shape.out_bits * shape.out_lanes)
    )
    if shape.in_lanes > 1:
        found += register_resources(total * shape.out_lanes, family)
    if shape.bias_bits:
        found += _counter(shape.groups) + Resources(luts=2, ffs=1)
        found += rom_resources(shape.bias_bits * shape.out_lanes, shape.groups, family)
    return found


def _counter(values: int) -> Resources:
    bits = (values - 1).bit_length()
    return Resources(luts=2 * bits, ffs=bits)
