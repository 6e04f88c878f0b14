"""Drops exactly as many units as were asked for, those of the least scores."""

from fractions import Fraction
from typing import Any

import numpy as np

__all__ = ["count", "keep_highest", "keep_in_groups"]

_Scores = np.ndarray[Any, np.dtype[np.floating[Any]]]
_Kept = np.ndarray[Any, np.dtype[np.bool_]]
_LONG, _SAMPLE = 1 << 18, 1 << 14
_MARGIN = 256  # ranks in the sample: four deviations of a rank in so many
_SMALL = 16  # groups in which ranks are counted, and not sorted


def count(sparsity: float, units: int) -> int:
    """Give the units to drop of so many: sparsity times units, ties to the even number.

    The sparsity is the decimal number that it prints as: half of 0.35 times 10 is no matter of
    binary rounding.
    """
    return round(Fraction(repr(float(sparsity))) * units)


def keep_highest(scores: _Scores, dropped: int, seed: int) -> _Kept:
    """Give which units stay when in each row of scores [rows, units] `dropped` go, the least.

    Of equal scores at the edge those go that a generator with this seed draws, and else order
    plays no part: the same scores and seed give the same units.
    """
    if dropped == 0:
        return np.ones(scores.shape, dtype=bool)
    edge = _smallest(scores, dropped - 1)
    kept = scores > edge
    left_over = scores.shape[1] - np.count_nonzero(kept, axis=1) - dropped
    draw = np.random.default_rng(seed)
    for row in np.flatnonzero(left_over):
        places = draw.permutation(np.flatnonzero(scores[row] == edge[row]))
        kept[row, places[len(places) - left_over[row] :]] = True
    return kept


def _smallest(scores: _Scores, rank: int) -> _Scores:
    """Give in each row of scores [rows, units] the one with so many before it, as a column.

    In a long single row a sample brackets it, so that few are sorted.
    """
    inside, before = scores, 0
    if len(scores) == 1 and scores.shape[1] >= _LONG:
        sample = np.sort(scores[0, :: scores.shape[1] // _SAMPLE])
        place = rank * len(sample) // scores.shape[1]
        low, high = (sample[np.clip(place + way * _MARGIN, 0, len(sample) - 1)] for way in (-1, 1))
        between = scores >= low
        less = scores.size - int(np.count_nonzero(between))
        between &= scores <= high
        if less <= rank < less + np.count_nonzero(between):
            inside, before = scores[between][None], less
    found: _Scores = np.partition(inside, rank - before, axis=1)
    return found[:, rank - before, None]


def keep_in_groups(groups: _Scores, keep: int, seed: int) -> _Kept:
    """Give which of each row of scores [groups, members] stay, `keep` of them.

    Of equal scores in a small group the first members go.
    """
    members = groups.shape[1]
    if members > _SMALL:
        return keep_highest(groups, members - keep, seed)
    columns = [np.ascontiguousarray(groups[:, place]) for place in range(members)]
    kept = np.empty(groups.shape, dtype=bool)
    for place, own in enumerate(columns):
        rank = np.zeros(len(own), dtype=np.uint8)
        for other, theirs in enumerate(columns):
            if other != place:
                rank += theirs <= own if other < place else theirs < own
        kept[:, place] = rank >= members - keep
    return kept
