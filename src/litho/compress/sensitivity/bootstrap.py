"""Intervals of means by the bootstrap."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from litho.errors import DataError

__all__ = ["Interval", "Scores", "bootstrap"]

_PER_MILLE = (25, 975)  # of the resamples that lie at or below the ends of 95 %
_MOST = 1 << 22  # counts that are held at once

Scores = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean, and the ends of its interval."""

    mean: float
    low: float
    high: float


def bootstrap(values: Scores, seed: int, resamples: int = 2000) -> Interval:
    """Give the mean of values[samples] and its 95 % interval by the percentile bootstrap.

    A resample takes as many samples as there are, with replacement, each as likely as any other.
    How often it takes each distinct value is then multinomial, and these counts are drawn: the
    means are distributed as those of resamples that are drawn sample by sample. The ends are the
    means at 2.5 % and 97.5 % of all in their order (Efron: Bootstrap methods: another look at the
    jackknife, 1979; Efron, Tibshirani: An introduction to the bootstrap, 1993, chapter 13).
    For a paired difference `values` are the differences sample by sample.
    The same values and seed give the same interval. Raises `DataError` for no values, or values
    that are not finite.
    """
    if not len(values) or not bool(np.isfinite(values).all()):
        raise DataError(
            f"scores must be finite, and one for each of 1 sample or more, not {len(values)} with"
            f" {int((~np.isfinite(values)).sum())} that are not finite"
        )
    distinct, counts = np.unique(values, return_counts=True)
    shares, draw = counts / len(values), np.random.default_rng(seed)
    means = np.empty(resamples)
    step = max(1, _MOST // len(distinct))
    for start in range(0, resamples, step):
        part = means[start : start + step]
        part[:] = draw.multinomial(len(values), shares, size=len(part)) @ distinct / len(values)
    means.sort()
    low, high = (means[-(-resamples * share // 1000) - 1] for share in _PER_MILLE)
    return Interval(float(values.mean()), float(low), float(high))
