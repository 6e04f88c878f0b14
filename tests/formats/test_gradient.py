"""The gradients of fake quantization against sums written out in exact rationals."""

from fractions import Fraction

import numpy as np
import pytest
import torch

from litho import kernels
from litho.errors import FormatError
from litho.formats import CodeFormat, Scale, fake_quantize, families, parse, scale_gradient
from litho.formats import gradient as module
from litho.formats.reach import reach

EXAMPLES = [parse(family.example) for family in families()]
CODED = [pytest.param(form, id=str(form)) for form in EXAMPLES if isinstance(form, CodeFormat)]
SHAPES = [
    ((), None),
    ((0,), None),
    ((70,), None),
    ((5000,), None),
    ((2, 3, 0), -2),
    ((13, 5), -1),
    ((13, 5), -2),
    ((3, 4, 65), -2),
    ((4, 2, 3, 3), -4),
]


def drawn(shape: tuple[int, ...], seed: int) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    return tuple(np.asarray(generator.standard_normal(shape), np.float32) for _ in range(2))


def scale_of(shape: tuple[int, ...], axis: int | None) -> Scale:
    count = 1 if axis is None else shape[axis]
    steps = [0.02 * (index + 1) for index in range(count)]
    return Scale.nearest(steps if axis is not None else steps[0], axis)


def exact_sum(x: np.ndarray, gradient: np.ndarray, form: CodeFormat, scale: Scale) -> Fraction:
    """The sum of gradient · (v' − v) inside and gradient · v' outside, v = x / scale."""
    (step,) = scale.fractions()
    low, high = reach(form)
    total = Fraction(0)
    for value, slope in zip(x.ravel().tolist(), gradient.ravel().tolist(), strict=True):
        quotient = Fraction(value) / step
        rounded = Fraction(float(fake_quantize(np.float32([value]), form, scale)[0])) / step
        inside = low <= quotient <= high
        total += Fraction(slope) * (rounded - quotient if inside else rounded)
    return total


@pytest.mark.parametrize("form", CODED)
def test_the_gradient_of_a_scale_is_the_sum_of_its_definition(form: CodeFormat) -> None:
    x, gradient = drawn((200,), 1)
    scale = Scale((40001,), (17,))
    found = scale_gradient(x, gradient, form, scale)
    assert float(found) == pytest.approx(float(exact_sum(x, gradient, form, scale)), rel=1e-5)


def test_a_gradient_worked_by_hand_is_met() -> None:
    # In steps of 1/2: 0.8 becomes 1 (0.2 · 1), −18 becomes −2 (−2 · 3), 0.5 becomes 0 (−0.5 · 4).
    x, gradient = np.float32([0.4, -9.0, 0.25]), np.float32([1.0, 3.0, 4.0])
    found = scale_gradient(x, gradient, parse("int2"), Scale.power_of_two(1))
    assert float(found) == pytest.approx(0.2 - 6.0 - 2.0, abs=1e-6)


@pytest.mark.parametrize("form", CODED)
@pytest.mark.parametrize(("shape", "axis"), SHAPES)
@pytest.mark.parametrize("level", ["portable", "AVX2", "AVX-512"])
def test_the_kernel_of_a_scales_gradient_has_the_bits_of_the_reference(
    form: CodeFormat, shape: tuple[int, ...], axis: int | None, level: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    (x, gradient), scale = drawn(shape, 2), scale_of(shape, axis)
    with kernels.limited(level):
        found = scale_gradient(x, gradient, form, scale)
        on_torch = scale_gradient(torch.tensor(x), torch.tensor(gradient), form, scale)
    monkeypatch.setattr(module, "kernel_of", lambda *_: None)
    expected = scale_gradient(x, gradient, form, scale)
    plain = scale_gradient(torch.tensor(x), torch.tensor(gradient), form, scale)
    assert found.shape == (() if axis is None else (shape[axis],))
    assert found.dtype == np.float64
    assert on_torch.dtype == plain.dtype == torch.float64
    for other in (found, on_torch.numpy(), plain.numpy()):
        assert np.array_equal(np.asarray(other).view(np.int64), np.asarray(expected).view(np.int64))


def test_a_strided_gradient_is_read_in_its_own_order() -> None:
    x, gradient = drawn((30, 40), 3)
    form, scale = parse("int4"), scale_of((30, 40), -2)
    expected = scale_gradient(x, gradient, form, scale)
    turned = torch.from_numpy(np.ascontiguousarray(gradient.T)).T
    assert np.array_equal(scale_gradient(torch.from_numpy(x), turned, form, scale), expected)


def test_an_index_has_the_gradient_of_its_own_tensor() -> None:
    x, gradient = drawn((3, 50), 4)
    form, scale = parse("int4"), scale_of((3, 50), -2)
    found = scale_gradient(x, gradient, form, scale)
    for row in range(3):
        own = Scale((scale.multipliers[row],), (scale.shifts[row],))
        assert scale_gradient(x[row], gradient[row], form, own) == found[row]


@pytest.mark.parametrize("kind", [torch.float64, torch.bfloat16])
def test_other_number_types_have_a_gradient_too(kind: torch.dtype) -> None:
    x = torch.linspace(-3, 3, 101, dtype=torch.float64).to(kind)
    found = scale_gradient(x, torch.ones_like(x), parse("int4"), Scale((3,), (3,)))
    expected = exact_sum(x.double().numpy(), np.ones(101), parse("int4"), Scale((3,), (3,)))
    assert float(found) == pytest.approx(float(expected), abs=0.05)


@pytest.mark.parametrize("spelling", ["mxint8g32", "float32"])
def test_a_format_without_a_scale_of_its_own_has_none_to_train(spelling: str) -> None:
    message = f"a format must have a scale besides its codes to train it, not {spelling}"
    with pytest.raises(FormatError, match=message):
        scale_gradient(np.ones(32), np.ones(32), parse(spelling), Scale())


@pytest.mark.parametrize("gradient_of", [module.pass_gradient, scale_gradient])
def test_a_gradient_of_another_shape_is_refused(gradient_of: object) -> None:
    with pytest.raises(
        FormatError, match=r"a gradient must have the shape of its values, \[3\], not \[2\]"
    ):
        gradient_of(np.ones(3, np.float32), np.ones(2, np.float32), parse("int4"), Scale())


def test_a_value_that_is_not_finite_has_no_gradient_for_its_scale() -> None:
    with pytest.raises(FormatError, match="values encoded as int4 must be finite"):
        scale_gradient(
            np.float32([1, np.nan]), np.ones(2, np.float32), parse("int4"), Scale((3,), (3,))
        )
