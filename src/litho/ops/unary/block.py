"""The hardware of `unary`."""

from pathlib import Path

import numpy as np

from litho.ir import NodeView
from litho.ops.streams import equal_lanes, on_streams, stream_of
from litho.ops.unary.cost import BAND, resources
from litho.ops.unary.reference import evaluate, table
from litho.rtl import Block, Memory, pack

__all__ = ["block"]


def block(view: NodeView) -> Block:
    """Give the block of one node: a table for each lane."""
    lanes = equal_lanes(view)
    source, target = stream_of("in", view.types[0], lanes), stream_of("out", view.type, lanes)
    entries = table(view.params, view.types[0])
    # The hardware reads codes as unsigned addresses: those below zero come last.
    words = np.roll(entries, view.types[0].codes.low)
    return Block(
        "litho_unary",
        (("InBits", source.bits), ("OutBits", target.bits), ("Lanes", lanes)),
        (source,),
        (target,),
        on_streams(view, lambda inputs: evaluate(view.params, view.types, inputs)),
        lambda family: resources(source.bits, target.bits, lanes, family),
        source.beats,
        lambda offered: (offered[0] + 1,),
        (Memory("MemFile", target.bits, pack(words[:, None], target.bits)),),
        Path(__file__).with_name("litho_unary.sv"),
        BAND,
    )
