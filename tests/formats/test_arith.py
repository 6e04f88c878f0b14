"""The rounding primitives against exact rationals, for NumPy arrays and torch tensors alike."""

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from litho.errors import FormatError
from litho.formats import arith


def doubles(values: Any) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)


LIBRARIES = [pytest.param(np.asarray, id="numpy"), pytest.param(torch.tensor, id="torch")]
FLOATS = [pytest.param(np.asarray, id="numpy"), pytest.param(doubles, id="torch")]
Maker = Callable[..., Any]


def rounded(value: Fraction, mode: str) -> int:
    """The definition of `docs/numerics.md` section 3.1, by comparing distances."""
    below = value.numerator // value.denominator
    if mode == "floor":
        return below
    if mode == "toward_zero":
        return below if value >= 0 else -((-value).numerator // value.denominator)
    down, up = value - below, below + 1 - value
    if down != up:
        return below if down < up else below + 1
    return below + 1 if mode == "half_up" or below % 2 else below


def requantized(code: int, multiplier: int, shift: int, low: int, high: int, mode: str) -> int:
    return min(max(rounded(Fraction(code * multiplier) / Fraction(2) ** shift, mode), low), high)


@pytest.mark.parametrize("mode", arith.ROUNDINGS)
def test_the_rational_rounding_follows_the_definition(mode: str) -> None:
    for denominator in range(1, 17):
        for numerator in range(-70, 71):
            value = Fraction(numerator, denominator)
            assert arith.round_fraction(value, mode) == rounded(value, mode)


@pytest.mark.parametrize("make", LIBRARIES)
@pytest.mark.parametrize("mode", arith.ROUNDINGS)
def test_requantize_equals_exact_rationals_on_every_small_input(make: Maker, mode: str) -> None:
    codes = list(range(-256, 256))
    for multiplier in (0, 1, 3, 5, 13, 255):
        for shift in (-3, -1, 0, 1, 2, 3, 7, 11):
            found = arith.requantize(make(codes), multiplier, shift, -128, 127, mode)
            expected = [requantized(c, multiplier, shift, -128, 127, mode) for c in codes]
            assert found.tolist() == expected, (multiplier, shift)


@pytest.mark.parametrize("make", LIBRARIES)
@pytest.mark.parametrize("mode", arith.ROUNDINGS)
def test_requantize_takes_a_multiplier_and_a_shift_for_each_channel(make: Maker, mode: str) -> None:
    multipliers, shifts = [1, 3, 40001, 7], [0, 2, 20, -4]
    codes = [[c, c, c, c] for c in range(-300, 300)]
    found = arith.requantize(make(codes), make(multipliers), make(shifts), -100, 90, mode)
    expected = [
        [
            requantized(c, m, s, -100, 90, mode)
            for c, m, s in zip(row, multipliers, shifts, strict=True)
        ]
        for row in codes
    ]
    assert found.tolist() == expected


@pytest.mark.parametrize("make", LIBRARIES)
@given(
    codes=st.lists(st.integers(-(2**45) + 1, 2**45 - 1), min_size=1, max_size=20),
    multiplier=st.integers(0, 2**16 - 1),
    shift=st.integers(0, 200),
    mode=st.sampled_from(arith.ROUNDINGS),
)
def test_requantize_equals_exact_rationals_on_wide_codes(
    make: Maker, codes: list[int], multiplier: int, shift: int, mode: str
) -> None:
    low, high = -(2**61), 2**61 - 1
    found = arith.requantize(make(codes), multiplier, shift, low, high, mode)
    assert found.tolist() == [requantized(c, multiplier, shift, low, high, mode) for c in codes]


@pytest.mark.parametrize("make", LIBRARIES)
@pytest.mark.parametrize("mode", arith.ROUNDINGS)
@pytest.mark.parametrize("shift", [59, 60, 61, 62, 63, 64, 100])
def test_requantize_survives_shifts_beyond_the_word(make: Maker, mode: str, shift: int) -> None:
    # 2^60 is half of 2^61: a tie. Beyond it everything lies nearer to zero.
    codes = [-(2**61) + 1, -(2**60) - 1, -(2**60), -1, 0, 1, 2**60 - 1, 2**60, 2**61 - 1]
    found = arith.requantize(make(codes), 1, shift, -9, 9, mode)
    assert found.tolist() == [requantized(c, 1, shift, -9, 9, mode) for c in codes]


@pytest.mark.parametrize("make", LIBRARIES)
def test_requantize_leaves_an_empty_tensor_empty(make: Maker) -> None:
    found = arith.requantize(make([], dtype=make([1]).dtype), 3, 2, -1, 1)
    assert found.tolist() == []


@pytest.mark.parametrize("make", LIBRARIES)
@pytest.mark.parametrize(
    ("codes", "multiplier", "shift"),
    [
        ([2**61], 1, 0),
        ([-(2**61)], 1, 5),
        ([2**46], 2**15, 0),
        ([1], 1, -61),
        ([1], 1, -500),
        ([2**62], 2**62, 0),
        ([-(2**63)], 1, 0),
    ],
)
def test_requantize_refuses_products_of_2_to_61(
    make: Maker, codes: list[int], multiplier: int, shift: int
) -> None:
    with pytest.raises(FormatError, match=r"must keep \|code · multiplier\| below 2\^61"):
        arith.requantize(make(codes), multiplier, shift, -1, 1)


@pytest.mark.parametrize("make", LIBRARIES)
def test_requantize_refuses_a_channel_that_is_shifted_out_of_the_word(make: Maker) -> None:
    with pytest.raises(FormatError, match=r"below 2\^61"):
        arith.requantize(make([[1, 1]]), make([1, 1]), make([0, -70]), -1, 1)


@pytest.mark.parametrize("make", LIBRARIES)
def test_zero_stays_zero_under_any_shift(make: Maker) -> None:
    for shift in (-500, -62, -61, 0, 63, 500):
        assert arith.requantize(make([0]), 7, shift, -1, 1).tolist() == [0]


@pytest.mark.parametrize("make", LIBRARIES)
def test_requantize_refuses_a_negative_multiplier(make: Maker) -> None:
    with pytest.raises(FormatError, match="multiplier of requantize must be 0 or more, not -3"):
        arith.requantize(make([1]), -3, 0, -1, 1)
    with pytest.raises(FormatError, match="multiplier of requantize must be 0 or more, not -2"):
        arith.requantize(make([1, 1]), make([5, -2]), make([0, 0]), -1, 1)


@pytest.mark.parametrize("make", LIBRARIES)
@pytest.mark.parametrize("mode", arith.ROUNDINGS)
def test_reciprocal_equals_exact_rationals(make: Maker, mode: str) -> None:
    codes = [*range(1, 300), 2**31 - 1, 2**31, 2**60, 2**62, 2**62 + 1]
    for shift in (0, 1, 8, 9, 31, 59):
        found = arith.reciprocal(make(codes), shift, mode)
        assert found.tolist() == [rounded(Fraction(2**shift, c), mode) for c in codes], shift


@pytest.mark.parametrize("make", LIBRARIES)
def test_reciprocal_refuses_zero_and_shifts_beyond_the_word(make: Maker) -> None:
    with pytest.raises(FormatError, match="a reciprocal must be of codes from 1 on, not 0"):
        arith.reciprocal(make([4, 0]), 8)
    for shift in (-1, 60):
        with pytest.raises(
            FormatError, match=f"shift of a reciprocal must be 0 to 59, not {shift}"
        ):
            arith.reciprocal(make([4]), shift)
    assert arith.reciprocal(make([4])[:0], 8).tolist() == []


def root_rounded(code: int, shift: int, mode: str) -> int:
    """2^shift / sqrt(code), rounded: its floor, and what lies beside it compared by squares."""
    whole = math.isqrt(2 ** (2 * shift) // code)
    exact = whole * whole * code == 2 ** (2 * shift)
    half = (2 * whole + 1) ** 2 * code - 4 * 2 ** (2 * shift)  # of whole + 1/2, above or below
    if exact or mode in ("floor", "toward_zero"):
        return whole
    return whole + (half < 0 or (half == 0 and (mode == "half_up" or whole % 2 == 1)))


@pytest.mark.parametrize("make", LIBRARIES)
@pytest.mark.parametrize("mode", arith.ROUNDINGS)
def test_reciprocal_root_equals_exact_integers(make: Maker, mode: str) -> None:
    codes = [*range(1, 300), 2**31 - 1, 2**31, 2**52 + 1, 2**60, 2**62, 2**62 + 1, 2**63 - 1]
    codes += [9 * 4**20, 25 * 4**10, 4 * 9**9]
    for shift in (0, 1, 2, 8, 9, 28, 29, 30, 59):
        found = arith.rsqrt(make(codes), shift, mode)
        assert found.tolist() == [root_rounded(code, shift, mode) for code in codes], shift


@pytest.mark.parametrize("make", LIBRARIES)
def test_reciprocal_root_refuses_zero_and_shifts_beyond_the_word(make: Maker) -> None:
    with pytest.raises(FormatError, match="a reciprocal root must be of codes from 1 on, not 0"):
        arith.rsqrt(make([4, 0]), 8)
    for shift in (-1, 60):
        message = f"shift of a reciprocal root must be 0 to 59, not {shift}"
        with pytest.raises(FormatError, match=message):
            arith.rsqrt(make([4]), shift)
    assert arith.rsqrt(make([4])[:0], 40).tolist() == []


@pytest.mark.parametrize("name", ["nearest", "stochastic", "", "Floor"])
def test_an_unknown_rounding_is_named(name: str) -> None:
    with pytest.raises(FormatError, match=f"rounding must be one of half_even, .*, not {name!r}"):
        arith.requantize(np.array([1]), 1, 0, 0, 1, name)
    with pytest.raises(FormatError, match="rounding must be one of"):
        arith.round_to_grid(np.array([1.0]), 1.0, name)
    with pytest.raises(FormatError, match="rounding must be one of"):
        arith.round_fraction(Fraction(1, 2), name)


@pytest.mark.parametrize("make", FLOATS)
@pytest.mark.parametrize("mode", arith.ROUNDINGS)
def test_round_to_grid_equals_exact_rationals_on_every_small_input(make: Maker, mode: str) -> None:
    quarters = [k / 4 for k in range(-500, 501)]
    for multiplier in (1, 2, 3, 5, 7, 21, 255, 65535):
        found = arith.round_to_grid(make(quarters), float(multiplier), mode)
        expected = [rounded(Fraction(value) / multiplier, mode) for value in quarters]
        assert found.tolist() == expected, multiplier


@pytest.mark.parametrize("make", FLOATS)
@pytest.mark.parametrize("mode", arith.ROUNDINGS)
def test_round_to_grid_sees_the_last_bit_beside_every_tie(make: Maker, mode: str) -> None:
    values = []
    for multiplier in (1.0, 3.0, 40001.0, 65535.0):
        for odd in (-99, -5, -3, -1, 1, 3, 5, 99, 2**20 + 1):
            tie = odd * multiplier / 2
            values += [(v, multiplier) for v in (tie, np.nextafter(tie, 9e9), -tie)]
            values += [(np.nextafter(tie, -9e9), multiplier), (odd * multiplier, multiplier)]
    numbers, multipliers = [float(v) for v, _ in values], [m for _, m in values]
    found = arith.round_to_grid(make(numbers), make(multipliers), mode)
    expected = [
        rounded(Fraction(v) / Fraction(m), mode) for v, m in zip(numbers, multipliers, strict=True)
    ]
    assert found.tolist() == expected


@given(
    value=st.floats(-(2.0**36), 2.0**36),
    multiplier=st.integers(1, 2**16 - 1),
    mode=st.sampled_from(arith.ROUNDINGS),
)
def test_round_to_grid_equals_exact_rationals(value: float, multiplier: int, mode: str) -> None:
    found = arith.round_to_grid(np.array([value]), float(multiplier), mode)
    assert found.tolist() == [rounded(Fraction(value) / multiplier, mode)]


@given(st.fractions(Fraction(1, 2**80), 2**80).filter(lambda ratio: ratio > 0))
def test_dyadic_keeps_sixteen_bits(ratio: Fraction) -> None:
    multiplier, shift = arith.dyadic(ratio)
    assert multiplier % 2 == 1
    assert 0 < multiplier < 2**16
    error = abs(Fraction(multiplier) / Fraction(2) ** shift / ratio - 1)
    assert error <= Fraction(1, 2**16)


@given(st.integers(0, 2**15 - 1), st.integers(-90, 90))
def test_dyadic_is_exact_where_it_can_be(half: int, shift: int) -> None:
    multiplier = 2 * half + 1
    assert arith.dyadic(Fraction(multiplier) / Fraction(2) ** shift) == (multiplier, shift)


@pytest.mark.parametrize(
    ("ratio", "expected"),
    [
        (Fraction(2**17 + 1, 2**17), (1, 0)),  # 2^15 + 1/4: rounds down to a power of two
        (Fraction(65535 * 2 + 1, 2), (1, -16)),  # 65535.5 is a tie: the even 65536 is 1 · 2^16
        (Fraction(65534 * 2 + 1, 2), (32767, -1)),  # 65534.5 is a tie: the even 65534
        (Fraction(1, 3), (43691, 17)),
    ],
)
def test_dyadic_rounds_half_even(ratio: Fraction, expected: tuple[int, int]) -> None:
    assert arith.dyadic(ratio) == expected


@pytest.mark.parametrize("ratio", [Fraction(0), Fraction(-1, 2)])
def test_dyadic_refuses_what_is_not_positive(ratio: Fraction) -> None:
    with pytest.raises(FormatError, match="a scale ratio must be positive, not"):
        arith.dyadic(ratio)


@pytest.mark.parametrize(
    ("left_limit", "right_limit", "kind"),
    [
        (127, 127, "float32"),
        (2047, 2047, "float32"),
        (4097, 4097, "float64"),
        (2**25, 2**25, "float64"),
        (2**26 + 1, 2**26 + 1, "int64"),
    ],
)
def test_matmul_is_exact_by_each_road(left_limit: int, right_limit: int, kind: str) -> None:
    del kind
    draw = np.random.default_rng(3)
    left = draw.integers(-left_limit, left_limit, (5, 4))
    right = draw.integers(-right_limit, right_limit, (4, 3))
    left[0], right[:, 0] = -left_limit, -right_limit
    right[0, 0] += 1  # an odd sum: beyond 2^24 or 2^53 a float cannot hold it
    expected = left.astype(object) @ right.astype(object)
    found = arith.matmul(left, right, left_limit, right_limit)
    assert found.dtype == np.int64
    assert found.tolist() == expected.tolist()


def test_matmul_refuses_sums_that_may_leave_the_word() -> None:
    codes = np.ones((2, 2), dtype=np.int64)
    with pytest.raises(FormatError, match=r"a sum of 2 products must stay below 2\^63"):
        arith.matmul(codes, codes, 2**31, 2**31)
