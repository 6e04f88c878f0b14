"""Rectifier with a slope below zero; delivers the full product."""

from pathlib import Path

from litho.ir import Lowering, NodeView, Op
from litho.ops.leaky_relu.cost import BAND, resources
from litho.ops.leaky_relu.lower import lower
from litho.ops.leaky_relu.reference import LeakyReluParams, evaluate, infer_type
from litho.ops.streams import equal_lanes, on_streams, stream_of
from litho.rtl import Block

__all__ = ["OP"]


def _block(view: NodeView) -> Block:
    lanes, params = equal_lanes(view), view.params
    source, target = stream_of("in", view.types[0], lanes), stream_of("out", view.type, lanes)
    return Block(
        "litho_leaky_relu",
        (
            ("InBits", source.bits),
            ("OutBits", target.bits),
            ("Lanes", lanes),
            ("MultiplierBits", max(params.multiplier.bit_length(), 1)),
            ("Multiplier", params.multiplier),
            ("Shift", params.shift),
        ),
        (source,),
        (target,),
        on_streams(view, lambda inputs: evaluate(params, view.types, inputs)),
        lambda family: resources(source.bits, target.bits, params.multiplier, lanes, family),
        source.beats,
        lambda offered: (offered[0] + 1,),
        source=Path(__file__).with_name("litho_leaky_relu.sv"),
        band=BAND,
    )


OP = Op(
    "leaky_relu",
    LeakyReluParams,
    infer_type,
    evaluate,
    (Lowering(("aten.leaky_relu.default", "aten.leaky_relu_.default"), lower),),
    {"fixed": _block, "integer": _block},
)
