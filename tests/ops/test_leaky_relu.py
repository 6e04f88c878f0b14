"""What `leaky_relu` rounds and refuses; its codes are held against PyTorch by the suite."""

from fractions import Fraction

import numpy as np
import pytest

from litho.errors import GraphError
from litho.formats import Fixed, Scale
from litho.ir import TensorType
from litho.ops.leaky_relu.reference import LeakyReluParams, evaluate, infer_type, nearest_slope
from litho.ops.requantize.reference import RequantizeParams
from litho.ops.requantize.reference import evaluate as requantize


def test_a_slope_is_rounded_to_eight_bits() -> None:
    params = nearest_slope(0.01)
    assert (params.multiplier, params.shift) == (41, 12)
    for number in range(1, 500):
        slope = Fraction(number, 377)
        assert abs(nearest_slope(slope).slope / slope - 1) <= Fraction(1, 1 << 8)


@pytest.mark.parametrize(
    ("slope", "pair"),
    [
        (0, (0, 0)),
        (1, (1, 0)),
        (0.125, (1, 3)),
        (5, (5, 0)),
        (6.5, (13, 1)),
        (0.1, (205, 11)),
        (0.999, (1, 0)),
        (1000, (1000, 0)),
    ],
)
def test_a_slope_of_few_bits_stays_as_it_is(slope: float, pair: tuple[int, int]) -> None:
    params = nearest_slope(slope)
    assert (params.multiplier, params.shift) == pair
    assert (params.slope == Fraction(slope)) == (slope not in (0.1, 0.999))


@pytest.mark.parametrize(
    ("form", "pair", "expected"),
    [
        (Fixed(8, 3), (41, 12), Fixed(20, 15)),
        (Fixed(8, 3), (1, 3), Fixed(11, 6)),
        (Fixed(8, 3), (0, 0), Fixed(8, 3)),
        (Fixed(8, 3), (1, 0), Fixed(8, 3)),
        (Fixed(4, 0), (5, 0), Fixed(7, 0)),
        (Fixed(1, 0), (3, 1), Fixed(3, 1)),
    ],
)
def test_the_result_is_as_narrow_as_all_products_allow(
    form: Fixed, pair: tuple[int, int], expected: Fixed
) -> None:
    kind = TensorType((1,), form)
    found = infer_type(LeakyReluParams(*pair), (kind,))
    assert found.format == expected
    ends = np.array([[form.low], [form.high]])
    codes = evaluate(LeakyReluParams(*pair), (kind,), (ends,))
    assert expected.low <= codes.min()
    assert codes.max() <= expected.high


def test_the_scale_of_a_scaled_integer_takes_the_shift() -> None:
    kind = TensorType((1,), Fixed(8, is_integer=True), Scale((3,), (5,)))
    found = infer_type(LeakyReluParams(1, 3), (kind,))
    assert found == TensorType((1,), Fixed(11, is_integer=True), Scale((3,), (8,)))


@pytest.mark.parametrize(("form", "count"), [(Fixed(8, 3), 0), (Fixed(16, 8), 5084)])
def test_codes_differ_from_the_float_functions_as_the_page_says(form: Fixed, count: int) -> None:
    kind, params = TensorType((1,), form), nearest_slope(0.01)
    codes = np.arange(form.low, form.high + 1)[:, None]
    products = evaluate(params, (kind,), (codes,))
    found = requantize(RequantizeParams(form), (infer_type(params, (kind,)),), (products,))
    exact = [round(c * Fraction(0.01)) if c < 0 else c for c in codes[:, 0].tolist()]
    distances = np.abs(found[:, 0] - exact)
    assert (np.count_nonzero(distances), distances.max()) == (count, min(count, 1))


@pytest.mark.parametrize(
    ("params", "form", "text"),
    [
        ((1, 3), Fixed(8, 3, False), "must have a signed input, not ufixed8f3; drop it"),
        ((1, 60), Fixed(8, 3), "products of at most 62 bits, not 68; requantize before it"),
        ((-1, 3), Fixed(8, 3), "slope of leaky_relu must be m"),
    ],
)
def test_what_does_not_fit_is_refused(params: tuple[int, int], form: Fixed, text: str) -> None:
    with pytest.raises(GraphError, match=text):
        infer_type(LeakyReluParams(*params), (TensorType((1,), form),))


def test_a_falling_slope_is_refused() -> None:
    with pytest.raises(GraphError, match=r"slope of leaky_relu must be 0 or more, not -0\.5"):
        nearest_slope(-0.5)
