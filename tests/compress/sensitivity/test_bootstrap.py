"""Intervals are those of the percentile bootstrap."""

from itertools import product
from math import comb

import numpy as np
import pytest

from litho.compress.sensitivity import Interval, bootstrap
from litho.errors import DataError


def test_means_are_distributed_as_those_of_every_resample() -> None:
    values = np.array([0.0, 1.0, 1.0, 3.0])
    every = np.sort([np.mean(chosen) for chosen in product(values, repeat=4)])
    found = bootstrap(values, seed=1, resamples=40_000)
    assert found.mean == 1.25
    # Of all 256 resamples that are there, the shares at and below each end.
    for end, share in ((found.low, 0.025), (found.high, 0.975)):
        below, upto = np.mean(every < end - 1e-9), np.mean(every <= end + 1e-9)
        assert below - 0.003 <= share <= upto + 0.003


def test_scores_of_one_and_zero_have_the_ends_of_a_binomial() -> None:
    values = np.repeat([1.0, 0.0], [32, 8])
    sums = np.cumsum([comb(40, k) * 0.8**k * 0.2 ** (40 - k) for k in range(41)])
    found = bootstrap(values, seed=3, resamples=100_000)
    ends = [int(np.searchsorted(sums, share)) / 40 for share in (0.025, 0.975)]
    assert [found.low, found.high] == ends


def test_differences_of_pairs_are_known_better_than_their_parts() -> None:
    base = (np.arange(1000) % 10 < 8).astype(float)
    changed = base.copy()
    changed[:20] = 0.0
    drop = bootstrap(base - changed, seed=0)
    assert drop.mean == pytest.approx(0.016)
    assert 0.007 < drop.low < drop.mean < drop.high < 0.025
    alone = bootstrap(changed, seed=0)
    assert alone.high - alone.low > 2 * (drop.high - drop.low)


def test_what_never_differs_has_an_interval_of_no_width() -> None:
    assert bootstrap(np.zeros(50), seed=0) == Interval(0.0, 0.0, 0.0)


def test_the_same_seed_gives_the_same_interval_however_many_values_differ() -> None:
    values = np.random.default_rng(0).normal(size=3000)
    found = bootstrap(values, seed=5, resamples=3000)
    assert found == bootstrap(values, seed=5, resamples=3000)
    assert found != bootstrap(values, seed=6, resamples=3000)
    error = values.std() / np.sqrt(3000)
    assert found.low == pytest.approx(found.mean - 1.96 * error, abs=0.1 * error)
    assert found.high == pytest.approx(found.mean + 1.96 * error, abs=0.1 * error)


def test_few_resamples_have_their_ends_among_them() -> None:
    found = bootstrap(np.array([0.0, 1.0]), seed=0, resamples=1)
    assert found.low == found.high


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([], "one for each of 1 sample or more, not 0 with 0 that are not finite"),
        ([1.0, float("nan")], "scores must be finite, and one for each of 1 sample or more, not 2"),
    ],
)
def test_scores_that_are_none_are_refused(values: list[float], text: str) -> None:
    with pytest.raises(DataError, match=text):
        bootstrap(np.array(values), seed=0)
