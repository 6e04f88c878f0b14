"""The hardware of `matmul`."""

import math
from pathlib import Path

from litho.errors import GraphError
from litho.ir import NodeView
from litho.ops.matmul.cost import BAND, Shape, resources
from litho.ops.matmul.reference import evaluate
from litho.ops.streams import on_streams, stream_of
from litho.rtl import Block, Stream
from litho.rtl.events import Flow
from litho.rtl.flow import joined, repeated, stages
from litho.rtl.schedule import schedule_of
from litho.rtl.stream.row_repeat import repeat_latency

__all__ = ["block"]


def block(view: NodeView) -> Block:
    """Give the block of one node: `a` goes through it row by row, `b` is held whole.

    Raises `GraphError` for lanes beyond the rows.
    """
    _check_lanes(view)
    shape = _shape(view)
    a, b = view.types
    matrices = math.prod(a.shape[:-2])
    inputs = (stream_of("a", a, shape.in_lanes), stream_of("b", b, shape.b_lanes))
    target = stream_of("out", view.type, shape.out_lanes)

    def flow() -> Flow:
        return _flow(inputs, target, shape, matrices)

    return Block(
        "litho_matmul",
        (
            ("ABits", shape.a_bits),
            ("ASigned", int(inputs[0].is_signed)),
            ("BBits", shape.b_bits),
            ("BSigned", int(inputs[1].is_signed)),
            ("OutBits", shape.out_bits),
            ("InLanes", shape.in_lanes),
            ("OutLanes", shape.out_lanes),
            ("Rows", shape.rows),
            ("Terms", shape.terms),
            ("Columns", shape.columns),
            ("Transposed", int(shape.is_transposed)),
        ),
        inputs,
        (target,),
        on_streams(view, lambda codes: evaluate(view.params, view.types, codes)),
        lambda family: resources(shape, family),
        matrices * max(shape.held.reads, shape.held.writes),
        schedule_of(inputs, (target,), flow),
        source=Path(__file__).with_name("litho_matmul.sv"),
        band=BAND,
        flow=flow,
    )


def _check_lanes(view: NodeView) -> None:
    for what, lanes, size in (
        ("terms", view.lanes.inputs, view.types[0].row),
        ("columns", view.lanes.outputs, view.type.row),
    ):
        if not 1 <= lanes <= size:
            raise GraphError(
                f"matmul {view.node.name!r}: lanes must be 1 to {size} (its {what}), not {lanes};"
                " leave them to the pass ChooseLanes"
            )


def _shape(view: NodeView) -> Shape:
    a, b = view.types
    return Shape(
        a_bits=a.codes.bits,
        b_bits=b.codes.bits,
        out_bits=view.type.codes.bits,
        in_lanes=view.lanes.inputs,
        out_lanes=view.lanes.outputs,
        rows=a.shape[-2],
        terms=a.row,
        columns=view.type.row,
        is_transposed=view.params.transposed,
        is_signed=a.codes.is_signed or b.codes.is_signed,
    )


def _flow(inputs: tuple[Stream, ...], target: Stream, shape: Shape, matrices: int) -> Flow:
    beats, groups = shape.beats, shape.groups
    repeat = repeated(inputs[0].rows, beats, groups, repeat_latency(beats, groups))
    return joined(
        inputs,
        target,
        *shape.dot.parts(target.beats),
        before=((repeat, stages(repeat.beats, 1)), (shape.held.part(matrices),)),
    )
