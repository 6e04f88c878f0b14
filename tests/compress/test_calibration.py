"""Which fraction or scale calibration chooses."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from litho.compress.calibration import choose, choose_rows
from litho.compress.sample import Sample
from litho.compress.spelling import Wanted
from litho.errors import ConfigError, DataError
from litho.formats import Fixed, Scale


def sample(*values: float) -> Sample:
    return Sample.of(np.array(values), "values")


def wanted(spelling: str, scale: str | None = None) -> Wanted:
    found = Wanted.parse(spelling, "here", scale)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("spelling", "values", "format"),
    [
        ("fixed8", (-1.0, 0.9), "fixed8f7"),
        ("fixed8", (-1.0, 1.0), "fixed8f6"),
        ("fixed8", (-1.01, 0.0), "fixed8f6"),
        ("ufixed8", (0.0, 0.99), "ufixed8f8"),
        ("ufixed8", (0.0, 1.0), "ufixed8f7"),
        ("fixed4", (-700.0, 100.0), "fixed4f-7"),
        ("fixed8", (0.001, -0.0005), "fixed8f16"),
        ("fixed8", (0.0, 0.0), "fixed8f6"),
        ("fixed1", (-1.0, 0.0), "fixed1f0"),
        ("fixed8f3", (-1.0, 1000.0), "fixed8f3"),
    ],
)
def test_min_max_is_the_finest_grid_that_holds_all(
    spelling: str, values: tuple[float, ...], format: str
) -> None:
    form, scale = choose(wanted(spelling), sample(*values), "min_max")
    assert (str(form), scale) == (format, Scale())


@given(
    values=st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=10),
    spelling=st.sampled_from(["fixed8", "fixed3", "ufixed6", "int8", "int3", "uint4"]),
)
def test_min_max_saturates_nothing_that_the_sign_allows(values: list[float], spelling: str) -> None:
    if spelling.startswith("u"):
        values = [abs(value) for value in values]
    form, scale = choose(wanted(spelling), sample(*values), "min_max")
    (step,) = form.steps(scale)
    # A scale is rounded to 16 bits, which may put an extreme half a step outside at most.
    slack = step / 2 if form.is_integer else 0
    for value in values:
        assert form.low * step - slack <= Fraction(value) <= form.high * step + slack


def test_a_scaled_integer_puts_the_greatest_value_on_the_greatest_code() -> None:
    form, scale = choose(wanted("int8"), sample(-0.5, 12.7), "min_max")
    assert form == Fixed(8, is_integer=True)
    assert scale == Scale.nearest(12.7 / 127)
    assert form.encode(np.array([12.7]), scale).tolist() == [127]


def test_percentile_ignores_rare_extremes() -> None:
    values = np.concatenate([np.linspace(-1, 0.99, 100_000), [100.0]])
    seen = Sample.of(values, "values")
    assert str(choose(wanted("fixed8"), seen, "percentile")[0]) == "fixed8f7"
    assert str(choose(wanted("fixed8"), seen, "min_max")[0]) == "fixed8f0"


@pytest.mark.parametrize("spelling", ["fixed6", "int6", "fixed3", "int3"])
def test_mean_square_error_is_never_worse_than_min_max(spelling: str) -> None:
    seen = Sample.of(np.random.default_rng(0).standard_normal(4000), "values")

    def error(calibration: str) -> float:
        form, scale = choose(wanted(spelling), seen, calibration)
        return float(
            np.square(form.decode(form.encode(seen.values, scale), scale) - seen.values).mean()
        )

    assert error("mse") <= error("min_max")


def test_mean_square_error_chooses_the_best_of_all_fractions() -> None:
    seen = Sample.of(np.random.default_rng(1).standard_normal(3000), "values")
    form, _ = choose(wanted("fixed4"), seen, "mse")

    def error(frac: int) -> float:
        other = Fixed(4, frac)
        decoded = other.decode(other.encode(seen.values, Scale()), Scale())
        return float(np.square(decoded - seen.values).mean())

    assert form.frac == min(range(-4, 8), key=error)


def test_rows_of_fixed_point_share_the_format_and_differ_in_a_power_of_two() -> None:
    rows = [sample(-1.0, 0.9), sample(0.1), sample(30.0)]
    form, scale = choose_rows(wanted("fixed8"), rows, -2, "min_max")
    assert (str(form), scale) == ("fixed8f2", Scale.power_of_two((5, 8, 0), -2))


def test_rows_of_integers_have_a_scale_each() -> None:
    form, scale = choose_rows(wanted("int4"), [sample(7.0), sample(0.7)], -2, "min_max")
    assert (str(form), scale) == ("int4", Scale.nearest([1.0, 0.7 / 7], -2))


def test_samples_joined_keep_the_extremes_of_both() -> None:
    both = sample(1.0, 2.0).joined(sample(-3.0))
    assert (both.low, both.high, sorted(both.values)) == (-3.0, 2.0, [-3.0, 1.0, 2.0])


def test_a_sample_of_many_values_stays_small_and_keeps_the_extremes() -> None:
    seen = Sample.of(np.arange(1_000_000), "values")
    assert (seen.low, seen.high) == (0.0, 999_999.0)
    assert len(seen.values) <= 2**16


@pytest.mark.parametrize("values", [[1.0, float("nan")], [float("inf")]])
def test_values_must_be_finite(values: list[float]) -> None:
    with pytest.raises(DataError, match="inputs of 'fc1' must have finite values"):
        Sample.of(np.array(values), "inputs of 'fc1'")


def test_no_values_are_an_error() -> None:
    with pytest.raises(DataError, match="must see at least one value"):
        Sample.of(np.array([]), "inputs of 'fc1'")


def test_an_unknown_calibration_is_named() -> None:
    with pytest.raises(ConfigError, match="must be one of min_max, percentile, mse, not 'max'"):
        choose(wanted("fixed8"), sample(1.0), "max")


@pytest.mark.parametrize(
    "spelling", ["fixed8", "ufixed3", "fixed8f4", "fixed8f-2", "int8", "uint2"]
)
def test_a_spelling_round_trips(spelling: str) -> None:
    assert str(wanted(spelling)) == spelling


@pytest.mark.parametrize(
    "spelling", ["fixed", "fixed08", "fixed0", "fixed63", "Int8", "float16", ""]
)
def test_other_spellings_are_refused_with_their_place(spelling: str) -> None:
    with pytest.raises(ConfigError, match=r"^here"):
        wanted(spelling)
