"""The reciprocal primitive."""

import numpy as np

from litho.hw import Family, Resources
from litho.rtl.arith.round import round_resources, rounding_code
from litho.rtl.block import Block, Codes, Stream, Times
from litho.rtl.branches import worked
from litho.rtl.flow import series

__all__ = ["one_at_a_time", "reciprocal", "reciprocal_cycles", "reciprocal_resources"]


def reciprocal(in_bits: int, shift: int, least: int, rounding: str, row: int) -> Block:
    """Give the block that puts out round(2^shift / in) for codes from 2^least on."""
    source = Stream("in", in_bits, 1, row, is_signed=False)
    target = Stream("out", shift - least + 1, 1, row, is_signed=False)
    cycles = reciprocal_cycles(shift, least)
    return Block(
        "litho_reciprocal",
        (
            ("InBits", in_bits),
            ("Shift", shift),
            ("Least", least),
            ("Rounding", rounding_code(rounding)),
        ),
        (source,),
        (target,),
        lambda inputs: (_reciprocal(inputs[0], shift, rounding),),
        lambda family: reciprocal_resources(in_bits, shift, least, rounding, family),
        row * cycles,
        lambda offered: (one_at_a_time(offered[0], cycles),),
        flow=lambda: series(source, target, worked(row, cycles)),
    )


def _reciprocal(codes: Codes, shift: int, rounding: str) -> Codes:
    from litho.formats import arith

    found: Codes = arith.reciprocal(codes, shift, rounding)
    return found


def one_at_a_time(offered: Times, cycles: int) -> Times:
    """Give when the results are offered of a unit that works `cycles` cycles on each beat."""
    places = np.arange(len(offered), dtype=np.int64)
    return np.maximum.accumulate(offered - places * cycles) + (places + 1) * cycles


def reciprocal_cycles(shift: int, least: int) -> int:
    """Give the cycles of one division: one for each bit of the quotient, and one to begin."""
    return shift - least + 3


def reciprocal_resources(
    in_bits: int, shift: int, least: int, rounding: str, family: Family
) -> Resources:
    """Give the resources of a `litho_reciprocal`: a subtraction, its registers, a rounding."""
    steps = reciprocal_cycles(shift, least) - 1
    count = steps.bit_length()
    return Resources(
        luts=2 * in_bits + 3 * count + 4, ffs=2 * in_bits + steps + count + 1
    ) + round_resources(steps + 2, steps - 1, 0, rounding, family)
