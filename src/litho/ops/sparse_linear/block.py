"""The hardware of `sparse_linear`."""

from pathlib import Path

import numpy as np

from litho.errors import GraphError
from litho.ir import Constant, NodeView
from litho.ir.op import Codes
from litho.ops.linear.block import signed_bits
from litho.ops.sparse_linear.cost import BAND, Shape, resources
from litho.ops.sparse_linear.reference import evaluate
from litho.ops.sparse_linear.work import Plan, plan_of
from litho.ops.streams import on_streams, stream_of
from litho.rtl import Block, Memory, Stream, pack
from litho.rtl.events import Flow
from litho.rtl.flow import series, stages
from litho.rtl.schedule import schedule_of

__all__ = ["block"]


def block(view: NodeView) -> Block:
    """Give the block of one node: its kept blocks, their places and its bias lie in memories."""
    weight, bias = _constants(view)
    plan = plan_of(weight, view.params.unit, view.lanes)
    shape = _shape(view, plan, bias)
    known = (weight.values,) if bias is None else (weight.values, bias)
    source = stream_of("in", view.types[0], shape.in_lanes)
    target = stream_of("out", view.type, shape.out_lanes)

    def flow() -> Flow:
        return _flow(source, target, shape)

    return Block(
        "litho_sparse_linear",
        _parameters(shape, view),
        (source,),
        (target,),
        on_streams(view, lambda inputs: evaluate(view.params, view.types, (*inputs, *known))),
        lambda family: resources(shape, family),
        plan.interval * view.types[0].rows,
        schedule_of((source,), (target,), flow),
        _memories(shape, plan, weight.values, bias),
        Path(__file__).with_name("litho_sparse_linear.sv"),
        BAND,
        flow,
    )


def _constants(view: NodeView) -> tuple[Constant, Codes | None]:
    for what, lanes, size in (
        ("inputs", view.lanes.inputs, view.types[0].row),
        ("outputs", view.lanes.outputs, view.type.row),
    ):
        if not 1 <= lanes <= size:
            raise GraphError(
                f"sparse_linear {view.node.name!r}: lanes must be 1 to {size} (its {what}), not"
                f" {lanes}; leave them to the pass ChooseLanes"
            )
    known = [constant for constant in view.constants[1:] if constant is not None]
    if len(known) != len(view.constants) - 1:
        raise GraphError(
            f"sparse_linear {view.node.name!r} must have constant weights and bias; a computed"
            " second factor is `matmul`"
        )
    return known[0], known[1].values if len(known) == 2 else None


def _shape(view: NodeView, plan: Plan, bias: Codes | None) -> Shape:
    return Shape(
        in_bits=view.types[0].codes.bits,
        weight_bits=view.types[1].codes.bits,
        bias_bits=0 if bias is None else signed_bits(bias),
        out_bits=view.type.codes.bits,
        in_lanes=plan.lanes.inputs,
        column_lanes=plan.column_lanes,
        height=plan.height,
        lists=plan.lists,
        beats=plan.beats,
        steps=plan.steps,
        groups=plan.groups,
        step_bits=plan.step_bits,
        is_signed=view.types[0].codes.is_signed or view.types[1].codes.is_signed,
    )


def _parameters(shape: Shape, view: NodeView) -> tuple[tuple[str, int], ...]:
    return (
        ("InBits", shape.in_bits),
        ("InSigned", int(view.types[0].codes.is_signed)),
        ("WeightBits", shape.weight_bits),
        ("WeightSigned", int(view.types[1].codes.is_signed)),
        ("BiasBits", shape.bias_bits),
        ("OutBits", shape.out_bits),
        ("InLanes", shape.in_lanes),
        ("ColumnLanes", shape.column_lanes),
        ("Height", shape.height),
        ("Lists", shape.lists),
        ("Beats", shape.beats),
        ("Steps", shape.steps),
        ("Groups", shape.groups),
    )


def _memories(shape: Shape, plan: Plan, weights: Codes, bias: Codes | None) -> tuple[Memory, ...]:
    found = (
        Memory("StepFile", plan.step_bits * shape.lists, plan.step_words),
        Memory(
            "WeightFile",
            shape.weight_bits * shape.multipliers,
            lambda: plan.weight_words(weights, shape.weight_bits),
        ),
        Memory("OrderFile", plan.order_bits * shape.lists, plan.order_words),
    )
    if bias is None or not shape.bias_bits:
        return found
    padded = np.zeros(shape.groups * shape.out_lanes, dtype=np.int64)
    padded[: len(bias)] = bias
    words = pack(padded.reshape(shape.groups, shape.out_lanes), shape.bias_bits)
    return (*found, Memory("BiasFile", shape.out_lanes * shape.bias_bits, words))


def _flow(source: Stream, target: Stream, shape: Shape) -> Flow:
    """Give the events: a row is held, its steps go through the products, its results are held."""
    rows = source.rows
    return series(
        source,
        target,
        shape.held.part(rows),
        stages(rows * shape.steps, shape.registers),
        shape.results.part(rows),
        stages(target.beats, 1),
    )
