"""Kernels under scales that are no powers of two, per tensor and along the last axes."""

import numpy as np
import pytest
from bits import assert_same_bits, every_kind_of_float32, near_the_ties, reference

from litho.errors import FormatError
from litho.formats import (
    CodeFormat,
    Format,
    Scale,
    fake_quantize,
    gradient,
    parse,
    pass_gradient,
    scale_gradient,
)
from litho.formats.reach import is_inside

pytestmark = pytest.mark.usefixtures("loops")

SPELLINGS = [
    "fixed8f4", "uint8", "int12", "int16", "fixed21f3", "int24", "e4m3fn", "e5m2", "e3m2fn",
    "e2m1fn", "e1m2fn", "e4m6", "e4m7", "e5m5", "e5m10", "e6m9f", "e8m1", "e8m7", "e8m10",
    "e8m7_flush", "e5m10_flush", "e4m3fn_flush", "e7m10", "e4m3fnuz", "e5m2_overflow",
    "e8m7_overflow", "e4m0fn", "log4", "log8",
]  # fmt: skip
TABLES = ["binary", "ternary", "codebook4", "codebook8"]


def some_scale(generator: np.random.Generator) -> Scale:
    """A multiplier of 1 to 21 bits, often with all bits set, where quotients are tightest."""
    bits = int(generator.integers(1, 22))
    multiplier = (1 << bits) - 1 if generator.random() < 0.25 else generator.integers(1, 1 << bits)
    return Scale((int(multiplier) | 1,), (int(generator.integers(-20, 40)),))


def columns(count: int) -> Scale:
    multipliers = tuple(32769 + 2 * index * index % 32767 for index in range(count))
    return Scale(multipliers, tuple(18 + index % 5 for index in range(count)), -1)


def assert_bits(form: CodeFormat, scale: Scale, values: np.ndarray) -> None:
    with np.errstate(over="ignore"):  # a wide format under a large scale leaves float32
        found, expected = fake_quantize(values, form, scale), reference(values, form, scale)
    assert_same_bits(found, expected, values)


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_any_scale_has_the_bits_of_the_reference_at_every_tie(spelling: str) -> None:
    form, generator = parse(spelling), np.random.default_rng(11)
    assert isinstance(form, CodeFormat)
    for seed in range(6):
        scale = some_scale(generator)
        values = np.concatenate([near_the_ties(form, scale), every_kind_of_float32(1000, seed)])
        assert_bits(form, scale, values)


@pytest.mark.slow
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_ten_million_values_under_any_scale_have_the_bits_of_the_reference(spelling: str) -> None:
    form, generator, count = parse(spelling), np.random.default_rng(12), 0
    assert isinstance(form, CodeFormat)
    while count < 10_000_000:
        scale = some_scale(generator)
        values = np.concatenate([near_the_ties(form, scale), every_kind_of_float32(50_000, count)])
        assert_bits(form, scale, values)
        count += values.size


@pytest.mark.parametrize("spelling", SPELLINGS + TABLES)
@pytest.mark.parametrize("shape", [(1, 9), (3, 16), (19, 40), (11, 3), (5, 2), (9, 67), (2, 1)])
def test_a_scale_on_the_last_axis_has_the_bits_of_the_reference(
    spelling: str, shape: tuple[int, int]
) -> None:
    form, scale = parse(spelling), columns(shape[1])
    assert isinstance(form, CodeFormat)
    assert_bits(form, scale, (np.random.default_rng(13).standard_normal(shape) * 4).astype("f4"))


@pytest.mark.parametrize("spelling", SPELLINGS + TABLES)
@pytest.mark.parametrize("shape", [(3, 5, 3), (10, 16, 2), (2, 3, 9), (4, 33, 15)])
def test_a_scale_before_a_short_axis_has_the_bits_of_the_reference(
    spelling: str, shape: tuple[int, int, int]
) -> None:
    form, scale = parse(spelling), columns(shape[1]).on_axis(-2)
    assert isinstance(form, CodeFormat)
    assert_bits(form, scale, (np.random.default_rng(14).standard_normal(shape) * 4).astype("f4"))


@pytest.mark.parametrize("spelling", ["int8", "e4m3fn", "e8m7", "log4", *TABLES])
@pytest.mark.parametrize("shape", [(1, 9, 1), (300, 40, 1), (11, 3, 1), (10, 17, 5), (4, 33, 15)])
def test_gradients_along_short_axes_are_those_of_the_reference(
    spelling: str, shape: tuple[int, int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    form, scale, generator = parse(spelling), columns(shape[1]), np.random.default_rng(15)
    values, slope = (generator.standard_normal(shape).astype(np.float32) * 2 for _ in range(2))
    if shape[-1] == 1:
        values, slope = values[..., 0], slope[..., 0]
    else:
        scale = scale.on_axis(-2)
    passed = pass_gradient(values, slope, form, scale)
    assert np.array_equal(passed, slope * is_inside(values, form, scale))
    found = scale_gradient(values, slope, form, scale)
    monkeypatch.setattr(gradient, "kernel_of", lambda *_: None)
    assert np.array_equal(found, scale_gradient(values, slope, form, scale))


@pytest.mark.parametrize("spelling", ["int8", "e4m3fn", "codebook4"])
def test_a_value_that_is_not_finite_is_an_error_in_every_column(spelling: str) -> None:
    form: Format = parse(spelling)
    for column in range(35):
        values = np.ones((9, 35), np.float32)
        values[column % 9, column] = np.nan
        with pytest.raises(FormatError, match="must be finite, not NaN or infinity"):
            fake_quantize(values, form, columns(35))


@pytest.mark.parametrize("spelling", ["e8m7", "e8m10", "e8m7_flush"])
@pytest.mark.parametrize("exponent", [-149, -130, -126, -70, -56, -55, 95, 96, 97, 120])
def test_wide_exponents_keep_their_bits_where_float32_ends(spelling: str, exponent: int) -> None:
    form, generator = parse(spelling), np.random.default_rng(16)
    assert isinstance(form, CodeFormat)
    near = np.ldexp(generator.uniform(0.5, 2, 4000), exponent).astype(np.float32)
    mixed = np.where(generator.random(4000) < 0.1, near, generator.standard_normal(4000))
    assert_bits(form, Scale((40001,), (20,)), mixed.astype(np.float32))
    assert_bits(form, Scale((40001,), (10,)), near)
