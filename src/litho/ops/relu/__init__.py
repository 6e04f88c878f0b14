"""Rectifier: the greater of a value and zero."""

from pathlib import Path

from litho.ir import AtenCall, Lowering, LoweringContext, NodeView, Op
from litho.ops.relu.cost import resources
from litho.ops.relu.reference import ReluParams, evaluate, infer_type
from litho.rtl import Block, Stream

__all__ = ["OP"]


def _lower(context: LoweringContext, call: AtenCall, inputs: tuple[str, ...]) -> str:
    del call
    if not context.type_of(inputs[0]).codes.is_signed:
        return inputs[0]
    return context.add("relu", inputs, ReluParams())


def _block(view: NodeView) -> Block:
    kind, lanes = view.types[0], view.lanes.inputs
    bits = kind.codes.bits
    source = Stream("in", bits, lanes, kind.row, kind.rows)
    return Block(
        "litho_relu",
        (("Bits", bits), ("Lanes", lanes)),
        (source,),
        (Stream("out", bits, lanes, kind.row, kind.rows),),
        lambda inputs: (evaluate(ReluParams(), (kind,), inputs),),
        lambda family: resources(bits, lanes, family),
        source.beats,
        lambda offered: (offered[0] + 1,),
        source=Path(__file__).with_name("litho_relu.sv"),
    )


OP = Op(
    "relu",
    ReluParams,
    infer_type,
    evaluate,
    (Lowering(("aten.relu.default", "aten.relu_.default"), _lower),),
    {"fixed": _block, "integer": _block},
)
