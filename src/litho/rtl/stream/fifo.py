"""The buffer of a stream."""

from litho.hw import Family, Resources
from litho.rtl.block import Block, Codes, Stream
from litho.rtl.flow import buffer, series
from litho.rtl.mem.ram import SHALLOW, ram_resources

__all__ = ["fifo", "fifo_latency", "fifo_resources"]


def fifo(
    bits: int, lanes: int, row: int, depth: int, rows: int = 1, is_signed: bool = True
) -> Block:
    """Give the block that holds up to `depth` beats (at least 2) of a stream."""
    source = Stream("in", bits, lanes, row, rows, is_signed)
    target = Stream("out", bits, lanes, row, rows, is_signed)
    latency = fifo_latency(depth)
    return Block(
        "litho_stream_fifo",
        (("Width", source.width), ("Depth", depth)),
        (source,),
        (target,),
        _same,
        lambda family: fifo_resources(source.width, depth, family),
        source.beats,
        lambda offered: (offered[0] + latency,),
        flow=lambda: series(source, target, buffer(source.beats, depth, latency)),
    )


def fifo_latency(depth: int) -> int:
    """Give the cycles from a beat's way in to its way out: 1, or 2 in a deep buffer."""
    return 1 if depth <= SHALLOW else 2


def fifo_resources(width: int, depth: int, family: Family) -> Resources:
    """Give the resources of a buffer of `depth` beats of `width` bits; two are registers."""
    if depth == 2:
        return Resources(luts=width + 3, ffs=2 * width + 2)
    address, count = (depth - 1).bit_length(), depth.bit_length()
    luts = 2 * address + 2 * count if family.lut_inputs >= 6 else 3 * address + 4 * count
    pointers = Resources(luts=luts, ffs=2 * address + count)
    memory = ram_resources(width, depth, family)
    if depth <= SHALLOW:
        return memory + pointers
    return memory + pointers + Resources(luts=2, ffs=1)


def _same(inputs: tuple[Codes, ...]) -> tuple[Codes, ...]:
    return inputs
