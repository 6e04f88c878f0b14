"""What the shared modules are tested with that look at a row as a whole."""

from collections.abc import Callable, Iterator
from decimal import Decimal, localcontext
from fractions import Fraction
from math import floor, trunc

import numpy as np

from litho.rtl.arith.reciprocal import reciprocal
from litho.rtl.arith.rsqrt import rsqrt
from litho.rtl.block import Case, Codes
from litho.rtl.stream.row_fold import row_fold
from litho.rtl.stream.row_pair import row_pair

__all__ = ["row_cases"]

_ROUNDERS: dict[str, Callable[[Fraction], int]] = {
    "half_even": round,
    "floor": floor,
    "toward_zero": trunc,
    "half_up": lambda value: floor(value + Fraction(1, 2)),
}


def row_cases() -> Iterator[Case]:
    """Give the cases; what is expected is worked out here."""
    yield from _folds()
    yield from _pairs()
    yield from _reciprocals()
    yield from _roots()


def _folds() -> Iterator[Case]:
    for bits, lanes, beats, rows, out_bits, is_max, reason in (
        (6, 1, 5, 3, 9, False, "a code a beat, several rows"),
        (8, 5, 3, 2, 12, False, "a tree of an odd number of lanes"),
        (4, 3, 1, 6, 6, False, "a row of one beat: the tree is the sum"),
        (12, 1, 1, 4, 12, False, "rows of one code: a register"),
        (6, 1, 7, 3, 6, True, "the greatest of a code a beat"),
        (8, 5, 3, 2, 8, True, "the greatest of an odd number of lanes"),
    ):
        shape = (6, rows, lanes * beats)
        low, high = -(1 << bits - 1), (1 << bits - 1) - 1
        codes = np.random.default_rng(bits).integers(low, high + 1, shape)
        codes[0], codes[1] = low, high
        kind = "max" if is_max else "sum"
        expected = getattr(np, kind)(codes, axis=2, keepdims=True)
        block = row_fold(bits, lanes, beats, rows, out_bits, is_max)
        name = f"fold_{kind}_{bits}b_{lanes}x{beats}"
        yield Case(name, reason, block, (codes,), (expected,))


def _pairs() -> Iterator[Case]:
    for bits, fact_bits, row, rows, depth, reason in (
        (7, 5, 4, 3, 6, "several beats a row"),
        (4, 9, 1, 5, 2, "rows of one beat: the facts go straight through"),
        (6, 3, 70, 2, 80, "beats that lie in a deep buffer"),
    ):
        generator = np.random.default_rng(bits)
        codes = generator.integers(0, 1 << bits, (5, rows, row))
        facts = generator.integers(0, 1 << fact_bits, (5, rows, 1))
        block = row_pair(bits, fact_bits, row, rows, depth)
        name = f"pair_{bits}b_{fact_bits}b_of{row}"
        yield Case(name, reason, block, (codes, facts), (facts * 2**bits + codes,))


def _reciprocals() -> Iterator[Case]:
    for in_bits, shift, least, rounding, reason in (
        (10, 12, 6, "half_even", "every input from 64 on"),
        (8, 6, 1, "half_even", "2^6 / 2^7 is a tie, and becomes 0"),
        (8, 6, 3, "half_up", "2^6 / 2^7 becomes 1"),
        (8, 5, 3, "floor", "results down to 0"),
        (6, 20, 4, "toward_zero", "a quotient wider than the input"),
        (30, 28, 20, "half_even", "a wide input, few bits of result"),
    ):
        shaped = _from(least, in_bits)
        found = [_ROUNDERS[rounding](Fraction(1 << shift, int(code))) for code in shaped.flat]
        block = reciprocal(in_bits, shift, least, rounding, 8)
        yield Case(
            f"reciprocal_{rounding}_{in_bits}b_{shift}_{least}",
            reason,
            block,
            (shaped,),
            (np.array(found, dtype=np.int64).reshape(shaped.shape),),
        )


def _from(least: int, bits: int) -> Codes:
    """Give rows of 8 codes of `bits` bits from 2^least on: all, or of wide ones some."""
    codes = np.arange(1 << least, 1 << min(bits, 10))
    if bits > 10:
        codes = np.random.default_rng(5).integers(1 << least, 1 << bits, 250)
        codes[:4] = 1 << least, (1 << least) + 1, (1 << bits) - 1, 1 << bits - 1
    return np.resize(codes, (-(-len(codes) // 8), 1, 8)).astype(np.int64)


def _roots() -> Iterator[Case]:
    for in_bits, shift, least, rounding, reason in (
        (10, 12, 6, "half_even", "every input from 64 on"),
        (8, 9, 3, "half_up", "a least input that is no square: 2^9 / sqrt(8)"),
        (10, 3, 2, "half_even", "2^3 / sqrt(256) is a tie, and becomes 0"),
        (10, 3, 4, "half_up", "2^3 / sqrt(256) becomes 1"),
        (6, 20, 1, "toward_zero", "a root wider than the input"),
        (34, 28, 13, "half_even", "the width of a layer norm of 128 codes of 8 bits"),
        (52, 40, 20, "floor", "a wide input"),
    ):
        shaped = _from(least, in_bits)
        found = [_root(int(code), shift, rounding) for code in shaped.flat]
        yield Case(
            f"rsqrt_{rounding}_{in_bits}b_{shift}_{least}",
            reason,
            rsqrt(in_bits, shift, least, rounding, 8),
            (shaped,),
            (np.array(found, dtype=np.int64).reshape(shaped.shape),),
        )


def _root(code: int, shift: int, rounding: str) -> int:
    """Give 2^shift / sqrt(code) in 60 digits, rounded; of squares that is exact."""
    with localcontext() as context:
        context.prec = 60
        value = Decimal(1 << shift) / Decimal(code).sqrt()
        return _ROUNDERS[rounding](Fraction(value))
