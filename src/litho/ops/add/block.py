"""The hardware of `add`."""

from pathlib import Path

import numpy as np

from litho.errors import UnsupportedError
from litho.ir import NodeView, TensorType
from litho.ir.op import Codes
from litho.ops.add.cost import BAND, Shape, Term, resources
from litho.ops.add.reference import Alignment, alignment, evaluate
from litho.ops.requantize.block import along_beats
from litho.ops.streams import equal_lanes, on_streams, stream_of
from litho.rtl import Block, Memory, pack

__all__ = ["block"]

_WIDEST = 62


def block(view: NodeView) -> Block:
    """Give the block of one node: constant factors, or a memory of them."""
    lanes = equal_lanes(view)
    found = alignment(*view.types)
    # Factors that differ along the axis lie in a memory, those of both inputs.
    has_memory = len(set(found.a)) > 1 or len(set(found.b)) > 1
    a, b = (
        _term(kind, factors, has_memory)
        for kind, factors in zip(view.types, (found.a, found.b), strict=True)
    )
    if max(a.wide_bits, b.wide_bits) > _WIDEST:
        raise UnsupportedError(
            f"add {view.node.name!r} must align its inputs within {_WIDEST} bits, not"
            f" {max(a.wide_bits, b.wide_bits)}; requantize them to nearer scales"
        )
    words = _words(found, a, view.type, lanes) if has_memory else np.zeros((0, lanes), np.int64)
    shape = Shape(a, b, view.type.codes.bits, lanes, len(words))
    streams = tuple(
        stream_of(name, kind, lanes) for name, kind in zip("ab", view.types, strict=True)
    )
    return Block(
        "litho_add",
        (
            ("ABits", a.bits),
            ("ASigned", int(a.is_signed)),
            ("BBits", b.bits),
            ("BSigned", int(b.is_signed)),
            ("OutBits", shape.out_bits),
            ("Lanes", lanes),
            ("Words", len(words)),
            ("MultiplierABits", a.multiplier_bits),
            ("MultiplierBBits", b.multiplier_bits),
            ("MultiplierA", a.multiplier),
            ("MultiplierB", b.multiplier),
            ("LeftA", a.left),
            ("LeftB", b.left),
        ),
        streams,
        (stream_of("out", view.type, lanes),),
        on_streams(view, lambda inputs: evaluate(view.params, view.types, inputs)),
        lambda family: resources(shape, family),
        streams[0].beats,
        lambda offered: (np.maximum(offered[0], offered[1]) + shape.stages,),
        _memories(words, a.multiplier_bits + b.multiplier_bits),
        Path(__file__).with_name("litho_add.sv"),
        BAND,
    )


def _term(kind: TensorType, factors: tuple[int, ...], has_memory: bool) -> Term:
    codes = kind.codes
    if has_memory:
        return Term(codes.bits, codes.is_signed, 1, max(factors).bit_length(), 0)
    left = (factors[0] & -factors[0]).bit_length() - 1
    multiplier = factors[0] >> left
    return Term(codes.bits, codes.is_signed, multiplier, multiplier.bit_length(), left)


def _words(found: Alignment, a: Term, kind: TensorType, lanes: int) -> Codes:
    """Give words[beat][lane] of pairs of factors, that of `a` in the low bits."""
    axis = found.scale.axis
    assert axis is not None, "factors differ only along an axis"
    pairs = tuple(p | q << a.multiplier_bits for p, q in zip(found.a, found.b, strict=True))
    return along_beats(pairs, axis, kind, lanes)


def _memories(words: Codes, bits: int) -> tuple[Memory, ...]:
    if not len(words):
        return ()
    return (Memory("MemFile", bits * words.shape[1], pack(words, bits)),)
