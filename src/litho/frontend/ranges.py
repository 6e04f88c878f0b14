"""Ranges and histograms of every tensor of a captured graph, over samples of its inputs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from litho.errors import DataError
from litho.frontend.evaluate import values_of
from litho.ir import Constant, Graph, Histogram, Input, ValueRange

__all__ = ["measure_ranges"]

_Array = np.ndarray[Any, Any]


def measure_ranges(
    graph: Graph, samples: Mapping[str, Any], bins: int = 32
) -> tuple[ValueRange, ...]:
    """Give the range of each tensor of a captured graph, in the order of the graph.

    `samples[name]` holds samples[n, …] of the input `name`, each of the captured shape (whose
    first axis of 1 may be left out). The graph is run twice: for the ranges, then for histograms
    of `bins` bins between them. A node with several results has a range for each (`<name>[0]`).
    Raises what `litho.frontend.evaluate` raises, and `DataError` for samples that do not fit.
    """
    if bins < 1:
        raise DataError(f"a histogram must have 1 or more bins, not {bins}")
    runs = tuple(_split(graph, samples))
    found: dict[str, _Moments] = {}
    for name, values in _all_values(graph, runs):
        found.setdefault(name, _Moments()).add(values)
    counts = {name: np.zeros(bins, np.int64) for name in found}
    for name, values in _all_values(graph, runs):
        counts[name] += found[name].binned(values, bins)
    return tuple(
        moments.record(name, _kind(graph, name), counts[name])
        for name, moments in found.items()
        if moments.count
    )


def _all_values(
    graph: Graph, runs: tuple[Mapping[str, _Array], ...]
) -> Iterator[tuple[str, _Array]]:
    """Give the values of every run; those of constants once."""
    constants = {item.name for item in graph.constants}
    for at, run in enumerate(runs):
        for name, values in values_of(graph, run):
            if not at or name not in constants:
                yield name, values


def _split(graph: Graph, samples: Mapping[str, Any]) -> Iterator[Mapping[str, _Array]]:
    """Give the inputs of one run after another."""
    shaped = {}
    for item in graph.inputs:
        if item.name not in samples:
            raise DataError(f"samples must be given for input {item.name!r} of graph {graph.name}")
        values, shape = np.asarray(samples[item.name]), item.type.shape
        if not values.size or values.size % max(item.type.size, 1):
            raise DataError(
                f"samples of input {item.name!r} must have the shape [n, …] of {list(shape)}, not"
                f" {list(values.shape)}"
            )
        shaped[item.name] = values.reshape(-1, *shape)
    lengths = {name: len(values) for name, values in shaped.items()}
    if len(set(lengths.values())) > 1:
        raise DataError(f"all inputs must have as many samples, not {lengths}")
    for at in range(next(iter(lengths.values()), 1)):
        yield {name: values[at] for name, values in shaped.items()}


def _kind(graph: Graph, name: str) -> str:
    item = graph.definition(name.split("[")[0])
    if isinstance(item, Input):
        return "input"
    return "constant" if isinstance(item, Constant) else item.op


@dataclass(slots=True)
class _Moments:
    """Count, range, sum and sum of squared differences from the mean, added to run by run."""

    count: int = 0
    outside: int = 0
    zeros: int = 0
    least: float = field(default=np.inf)
    greatest: float = field(default=-np.inf)
    mean: float = 0.0
    squares: float = 0.0

    def add(self, values: _Array) -> None:
        """Take in the values of one run."""
        inside = _inside(values)
        self.count += values.size
        self.outside += values.size - inside.size
        if not inside.size:
            return
        self.zeros += int(np.count_nonzero(inside == 0))
        self.least = min(self.least, float(inside.min()))
        self.greatest = max(self.greatest, float(inside.max()))
        before, size = self.count - self.outside - inside.size, inside.size
        mean = float(inside.mean())
        squares = float(np.square(inside - mean).sum())
        change = mean - self.mean
        self.squares += squares + change * change * before * size / (before + size)
        self.mean += change * size / (before + size)

    def binned(self, values: _Array, bins: int) -> _Array:
        """Give counts[bins] of the values of one run."""
        if self.least > self.greatest:
            return np.zeros(bins, np.int64)
        low, high = _ends(self.least, self.greatest)
        found: _Array = np.histogram(_inside(values), bins, (low, high))[0]
        return found

    def record(self, name: str, kind: str, counts: _Array) -> ValueRange:
        """Give the record."""
        inside = self.count - self.outside
        least, greatest = (self.least, self.greatest) if inside else (0.0, 0.0)
        histogram = Histogram(*_ends(least, greatest), tuple(int(n) for n in counts))
        return ValueRange(
            name,
            kind,
            self.count,
            self.outside,
            self.zeros,
            least,
            greatest,
            self.mean,
            float(np.sqrt(self.squares / inside)) if inside else 0.0,
            histogram,
        )


def _inside(values: _Array) -> _Array:
    """Give the values as float64, without infinite ones and those at the ends of their type."""
    flat = values.reshape(-1).astype(np.float64)
    if not np.issubdtype(values.dtype, np.floating):
        return flat
    inside: _Array = flat[np.abs(flat) < np.finfo(values.dtype).max]  # NaN compares false
    return inside


def _ends(least: float, greatest: float) -> tuple[float, float]:
    return (least, greatest) if least < greatest else (least - 0.5, greatest + 0.5)
