"""The hardware of `select`."""

import math
from pathlib import Path

import numpy as np

from litho.ir import NodeView
from litho.ops.select.cost import BAND, resources
from litho.ops.select.reference import evaluate
from litho.ops.streams import equal_lanes, on_streams, stream_of
from litho.rtl import Block
from litho.rtl.flow import selected, series, stages

__all__ = ["block"]


def block(view: NodeView) -> Block:
    """Give the block of one node: a counter that says which beats go into a register."""
    lanes, params, shape = equal_lanes(view), view.params, view.types[0].shape
    source, target = stream_of("in", view.types[0], lanes), stream_of("out", view.type, lanes)
    index_beats = math.prod(shape[params.axis + 1 : -1]) * source.beats_per_row
    period = shape[params.axis] * index_beats
    first, count = params.start * index_beats, params.length * index_beats
    places = np.arange(source.beats, dtype=np.int64) % period
    kept = np.flatnonzero((first <= places) & (places < first + count))
    return Block(
        "litho_select",
        (("Width", source.width), ("Period", period), ("First", first), ("Kept", count)),
        (source,),
        (target,),
        on_streams(view, lambda inputs: evaluate(params, view.types, inputs)),
        lambda family: resources(source.width, period, family),
        source.beats,
        lambda offered: (offered[0][kept] + 1,),
        source=Path(__file__).with_name("litho_select.sv"),
        band=BAND,
        flow=lambda: series(source, target, selected(source.beats, kept), stages(target.beats, 1)),
    )
