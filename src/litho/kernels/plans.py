"""Kernels with their numbers: each plan is one format with one scale, ready to run.

A plan takes addresses of contiguous float32 arrays. It gives back whether every value was finite;
where one was not, the output means nothing.
"""

import ctypes
from dataclasses import dataclass
from typing import Any

from litho.kernels.library import Block, library

__all__ = ["SUMS", "BlockPlan", "Extent", "Plan", "StepPlan", "TablePlan"]

SUMS = 32
"""Partial sums of a scale's gradient: element i of a run adds to sum i % 32 of its channel."""


@dataclass(frozen=True, slots=True)
class Extent:
    """Lengths of an array seen as [outer][channels][inner]."""

    outer: int
    channels: int
    inner: int

    @property
    def numbers(self) -> tuple[int, int, int]:
        """The three lengths."""
        return self.outer, self.channels, self.inner


class StepPlan:
    """A format of evenly spaced or floating values; one set of parameters for each channel.

    `kind` is 0 fixed, 1 fixed with any scale, 2 minifloat, 3 minifloat by bits with float32's
    subnormals, 4 the same without subnormals, 5 minifloat with any scale, 6 fixed of any width,
    7 and 8 fixed and minifloat in float64, 9 and 10 those of 1 and 5 whose ties under the scale
    are longer than a float32, 11 that of 10 with more exponents. `parameters` is an array of
    `Parameters`; `lows` and `highs` bound where the gradient passes.
    """

    def __init__(self, kind: int, parameters: Any, lows: Any, highs: Any) -> None:
        self._kind, self._parameters = kind, parameters
        self._bounds = _floats(lows), _floats(highs)

    def run(self, x: int, y: int, extent: Extent) -> bool:
        """Write to `y` the values that `x` rounds to."""
        return not _library().litho_step(self._kind, x, y, self._parameters, *extent.numbers)

    def pass_inside(self, x: int, gradient: int, y: int, extent: Extent) -> None:
        """Write to `y` the gradient where `x` does not saturate, else zero."""
        _library().litho_inside(x, gradient, y, *self._bounds, *extent.numbers)

    def sum_terms(self, x: int, gradient: int, totals: int, extent: Extent) -> bool:
        """Write to `totals`, float64, each channel's sum of terms (`SUMS` of them side by side)."""
        return not _library().litho_step_scale(
            self._kind, x, gradient, totals, self._parameters, *self._bounds, *extent.numbers
        )


class TablePlan:
    """A table: one row of `values`, and of `thresholds` between them, for each channel.

    `values` are float32 of shape [channels][entries]; a threshold is the greatest float32 that
    belongs to the entry before it.
    """

    def __init__(self, thresholds: Any, values: Any) -> None:
        self._entries = values.shape[1]
        self._thresholds, self._values = _floats(thresholds), _floats(values)
        self._bounds = _floats(values[:, 0]), _floats(values[:, -1])

    def run(self, x: int, y: int, extent: Extent) -> bool:
        """Write to `y` the values that `x` rounds to."""
        return not _library().litho_table(
            x, y, self._thresholds, self._values, self._entries, *extent.numbers
        )

    def pass_inside(self, x: int, gradient: int, y: int, extent: Extent) -> None:
        """Write to `y` the gradient where `x` lies inside the table, else zero."""
        _library().litho_inside(x, gradient, y, *self._bounds, *extent.numbers)

    def sum_terms(self, x: int, gradient: int, totals: int, extent: Extent) -> bool:
        """Write to `totals`, float64, each channel's sum of terms (`SUMS` of them side by side)."""
        table = self._thresholds, self._values, self._entries
        return not _library().litho_table_scale(
            x, gradient, totals, *table, *self._bounds, *extent.numbers
        )


class BlockPlan:
    """A block format: `block` holds all but the lengths.

    The groups lie along `inner`; each index of `outer` and `channels` is a row of them.
    """

    def __init__(self, block: Block, saturates: bool) -> None:
        self._block, self.saturates = block, saturates

    def run(self, x: int, y: int, extent: Extent) -> bool:
        """Write to `y` the values that `x` rounds to."""
        return not _library().litho_block(x, y, self._address(extent))

    def pass_inside(self, x: int, gradient: int, y: int, extent: Extent) -> None:
        """Write to `y` the gradient where an element does not saturate, else zero."""
        _library().litho_inside_groups(x, gradient, y, self._address(extent))

    def _address(self, extent: Extent) -> Any:
        block = Block.from_buffer_copy(self._block)
        block.rows, block.row = extent.outer * extent.channels, extent.inner
        return ctypes.byref(block)


Plan = StepPlan | TablePlan | BlockPlan


def _floats(numbers: Any) -> Any:
    """Give a NumPy array's numbers as a C array of float32."""
    packed = numbers.astype("float32").tobytes()
    return (ctypes.c_float * numbers.size).from_buffer_copy(packed)


def _library() -> Any:
    found = library()
    assert found is not None, "a plan runs only where kernels are compiled"
    return found
