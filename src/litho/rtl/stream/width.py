"""The change of a stream's lanes."""

import numpy as np

from litho.errors import GraphError
from litho.hw import Family, Resources
from litho.rtl.block import Block, Codes, Stream, Times
from litho.rtl.flow import resized, series
from litho.rtl.schedule import spaced
from litho.rtl.stream.register import register_resources

__all__ = ["mux_luts", "width", "width_resources"]


def width(
    bits: int, in_lanes: int, out_lanes: int, row: int, rows: int = 1, is_signed: bool = True
) -> Block:
    """Give the block that carries the same rows on `out_lanes` lanes instead of `in_lanes`.

    Raises `GraphError` unless one of the lane counts divides the other.
    """
    if max(in_lanes, out_lanes) % min(in_lanes, out_lanes):
        raise GraphError(
            f"a width change must have lane counts that divide, not {in_lanes} and {out_lanes};"
            " go through their greatest common divisor"
        )
    source = Stream("in", bits, in_lanes, row, rows, is_signed)
    target = Stream("out", bits, out_lanes, row, rows, is_signed)
    return Block(
        "litho_stream_width",
        (("Bits", bits), ("InLanes", in_lanes), ("OutLanes", out_lanes), ("Row", row)),
        (source,),
        (target,),
        _same,
        lambda family: width_resources(bits, in_lanes, out_lanes, row, family),
        max(source.beats, target.beats),
        lambda offered: (_schedule(source, target, offered[0]),),
        flow=lambda: series(source, target, resized(source, target)),
    )


def _same(inputs: tuple[Codes, ...]) -> tuple[Codes, ...]:
    return inputs


def _schedule(source: Stream, target: Stream, offered: Times) -> Times:
    """Give when the input beat of each output beat's last code is there, one beat a cycle."""
    latency = 1 if target.lanes < source.lanes else 0
    taken = spaced(offered).reshape(source.rows, source.beats_per_row) + latency
    last = np.minimum((np.arange(target.beats_per_row) + 1) * target.lanes, source.row) - 1
    return spaced(taken[:, last // source.lanes].reshape(-1))


def width_resources(
    bits: int, in_lanes: int, out_lanes: int, row: int, family: Family
) -> Resources:
    """Give the resources of a width change: two counters, and a multiplexer or a register."""
    few, many = sorted((in_lanes, out_lanes))
    parts, row_parts = many // few, -(-row // few)
    if parts == 1:
        return Resources()
    counters = (parts - 1).bit_length() + (row_parts - 1).bit_length()
    control = Resources(luts=2 * counters + 3, ffs=counters)
    part = bits * few
    if out_lanes < in_lanes:
        register = register_resources(bits * in_lanes, family)
        return control + register + Resources(luts=part * mux_luts(parts, family))
    kept = min(parts, row_parts) - 1
    return control + Resources(luts=part * parts + parts, ffs=part * kept)


def mux_luts(ways: int, family: Family) -> int:
    """Give the look-up tables of a one-bit multiplexer of `ways` inputs."""
    per_lut = 4 if family.lut_inputs >= 6 else 2
    return -(-(ways - 1) // (per_lut - 1))
