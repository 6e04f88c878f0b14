"""What `rrelu` is tested with."""

from collections.abc import Iterator

import numpy as np

from litho.formats import Fixed, Scale
from litho.ir import TensorType
from litho.ir.op import Codes
from litho.ops.casework import block_of, drawn, every
from litho.ops.rrelu import OP
from litho.ops.rrelu.reference import RreluParams
from litho.rtl import Case

__all__ = ["cases"]

# Worked out by hand: the first states of x^8 + x^6 + x^5 + x^4 + 1 from 1 on, and the slopes in
# 64ths that they stand for between 8 and 21.
_STATES = (0x01, 0x02, 0x04, 0x08, 0x11, 0x23, 0x47, 0x8E, 0x1C, 0x38, 0x71, 0xE2)
_SLOPES = (8, 9, 11, 14, 8, 10, 13, 19, 17, 14, 8, 9)

_WIDE = Fixed(20, 6)
_INT10 = Fixed(10, is_integer=True)


def cases() -> Iterator[Case]:
    """Give the cases; what is expected comes from slopes worked out by hand, or from Galois.

    Seen as numbers of the field GF(2)[x] / p(x), the bits that leave the register are powers of x
    read at one place: an account of the states that knows no shift register.
    """
    yield _by_hand()
    for name, form, shape, params, reason in (
        ("every", Fixed(8, 3), (1, 8), RreluParams(4), "every code of 8 bits, 4 lanes"),
        ("padded", Fixed(6, 3), (2, 5), RreluParams(2), "a padded beat draws a slope too"),
        ("one_lane", Fixed(5, 0), (1, 3), RreluParams(1, seed=0xA5), "another seed"),
        ("wide_bounds", Fixed(8, 3), (1, 4), RreluParams(4, 0, 64), "slopes from 0 up to 1"),
        ("one_slope", Fixed(8, 3), (1, 4), RreluParams(4, 16, 16), "bounds that are equal"),
        ("polynomial", Fixed(8, 3), (1, 7), RreluParams(8, polynomial=0x11D), "x^8+x^4+x^3+x^2+1"),
        ("half_even", Fixed(8, 3), (1, 4), RreluParams(2, rounding="half_even"), "ties"),
        ("scaled_integer", _INT10, (1, 6), RreluParams(3), "a scaled integer"),
        ("accumulator", _WIDE, (1, 7), RreluParams(2), "an accumulator's width: corners, random"),
    ):
        kind = TensorType(shape, form, Scale.nearest(0.07) if form.is_integer else Scale())
        codes = every(kind) if form.bits <= 12 else drawn(kind, 80)
        block = block_of(OP, params, (kind,), (params.lanes, params.lanes))
        beats = block.inputs[0].beats * len(codes)
        slopes = [_slope(params, state) for state in _states(params, beats)]
        yield Case(name, reason, block, (codes,), (_rectified(codes, params, slopes),))


def _by_hand() -> Case:
    params = RreluParams(4)
    kind = TensorType((4,), Fixed(8, 3))
    codes = np.array([[[-128, -1, -8, 6]]] * len(_SLOPES), dtype=np.int64)
    block = block_of(OP, params, (kind,), (4, 4))
    expected = _rectified(codes, params, list(_SLOPES))
    return Case("by_hand", "twelve slopes worked out by hand", block, (codes,), (expected,))


def _states(params: RreluParams, count: int) -> list[int]:
    """Give the states: eight bits at a time of the sequence that p(x) makes of the seed.

    Bit k + 8 of the sequence is the sum of the bits k + 8 − i for which x^i stands in p(x).
    """
    bits = [params.seed >> place & 1 for place in range(7, -1, -1)]
    powers = [i for i in range(1, 9) if params.polynomial >> i & 1]
    while len(bits) < count + 8:
        bits.append(sum(bits[-power] for power in powers) % 2)
    return [int("".join(map(str, bits[k : k + 8])), 2) for k in range(count)]


def _slope(params: RreluParams, state: int) -> int:
    return params.lower + (state % 16) * (params.upper - params.lower) // 16


def _rectified(codes: Codes, params: RreluParams, slopes: list[int]) -> Codes:
    """Give the codes by Python's integers, one at a time."""
    samples, rows, row = codes.shape
    beats = -(-row // params.lanes)
    found = np.empty_like(codes)
    for place in np.ndindex(samples, rows, row):
        beat = (place[0] * rows + place[1]) * beats + place[2] // params.lanes
        code = int(codes[place])
        found[place] = code if code >= 0 else _shifted(code * slopes[beat], params.rounding)
    return found


def _shifted(product: int, rounding: str) -> int:
    return product // 64 if rounding == "floor" else round(product / 64)
