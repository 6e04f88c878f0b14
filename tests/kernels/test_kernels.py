"""Compiled kernels give the bits of the plain reference, in both builds of their loops."""

import logging

import numpy as np
import pytest
import torch
from bits import assert_same_bits, every_kind_of_float32, near_the_ties, reference

from litho import kernels
from litho.errors import FormatError
from litho.formats import (
    CodeFormat,
    Format,
    GroupedFormat,
    Scale,
    fake_quantize,
    families,
    parse,
    pass_gradient,
)
from litho.formats.plans import plan_of
from litho.formats.reach import is_inside
from litho.kernels import library

pytestmark = pytest.mark.usefixtures("loops")

SPELLINGS = [
    "ufixed8f4", "fixed4f1", "fixed2f0", "fixed16f8", "fixed22f3", "uint8", "int4",
    "e4m3fn", "e5m2", "e3m2fn", "e2m3fn", "e4m3", "e1m2fn", "e8m7", "e8m10", "e5m10", "e6m9f",
    "e4m3fn_flush", "e2m1fn_flush", "e4m0fn", "e7m3f", "log8", "log2",
    "int12", "int16", "int24", "fixed24f4", "fixed32f16", "fixed37f20",
    "e4m3fn_overflow", "e5m2_overflow", "e4m3fnuz", "e4m3fnuz_overflow", "e4m3b11fnuz",
    "e4m3b100fn", "e3m2b200fn", "e8m7_flush", "e5m2_flush_overflow",
    "codebook3", "codebook8", "codebook2[-3,0,1,4]f2", "binary01", "ternary_t77",
    "mxint8g32", "mxfp8_e4m3g32", "mxfp8_e5m2g32", "mxfp6_e2m3g32", "mxfp4_e2m1g32",
    "bfp4g8", "bfp2g3", "bfp22g16", "bmf4_e2m1g7", "bmf6_e1m4g16", "blocklog3g32", "blocklog4g5",
]  # fmt: skip
FORMATS = [parse(family.example) for family in families()] + [parse(text) for text in SPELLINGS]
ELEMENTS = [pytest.param(form, id=str(form)) for form in FORMATS if isinstance(form, CodeFormat)]
GROUPED = [pytest.param(form, id=str(form)) for form in FORMATS if isinstance(form, GroupedFormat)]
SCALES = [
    Scale(),
    Scale.power_of_two(5),
    Scale.power_of_two(-9),
    Scale((40001,), (17,)),
    Scale((13,), (4,)),
    Scale((65535,), (-3,)),
    Scale((181,), (30,)),
]


@pytest.mark.parametrize("form", ELEMENTS)
@pytest.mark.parametrize("scale", SCALES, ids=str)
def test_elements_have_the_bits_of_the_reference(form: CodeFormat, scale: Scale) -> None:
    values = np.concatenate([every_kind_of_float32(5000, 2), near_the_ties(form, scale)])
    with np.errstate(over="ignore"):  # a wide format under a large scale leaves float32
        found = fake_quantize(values, form, scale)
    assert_same_bits(found, reference(values, form, scale), values)


@pytest.mark.parametrize("form", GROUPED)
@pytest.mark.parametrize("row", [1, 15, 64, 231])
def test_groups_have_the_bits_of_the_reference(form: GroupedFormat, row: int) -> None:
    generator = np.random.default_rng(row)
    sizes = 2.0 ** generator.integers(-149, 127, (200, 1))
    alike = (generator.standard_normal((200, row)) * sizes).clip(-3e38, 3e38).astype(np.float32)
    bits = every_kind_of_float32(100 * row, 3)[: 100 * row].reshape(100, row)
    grid = np.ldexp(generator.integers(-512, 513, (200, row)), generator.integers(-9, 9, (200, 1)))
    values = np.concatenate([alike, bits, grid.astype(np.float32), np.zeros((2, row), np.float32)])
    assert_same_bits(fake_quantize(values, form), reference(values, form, Scale()), values)


@pytest.mark.slow
@pytest.mark.parametrize("form", [*ELEMENTS, *GROUPED])
def test_ten_million_values_have_the_bits_of_the_reference(form: Format) -> None:
    for seed in range(10):
        values = every_kind_of_float32(600_000, seed)[:1_000_000].reshape(1000, -1)
        scale = SCALES[seed % len(SCALES)] if isinstance(form, CodeFormat) else Scale()
        with np.errstate(over="ignore"):
            found = fake_quantize(values, form, scale)
        assert_same_bits(found, reference(values, form, scale), values)


@pytest.mark.parametrize("form", ELEMENTS)
@pytest.mark.parametrize("scale", SCALES, ids=str)
def test_the_gradient_passes_within_the_reach_of_elements(form: CodeFormat, scale: Scale) -> None:
    values = np.concatenate([every_kind_of_float32(2000, 4), near_the_ties(form, scale)])
    gradient = np.random.default_rng(5).standard_normal(len(values)).astype(np.float32)
    found = pass_gradient(values, gradient, form, scale)
    assert np.array_equal(found, gradient * is_inside(values, form, scale))


@pytest.mark.parametrize("form", GROUPED)
def test_the_gradient_passes_where_no_element_of_a_group_saturates(form: GroupedFormat) -> None:
    values = np.random.default_rng(6).standard_normal((100, 77)).astype(np.float32)
    gradient = np.random.default_rng(7).standard_normal((100, 77)).astype(np.float32)
    found = pass_gradient(values, gradient, form)
    assert np.array_equal(found, gradient * is_inside(values, form, Scale()))


# `_overflow` formats have a code for NaN and for what is too large.
REFUSING = [one for one in (*ELEMENTS, *GROUPED) if not str(one.id).endswith("_overflow")]


@pytest.mark.parametrize("form", REFUSING)
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("length", [1, 5, 8, 40, 67])
def test_a_value_that_is_not_finite_is_an_error_wherever_it_stands(
    form: Format, bad: float, length: int
) -> None:
    for place in {0, length // 2, length - 1}:
        values = np.ones(length, np.float32)
        values[place] = bad
        with pytest.raises(FormatError, match="must be finite, not NaN or infinity"):
            fake_quantize(values, form)


@pytest.mark.parametrize(
    "spelling", ["e4m3fn_overflow", "e5m2_overflow", "e4m3fnuz_overflow", "e5m2_flush_overflow"]
)
@pytest.mark.parametrize("scale", SCALES, ids=str)
def test_nan_and_infinity_have_the_bits_of_the_reference_where_they_have_codes(
    spelling: str, scale: Scale
) -> None:
    form = parse(spelling)
    edge = float(form.greatest) * float(scale.fractions()[0])
    values = np.float32([np.nan, -np.nan, np.inf, -np.inf, edge, -edge, 1.01 * edge, 2 * edge, 0])
    found = fake_quantize(np.resize(values, 40), form, scale)
    assert_same_bits(found, reference(np.resize(values, 40), form, scale), values)
    assert np.isnan(found[0])


@pytest.mark.parametrize(
    "spelling", ["int8", "int16", "int24", "e4m3fn", "e8m7", "e4m3fnuz", "codebook4", "log4"]
)
@pytest.mark.parametrize("axis", [-1, -2, -3])
def test_a_scale_along_an_axis_is_the_scale_of_each_index(spelling: str, axis: int) -> None:
    form, shape = parse(spelling), (4, 3, 5)
    values = (np.random.default_rng(8).standard_normal(shape) * 9).astype(np.float32)
    count = shape[axis]
    scale = Scale((1, 3, 401, 77, 9)[:count], (0, 2, 12, 3, 1)[:count], axis)
    assert_same_bits(fake_quantize(values, form, scale), reference(values, form, scale), values)
    with pytest.raises(FormatError, match=f"scale on axis {axis} must have"):
        fake_quantize(np.ones((7, 7, 7), np.float32), form, scale)


@pytest.mark.parametrize("form", [*ELEMENTS, *GROUPED])
def test_torch_gives_the_same_bits_also_where_memory_is_strided(form: Format) -> None:
    values = (np.random.default_rng(9).standard_normal((33, 50)) * 4).astype(np.float32)
    expected = reference(values, form, Scale())
    tensor = torch.from_numpy(values)
    assert_same_bits(fake_quantize(tensor, form).numpy(), expected, values)
    turned = torch.from_numpy(np.ascontiguousarray(values.T)).T
    assert not turned.is_contiguous()
    assert_same_bits(fake_quantize(turned, form).numpy(), expected, values)
    wide = np.zeros((33, 100), np.float32)
    wide[:, ::2] = values
    assert_same_bits(fake_quantize(wide[:, ::2], form), expected, values)


def test_the_input_is_left_as_it_was_and_the_output_is_new() -> None:
    values = torch.randn(100, generator=torch.Generator().manual_seed(0))
    kept = values.clone()
    assert fake_quantize(values, parse("e4m3fn")).data_ptr() != values.data_ptr()
    assert torch.equal(values, kept)


@pytest.mark.parametrize("kind", [torch.float64, torch.float16, torch.bfloat16])
def test_other_number_types_are_kept_and_take_the_reference(kind: torch.dtype) -> None:
    values = torch.linspace(-5, 5, 101, dtype=torch.float64).to(kind)
    found = fake_quantize(values, parse("fixed8f4"))
    form = parse("fixed8f4")
    assert found.dtype == kind
    assert torch.equal(found, form.decode(form.encode(values, Scale()), Scale()).to(kind))


def test_a_host_type_passes_values_through() -> None:
    values = np.array([1.1, np.nan])
    assert fake_quantize(values, parse("float32")) is values
    assert pass_gradient(values, values, parse("float32")) is values


def test_flushing_of_subnormals_elsewhere_changes_nothing() -> None:
    values = np.ldexp(np.arange(-64, 65, dtype=np.float32), -140)
    expected = reference(values, parse("e8m10"), Scale())
    torch.set_flush_denormal(True)
    try:
        found = fake_quantize(values, parse("e8m10"))
    finally:
        torch.set_flush_denormal(False)
    assert_same_bits(found, expected, values)
    assert found.any()


@pytest.mark.parametrize(
    ("spelling", "scale"),
    [
        *[(str(form), Scale()) for form in FORMATS if form.family != "host"],
        *[
            (str(form), Scale((40001,), (20,)))
            for form in FORMATS
            if isinstance(form, CodeFormat) and form.bits <= 37
        ],
    ],
)
def test_the_usual_formats_have_kernels(spelling: str, scale: Scale) -> None:
    assert plan_of(parse(spelling), scale) is not None


def test_without_a_compiler_the_reference_runs_and_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    values = every_kind_of_float32(100, 10)
    with_kernel = fake_quantize(values, parse("e4m3fn"))
    monkeypatch.setattr(library, "EXTENSION_SUFFIXES", [])
    library.library.cache_clear()
    try:
        with caplog.at_level(logging.WARNING, logger="litho"):
            found = fake_quantize(values, parse("e4m3fn"))
        assert not kernels.is_compiled()
        assert "`pip install -e .` in its sources builds them" in kernels.describe()
        assert "kernels, and the plain reference runs" in caplog.text
    finally:
        library.library.cache_clear()
        monkeypatch.undo()
    assert_same_bits(found, with_kernel, values)
