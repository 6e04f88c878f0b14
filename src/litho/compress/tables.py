"""Learns the table of a codebook: the centres that Lloyd's iteration finds (k-means on a line)."""

import math
from typing import Any

import numpy as np

from litho.compress.sample import Sample
from litho.formats import Codebook, Scale

__all__ = ["learn"]

_Array = np.ndarray[Any, np.dtype[np.float64]]
_FRAC = 15
_ROUNDS = 200


def learn(
    bits: int, word: str, samples: list[Sample], calibration: str
) -> tuple[Codebook, list[Scale]]:
    """Give the table of 2^bits entries for all samples, and a scale for each.

    A scale puts the ends of its sample on ±1, as the word for it allows; what lies outside
    (`percentile`) saturates. The centres start at quantiles; entries have 15 fraction bits at
    the greatest.
    """
    scales = [_scale(word, sample, calibration) for sample in samples]
    steps = [float(scale.fractions()[0]) for scale in scales]
    parts = [s.values / step for s, step in zip(samples, steps, strict=True)]
    if word != "unit":
        parts = [part.clip(-1, 1) for part in parts]
    weights = [np.full(len(s.values), step * step) for s, step in zip(samples, steps, strict=True)]
    centres = _lloyd(np.concatenate(parts), np.concatenate(weights), 1 << bits)
    frac = _FRAC - math.ceil(math.log2(max(float(np.abs(centres).max()), 2.0**-800)))
    return Codebook(_ascending(np.rint(centres * 2.0**frac)), frac), scales


def _scale(word: str, sample: Sample, calibration: str) -> Scale:
    greatest = max(abs(end) for end in sample.ends(calibration))
    if word == "unit" or greatest == 0:
        return Scale()
    if word == "power_of_two":
        return Scale.power_of_two(-math.ceil(math.log2(greatest)))
    return Scale.nearest(greatest)


def _lloyd(values: _Array, weights: _Array, count: int) -> _Array:
    """Give `count` ascending centres: each the weighted mean of the values next to it."""
    order = np.argsort(values, kind="stable")
    values, weights = values[order], weights[order]
    mass = np.concatenate([[0.0], np.cumsum(weights)])
    moment = np.concatenate([[0.0], np.cumsum(weights * values)])
    places = ((np.arange(count) + 0.5) / count * len(values)).astype(int)
    centres: _Array = values[places]
    for _ in range(_ROUNDS):
        borders = np.searchsorted(values, (centres[1:] + centres[:-1]) / 2, side="left")
        starts = np.concatenate([[0], borders])
        ends = np.concatenate([borders, [len(values)]])
        total = mass[ends] - mass[starts]
        # An empty cell keeps its centre.
        mean = (moment[ends] - moment[starts]) / np.where(total > 0, total, 1.0)
        found = np.where(total > 0, mean, centres)
        if np.array_equal(found, centres):
            break
        centres = found
    return centres


def _ascending(entries: _Array) -> tuple[int, ...]:
    """Give integers that ascend strictly, equal neighbours moved up by one each."""
    found: list[int] = []
    for entry in entries.tolist():
        found.append(max(int(entry), found[-1] + 1) if found else int(entry))
    return tuple(found)
