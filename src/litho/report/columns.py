"""What runs are compared by: each figure of a result by its name, as tables and curves tell it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from litho.report.result import Result

__all__ = ["COLUMNS", "Column", "column"]


@dataclass(frozen=True, slots=True)
class Column:
    """A figure of a result, None where the run has none: its name, label and decimals.

    `is_extent` is whether zero is its natural beginning, as it is of a count.
    """

    name: str
    label: str
    decimals: int
    of: Callable[[Result], float | None]
    is_extent: bool = False

    def cell(self, result: Result) -> str:
        """Give the figure as a table tells it, or nothing."""
        value = self.of(result)
        return "" if value is None else f"{value:.{self.decimals}f}"


def _of(part: Callable[[Result], Any], name: str) -> Callable[[Result], float | None]:
    return lambda result: getattr(part(result), name, None)


def _accuracy(name: str) -> Column:
    label = f"{name.replace('_', '-')} accuracy"
    return Column(name, label, 4, _of(lambda result: result.accuracy, name))


def _taken(name: str) -> Column:
    return Column(name, name.replace("_", " "), 4, _of(lambda result: result.compression, name))


def _timing(name: str, key: str, label: str, decimals: int) -> Column:
    return Column(name, label, decimals, _of(lambda result: result.timing, key), is_extent=True)


def _report(result: Result) -> Any:
    return result.resources and result.resources.report


def _counted(name: str, label: str) -> Column:
    counts = _of(lambda result: getattr(_report(result), "resources", None), name)
    return Column(name, label, 0, counts, is_extent=True)


COLUMNS = (
    *map(_accuracy, ("float", "before_compression", "before_tuning", "fake_quantized", "hardware")),
    *map(_taken, ("bits_per_weight", "bits_per_quantized_weight", "sparsity")),
    _timing("latency", "latency_cycles", "cycles latency", 0),
    _timing("interval", "interval_cycles", "cycles a sample (interval)", 0),
    _counted("luts", "LUTs"),
    _counted("ffs", "flip-flops"),
    _counted("dsps", "DSPs"),
    _counted("bram_bits", "block-RAM bits"),
    _timing("fmax_mhz", "fmax_mhz", "greatest clock in MHz", 2),
    Column("largest_fan_out", "largest fan-out", 0, _of(_report, "largest_fan_out"), True),
)


def column(name: str) -> Column:
    """Give the column called `name`, which there must be."""
    return next(item for item in COLUMNS if item.name == name)
