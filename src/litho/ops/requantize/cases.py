"""What `requantize` is tested with."""

import math
from collections.abc import Callable, Iterator
from fractions import Fraction

import numpy as np

from litho.formats import Fixed, Scale
from litho.ir import TensorType
from litho.ir.op import Codes
from litho.ops.casework import block_of, drawn, every
from litho.ops.requantize import OP
from litho.ops.requantize.reference import RequantizeParams
from litho.rtl import Case

__all__ = ["cases"]

_ROUNDERS: dict[str, Callable[[Fraction], int]] = {
    "half_even": round,
    "half_up": lambda value: math.floor(value + Fraction(1, 2)),
    "floor": math.floor,
    "toward_zero": math.trunc,
}
_INT20, _INT8 = Fixed(20, is_integer=True), Fixed(8, is_integer=True)
_UINT20, _UINT8 = Fixed(20, 0, False, is_integer=True), Fixed(8, 0, False, is_integer=True)


def cases() -> Iterator[Case]:
    """Give the cases; what is expected comes from Python's rationals, one code at a time."""
    yield from _shifts()
    yield from _multipliers()
    yield from _axes()


def _shifts() -> Iterator[Case]:
    for name, shape, before, after, rounding, lanes, reason in (
        ("half_even", (1, 8), Fixed(12, 6), Fixed(8, 2), "half_even", 4, "every code, every tie"),
        ("floor", (1, 7), Fixed(10, 4), Fixed(6, 2), "floor", 3, "saturates on both sides"),
        ("toward_zero", (1, 4), Fixed(10, 4), Fixed(6, 1), "toward_zero", 1, "ties of both signs"),
        ("half_up", (1, 4), Fixed(10, 4), Fixed(6, 1), "half_up", 2, "ties go up"),
        ("to_unsigned", (1, 4), Fixed(9, 3), Fixed(6, 1, False), "half_even", 2, "below zero is 0"),
        ("from_unsigned", (1, 4), Fixed(9, 3, False), Fixed(7, 1), "half_even", 2, "zero-extended"),
        ("left", (2, 3), Fixed(6, 2), Fixed(12, 7), "half_even", 2, "a finer grid; saturates"),
        ("wider", (1, 3), Fixed(4, 2), Fixed(12, 2), "half_even", 8, "more bits, the same grid"),
        ("far", (1, 1), Fixed(9, 4), Fixed(8, -30), "half_even", 1, "nothing but zero is left"),
        ("one_bit", (1, 3), Fixed(4, 2), Fixed(1, 0, False), "half_even", 1, "one bit out"),
    ):
        kind = TensorType(shape, before)
        yield _case(name, reason, kind, RequantizeParams(after, rounding=rounding), lanes)


def _multipliers() -> Iterator[Case]:
    for name, before, after, ratio, rounding, lanes, reason in (
        ("int20_to_int8", _INT20, _INT8, 0.00031, "half_even", 2, "an accumulator to 8 bits"),
        ("uint20_to_uint8", _UINT20, _UINT8, 0.00037, "half_up", 1, "unsigned codes"),
        ("three_halves", Fixed(12, 0), Fixed(8, 0), 1.5, "half_even", 3, "ties of a multiplier 3"),
        ("enlarging", Fixed(5, 0), Fixed(12, 0), 77.7, "half_even", 1, "a ratio above 1"),
    ):
        kind = TensorType((1, 5), before, Scale.nearest(ratio))
        yield _case(name, reason, kind, RequantizeParams(after, rounding=rounding), lanes)


def _axes() -> Iterator[Case]:
    for name, shape, axis, shifts, lanes, reason in (
        ("last_axis", (1, 7), -1, None, 3, "a multiplier for each code; padded multipliers"),
        ("last_axis_rows", (3, 5), -1, None, 1, "the multipliers start anew with each row"),
        ("row_axis", (3, 5), -2, None, 2, "a multiplier for each row"),
        ("powers", (1, 4), -1, (9, 6, 12, 8), 4, "powers of two that differ: one beat a row"),
    ):
        values = [0.0003 * (1 + place / 3) for place in range(shape[axis])]
        scale = Scale.power_of_two(shifts, axis) if shifts else Scale.nearest(values, axis)
        kind = TensorType(shape, _INT20, scale)
        yield _case(name, reason, kind, RequantizeParams(_INT8), lanes)
    far = Scale.nearest((3e-12, 7e-15, 5e-16), -1)
    kind = TensorType((1, 3), Fixed(46, is_integer=True), far)
    reason = "scales far apart: code · multiplier fills more than 64 bits"
    yield _case("far_apart", reason, kind, RequantizeParams(_INT8), 2)


def _case(name: str, reason: str, kind: TensorType, params: RequantizeParams, lanes: int) -> Case:
    block = block_of(OP, params, (kind,), (lanes, lanes))
    codes = every(kind) if kind.codes.bits <= 12 else _corners(kind)
    return Case(name, reason, block, (codes,), (_rational(codes, kind, params),))


def _corners(kind: TensorType) -> Codes:
    """Give the extremes, then codes around zero, then random ones, small ones too."""
    codes = drawn(kind, 60)
    codes[3] = np.resize(np.arange(-2, 3).clip(kind.codes.low), codes.shape[1:])
    codes[4:30] >>= np.arange(4, 30)[:, None, None] % kind.codes.bits
    return codes


def _rational(codes: Codes, kind: TensorType, params: RequantizeParams) -> Codes:
    """Give the exactly rounded value of code · ratio, the ratio at most 16 bits of a number."""
    ratios = [
        _sixteen_bits(Fraction(m) * Fraction(2) ** (params.format.frac - kind.fixed.frac - n))
        for m, n in zip(kind.scale.multipliers, kind.scale.shifts, strict=True)
    ]
    spread = np.array(range(len(ratios))).reshape(-1, *(1,) * (-(kind.scale.axis or -1) - 1))
    places = np.broadcast_to(spread, codes.shape).reshape(-1)
    found = [
        _ROUNDERS[params.rounding](int(code) * ratios[place])
        for code, place in zip(codes.reshape(-1), places, strict=True)
    ]
    limited = [min(max(value, params.format.low), params.format.high) for value in found]
    return np.array(limited, dtype=np.int64).reshape(codes.shape)


def _sixteen_bits(ratio: Fraction) -> Fraction:
    unit = Fraction(1)
    while ratio / unit >= 1 << 16:
        unit *= 2
    while ratio / unit < 1 << 15:
        unit /= 2
    return round(ratio / unit) * unit
