"""Rectifier with a random slope below zero, drawn by a shift register for each beat."""

from pathlib import Path

from litho.errors import GraphError
from litho.ir import Lowering, NodeView, Op, State
from litho.ops.rrelu.cost import BAND, resources
from litho.ops.rrelu.lower import lower, lower_random
from litho.ops.rrelu.reference import (
    RreluParams,
    at_reset,
    evaluate,
    evaluate_from,
    infer_type,
    lanes_of,
)
from litho.ops.streams import on_streams, stream_of
from litho.rtl import Block
from litho.rtl.arith.round import rounding_code

__all__ = ["OP"]


def _block(view: NodeView) -> Block:
    params, lanes = view.params, view.params.lanes
    if view.node.lanes not in (None, lanes_of(params)):
        raise GraphError(
            f"rrelu {view.node.name!r}: lanes must be {lanes} in and out, on which its values"
            f" depend, not {view.lanes.inputs} and {view.lanes.outputs}"
        )
    source, target = stream_of("in", view.types[0], lanes), stream_of("out", view.type, lanes)
    return Block(
        "litho_rrelu",
        (
            ("Bits", source.bits),
            ("Lanes", lanes),
            ("Lower", params.lower),
            ("Upper", params.upper),
            ("Polynomial", params.polynomial),
            ("Seed", params.seed),
            ("Rounding", rounding_code(params.rounding)),
        ),
        (source,),
        (target,),
        on_streams(view, lambda inputs: evaluate(params, view.types, inputs)),
        lambda family: resources(source.bits, lanes, max(params.upper.bit_length(), 1), family),
        source.beats,
        lambda offered: (offered[0] + 1,),
        source=Path(__file__).with_name("litho_rrelu.sv"),
        band=BAND,
    )


OP = Op(
    "rrelu",
    RreluParams,
    infer_type,
    evaluate,
    (
        Lowering(("aten.rrelu.default", "aten.rrelu_.default"), lower),
        Lowering(("litho.rrelu.default",), lower_random),
    ),
    {"fixed": _block, "integer": _block},
    state=State(lanes_of, at_reset, evaluate_from),
)
