"""Counts add up, and know where they came from."""

import dataclasses
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from litho.hw import Band, Estimate, Interval, Measurement, Report, Resources, Timing

counts = st.integers(0, 10**9)
resources = st.builds(Resources, counts, counts, counts, counts, counts)


@given(resources, resources, st.integers(0, 100))
def test_counts_add_and_multiply_one_by_one(a: Resources, b: Resources, n: int) -> None:
    for name in (field.name for field in dataclasses.fields(Resources)):
        assert getattr(a + b, name) == getattr(a, name) + getattr(b, name)
        assert getattr(a * n, name) == getattr(a, name) * n
    assert n * a == a * n
    assert a + Resources() == a


@pytest.mark.parametrize("name", ["luts", "ffs", "dsps", "bram_bits"])
def test_one_count_too_many_does_not_fit(name: str) -> None:
    budget = Resources(10, 10, 10, 10)
    assert budget.fits(budget)
    assert not dataclasses.replace(budget, **{name: 11}).fits(budget)


def test_carry_cells_are_not_judged() -> None:
    assert Resources(carries=99).fits(Resources())


@given(st.floats(1, 10), st.integers(0, 100), counts)
def test_a_band_lies_around_its_middle(factor: float, slack: int, mid: int) -> None:
    found = Band(factor, slack).around(mid)
    assert found.mid == mid
    assert found.low == math.ceil(max(mid / factor - slack, mid / factor / 2))
    assert found.high == math.ceil(mid * factor) + slack


@pytest.mark.parametrize(("mid", "low"), [(0, 0), (1, 1), (10, 4), (31, 11), (72, 24), (300, 176)])
def test_slack_leaves_a_small_count_a_least(mid: int, low: int) -> None:
    assert Band(1.5, 24).around(mid).low == low


def test_an_interval_is_in_order() -> None:
    with pytest.raises(AssertionError):
        Interval(2, 1, 3)


def test_an_estimate_from_formulas_is_called_uncalibrated() -> None:
    found = Estimate.from_formula(Resources(100, 10, 1, 0), Band(2, 4))
    assert found.luts == Interval(46, 100, 204)
    assert found.dsps == Interval(1, 1, 2)
    assert found.bram_bits == Interval(0, 0, 0)
    assert found.calibration == "uncalibrated"


def test_estimated_measured_and_reported_are_three_types() -> None:
    found = [Estimate, Measurement, Report]
    assert len(set(found)) == 3
    assert Measurement("verilator", Timing(3, 4)) != Report("yosys", Resources())
    assert Report("yosys", Resources()).fmax_mhz is None
