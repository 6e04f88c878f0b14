"""What values a tensor took: the record of its range and of how they spread."""

from dataclasses import dataclass

__all__ = ["Histogram", "ValueRange"]


@dataclass(frozen=True, slots=True)
class Histogram:
    """Counts of values in bins of one width between `low` and `high`."""

    low: float
    high: float
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ValueRange:
    """The values that the tensor `name` took over all samples.

    `kind` is "input", "constant", or the op of the node. `least` to `histogram` are of the values
    inside: infinite ones, NaN and those at the very end of the number type, with which attention
    is masked, are counted as `outside` instead. `deviation` is the standard deviation of all of
    them (not of a sample); `zeros` counts exact zeros.
    """

    name: str
    kind: str
    count: int
    outside: int
    zeros: int
    least: float
    greatest: float
    mean: float
    deviation: float
    histogram: Histogram
