"""The hardware of `reorder`."""

import math
from pathlib import Path

from litho.errors import GraphError
from litho.ir import NodeView
from litho.ops.reorder.cost import BAND, Shape, resources
from litho.ops.reorder.reference import evaluate, exchange_of
from litho.ops.streams import on_streams, stream_of
from litho.rtl import Block
from litho.rtl.events import Flow
from litho.rtl.flow import resized, series
from litho.rtl.schedule import schedule_of
from litho.rtl.stream.width import width

__all__ = ["block"]


def block(view: NodeView) -> Block:
    """Give the block of one node: a buffer that is read in another order than it is written.

    Raises `GraphError` for lanes that are not positive.
    """
    lanes = view.lanes
    if min(lanes.inputs, lanes.outputs) < 1:
        raise GraphError(
            f"reorder {view.node.name!r}: lanes must be at least 1, not {lanes.inputs} and"
            f" {lanes.outputs}"
        )
    shape, outer = _shape(view)
    source = stream_of("in", view.types[0], lanes.inputs)
    target = stream_of("out", view.type, lanes.outputs)
    narrower = width(source.bits, lanes.inputs, shape.few, source.row, source.rows)
    wider = width(source.bits, shape.few, lanes.outputs, target.row, target.rows)

    def flow() -> Flow:
        return series(
            source,
            target,
            resized(*narrower.inputs, *narrower.outputs),
            shape.held.part(outer),
            resized(*wider.inputs, *wider.outputs),
        )

    return Block(
        "litho_reorder",
        (
            ("Bits", shape.bits),
            ("InLanes", shape.in_lanes),
            ("OutLanes", shape.out_lanes),
            ("Few", shape.few),
            ("InRow", shape.in_row),
            ("OutRow", shape.out_row),
            ("First", shape.first),
            ("Second", shape.second),
            ("Inner", shape.inner),
        ),
        (source,),
        (target,),
        on_streams(view, lambda inputs: evaluate(view.params, view.types, inputs)),
        lambda family: resources(shape, family),
        max(narrower.interval, wider.interval, outer * shape.held.writes),
        schedule_of((source,), (target,), flow),
        source=Path(__file__).with_name("litho_reorder.sv"),
        band=BAND,
        flow=flow,
    )


def _shape(view: NodeView) -> tuple[Shape, int]:
    """Give the shape of the hardware, and how many times it is filled for a tensor.

    Rows that stay whole are stored in beats, others code by code.
    """
    source, lanes = view.types[0], view.lanes
    found = exchange_of(source.shape, view.params.axes)
    assert found is not None, "the type rule refuses any other order"
    few, inner = 1, found.inner
    if source.row == view.type.row and found.inner % source.row == 0:
        few = math.gcd(lanes.inputs, lanes.outputs)
        inner = found.inner // source.row * -(-source.row // few)
    shape = Shape(
        bits=source.codes.bits,
        in_lanes=lanes.inputs,
        out_lanes=lanes.outputs,
        few=few,
        in_row=source.row,
        out_row=view.type.row,
        first=found.first,
        second=found.second,
        inner=inner,
    )
    return shape, found.outer
