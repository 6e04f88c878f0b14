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
    words = _words(found, view.type, lanes) if has_memory else ()
    shape = Shape(a, b, view.type.codes.bits, lanes, len(words[0]) if words else 0)
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
            ("Words", shape.words),
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
        _memories(words, (a.multiplier_bits, b.multiplier_bits)),
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


def _words(found: Alignment, kind: TensorType, lanes: int) -> tuple[Codes, ...]:
    """Give the factors [beat][lane] of `a` and those of `b`."""
    axis = found.scale.axis
    assert axis is not None, "factors differ only along an axis"
    return tuple(along_beats(factors, axis, kind, lanes) for factors in (found.a, found.b))


def _memories(words: tuple[Codes, ...], bits: tuple[int, int]) -> tuple[Memory, ...]:
    """Give the memory of pairs of factors, on each lane that of `a` in the low bits.

    A pair may be wider than an int64, so the factors meet as bits.
    """
    if not words:
        return ()
    factors = (
        np.unpackbits(pack(codes.reshape(-1, 1), width), axis=1, bitorder="little")[:, :width]
        for codes, width in zip(words, bits, strict=True)
    )
    pairs = np.concatenate(tuple(factors), axis=1).reshape(len(words[0]), -1)
    return (Memory("MemFile", pairs.shape[1], np.packbits(pairs, axis=1, bitorder="little")),)
