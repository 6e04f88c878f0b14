"""The pairing of a row's beats with what is known of the whole row."""

from litho.hw import Family, Resources
from litho.rtl.block import Block, Stream
from litho.rtl.events import Flow
from litho.rtl.flow import Part, buffer, joined, repeated
from litho.rtl.schedule import schedule_of
from litho.rtl.stream.fifo import fifo_latency, fifo_resources
from litho.rtl.stream.join import join_resources
from litho.rtl.stream.row_repeat import repeat_latency, row_repeat_resources

__all__ = ["pair_depth", "row_pair", "row_pair_parts", "row_pair_resources"]

_FACTS = 2  # that wait for their row


def row_pair(bits: int, fact_bits: int, row: int, rows: int, depth: int) -> Block:
    """Give the block that puts out {fact, in} for each code of a row and the one fact of it."""
    source = Stream("in", bits, 1, row, rows, is_signed=False)
    fact = Stream("fact", fact_bits, 1, 1, rows, is_signed=False)
    target = Stream("out", bits + fact_bits, 1, row, rows, is_signed=False)

    def flow() -> Flow:
        codes, facts = row_pair_parts(rows, row, depth)
        return joined((source, fact), target, before=((codes,), facts))

    return Block(
        "litho_row_pair",
        (("Width", bits), ("FactWidth", fact_bits), ("Beats", row), ("Depth", depth)),
        (source, fact),
        (target,),
        lambda inputs: (inputs[1] << bits | inputs[0],),
        lambda family: row_pair_resources(bits, fact_bits, row, depth, family),
        source.beats,
        schedule_of((source, fact), (target,), flow),
        flow=flow,
    )


def row_pair_parts(rows: int, beats: int, depth: int) -> tuple[Part, tuple[Part, Part]]:
    """Give the parts of a `litho_row_pair` before its join: the way of a beat, that of a fact."""
    held = buffer(rows * beats, depth, fifo_latency(depth))
    known = buffer(rows, _FACTS, fifo_latency(_FACTS))
    return held, (known, repeated(rows, 1, beats, repeat_latency(1, beats)))


def pair_depth(beats: int, interval: int, wait: int) -> int:
    """Give the least depth with which rows of `beats` beats can come every `interval` cycles.

    The fact of a row is offered `wait` cycles after its last beat came. The place of a beat is
    free again in the cycle after it went.
    """
    latency = fifo_latency(_FACTS) + repeat_latency(1, beats)
    rows, rest = divmod(beats + wait + latency, interval)
    return max(2, rows * beats + min(beats, rest))


def row_pair_resources(
    width: int, fact_width: int, beats: int, depth: int, family: Family
) -> Resources:
    """Give the resources of a `litho_row_pair`."""
    return (
        fifo_resources(width, depth, family)
        + fifo_resources(fact_width, _FACTS, family)
        + row_repeat_resources(fact_width, 1, beats, family)
        + join_resources(family)
    )
