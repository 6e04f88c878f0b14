"""The kernel of integer rounding gives what exact rationals give, in each build of its loops."""

from fractions import Fraction

import numpy as np
import pytest
import torch

from litho.formats import arith
from litho.formats.integers import requantized

pytestmark = pytest.mark.usefixtures("loops")


def reference(codes, multiplier, shift, low, high, mode):
    """Give what arrays of Python's integers, which have no width, are rounded to."""
    exact = codes.astype(object) * np.asarray(multiplier).astype(object)
    factors = np.broadcast_to(np.asarray(shift).astype(object), codes.shape)
    parts = [Fraction(int(p)) / Fraction(2) ** int(s)
             for p, s in zip(exact.reshape(-1), factors.reshape(-1), strict=True)]  # fmt: skip
    found = [min(max(arith.round_fraction(part, mode), low), high) for part in parts]
    return np.array(found, dtype=np.int64).reshape(codes.shape)


SHAPES = [  # of codes and of ratios: one, along the last axis, before it, and with short runs
    ((37,), ()),
    ((5, 7), (7,)),
    ((3, 8), (8,)),
    ((3, 5, 21), (5, 1)),
    ((4, 3, 2), (3, 1)),
    ((2, 1, 3), (1,)),
]


@pytest.mark.parametrize("mode", arith.ROUNDINGS)
@pytest.mark.parametrize(("shape", "channels"), SHAPES)
@pytest.mark.parametrize("bits", [4, 20, 36, 45])
def test_integers_are_rounded_as_rationals_are(
    mode: str, shape: tuple[int, ...], channels: tuple[int, ...], bits: int
) -> None:
    draw = np.random.default_rng(bits)
    codes = draw.integers(-(2**bits), 2**bits, shape)
    multipliers, shifts = draw.integers(0, 2**16, channels), draw.integers(-1, bits + 16, channels)
    for low, high in [(-128, 127), (0, 2**50 + 1), (-(2**61), 2**61)]:
        wanted = reference(codes, multipliers, shifts, low, high, mode)
        rounding = arith.ROUNDINGS.index(mode)
        for found in (
            requantized(codes, multipliers, shifts, low, high, rounding),
            requantized(
                torch.from_numpy(codes),
                torch.from_numpy(np.asarray(multipliers)),
                torch.from_numpy(np.asarray(shifts)),
                low,
                high,
                rounding,
            ),
        ):
            assert found is not None
            assert np.array_equal(np.asarray(found[0]), wanted)
            assert (found[1].least, found[1].greatest) == (codes.min(), codes.max())


@pytest.mark.parametrize("place", range(9))
def test_a_code_that_float64_does_not_hold_is_seen_wherever_it_stands(place: int) -> None:
    for code in (2**51, -(2**51) - 1, 2**53 + 1, -(2**60) - 1):
        codes = np.arange(9)
        codes[place] = code
        found = requantized(codes, 1, 0, -(2**50), 2**50, 0)
        assert found is not None
        assert np.array_equal(found[0], codes.clip(-(2**50), 2**50))
        assert (found[1].least, found[1].greatest) == (codes.min(), codes.max())


def test_a_product_that_float64_does_not_hold_is_exact() -> None:
    codes = np.array([2**38 + 1, -(2**38) - 1, 2**37 + 1])  # times 2^16 - 1: 54 bits and more
    for shift in (1, 10, 16, 17):
        found = requantized(codes, 2**16 - 1, shift, -(2**50), 2**50, 0)
        assert found is not None
        wanted = reference(codes, 2**16 - 1, shift, -(2**50), 2**50, "half_even")
        assert np.array_equal(found[0], wanted)


def test_what_the_kernel_does_not_take_is_left_to_the_reference() -> None:
    codes = np.arange(6).reshape(2, 3)
    both = np.array([[1, 2, 3], [4, 5, 6]])
    assert requantized(codes, both, 0, 0, 9, 0) is None  # ratios along two axes
    assert requantized(codes, np.array([[[2]], [[3]]]), 0, 0, 9, 0) is None  # codes are repeated
    assert requantized(codes[:, :1], np.array([1, 2, 3]), 0, 0, 9, 0) is None
    assert requantized(codes[:0], 1, 0, 0, 9, 0) is None
    assert requantized(codes.astype("int32"), 1, 0, 0, 9, 0) is None
    assert requantized(codes, 2**64, 0, 0, 9, 0) is None


def test_strides_do_not_matter() -> None:
    codes = np.arange(24).reshape(4, 6)
    found = requantized(codes.T[::2], np.array([1, 2, 3, 4]), 1, 0, 99, 0)
    assert found is not None
    assert np.array_equal(found[0], reference(codes.T[::2], [1, 2, 3, 4], 1, 0, 99, "half_even"))
