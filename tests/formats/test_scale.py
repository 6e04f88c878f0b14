"""Dyadic scales."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from litho.errors import FormatError
from litho.formats import Scale, arith


def nearest_by_search(number: float) -> Fraction:
    """The definition of `docs/numerics.md` section 1.2, n by search."""
    exact, n = Fraction(number), 0
    while exact * Fraction(2) ** n < 2**15:
        n += 1
    while exact * Fraction(2) ** n >= 2**16:
        n -= 1
    return round(exact * Fraction(2) ** n) / Fraction(2) ** n


@given(st.floats(min_value=5e-324, allow_infinity=False))
def test_nearest_is_the_definition(number: float) -> None:
    assert Scale.nearest(number).fractions() == (nearest_by_search(number),)


@given(st.lists(st.floats(1e-30, 1e30), min_size=1, max_size=5))
def test_nearest_takes_one_number_for_each_index(numbers: list[float]) -> None:
    found = Scale.nearest(numbers, axis=-2)
    assert found.axis == -2
    assert found.fractions() == tuple(nearest_by_search(number) for number in numbers)


@given(st.floats(1e-30, 1e30))
def test_nearest_leaves_a_dyadic_scale_as_it_is(number: float) -> None:
    once = Scale.nearest(number)
    assert Scale.nearest(float(once.fractions()[0])) == once


@pytest.mark.parametrize("number", [0.0, -1.0, float("nan"), float("inf")])
def test_nearest_refuses_what_is_no_scale(number: float) -> None:
    with pytest.raises(FormatError, match="scale must be positive and finite, not"):
        Scale.nearest([1.0, number], axis=-1)


@given(st.integers(1, 2**32 - 1), st.integers(-60, 60), st.integers(0, 20))
def test_equal_scales_are_equal_records(m: int, n: int, zeros: int) -> None:
    scale = Scale((m,), (n,))
    if m << zeros < 2**32:
        assert Scale((m << zeros,), (n + zeros,)) == scale
    assert scale.multipliers[0] % 2 == 1
    assert scale.fractions() == (Fraction(m) / Fraction(2) ** n,)


@given(
    st.lists(st.tuples(st.integers(1, 2**16 - 1), st.integers(-60, 60)), min_size=1, max_size=4),
    st.integers(1, 2**16 - 1),
    st.integers(-60, 60),
)
def test_a_product_of_scales_is_exact(pairs: list[tuple[int, int]], m: int, n: int) -> None:
    per_axis = Scale(tuple(a for a, _ in pairs), tuple(b for _, b in pairs), -1)
    single = Scale((m,), (n,))
    expected = tuple(fraction * single.fractions()[0] for fraction in per_axis.fractions())
    for product in (per_axis.times(single), single.times(per_axis)):
        assert product.fractions() == expected
        assert product.axis == -1


def test_a_product_has_at_most_one_factor_along_an_axis() -> None:
    scale = Scale((1, 3), (0, 0), -1)
    with pytest.raises(FormatError, match="at most one per-axis factor"):
        scale.times(scale)


def test_a_product_too_wide_for_an_accumulator_is_refused() -> None:
    wide = Scale((2**31 - 1,), (0,))
    with pytest.raises(FormatError, match=r"scale multiplier must be 1 to 2\^32 - 1, not"):
        wide.times(wide)


@pytest.mark.parametrize(
    ("multipliers", "shifts", "axis", "text"),
    [
        ((1, 2), (0,), -1, "as many multipliers as shifts, at least one, not 2 and 1"),
        ((), (), None, "as many multipliers as shifts, at least one, not 0 and 0"),
        ((1, 3), (0, 0), None, r"scale without an axis must be one m · 2\^-n, not 2"),
        ((1, 3), (0, 0), 1, "scale axis must count from the end"),
        ((0,), (0,), None, r"scale multiplier must be 1 to 2\^32 - 1, not 0"),
        ((-3,), (0,), None, r"scale multiplier must be 1 to 2\^32 - 1, not -3"),
    ],
)
def test_a_record_that_is_no_scale_is_refused(
    multipliers: tuple[int, ...], shifts: tuple[int, ...], axis: int | None, text: str
) -> None:
    with pytest.raises(FormatError, match=text):
        Scale(multipliers, shifts, axis)


def test_only_the_per_tensor_one_is_the_unit() -> None:
    assert Scale().is_unit
    assert Scale.power_of_two(0).is_unit
    assert not Scale.power_of_two((0,), -1).is_unit
    assert not Scale.power_of_two(1).is_unit


def test_a_scale_moves_to_another_axis() -> None:
    assert Scale((1, 3), (0, 0), -2).on_axis(-1) == Scale((1, 3), (0, 0), -1)
    assert Scale((3,), (0,)).on_axis(-1) == Scale((3,), (0,))


def test_reads_as_it_is_said() -> None:
    assert str(Scale((3,), (4,))) == "3/2^4"
    assert str(Scale((1, 3), (0, -2), -2)) == "[1/2^0, 3/2^-2] on axis -2"


@given(st.floats(min_value=0, exclude_min=True, allow_infinity=False))
def test_the_scale_nearest_to_a_float_is_that_of_its_exact_value(number: float) -> None:
    multiplier, shift = arith.dyadic(Fraction(number))
    assert Scale.nearest(number) == Scale((multiplier,), (shift,))
