"""The repeater of rows."""

import numpy as np

from litho.hw import Family, Resources
from litho.rtl.block import Block, Stream, Times
from litho.rtl.flow import repeated, series
from litho.rtl.mem.ram import SHALLOW, ram_resources
from litho.rtl.schedule import spaced
from litho.rtl.stream.register import register_resources

__all__ = ["repeat_latency", "repeat_schedule", "row_repeat", "row_repeat_resources"]


def row_repeat(
    bits: int, lanes: int, row: int, repeats: int, rows: int = 1, is_signed: bool = True
) -> Block:
    """Give the block that gives each row `repeats` times."""
    source = Stream("in", bits, lanes, row, rows, is_signed)
    target = Stream("out", bits, lanes, row, rows * repeats, is_signed)
    beats = source.beats_per_row
    return Block(
        "litho_row_repeat",
        (("Width", source.width), ("Beats", beats), ("Repeats", repeats)),
        (source,),
        (target,),
        lambda inputs: (np.repeat(inputs[0], repeats, axis=1),),
        lambda family: row_repeat_resources(source.width, beats, repeats, family),
        source.beats * repeats,
        lambda offered: (repeat_schedule(offered[0], beats, repeats),),
        flow=lambda: series(
            source, target, repeated(rows, beats, repeats, repeat_latency(beats, repeats))
        ),
    )


def repeat_latency(beats: int, repeats: int) -> int:
    """Give the cycles from a beat's way in to its first way out."""
    if repeats == 1:
        return 0
    return 1 if 2 * beats <= SHALLOW else 2


def repeat_schedule(offered: Times, beats: int, repeats: int) -> Times:
    """Give when each output beat is offered: a row's first time as its beats come."""
    taken = spaced(offered).reshape(-1, 1, beats) + repeat_latency(beats, repeats)
    # A later repeat asks for nothing new: its beats follow at one a cycle.
    return spaced(np.repeat(taken, repeats, axis=1).reshape(-1))


def row_repeat_resources(width: int, beats: int, repeats: int, family: Family) -> Resources:
    """Give the resources of a repeater of rows of `beats` beats of `width` bits."""
    if repeats == 1:
        return Resources()
    turns = (repeats - 1).bit_length()
    if beats == 1:
        return register_resources(width, family) + Resources(luts=turns + 2, ffs=turns)
    depth = 2 * beats
    address, count = (depth - 1).bit_length(), depth.bit_length()
    control = Resources(
        luts=(3 if family.lut_inputs >= 6 else 7) * (address + count) + turns + 4,
        ffs=3 * address + count + turns + 1,
    )
    memory = ram_resources(width, depth, family)
    return memory + control + Resources(luts=2, ffs=1 if depth > SHALLOW else 0)
