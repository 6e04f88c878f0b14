"""The fold of rows: a number for each."""

from litho.hw import Family, Resources
from litho.rtl.arith.dot import sum_resources
from litho.rtl.block import Block, Codes, Stream
from litho.rtl.flow import Part, accumulated, series, stages
from litho.rtl.schedule import spaced
from litho.rtl.stream.register import register_resources

__all__ = ["row_fold", "row_fold_parts", "row_fold_resources"]


def row_fold(
    bits: int, lanes: int, beats: int, rows: int, out_bits: int, is_max: bool = False
) -> Block:
    """Give the block that puts out the sum of each row, or with `is_max` its greatest code.

    Rows fill their beats, codes are signed, and a sum must fit `out_bits` bits.
    """
    source = Stream("in", bits, lanes, lanes * beats, rows)
    target = Stream("out", out_bits, 1, 1, rows)
    parts = row_fold_parts(rows, beats, lanes)
    return Block(
        "litho_row_fold",
        (
            ("InBits", bits),
            ("Lanes", lanes),
            ("Beats", beats),
            ("OutBits", out_bits),
            ("IsMax", int(is_max)),
        ),
        (source,),
        (target,),
        lambda inputs: (_folded(inputs[0], is_max),),
        lambda family: row_fold_resources(bits, lanes, beats, out_bits, is_max, family),
        source.beats,
        lambda offered: (spaced(offered[0])[beats - 1 :: beats] + len(parts),),
        flow=lambda: series(source, target, *parts),
    )


def _folded(codes: Codes, is_max: bool) -> Codes:
    found: Codes = codes.max(axis=-1, keepdims=True) if is_max else codes.sum(-1, keepdims=True)
    return found


def row_fold_parts(rows: int, beats: int, lanes: int) -> tuple[Part, ...]:
    """Give the parts of a `litho_row_fold`: a stage behind the tree of lanes, the accumulator."""
    tree = (stages(rows * beats, 1),) if lanes > 1 else ()
    return (*tree, accumulated(rows, beats))


def row_fold_resources(
    bits: int, lanes: int, beats: int, out_bits: int, is_max: bool, family: Family
) -> Resources:
    """Give the resources of a `litho_row_fold`: a tree, its register, the accumulator."""
    tree_bits = bits if is_max else min(bits + (lanes - 1).bit_length(), out_bits)
    count = (beats - 1).bit_length()
    found = Resources(luts=2 * count, ffs=count) + register_resources(out_bits, family)
    if beats > 1:
        # A comparison, or the addition behind the choice of start or sum.
        tables = 1 if family.lut_inputs >= 6 and not is_max else 2
        found += Resources(luts=tables * out_bits)
    if lanes > 1:
        choices = Resources(luts=2 * bits * (lanes - 1))
        found += choices if is_max else sum_resources(lanes, bits, tree_bits, family)
        found += register_resources(tree_bits, family)
    return found
