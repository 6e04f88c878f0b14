"""The hardware of `softmax`."""

from pathlib import Path

from litho.errors import GraphError
from litho.ir import NodeView
from litho.ops.softmax.cost import BAND, Shape, parts, resources
from litho.ops.softmax.reference import evaluate, plan_of, table
from litho.ops.streams import equal_lanes, on_streams, stream_of
from litho.rtl import Block, Memory, Stream, pack
from litho.rtl.arith.round import rounding_code
from litho.rtl.events import Flow
from litho.rtl.flow import joined, repeated, series
from litho.rtl.schedule import schedule_of
from litho.rtl.stream.row_repeat import repeat_latency

__all__ = ["block"]

_HERE = Path(__file__).parent


def block(view: NodeView) -> Block:
    """Give the block of one node, with a stream for its lengths when it has them."""
    lanes = equal_lanes(view)
    if lanes > view.type.row:
        raise GraphError(
            f"softmax {view.node.name!r}: lanes must be 1 to {view.type.row} (its row), not"
            f" {lanes}; leave them to the pass ChooseLanes"
        )
    source, target = stream_of("in", view.types[0], lanes), stream_of("out", view.type, lanes)
    lengths = tuple(stream_of("length", kind, 1) for kind in view.types[1:])
    entries = table(view.params, view.types[0])
    shape = _shape(view, lanes, len(entries))
    inputs = (source, *lengths)

    def flow() -> Flow:
        return _flow(inputs, target, shape)

    return Block(
        "litho_masked_softmax" if lengths else "litho_softmax",
        _parameters(shape, source, target),
        inputs,
        (target,),
        on_streams(view, lambda inputs: evaluate(view.params, view.types, inputs)),
        lambda family: resources(shape, family),
        shape.row_interval * shape.rows,
        schedule_of(inputs, (target,), flow),
        (Memory("MemFile", shape.entry_bits, pack(entries[:, None], shape.entry_bits)),),
        _HERE / ("litho_masked_softmax.sv" if lengths else "litho_softmax.sv"),
        BAND,
        flow,
    )


def _shape(view: NodeView, lanes: int, entries: int) -> Shape:
    return Shape(
        in_bits=view.types[0].codes.bits,
        out_bits=view.type.codes.bits,
        length_bits=sum(kind.codes.bits for kind in view.types[1:]),
        lanes=lanes,
        row=view.type.row,
        rows=view.type.rows,
        plan=plan_of(view.params, view.type.row),
        entries=entries,
        rounding=view.params.rounding,
    )


def _parameters(shape: Shape, source: Stream, target: Stream) -> tuple[tuple[str, int], ...]:
    lengths = (("LengthBits", shape.length_bits), ("Rows", shape.rows))
    return (
        ("InBits", source.bits),
        ("InSigned", int(source.is_signed)),
        ("OutBits", target.bits),
        ("OutSigned", int(target.is_signed)),
        ("Rounding", rounding_code(shape.rounding)),
        ("Lanes", shape.lanes),
        ("Row", shape.row),
        ("Exponential", shape.plan.exponential),
        ("Entries", shape.entries),
        ("Reciprocal", shape.plan.shift),
        ("Shift", shape.plan.right),
        ("CodeDepth", shape.code_depth),
        ("EntryDepth", shape.entry_depth),
        *(lengths if shape.length_bits else ()),
    )


def _flow(inputs: tuple[Stream, ...], target: Stream, shape: Shape) -> Flow:
    """Give the event graph; a length goes beside each beat of its tensor first."""
    if not shape.length_bits:
        return series(inputs[0], target, *parts(shape))
    beats = target.beats
    each = Stream("each", shape.length_bits, 1, beats)
    rest = joined((inputs[0], each), target, *parts(shape))
    spread = repeated(1, 1, beats, repeat_latency(1, beats))
    rules = spread.rules("length", "each", lambda beats: "")
    return Flow((("each", beats), *rest.inner), (*rules, *rest.rules))
