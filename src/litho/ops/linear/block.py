"""The hardware of `linear`."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from litho.errors import GraphError
from litho.ir import NodeView
from litho.ir.op import Codes
from litho.ops.linear.cost import BAND, Shape, resources
from litho.ops.linear.reference import evaluate
from litho.ops.streams import on_streams, stream_of
from litho.rtl import Block, Memory, Stream, pack
from litho.rtl.block import Times
from litho.rtl.events import Flow
from litho.rtl.flow import repeated, series, stages
from litho.rtl.stream.row_repeat import repeat_latency, repeat_schedule
from litho.rtl.stream.row_skip import kept_beats, last_words, skipped

__all__ = [
    "bias_words",
    "block",
    "check_lanes",
    "flow",
    "parameters",
    "schedule",
    "shape_of",
    "signed_bits",
    "weight_words",
]


def block(view: NodeView) -> Block:
    """Give the block of one node: its weights and its bias lie in memories."""
    check_lanes(view)
    bias = view.constants[2].values if len(view.constants) == 3 and view.constants[2] else None
    plain, zeros = shape_of(view, 0 if bias is None else signed_bits(bias)), view.params.zeros
    # One beat or one group a row: a beat that is skipped saves no cycle.
    can_skip = plain.beats > 1 and plain.groups > 1
    shape = replace(plain, holds=zeros == "hold", skips=zeros == "skip" and can_skip)
    constants = tuple(constant.values for constant in view.constants if constant is not None)
    source = stream_of("in", view.types[0], shape.in_lanes)
    target = stream_of("out", view.type, shape.out_lanes)
    return Block(
        "litho_linear",
        (
            *parameters(view, shape),
            ("HoldZeros", int(shape.holds)),
            ("SkipZeros", int(shape.skips)),
        ),
        (source,),
        (target,),
        on_streams(view, lambda inputs: evaluate(view.params, view.types, (*inputs, *constants))),
        lambda family: resources(shape, family),
        shape.beats * shape.groups * view.types[0].rows,
        lambda offered: (schedule(offered[0], shape),),
        _memories(shape, constants),
        Path(__file__).with_name("litho_linear.sv"),
        BAND,
        lambda: flow(source, target, shape),
        flow_of=(lambda inputs: _flow_of(inputs[0], source, target, shape))
        if shape.skips
        else None,
    )


def check_lanes(view: NodeView) -> None:
    """Raise `GraphError` for lanes beyond the rows, and for weights that are computed."""
    for what, lanes, size in (
        ("inputs", view.lanes.inputs, view.types[0].row),
        ("outputs", view.lanes.outputs, view.type.row),
    ):
        if not 1 <= lanes <= size:
            raise GraphError(
                f"{view.node.op} {view.node.name!r}: lanes must be 1 to {size} (its {what}), not"
                f" {lanes}; leave them to the pass ChooseLanes"
            )
    if any(constant is None for constant in view.constants[1:]):
        raise GraphError(f"{view.node.op} {view.node.name!r} must have constant weights and bias")


def shape_of(view: NodeView, bias_bits: int) -> Shape:
    """Give what the hardware depends on."""
    return Shape(
        in_bits=view.types[0].codes.bits,
        weight_bits=view.types[1].codes.bits,
        bias_bits=bias_bits,
        out_bits=view.type.codes.bits,
        in_lanes=view.lanes.inputs,
        out_lanes=view.lanes.outputs,
        beats=-(-view.types[0].row // view.lanes.inputs),
        groups=-(-view.type.row // view.lanes.outputs),
        is_signed=view.types[0].codes.is_signed or view.types[1].codes.is_signed,
    )


def parameters(view: NodeView, shape: Shape) -> tuple[tuple[str, int], ...]:
    """Give those of `litho_linear_core`, which the modules around it have as well."""
    return (
        ("InBits", shape.in_bits),
        ("InSigned", int(view.types[0].codes.is_signed)),
        ("WeightBits", shape.weight_bits),
        ("WeightSigned", int(view.types[1].codes.is_signed)),
        ("BiasBits", shape.bias_bits),
        ("OutBits", shape.out_bits),
        ("InLanes", shape.in_lanes),
        ("OutLanes", shape.out_lanes),
        ("Beats", shape.beats),
        ("Groups", shape.groups),
    )


def signed_bits(codes: Codes) -> int:
    """Give the bits of the widest code, 0 when all are 0."""
    if not codes.any():
        return 0
    return 1 + max(int(codes.max()), -int(codes.min()) - 1).bit_length()


def _memories(shape: Shape, constants: tuple[Codes, ...]) -> tuple[Memory, ...]:
    weights = Memory("WeightFile", shape.word_bits, lambda: weight_words(shape, constants[0]))
    if not shape.bias_bits:
        return (weights,)
    starts = bias_words(shape, constants[1])
    return weights, Memory("BiasFile", shape.out_lanes * shape.bias_bits, starts)


def bias_words(shape: Shape, codes: Codes) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Give words[group] of the biases [lane out]."""
    padded = np.zeros(shape.groups * shape.out_lanes, dtype=np.int64)
    padded[: len(codes)] = codes
    return pack(padded.reshape(shape.groups, shape.out_lanes), shape.bias_bits)


def weight_words(shape: Shape, codes: Codes) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Give words[group · beats + beat] of the weights [lane out · lanes in + lane in]."""
    rows, columns = shape.groups * shape.out_lanes, shape.beats * shape.in_lanes
    padded = np.zeros((rows, columns), dtype=np.int64)
    padded[: codes.shape[0], : codes.shape[1]] = codes
    words = (
        padded.reshape(shape.groups, shape.out_lanes, shape.beats, shape.in_lanes)
        .transpose(0, 2, 1, 3)
        .reshape(shape.groups * shape.beats, -1)
    )
    return pack(words, shape.weight_bits)


def schedule(offered: Times, shape: Shape) -> Times:
    """Give when each group is offered: some stages after its last beat leaves the row repeat."""
    rows = repeat_schedule(offered, shape.beats, shape.groups)
    return rows[shape.beats - 1 :: shape.beats] + 1 + shape.dot.registers + 1


def flow(source: Stream, target: Stream, shape: Shape) -> Flow:
    """Give the events: each row so many times, then products and sums."""
    beats, groups = shape.beats, shape.groups
    return series(
        source,
        target,
        repeated(source.rows, beats, groups, repeat_latency(beats, groups)),
        stages(source.beats * groups, 1),
        *shape.dot.parts(target.beats),
    )


def _flow_of(codes: Codes, source: Stream, target: Stream, shape: Shape) -> Flow:
    """Give the events for codes[1, rows, row]: of `flow` those whose beats are not skipped."""
    kept = kept_beats(codes[0], shape.in_lanes)
    part = skipped(kept, shape.groups, repeat_latency(shape.beats, shape.groups))
    lasts = last_words(kept, shape.groups)
    return series(source, target, part, stages(part.beats, 1), *shape.dot.parts_up_to(lasts))
