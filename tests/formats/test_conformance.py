"""What every format keeps; a new family is found by itself.

`FormatConformance` is the public suite, on which the format table builds; what follows it asks
about torch and about litho's own pages.
"""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch

from litho.formats import CodeFormat, Format, Scale, arith, families, parse
from litho.testing.format_suite import FormatConformance

PAGES = Path(__file__).parents[2] / "docs" / "formats"
EXAMPLES = [pytest.param(parse(family.example), id=family.name) for family in families()]
CODED = [example for example in EXAMPLES if isinstance(example.values[0], CodeFormat)]
SCALES = [Scale(), Scale((40001,), (17,))]


def every_code(form: CodeFormat) -> np.ndarray:
    assert form.bits <= 12, "the example of a family must be small enough for every code"
    return np.arange(form.low, form.high + 1)


def sample_values(form: CodeFormat, scale: Scale) -> np.ndarray:
    """Every value, the middles between neighbours, a step to either side, and far outside."""
    values = np.unique(form.decode(every_code(form), scale))
    middles = (values[1:] + values[:-1]) / 2
    exact = np.concatenate([values, middles])
    beside = [np.nextafter(exact, np.inf), np.nextafter(exact, -np.inf)]
    return np.concatenate([exact, *beside, [1e300, -1e300, 5e-324, 0.0]])


class TestFormats(FormatConformance):
    pass


@pytest.mark.parametrize("form", EXAMPLES)
def test_a_format_is_an_immutable_record_with_a_spelling(form: Format) -> None:
    assert isinstance(form, Format)
    assert dataclasses.is_dataclass(form)
    assert type(form).__dataclass_params__.frozen
    assert parse(str(form)) == form
    assert hash(parse(str(form))) == hash(form)
    assert form.bits >= 1


@pytest.mark.parametrize("family", families(), ids=lambda family: family.name)
def test_the_example_of_a_family_belongs_to_it(family: object) -> None:
    assert parse(family.example).family == family.name


@pytest.mark.parametrize("form", EXAMPLES)
def test_a_page_tells_of_each_family(form: Format) -> None:
    pages = "\n".join(path.read_text() for path in sorted(PAGES.glob("*.md")))
    assert f"`{form}`" in pages


@pytest.mark.parametrize("form", CODED)
@pytest.mark.parametrize("mode", arith.ROUNDINGS)
@pytest.mark.parametrize("scale", SCALES, ids=str)
def test_numpy_and_torch_agree_on_every_bit(form: CodeFormat, mode: str, scale: Scale) -> None:
    values = sample_values(form, scale)
    codes = form.encode(values, scale, mode)
    assert codes.dtype == np.int64
    on_torch = form.encode(torch.from_numpy(values), scale, mode)
    assert on_torch.dtype == torch.int64
    assert np.array_equal(on_torch.numpy(), codes)
    decoded = form.decode(on_torch, scale)
    assert decoded.dtype == torch.float64
    assert np.array_equal(decoded.numpy(), form.decode(codes, scale))


@pytest.mark.parametrize("form", CODED)
def test_a_scale_along_an_axis_is_the_scale_of_each_index(form: CodeFormat) -> None:
    scale = Scale((1, 3, 40001), (0, 4, 15), -1)
    values = np.linspace(-20, 20, 300).reshape(100, 3)
    whole = form.encode(values, scale)
    decoded = form.decode(whole, scale)
    for index in range(3):
        single = Scale((scale.multipliers[index],), (scale.shifts[index],))
        assert np.array_equal(whole[:, index], form.encode(values[:, index], single))
        assert np.array_equal(decoded[:, index], form.decode(whole[:, index], single))


@pytest.mark.parametrize("form", CODED)
@pytest.mark.parametrize("shape", [(), (0,), (2, 0, 3), (2, 3, 4)])
def test_a_tensor_keeps_its_shape(form: CodeFormat, shape: tuple[int, ...]) -> None:
    for values in (np.zeros(shape), torch.zeros(shape)):
        codes = form.encode(values, Scale())
        assert tuple(codes.shape) == shape
        assert tuple(form.decode(codes, Scale()).shape) == shape


@pytest.mark.parametrize("form", CODED)
def test_the_input_is_left_as_it_was(form: CodeFormat) -> None:
    values = sample_values(form, Scale())
    before = values.copy()
    codes = form.encode(values, Scale())
    kept = codes.copy()
    form.decode(codes, Scale())
    assert np.array_equal(values, before)
    assert np.array_equal(codes, kept)
