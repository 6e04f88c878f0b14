"""Fixed point and scaled integers against exact rationals."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from litho.errors import FormatError
from litho.formats import Fixed, Scale, arith


def doubles(values: Any) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)


FLOATS = [pytest.param(np.asarray, id="numpy"), pytest.param(doubles, id="torch")]
Maker = Callable[..., Any]

fixed_formats = st.builds(
    Fixed, st.integers(1, 30), st.integers(-40, 40), st.booleans(), st.just(False)
)
scales = st.builds(lambda m, n: Scale((m,), (n,)), st.integers(1, 2**16 - 1), st.integers(-40, 40))


def code_of(value: float, form: Fixed, step: Fraction, mode: str = "half_even") -> int:
    return min(max(arith.round_fraction(Fraction(value) / step, mode), form.low), form.high)


@pytest.mark.parametrize("make", FLOATS)
@pytest.mark.parametrize("mode", arith.ROUNDINGS)
@pytest.mark.parametrize(
    "form", [Fixed(8, 4), Fixed(5, -2, is_signed=False), Fixed(1), Fixed(7, 0, is_integer=True)]
)
@pytest.mark.parametrize("scale", [Scale(), Scale((3,), (2,)), Scale((65535,), (16,))])
def test_encodes_every_eighth_of_a_step_as_exact_rationals_do(
    make: Maker, mode: str, form: Fixed, scale: Scale
) -> None:
    (step,) = form.steps(scale)
    values = [float(step * k / 8) for k in range(8 * (form.low - 3), 8 * (form.high + 3) + 1)]
    found = form.encode(make(values), scale, mode)
    assert found.tolist() == [code_of(value, form, step, mode) for value in values]


@given(form=fixed_formats, scale=scales, mode=st.sampled_from(arith.ROUNDINGS), data=st.data())
def test_encodes_any_finite_float_as_exact_rationals_do(
    form: Fixed, scale: Scale, mode: str, data: st.DataObject
) -> None:
    (step,) = form.steps(scale)
    finite = st.floats(allow_nan=False, allow_infinity=False)
    near = st.integers(2 * form.low - 3, 2 * form.high + 3).map(lambda k: float(step * k / 2))
    value = data.draw(finite | near)
    either_side = [float(np.nextafter(value, -np.inf)), value, float(np.nextafter(value, np.inf))]
    values = [v for v in either_side if np.isfinite(v)]
    expected = [code_of(v, form, step, mode) for v in values]
    assert form.encode(np.array(values), scale, mode).tolist() == expected
    assert form.encode(doubles(values), scale, mode).tolist() == expected


@pytest.mark.parametrize("make", FLOATS)
@pytest.mark.parametrize("mode", arith.ROUNDINGS)
@pytest.mark.parametrize("frac", [-970, -500, 0, 500, 1022])
def test_the_greatest_and_the_smallest_floats_are_encoded_exactly(
    make: Maker, mode: str, frac: int
) -> None:
    form = Fixed(8, frac)
    values = [5e-324, 2.2e-308, 1e-300, 1.0, 1e300, 1.7976931348623157e308]
    values += [-value for value in values] + [0.0, -0.0]
    (step,) = form.steps(Scale())
    expected = [code_of(value, form, step, mode) for value in values]
    assert form.encode(make(values), Scale(), mode).tolist() == expected


@pytest.mark.parametrize("make", FLOATS)
@pytest.mark.parametrize("bad", [float("nan"), float("inf"), float("-inf")])
def test_a_value_that_is_not_finite_is_an_error(make: Maker, bad: float) -> None:
    with pytest.raises(FormatError, match="values encoded as fixed8f4 must be finite, not NaN"):
        Fixed(8, 4).encode(make([0.0, bad]), Scale())


@pytest.mark.parametrize("kind", [torch.float32, torch.float16, torch.bfloat16])
def test_a_narrower_float_is_encoded_by_its_exact_value(kind: torch.dtype) -> None:
    form, scale = Fixed(8, 3), Scale((40001,), (17,))
    values = torch.linspace(-20, 20, 4001).to(kind)
    (step,) = form.steps(scale)
    expected = [code_of(value, form, step) for value in values.double().tolist()]
    assert form.encode(values, scale).tolist() == expected


@pytest.mark.parametrize("make", FLOATS)
@pytest.mark.parametrize("axis", [-1, -2])
def test_each_index_along_an_axis_has_its_own_scale(make: Maker, axis: int) -> None:
    form, scale = Fixed(6, 2), Scale((1, 3, 40001), (0, 4, 15), axis)
    flat = [k / 16 for k in range(-300, 300)]
    grid = np.resize(np.array(flat), (600, 3) if axis == -1 else (3, 600))
    found = np.asarray(form.encode(make(grid.tolist()), scale))
    for index, step in enumerate(form.steps(scale)):
        place = (slice(None), index) if axis == -1 else (index, slice(None))
        assert found[place].tolist() == [code_of(v, form, step) for v in grid[place].tolist()]


@pytest.mark.parametrize("make", FLOATS)
@pytest.mark.parametrize("shape", [(5, 1), (5, 4), (2, 3, 1), ()])
def test_a_tensor_without_the_indices_of_the_scale_is_refused(
    make: Maker, shape: tuple[int, ...]
) -> None:
    scale = Scale((1, 3, 5), (0, 0, 0), -1)
    with pytest.raises(FormatError, match="a tensor with a scale on axis -1 must have 3 indices"):
        Fixed(8).encode(make(np.zeros(shape).tolist()), scale)


@given(form=fixed_formats.filter(lambda form: form.width <= 12), scale=scales)
def test_every_code_is_decoded_exactly_and_encoded_back(form: Fixed, scale: Scale) -> None:
    codes = np.arange(form.low, form.high + 1)
    (step,) = form.steps(scale)
    values = form.decode(codes, scale)
    assert [Fraction(value) for value in values.tolist()] == [step * c for c in codes.tolist()]
    assert form.encode(values, scale).tolist() == codes.tolist()


@given(width=st.integers(1, 37), code=st.integers(), m=st.integers(2**15, 2**16 - 1))
def test_decode_is_exact_for_every_stored_tensor(width: int, code: int, m: int) -> None:
    form, scale = Fixed(width), Scale((m,), (20,))
    code = min(max(code, form.low), form.high)
    (value,) = form.decode(np.array([code]), scale).tolist()
    assert Fraction(value) == code * form.steps(scale)[0]


@given(width=st.integers(38, 47), code=st.integers(), m=st.integers(2**15, 2**16 - 1))
def test_decode_of_a_wide_accumulator_rounds_once(width: int, code: int, m: int) -> None:
    form, scale = Fixed(width), Scale((m,), (20,))
    code = min(max(code, form.low), form.high)
    (value,) = form.decode(np.array([code]), scale).tolist()
    assert value == float(code * form.steps(scale)[0])
    per_axis = Scale((m, 1), (20, 0), -1)
    assert form.decode(np.array([[code, 1]]), per_axis).tolist() == [[value, 1.0]]


def test_a_format_too_wide_for_float64_is_refused_by_name() -> None:
    with pytest.raises(FormatError, match="fixed48f0 with a scale of 16 bits must fit an integer"):
        Fixed(48).decode(np.array([1]), Scale((65535,), (0,)))
    with pytest.raises(FormatError, match="not take 54"):
        Fixed(53).encode(np.array([1.0]), Scale())


@pytest.mark.parametrize("frac", [-971, 1023, 5000, -5000])
def test_a_step_outside_float64_is_refused_by_name(frac: int) -> None:
    with pytest.raises(FormatError, match=rf"must have steps of 2\^-1022 to 2\^970.*2\^{-frac}"):
        Fixed(8, frac).encode(np.array([1.0]), Scale())


@pytest.mark.parametrize(
    ("form", "low", "high"),
    [
        (Fixed(1), -1, 0),
        (Fixed(1, is_signed=False), 0, 1),
        (Fixed(8), -128, 127),
        (Fixed(62, is_signed=False), 0, 2**62 - 1),
        (Fixed(62), -(2**61), 2**61 - 1),
    ],
)
def test_codes_fill_the_wires(form: Fixed, low: int, high: int) -> None:
    assert (form.low, form.high) == (low, high)


@pytest.mark.parametrize("width", [0, -1, 63])
def test_the_width_must_be_one_to_sixty_two(width: int) -> None:
    with pytest.raises(FormatError, match=f"fixed-point width must be 1 to 62, not {width}"):
        Fixed(width)


def test_a_scaled_integer_has_no_fraction() -> None:
    with pytest.raises(FormatError, match="a scaled integer must have fraction 0, not 2"):
        Fixed(8, 2, is_integer=True)


def test_a_scaled_integer_is_not_the_fixed_format_of_the_same_codes() -> None:
    assert Fixed(8, 0) != Fixed(8, 0, is_integer=True)
