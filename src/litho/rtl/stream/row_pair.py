"""The pairing of a row's beats with what is known of the whole row."""

import numpy as np

from litho.hw import Family, Resources
from litho.rtl.block import Block, Stream
from litho.rtl.events import Flow, Rule, offered, taken
from litho.rtl.flow import Part, buffer, repeated
from litho.rtl.schedule import schedule_of
from litho.rtl.stream.fifo import fifo_latency, fifo_resources
from litho.rtl.stream.join import join_resources
from litho.rtl.stream.row_repeat import repeat_latency, row_repeat_resources

__all__ = ["pair_depth", "row_pair", "row_pair_parts", "row_pair_resources"]


def row_pair(bits: int, fact_bits: int, row: int, rows: int, depth: int) -> Block:
    """Give the block that puts out {fact, in} for each code of a row and the one fact of it."""
    source = Stream("in", bits, 1, row, rows, is_signed=False)
    fact = Stream("fact", fact_bits, 1, 1, rows, is_signed=False)
    target = Stream("out", bits + fact_bits, 1, row, rows, is_signed=False)

    def flow() -> Flow:
        return _flow(rows, row, depth)

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


def row_pair_parts(rows: int, beats: int, depth: int) -> tuple[Part, Part]:
    """Give the parts of a `litho_row_pair` before its join: the way of a beat, that of a fact."""
    held = buffer(rows * beats, depth, fifo_latency(depth))
    return held, repeated(rows, 1, beats, repeat_latency(1, beats))


def pair_depth(beats: int, interval: int, wait: int) -> int:
    """Give the least depth with which rows of `beats` beats can come every `interval` cycles.

    The fact of a row is offered `wait` cycles after its last beat came. The place of a beat is
    free again in the cycle after it went.
    """
    rows, rest = divmod(beats + wait + repeat_latency(1, beats), interval)
    return max(2, rows * beats + min(beats, rest))


def _flow(rows: int, beats: int, depth: int) -> Flow:
    inner: list[tuple[str, int]] = []
    places = np.arange(rows * beats, dtype=np.int64)

    def name(beats: int) -> str:
        inner.append((f"inner{len(inner)}", beats))
        return inner[-1][0]

    rules: list[Rule] = []
    for source, part in zip(("in", "fact"), row_pair_parts(rows, beats, depth), strict=True):
        end = name(part.beats)
        rules += (
            *part.rules(source, end, name),
            Rule(offered("out"), offered(end), places, 0),
            Rule(taken(end), taken("out"), places, 0),
        )
    return Flow(tuple(inner), tuple(rules))


def row_pair_resources(
    width: int, fact_width: int, beats: int, depth: int, family: Family
) -> Resources:
    """Give the resources of a `litho_row_pair`."""
    return (
        fifo_resources(width, depth, family)
        + row_repeat_resources(fact_width, 1, beats, family)
        + join_resources(family)
    )
