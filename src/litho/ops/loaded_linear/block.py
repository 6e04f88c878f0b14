"""The hardware of `loaded_linear`."""

from pathlib import Path

from litho.ir import NodeView
from litho.ir.op import Codes
from litho.ops.linear.block import (
    bias_words,
    check_lanes,
    flow,
    parameters,
    schedule,
    shape_of,
    weight_words,
)
from litho.ops.linear.cost import Shape
from litho.ops.loaded_linear.cost import BAND, resources
from litho.ops.loaded_linear.reference import evaluate
from litho.ops.streams import on_streams, stream_of
from litho.rtl import Block, Memory
from litho.rtl.loading import LOAD_BITS

__all__ = ["block"]


def block(view: NodeView) -> Block:
    """Give the block of one node, whose parameters depend on no weight and on no bias."""
    check_lanes(view)
    shape = shape_of(view, view.types[2].codes.bits if len(view.types) == 3 else 0)
    constants = tuple(constant.values for constant in view.constants if constant is not None)
    source = stream_of("in", view.types[0], shape.in_lanes)
    target = stream_of("out", view.type, shape.out_lanes)
    return Block(
        "litho_loaded_linear",
        (("LoadBits", LOAD_BITS), *parameters(view, shape)),
        (source,),
        (target,),
        on_streams(view, lambda inputs: evaluate(view.params, view.types, (*inputs, *constants))),
        lambda family: resources(shape, family),
        shape.words * view.types[0].rows,
        lambda offered: (schedule(offered[0], shape),),
        source=Path(__file__).with_name("litho_loaded_linear.sv"),
        band=BAND,
        flow=lambda: flow(source, target, shape),
        loaded=_memories(shape, constants),
    )


def _memories(shape: Shape, constants: tuple[Codes, ...]) -> tuple[Memory, ...]:
    weights = Memory("weights", shape.word_bits, lambda: weight_words(shape, constants[0]))
    if not shape.bias_bits:
        return (weights,)
    width = shape.bias_bits * shape.out_lanes
    return weights, Memory("biases", width, lambda: bias_words(shape, constants[1]))
