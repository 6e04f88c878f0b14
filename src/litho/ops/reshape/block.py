"""The hardware of `reshape`."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from litho.errors import GraphError
from litho.ir import NodeView, TensorType
from litho.ir.op import Codes
from litho.ops.reshape.cost import BAND, resources
from litho.ops.reshape.reference import evaluate
from litho.ops.streams import on_streams, stream_of
from litho.rtl import Block
from litho.rtl.block import Times
from litho.rtl.flow import resized, series, stages
from litho.rtl.stream.width import width

__all__ = ["block", "same_codes"]


def block(view: NodeView) -> Block:
    """Give the block of one node: wires, or two changes of width.

    Raises `GraphError` for lanes that are not positive.
    """
    return same_codes(view, evaluate)


def same_codes(
    view: NodeView, evaluate: Callable[[Any, tuple[TensorType, ...], tuple[Codes, ...]], Codes]
) -> Block:
    """Give the block of a node whose result has the codes of its input, in rows of any length.

    `evaluate` is that of its operation. Raises `GraphError` for lanes that are not positive.
    """
    lanes = view.lanes
    if min(lanes.inputs, lanes.outputs) < 1:
        raise GraphError(
            f"{view.node.op} {view.node.name!r}: lanes must be at least 1, not {lanes.inputs} and"
            f" {lanes.outputs}"
        )
    source = stream_of("in", view.types[0], lanes.inputs)
    target = stream_of("out", view.type, lanes.outputs)
    few = math.gcd(lanes.inputs, lanes.outputs)
    if source.row != target.row:
        few = math.gcd(few, source.row, target.row)
    narrower = width(source.bits, lanes.inputs, few, source.row, source.rows)
    wider = width(source.bits, few, lanes.outputs, target.row, target.rows)

    registers = int(lanes.inputs > few < lanes.outputs)

    def schedule(offered: tuple[Times, ...]) -> tuple[Times, ...]:
        parts = narrower.schedule(offered)
        return wider.schedule((parts[0] + registers,))

    return Block(
        "litho_reshape",
        (
            ("Bits", source.bits),
            ("InLanes", lanes.inputs),
            ("OutLanes", lanes.outputs),
            ("Few", few),
            ("InRow", source.row),
            ("OutRow", target.row),
        ),
        (source,),
        (target,),
        on_streams(view, lambda inputs: evaluate(view.params, view.types, inputs)),
        lambda family: resources(
            source.bits, (lanes.inputs, few, lanes.outputs), (source.row, target.row), family
        ),
        max(narrower.interval, wider.interval),
        schedule,
        source=Path(__file__).with_name("litho_reshape.sv"),
        band=BAND,
        flow=lambda: series(
            source,
            target,
            resized(*narrower.inputs, *narrower.outputs),
            stages(wider.inputs[0].beats, registers),
            resized(*wider.inputs, *wider.outputs),
        ),
    )
