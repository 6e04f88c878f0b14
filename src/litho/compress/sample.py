"""What calibration remembers of the values of one tensor."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from litho.errors import DataError

__all__ = ["Sample"]

_Array = np.ndarray[Any, np.dtype[np.float64]]
_KEPT = 1 << 16
_PERCENTILE = 99.9


@dataclass(frozen=True, slots=True)
class Sample:
    """The extremes of the values that were seen, and each `every`-th of them."""

    low: float
    high: float
    values: _Array
    every: int = 1

    @classmethod
    def of(cls, values: _Array, place: str) -> "Sample":
        """Sample an array; raises `DataError` for no values, and for NaN or infinity."""
        flat = np.asarray(values, dtype=np.float64).reshape(-1)
        if not flat.size:
            raise DataError(f"{place} must see at least one value to be calibrated")
        if not np.isfinite(flat).all():
            raise DataError(
                f"{place} must have finite values to be calibrated, not NaN or infinity;"
                " look for a diverged training or an empty batch"
            )
        return cls(float(flat.min()), float(flat.max()), flat)._thinned()

    def joined(self, other: "Sample") -> "Sample":
        """Give the sample of both, each with its share."""
        every = max(self.every, other.every)
        values = np.concatenate(
            [self.values[:: every // self.every], other.values[:: every // other.every]]
        )
        low, high = min(self.low, other.low), max(self.high, other.high)
        return Sample(low, high, values, every)._thinned()

    def _thinned(self) -> "Sample":
        step = 1
        while len(self.values) > _KEPT * step:
            step *= 2
        return Sample(self.low, self.high, self.values[::step].copy(), self.every * step)

    def ends(self, calibration: str) -> tuple[float, float]:
        """Give the least and the greatest value; for `percentile`, of the middle 99.9 percent."""
        if calibration != "percentile":
            return self.low, self.high
        tail = (100 - _PERCENTILE) / 2
        low, high = (float(end) for end in np.percentile(self.values, [tail, 100 - tail]))
        return low, high
