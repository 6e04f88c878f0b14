"""The hardware of `requantize`."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from litho.errors import UnsupportedError
from litho.ir import NodeView, TensorType
from litho.ir.op import Codes
from litho.ops.requantize.cost import BAND, Shape, resources
from litho.ops.requantize.reference import Ratios, evaluate, ratios
from litho.ops.streams import equal_lanes, on_streams, stream_of
from litho.rtl import Block, Memory, pack
from litho.rtl.arith.round import rounding_code

__all__ = ["along_beats", "block"]

_WIDEST = 62  # bits of a multiplier, which Python holds in int64
_WIDEST_PRODUCT = 128  # bits of code · multiplier, which stands in wires alone


@dataclass(frozen=True, slots=True)
class _Plan:
    """One multiplier, then Left and Shift; or words[beat][lane] of multipliers, then Shift."""

    words: Codes
    multiplier: int
    multiplier_bits: int
    left: int
    shift: int


def block(view: NodeView) -> Block:
    """Give the block of one node."""
    lanes = equal_lanes(view)
    source, target = stream_of("in", view.types[0], lanes), stream_of("out", view.type, lanes)
    plan = _plan(ratios(view.types[0], view.type), view.types[0], lanes)
    shape = Shape(
        source.bits,
        source.is_signed,
        target.bits,
        lanes,
        len(plan.words),
        plan.multiplier,
        plan.multiplier_bits,
        plan.left,
        plan.shift,
        view.params.rounding,
    )
    if shape.wide_bits > _WIDEST_PRODUCT:
        raise UnsupportedError(
            f"requantize {view.node.name!r} must need at most {_WIDEST_PRODUCT} bits for"
            f" code · multiplier, not {shape.wide_bits}; choose scales nearer to those of its input"
        )
    return Block(
        "litho_requantize",
        (
            ("InBits", source.bits),
            ("InSigned", int(source.is_signed)),
            ("OutBits", target.bits),
            ("OutSigned", int(target.is_signed)),
            ("Rounding", rounding_code(view.params.rounding)),
            ("Lanes", lanes),
            ("Words", len(plan.words)),
            ("MultiplierBits", plan.multiplier_bits),
            ("Multiplier", plan.multiplier),
            ("Left", plan.left),
            ("Shift", plan.shift),
        ),
        (source,),
        (target,),
        on_streams(view, lambda inputs: evaluate(view.params, view.types, inputs)),
        lambda family: resources(shape, family),
        source.beats,
        lambda offered: (offered[0] + shape.stages,),
        _memories(plan),
        Path(__file__).with_name("litho_requantize.sv"),
        BAND,
    )


def _plan(found: Ratios, source: TensorType, lanes: int) -> _Plan:
    if found.axis is None:
        multiplier, shift = found.multipliers[0], found.shifts[0]
        bits = multiplier.bit_length()
        none = np.zeros((0, lanes), dtype=np.int64)
        return _Plan(none, multiplier, bits, max(-shift, 0), max(shift, 0))
    # One shift for all: the multipliers of the others take the difference.
    shift = max(0, *found.shifts)
    pairs = zip(found.multipliers, found.shifts, strict=True)
    numbers = [multiplier << (shift - own) for multiplier, own in pairs]
    bits = max(numbers).bit_length()
    if bits > _WIDEST:
        raise UnsupportedError(
            f"requantize must have ratios of scales within 2^{_WIDEST - 16} of one another along"
            f" axis {found.axis}, not multipliers of {bits} bits; use nearer scales"
        )
    return _Plan(along_beats(tuple(numbers), found.axis, source, lanes), 1, bits, 0, shift)


def along_beats(numbers: tuple[int, ...], axis: int, kind: TensorType, lanes: int) -> Codes:
    """Give words[beat][lane] of numbers along an axis of a tensor, the padding zero.

    Along the last axis each row has the same beats, and one row of them is enough.
    """
    spread = np.array(numbers, dtype=np.int64).reshape((-1, *(1,) * (-axis - 1)))
    shape = kind.shape[-1:] if axis == -1 else kind.shape
    rows = np.broadcast_to(spread, shape).reshape(-1, kind.row)
    padding = -kind.row % lanes
    return np.pad(rows, ((0, 0), (0, padding))).reshape(-1, lanes)


def _memories(plan: _Plan) -> tuple[Memory, ...]:
    if not len(plan.words):
        return ()
    width = plan.multiplier_bits * plan.words.shape[1]
    return (Memory("MemFile", width, pack(plan.words, plan.multiplier_bits)),)
