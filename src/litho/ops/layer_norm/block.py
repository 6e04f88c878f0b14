"""The hardware of the norms."""

from functools import partial
from pathlib import Path

import numpy as np

from litho.errors import GraphError
from litho.ir import NodeView
from litho.ir.op import Codes
from litho.ops.layer_norm.cost import BAND, Shape, parts, resources
from litho.ops.layer_norm.reference import Plan, norm, plan_of
from litho.ops.requantize.block import along_beats
from litho.ops.streams import equal_lanes, on_streams, stream_of
from litho.rtl import Block, Memory, Stream, pack
from litho.rtl.arith.round import rounding_code
from litho.rtl.events import Flow
from litho.rtl.flow import series
from litho.rtl.schedule import schedule_of

__all__ = ["block", "norm_block"]

_HIGH = 30  # bits of epsilon that one parameter holds


def block(view: NodeView) -> Block:
    """Give the block of one `layer_norm`: its factors and summands lie in memories."""
    return norm_block(view, True)


def norm_block(view: NodeView, is_centred: bool) -> Block:
    """Give the block of a norm with or without the mean taken away.

    Raises `GraphError` for lanes beyond the row, and for factors or summands that are computed.
    """
    lanes = equal_lanes(view)
    if lanes > view.type.row:
        raise GraphError(
            f"{view.node.op} {view.node.name!r}: lanes must be 1 to {view.type.row} (its row), not"
            f" {lanes}; leave them to the pass ChooseLanes"
        )
    plan = plan_of(view.params, view.types, is_centred)
    constants = _constants(view)
    gammas, betas = _scaled(constants, plan, view.type.row)
    shape = _shape(view, plan, gammas, betas)
    source, target = stream_of("in", view.types[0], lanes), stream_of("out", view.type, lanes)
    evaluate = partial(norm, view.params, view.types, is_centred=is_centred)

    def flow() -> Flow:
        return series(source, target, *parts(shape))

    return Block(
        "litho_norm",
        _parameters(shape, source, target),
        (source,),
        (target,),
        on_streams(view, lambda inputs: evaluate((*inputs, *constants))),
        lambda family: resources(shape, family),
        shape.row_interval * shape.rows,
        schedule_of((source,), (target,), flow),
        _memories(view, shape, gammas, betas),
        Path(__file__).with_name("litho_norm.sv"),
        BAND,
        flow,
    )


def _constants(view: NodeView) -> tuple[Codes, ...]:
    found = tuple(constant.values for constant in view.constants[1:] if constant is not None)
    if len(found) != len(view.types) - 1:
        raise GraphError(
            f"{view.node.op} {view.node.name!r} must have constant factors and summands"
        )
    return found


def _scaled(constants: tuple[Codes, ...], plan: Plan, row: int) -> tuple[Codes, Codes]:
    """Give the factors and the summands times the multiplier, so that nothing else multiplies."""
    ones, none = np.ones(row, dtype=np.int64), np.zeros(row, dtype=np.int64)
    gammas = constants[0] if constants else ones
    betas = constants[1] if len(constants) == 2 else none
    return gammas * plan.multiplier, betas * plan.multiplier


def _shape(view: NodeView, plan: Plan, gammas: Codes, betas: Codes) -> Shape:
    source = view.types[0].codes
    greatest = int((plan.product * np.abs(gammas) + np.abs(betas)).max())
    return Shape(
        in_bits=source.bits,
        is_signed=source.is_signed,
        out_bits=view.type.codes.bits,
        lanes=view.lanes.inputs,
        row=view.type.row,
        rows=view.type.rows,
        plan=plan,
        gamma_bits=_signed_bits(gammas),
        beta_bits=_signed_bits(betas) if betas.any() else 0,
        sum_bits=greatest.bit_length() + 1,
        rounding=view.params.rounding,
    )


def _signed_bits(codes: Codes) -> int:
    return 1 + max(int(codes.max()), -int(codes.min()) - 1, 0).bit_length()


def _parameters(shape: Shape, source: Stream, target: Stream) -> tuple[tuple[str, int], ...]:
    return (
        ("InBits", source.bits),
        ("InSigned", int(source.is_signed)),
        ("OutBits", target.bits),
        ("OutSigned", int(target.is_signed)),
        ("Rounding", rounding_code(shape.rounding)),
        ("Lanes", shape.lanes),
        ("Row", shape.row),
        ("Centred", int(shape.plan.is_centred)),
        ("Guard", shape.plan.guard),
        ("EpsilonHigh", shape.plan.epsilon >> _HIGH),
        ("EpsilonLow", shape.plan.epsilon & ((1 << _HIGH) - 1)),
        ("RadicandBits", shape.radicand_bits),
        ("Least", shape.least),
        ("Root", shape.plan.root),
        ("NormBits", shape.norm_bits),
        ("GammaBits", shape.gamma_bits),
        ("BetaBits", shape.beta_bits),
        ("SumBits", shape.sum_bits),
        ("Shift", shape.plan.shift),
        ("Depth", shape.depth),
    )


def _memories(view: NodeView, shape: Shape, gammas: Codes, betas: Codes) -> tuple[Memory, ...]:
    """Give the memories of factors and of summands, a word a beat."""
    found = []
    for name, bits, codes in (
        ("GammaFile", shape.gamma_bits, gammas),
        ("BetaFile", shape.beta_bits, betas),
    ):
        if bits:
            words = along_beats(tuple(codes.tolist()), -1, view.type, shape.lanes)
            found.append(Memory(name, bits * shape.lanes, pack(words, bits)))
    return tuple(found)
