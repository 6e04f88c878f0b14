"""The torch operator: the values of hardware, and gradients that pass straight through."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from litho.compress import fake_quantize
from litho.errors import FormatError
from litho.formats import Fixed, Scale, arith, parse
from litho.formats import fake_quantize as on_grid


def tensors(scale: Scale) -> tuple[torch.Tensor, torch.Tensor]:
    return torch.tensor(scale.multipliers), torch.tensor(scale.shifts)


def quantized(x: torch.Tensor, format: str, scale: Scale, source: Scale | None = None) -> object:
    grid = (*tensors(source), source.axis) if source else (None, None, None)
    return fake_quantize(x, *tensors(scale), format, scale.axis, "half_even", *grid)


@given(
    values=st.lists(st.floats(-300, 300, width=32), min_size=1, max_size=20),
    format=st.sampled_from(["fixed8f4", "ufixed5f2", "fixed4f-2", "int8", "uint3", "fixed1f0"]),
    step=st.floats(0.01, 10),
)
def test_raw_floats_become_the_decoded_code(values: list[float], format: str, step: float) -> None:
    form, scale = parse(format), Scale.nearest(step)
    array = np.array(values)
    expected = form.decode(form.encode(array, scale), scale)
    found = quantized(torch.tensor(values, dtype=torch.float64), format, scale)
    assert found.tolist() == expected.tolist()


def test_a_scale_on_an_axis_is_applied_along_it() -> None:
    scale = Scale((3, 5), (4, 6), -2)
    x = torch.randn(2, 7, dtype=torch.float64)
    form = Fixed(8, is_integer=True)
    expected = form.decode(form.encode(x.numpy(), scale), scale)
    assert quantized(x, "int8", scale).tolist() == expected.tolist()


@given(codes=st.lists(st.integers(-(2**25), 2**25), min_size=1, max_size=20))
def test_values_on_a_grid_are_requantized_as_integers(codes: list[int]) -> None:
    source, target = Scale((40961,), (30,)), Scale((50001,), (22,))
    step = float(source.fractions()[0])
    m, s = arith.dyadic(source.fractions()[0] / target.fractions()[0])
    expected = arith.requantize(np.array(codes), m, s, -128, 127)
    x = torch.tensor(codes, dtype=torch.float64) * step
    found = quantized(x, "int8", target, source)
    assert found.tolist() == (expected * float(target.fractions()[0])).tolist()


def test_the_integer_way_differs_from_rounding_the_float_where_the_ratio_is_rounded() -> None:
    source, target = Scale((1,), (40,)), Scale((3,), (18,))
    codes = torch.arange(-100, 100, dtype=torch.float64) * 3 + 3 * 1.5 * 2**22  # about a tie
    x = codes * 2.0**-40
    integer, real = quantized(x, "int8", target, source), quantized(x, "int8", target)
    m, s = arith.dyadic(source.fractions()[0] / target.fractions()[0])
    expected = arith.requantize(codes.numpy().astype(np.int64), m, s, -128, 127)
    assert integer.tolist() == (expected * float(target.fractions()[0])).tolist()
    assert integer.tolist() != real.tolist()


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_the_result_has_the_number_type_of_the_input(dtype: torch.dtype) -> None:
    found = quantized(torch.ones(3, dtype=dtype), "fixed6f3", Scale())
    assert found.dtype == dtype
    assert found.tolist() == [1.0, 1.0, 1.0]


def test_the_gradient_is_that_of_clamping_to_the_range() -> None:
    step, low, high = 1 / 16, -128, 127
    x = torch.linspace(-9.03, 9.07, 257, dtype=torch.float64, requires_grad=True)
    weights = torch.randn(257, dtype=torch.float64)
    (quantized(x, "fixed8f4", Scale()) * weights).sum().backward()
    width = 1e-6
    above, below = ((x.detach() + d).clamp(low * step, high * step) for d in (width, -width))
    numeric = (above - below) / (2 * width) * weights
    assert torch.allclose(x.grad, numeric, atol=1e-9)


def test_the_gradient_along_an_axis_uses_each_scale() -> None:
    x = torch.full((2, 3), 1.5, dtype=torch.float64, requires_grad=True)
    scale = Scale.power_of_two((7, 3), -2)  # ranges to 0.99 and to 15.9
    quantized(x, "int8", scale).sum().backward()
    assert x.grad.tolist() == [[0.0] * 3, [1.0] * 3]


def test_torch_accepts_the_operator() -> None:
    x = torch.randn(3, 4, dtype=torch.float64, requires_grad=True)
    arguments = (x, *tensors(Scale()), "fixed8f4", None, "half_even")
    torch.library.opcheck(
        torch.ops.litho.fake_quantize.default,
        arguments,
        test_utils=("test_schema", "test_faketensor", "test_autograd_registration"),
    )


@pytest.mark.parametrize("source", [None, Scale((3,), (4,))])
def test_nan_is_an_error(source: Scale | None) -> None:
    with pytest.raises(FormatError, match="must be finite, not NaN or infinity"):
        quantized(torch.tensor([1.0, float("nan")]), "fixed8f4", Scale(), source)


def test_codes_are_not_requantized_to_a_format_without_a_grid() -> None:
    text = "values on an integer grid must go to a fixed-point format, not e4m3fn"
    with pytest.raises(FormatError, match=text):
        quantized(torch.ones(3), "e4m3fn", Scale(), Scale((3,), (4,)))


def test_a_type_without_codes_has_no_grid() -> None:
    with pytest.raises(FormatError, match="must have a format with codes, not float32"):
        quantized(torch.ones(3), "float32", Scale())


@pytest.mark.parametrize("spelling", ["e4m3fn", "mxint8g32", "codebook3", "ternary"])
def test_every_format_is_taken(spelling: str) -> None:
    x, form = torch.linspace(-1, 1, 65), parse(spelling)
    assert torch.equal(quantized(x, spelling, Scale()), on_grid(x, form))
