"""The reciprocal root primitive."""

from litho.hw import Family, Resources
from litho.rtl.arith.reciprocal import one_at_a_time
from litho.rtl.arith.round import round_resources, rounding_code
from litho.rtl.block import Block, Codes, Stream
from litho.rtl.branches import worked
from litho.rtl.flow import series

__all__ = ["rsqrt", "rsqrt_bits", "rsqrt_cycles", "rsqrt_resources"]


def rsqrt(in_bits: int, shift: int, least: int, rounding: str, row: int) -> Block:
    """Give the block that puts out round(2^shift / sqrt(in)) for codes from 2^least on."""
    source = Stream("in", in_bits, 1, row, is_signed=False)
    target = Stream("out", rsqrt_bits(shift, least), 1, row, is_signed=False)
    cycles = rsqrt_cycles(shift, least)
    return Block(
        "litho_rsqrt",
        (
            ("InBits", in_bits),
            ("Shift", shift),
            ("Least", least),
            ("Rounding", rounding_code(rounding)),
        ),
        (source,),
        (target,),
        lambda inputs: (_rsqrt(inputs[0], shift, rounding),),
        lambda family: rsqrt_resources(in_bits, shift, least, rounding, family),
        row * cycles,
        lambda offered: (one_at_a_time(offered[0], cycles),),
        flow=lambda: series(source, target, worked(row, cycles)),
    )


def _rsqrt(codes: Codes, shift: int, rounding: str) -> Codes:
    from litho.formats import arith

    found: Codes = arith.rsqrt(codes, shift, rounding)
    return found


def rsqrt_bits(shift: int, least: int) -> int:
    """Give the bits of the result for inputs from 2^least on."""
    return shift - (least + 1) // 2 + 1


def rsqrt_cycles(shift: int, least: int) -> int:
    """Give the cycles of one root: one for each of its bits, and one to begin."""
    return rsqrt_bits(shift, least) + 2


def rsqrt_resources(
    in_bits: int, shift: int, least: int, rounding: str, family: Family
) -> Resources:
    """Give the resources of a `litho_rsqrt`: a sum, a subtraction, a product that grows."""
    steps = rsqrt_cycles(shift, least) - 1
    product = max(shift + 1 + (in_bits + 1) // 2, in_bits)
    rest, count = product + 2, steps.bit_length()
    tables = 1 if family.lut_inputs >= 6 else 2
    return Resources(
        luts=in_bits + rest * (1 + tables) + product + 3 * count + 4,
        ffs=in_bits + product + rest + steps + count + 1,
    ) + round_resources(steps + 2, steps - 1, 0, rounding, family)
