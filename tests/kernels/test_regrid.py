"""Floats on an integer grid move to another one as their codes do, in each build of the loops."""

import numpy as np
import pytest
import torch

from litho.formats import Fixed, Scale, arith
from litho.formats.regrid import nearest_codes, regridded, settled

pytestmark = pytest.mark.usefixtures("loops")

STEP = Scale((181,), (20,))
CHANNELS = Scale((181, 40001, 3, 65535, 7), (20, 30, 17, 33, 18), -1)
MAKERS = [
    pytest.param(lambda x: np.asarray(x, dtype=np.float32), id="float32"),
    pytest.param(lambda x: np.asarray(x, dtype=np.float64), id="float64"),
    pytest.param(lambda x: torch.from_numpy(np.asarray(x, dtype=np.float64)), id="torch"),
]


def spread(scale: Scale, shape: tuple[int, ...]) -> np.ndarray:
    """Give the scale of each entry of an array."""
    numbers = np.array([float(number) for number in scale.fractions()])
    return np.broadcast_to(numbers.reshape(-1, *(1,) * (-(scale.axis or -1) - 1)), shape)


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("shape", [(5,), (3, 5), (2, 33, 5)])
@pytest.mark.parametrize("step", [STEP, CHANNELS], ids=["one", "channels"])
@pytest.mark.parametrize("form", [Fixed(8, 0), Fixed(12, 5, is_signed=False)], ids=str)
def test_codes_are_requantized(make, shape: tuple[int, ...], step: Scale, form: Fixed) -> None:
    draw = np.random.default_rng(len(shape))
    codes = draw.integers(-3000, 3000, shape)
    count = len(step.multipliers)
    ratios = tuple(draw.integers(1, 2**16, count).tolist()), tuple(range(14, 14 + count))
    scale = Scale((77,), (9,))
    values = make(codes * spread(step, shape))
    found = regridded(values, step, ratios, form, scale)
    multipliers, shifts = (np.array(column) for column in ratios)
    wanted = arith.requantize(codes, multipliers, shifts, form.low, form.high)
    assert found.dtype == values.dtype
    assert np.array_equal(np.asarray(found), np.asarray(make(form.decode(wanted, scale))))


@pytest.mark.parametrize("axis", [-1, -2, -3])
def test_the_target_may_have_a_scale_for_each_channel(axis: int) -> None:
    codes = np.random.default_rng(1).integers(-500, 500, (5, 5, 5))
    scale = Scale((1, 3, 5, 7, 9), (3, 4, 5, 6, 7), axis)
    form, ratios = Fixed(9, 0), ((5, 1, 9, 3, 11), (3, 0, 4, 2, 3))
    found = regridded(codes * float(STEP.fractions()[0]), STEP, ratios, form, scale)
    shape = (-1, *(1,) * (-axis - 1))
    columns = (np.array(column).reshape(shape) for column in ratios)
    wanted = form.decode(arith.requantize(codes, *columns, form.low, form.high), scale)
    assert np.array_equal(found, wanted)


def test_a_value_between_two_codes_goes_to_the_nearest() -> None:
    halves = np.array([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 0.49999999999999994, 7.25])
    assert nearest_codes(halves, Scale()).tolist() == [-2, -2, 0, 0, 2, 2, 0, 7]
    step = Scale((3,), (1,))
    assert settled(halves * 1.5, step).tolist() == [-3, -3, 0, 0, 3, 3, 0, 10.5]


def test_codes_of_any_size_that_float64_holds_are_settled() -> None:
    codes = np.array([2**51 - 1, 1 - 2**51, 2**50 + 1, 12345])
    step = Scale((40001,), (30,))
    values = codes * float(step.fractions()[0])
    assert np.array_equal(nearest_codes(codes.astype(float), Scale()), codes)
    assert np.array_equal(settled(values, step), values)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 2.0**51, -(2.0**60)])
@pytest.mark.parametrize("place", range(9))
def test_what_float64_does_not_hold_is_left_to_the_reference(bad: float, place: int) -> None:
    values = np.arange(9.0)
    values[place] = bad
    for found in (
        nearest_codes(values, Scale()),
        settled(values, Scale()),
        regridded(values, Scale(), ((1,), (0,)), Fixed(8, 0), Scale()),
    ):
        assert found is None


def test_what_the_kernel_does_not_take_is_left_to_the_reference() -> None:
    values, ratios = np.arange(4.0), ((1,), (0,))
    assert regridded(values.astype("float16"), Scale(), ratios, Fixed(8, 0), Scale()) is None
    assert regridded(values[:0], Scale(), ratios, Fixed(8, 0), Scale()) is None
    assert regridded(values, Scale(), ratios, Fixed(52, 0), Scale()) is None
    assert regridded(values, Scale(), ((1,), (63,)), Fixed(8, 0), Scale()) is None
    assert regridded(values, Scale((1,), (70,)), ratios, Fixed(8, 0), Scale()) is None
    assert regridded(values, CHANNELS, ratios, Fixed(8, 0), Scale()) is None  # five, not four
    large = np.array([2.0**38 + 1])
    assert regridded(large, Scale(), ((2**16 - 1,), (40,)), Fixed(8, 0), Scale()) is None
