"""What the shared modules are tested with."""

import itertools
import math
from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from litho.formats import Fixed
from litho.rtl.arith.round_stage import round_stage
from litho.rtl.bench import dot_block, loaded_ram_block, rom_block, round_block, stall_block
from litho.rtl.block import Block, Case, Codes
from litho.rtl.mem.banked_buffer import BankedBuffer, banked_buffer
from litho.rtl.mem.double_buffer import DoubleBuffer, double_buffer
from litho.rtl.row_cases import row_cases
from litho.rtl.stream.fifo import fifo
from litho.rtl.stream.fork import fork
from litho.rtl.stream.join import join
from litho.rtl.stream.register import register
from litho.rtl.stream.row_repeat import row_repeat
from litho.rtl.stream.width import width

__all__ = ["cases"]


def cases() -> Iterator[Case]:
    """Give the cases of every shared module; the expected outputs are worked out here."""
    yield from _registers()
    yield from _buffers()
    yield from _forks_and_joins()
    yield from _stalls()
    yield from _widths()
    yield from _repeats()
    yield from _double_buffers()
    yield from _banked_buffers()
    yield from _roundings()
    yield from _round_stages()
    yield from _dots()
    yield from _roms()
    yield from _loaded_rams()
    yield from row_cases()


def _registers() -> Iterator[Case]:
    for bits, lanes, row, reason in (
        (8, 1, 256, "every code of 8 bits"),
        (1, 1, 5, "the narrowest beat"),
        (7, 3, 10, "a beat of 21 bits, a padded last beat"),
        (13, 7, 14, "a beat of more than 64 bits"),
    ):
        codes = _drawn(bits, (4, 1, row))
        yield Case(
            f"register_{bits}b_{lanes}of{row}",
            reason,
            register(bits, lanes, row),
            (codes,),
            (codes,),
        )


def _buffers() -> Iterator[Case]:
    for depth, row, reason in (
        (2, 9, "the shallowest: full and empty at every turn"),
        (3, 10, "a depth that is no power of two, smaller than the tensor"),
        (64, 70, "the deepest that is read in the cycle itself"),
        (65, 150, "the shallowest with a synchronous read, filled to the brim by a stalled sink"),
        (200, 33, "deeper than three tensors"),
    ):
        codes = _drawn(6, (5, 1, row))
        yield Case(f"fifo_{depth}", reason, fifo(6, 1, row, depth), (codes,), (codes,))


def _forks_and_joins() -> Iterator[Case]:
    codes = _drawn(8, (3, 1, 100))
    yield Case(
        "fork_8b", "one output may wait for the other", fork(8, 1, 100), (codes,), (codes,) * 2
    )
    wide = _drawn(5, (3, 2, 9))
    yield Case(
        "fork_5b_4of9", "several lanes, a padded beat", fork(5, 4, 9, 2), (wide,), (wide,) * 2
    )
    low, high = (codes.reshape(64, 1, 64) for codes in _every_pair(6, 6))
    yield _join_case("join_6b_6b", "every pair of 6-bit codes", 6, 6, low, high)
    low, high = _drawn(3, (2, 1, 50), False), _drawn(11, (2, 1, 50), False)
    yield _join_case("join_3b_11b", "unequal widths", 3, 11, low, high)


def _join_case(name: str, reason: str, a: int, b: int, low: Codes, high: Codes) -> Case:
    return Case(name, reason, join(a, b, low.shape[2]), (low, high), (low + high * 2**a,))


def _stalls() -> Iterator[Case]:
    for bits, lanes, row, pause, reason in (
        (8, 1, 256, 1, "a beat in every other cycle, every code of 8 bits"),
        (5, 4, 10, 3, "a longer stop than a sink's, a padded beat"),
    ):
        codes = _drawn(bits, (4, 1, row))
        block = stall_block(bits, lanes, row, pause)
        yield Case(f"stall_{bits}b_{lanes}of{row}_{pause}", reason, block, (codes,), (codes,))


def _widths() -> Iterator[Case]:
    for bits, in_lanes, out_lanes, row, rows, reason in (
        (5, 4, 1, 10, 2, "narrower; the last beat of a row holds two codes of four"),
        (5, 4, 2, 10, 1, "narrower; the last beat of a row holds one part of two"),
        (3, 6, 2, 3, 3, "narrower; a row shorter than the beat"),
        (4, 8, 1, 1, 4, "narrower; a row of one code"),
        (5, 1, 4, 10, 2, "wider; the last beat of a row is padded with two codes"),
        (5, 2, 6, 13, 1, "wider; the last part is padded, and its beat too"),
        (3, 1, 8, 3, 3, "wider; a row shorter than the beat"),
        (4, 1, 2, 1, 4, "wider; a row of one code"),
        (8, 16, 1, 64, 1, "a beat of 128 bits into one of 8"),
        (8, 3, 3, 7, 2, "no change: wires"),
    ):
        codes = _drawn(bits, (4, rows, row))
        block = width(bits, in_lanes, out_lanes, row, rows)
        name = f"width_{bits}b_{in_lanes}to{out_lanes}_of{row}x{rows}"
        yield Case(name, reason, block, (codes,), (codes,))


def _repeats() -> Iterator[Case]:
    for lanes, row, repeats, rows, reason in (
        (1, 5, 3, 2, "rows of several beats, several rows a tensor"),
        (1, 2, 2, 1, "the least that is stored"),
        (1, 1, 4, 3, "a row of one beat: a register"),
        (2, 9, 1, 2, "one repeat is wires"),
        (4, 10, 7, 1, "lanes that do not divide the row"),
        (1, 32, 2, 2, "64 words: the deepest that is read in the cycle itself"),
        (1, 33, 3, 2, "66 words: the shallowest with a synchronous read"),
        (2, 100, 2, 1, "a depth that is no power of two, synchronous read"),
    ):
        codes = _drawn(7, (4, rows, row))
        block = row_repeat(7, lanes, row, repeats, rows)
        expected = np.concatenate([codes[:, [r]] for r in range(rows) for _ in range(repeats)], 1)
        yield Case(
            f"repeat_{lanes}of{row}x{rows}_{repeats}times", reason, block, (codes,), (expected,)
        )


def _double_buffers() -> Iterator[Case]:
    for name, lanes, held, matrices, reason in (
        (
            "transposed",
            2,
            DoubleBuffer(14, 5, 3, 1, ((1, 0), (3, 1), (5, 3))),
            2,
            "rows become columns, one word for each beat; a depth that is no power of two",
        ),
        (
            "side_by_side",
            1,
            DoubleBuffer(7, 5, 2, 3, ((2, 0), (2, 2), (2, 1))),
            1,
            "three rows in a word, none where the last should be; every word twice",
        ),
        (
            "one",
            1,
            DoubleBuffer(7, 1, 1, 1, ((1, 0), (1, 0), (1, 0))),
            3,
            "a matrix of one beat",
        ),
        (
            "few_of_many",
            1,
            DoubleBuffer(7, 4, 3, 2, ((1, 0), (1, 0), (2, 4))),
            2,
            "fewer words out than beats in",
        ),
        (
            "deep",
            3,
            DoubleBuffer(21, 40, 4, 1, ((4, 1), (1, 0), (40, 4))),
            1,
            "more than 64 words, filled to the brim by a stalled sink",
        ),
    ):
        codes = _drawn(7, (5, matrices * held.rows, held.beats * lanes))
        block = double_buffer(7, lanes, held, matrices)
        expected = np.concatenate(
            [_reordered(matrix, held, lanes) for matrix in codes.reshape(-1, held.writes * lanes)]
        )
        yield Case(
            f"double_buffer_{name}",
            reason,
            block,
            (codes,),
            (expected.reshape(len(codes), -1, held.parts * lanes),),
        )


def _reordered(matrix: Codes, held: DoubleBuffer, lanes: int) -> Codes:
    """Give the words of a matrix, found beat by beat."""
    beats = [matrix[at : at + lanes] for at in range(0, len(matrix), lanes)]
    given = []
    for places in itertools.product(*(range(count) for count, _ in held.loops)):
        address = sum(at * step for at, (_, step) in zip(places, held.loops, strict=True))
        group, beat = divmod(address, held.beats)
        for row in range(group * held.parts, (group + 1) * held.parts):
            is_there = row < held.rows
            given.append(beats[row * held.beats + beat] if is_there else np.zeros(lanes, np.int64))
    return np.concatenate(given)


def _banked_buffers() -> Iterator[Case]:
    for name, held, matrices, reason in (
        ("few_out", BankedBuffer(7, 3, 5, 9, 4), 2, "more beats in than words, fewer out"),
        ("many_out", BankedBuffer(5, 2, 6, 6, 11), 1, "words that are read several times"),
        ("one", BankedBuffer(6, 1, 1, 1, 1), 3, "a matrix of one word"),
        ("deep", BankedBuffer(16, 2, 100, 100, 100), 1, "more than 64 words: block RAM"),
    ):
        generator = np.random.default_rng(held.words)
        shape = 5, matrices, held.writes, held.banks
        words = generator.integers(0, 1 << held.width, shape)
        at = generator.integers(0, held.words, shape)
        # Every word is written in turn, behind beats that are written over or write nothing, and
        # before others that write nothing.
        start = (held.writes - held.words + 1) // 2
        turn = slice(start, start + held.words)
        at[..., turn, :] = np.arange(held.words)[:, None]
        is_written = generator.integers(0, 2, shape)
        is_written[..., turn, :], is_written[..., turn.stop :, :] = 1, 0
        places = generator.integers(0, held.words, (5, matrices, held.reads, held.banks))
        codes = (is_written << held.place_bits | at) << held.width | words
        expected = np.take_along_axis(words[..., turn, :], places, 2)
        flat = (each.reshape(5, matrices, -1) for each in (codes, places, expected))
        first, second, third = flat
        block = banked_buffer(held, matrices)
        yield Case(f"banked_buffer_{name}", reason, block, (first, second), (third,))


def _roundings() -> Iterator[Case]:
    for in_bits, out_bits, out_signed, rounding, shift_bits, reason in (
        (7, 4, True, "half_even", 3, "every code and shift; saturates on both sides; ties to even"),
        (7, 4, True, "floor", 3, "every code and shift, towards minus infinity"),
        (7, 4, True, "toward_zero", 3, "every code and shift, towards zero"),
        (7, 4, True, "half_up", 3, "every code and shift, ties upwards"),
        (8, 4, False, "half_even", 3, "an unsigned output: negative values become zero"),
        (5, 9, True, "half_even", 4, "an output wider than the input; shifts beyond its width"),
        (5, 9, False, "half_up", 2, "a wider unsigned output"),
        (10, 10, True, "half_even", 1, "the narrowest shift; rounding up at the greatest code"),
        (4, 1, False, "half_even", 2, "one bit out"),
    ):
        every = np.arange(1 << (in_bits + shift_bits), dtype=np.int64).reshape(-1, 1, 32)
        block = round_block(in_bits, out_bits, out_signed, rounding, shift_bits, 32)
        low = -(2 ** (out_bits - 1)) if out_signed else 0
        high = low + 2**out_bits - 1
        expected = [_round_exactly(int(code), in_bits, rounding) for code in every.flat]
        limited = np.array([min(max(value, low), high) for value in expected], dtype=np.int64)
        sign = "s" if out_signed else "u"
        name = f"round_{rounding}_{in_bits}b_{sign}{out_bits}b_shift{shift_bits}b"
        yield Case(name, reason, block, (every,), (limited.reshape(every.shape),))


def _round_stages() -> Iterator[Case]:
    for in_bits, result, rounding, shift, lanes, row, reason in (
        (9, Fixed(4, 0), "half_even", 3, 4, 32, "every code; ties; saturates on both sides"),
        (8, Fixed(5, 0, False), "half_up", 2, 3, 32, "unsigned; lanes that do not divide the row"),
        (6, Fixed(8, 0), "floor", 0, 1, 16, "no shift at all; an output wider than the input"),
    ):
        every = np.arange(1 << in_bits, dtype=np.int64).reshape(-1, 1, row)
        rounded = [
            _round_exactly((shift << in_bits) + int(n), in_bits, rounding) for n in every.flat
        ]
        limited = np.clip(np.array(rounded, dtype=np.int64), result.low, result.high)
        yield Case(
            f"round_stage_{rounding}_{in_bits}b_{result}_shift{shift}",
            reason,
            round_stage(in_bits, result, rounding, shift, lanes, row),
            (_as_code(every, in_bits, True),),
            (limited.reshape(every.shape),),
        )


def _round_exactly(code: int, in_bits: int, rounding: str) -> int:
    """Give what Python's own rational arithmetic makes of {shift, value}."""
    shift, value = divmod(code, 1 << in_bits)
    exact = Fraction(value - (value >> (in_bits - 1) << in_bits), 1 << shift)
    if rounding == "half_even":
        return round(exact)
    if rounding == "half_up":
        return math.floor(exact + Fraction(1, 2))
    return math.floor(exact) if rounding == "floor" else math.trunc(exact)


def _dots() -> Iterator[Case]:
    for lanes, a, b, out_bits, reason in (
        (1, (6, True), (6, True), 12, "every pair of signed 6-bit codes"),
        (1, (6, False), (6, True), 12, "every pair, one operand unsigned"),
        (1, (6, False), (6, False), 13, "every pair, both operands unsigned"),
        (1, (1, False), (8, True), 9, "an operand of one bit"),
    ):
        pairs = _every_pair(a[0], b[0])
        first, second = (
            _as_code(codes, *form).reshape(4, -1, 1)
            for codes, form in zip(pairs, (a, b), strict=True)
        )
        yield _dot_case(lanes, a, b, out_bits, first, second, reason)
    for lanes, a, b, out_bits, reason in (
        (2, (5, True), (7, True), 13, "two products at their extremes"),
        (5, (8, True), (8, True), 19, "a tree of an odd number of terms"),
        (7, (4, False), (5, True), 12, "unsigned by signed, seven terms"),
        (13, (3, True), (3, True), 24, "a sum wider than it needs to be"),
    ):
        shape = (4, 25, lanes)
        first, second = _drawn(a[0], shape, a[1]), _drawn(b[0], shape, b[1])
        first[0, 0], second[0, 0] = first.min(), second.min()
        first[0, 1], second[0, 1] = first.max(), second.min()
        yield _dot_case(lanes, a, b, out_bits, first, second, reason)


def _dot_case(
    lanes: int,
    a: tuple[int, bool],
    b: tuple[int, bool],
    out_bits: int,
    first: Codes,
    second: Codes,
    reason: str,
) -> Case:
    block = dot_block(lanes, a, b, out_bits, first.shape[1])
    expected = np.einsum("srl,srl->sr", first, second)[:, :, None]
    spelled = "_".join(f"{'s' if signed else 'u'}{bits}b" for bits, signed in (a, b))
    return Case(f"dot_{lanes}x_{spelled}", reason, block, (first, second), (expected,))


def _roms() -> Iterator[Case]:
    for bits, depth, reason in (
        (7, 5, "a depth that is no power of two, words of 7 bits in 2 digits"),
        (1, 2, "the narrowest word"),
        (9, 700, "block RAM"),
        (36, 33, "a word wider than 32 bits"),
    ):
        words = _drawn(bits, (1, 1, depth), False).reshape(-1)
        every = np.resize(np.arange(depth, dtype=np.int64), (3, 1, depth))
        drawn = np.random.default_rng(depth).integers(0, depth, every.shape)
        codes = np.concatenate([every, drawn])
        block: Block = rom_block(words, bits, depth)
        expected = np.array([words[at] for at in codes.flat], dtype=np.int64)
        yield Case(
            f"rom_{bits}b_{depth}", reason, block, (codes,), (expected.reshape(codes.shape),)
        )


def _loaded_rams() -> Iterator[Case]:
    for bits, depth, reason in (
        (7, 5, "a depth that is no power of two, words of a part of a beat"),
        (41, 6, "words of two beats, the second a part of one"),
        (32, 1, "one word of one whole beat"),
        (9, 700, "block RAM"),
    ):
        words = _drawn(bits, (1, 1, depth), False).reshape(-1)
        every = np.resize(np.arange(depth, dtype=np.int64), (3, 1, depth))
        block = loaded_ram_block(words, bits, depth)
        yield Case(f"loaded_ram_{bits}b_{depth}", reason, block, (every,), (words[every],))


def _drawn(bits: int, shape: tuple[int, int, int], is_signed: bool = True) -> Codes:
    """Give codes at random, with the extremes first."""
    low = -(1 << (bits - 1)) if is_signed else 0
    high = low + (1 << bits) - 1
    codes = np.random.default_rng(bits).integers(low, high + 1, shape)
    codes.flat[: min(2, codes.size)] = (low, high)[: min(2, codes.size)]
    return codes


def _every_pair(bits_a: int, bits_b: int) -> tuple[Codes, Codes]:
    """Give two vectors of unsigned codes that together go through every pair."""
    every = np.arange(1 << (bits_a + bits_b), dtype=np.int64)
    return every & ((1 << bits_a) - 1), every >> bits_a


def _as_code(codes: Codes, bits: int, is_signed: bool) -> Codes:
    return codes - ((codes >> (bits - 1)) << bits) if is_signed else codes
