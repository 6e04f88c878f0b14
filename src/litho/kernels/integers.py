"""The kernel of integer arithmetic, on addresses of contiguous int64 arrays."""

import ctypes
from dataclasses import dataclass

from litho.kernels.library import library
from litho.kernels.plans import Extent

__all__ = ["Ends", "RequantizePlan"]


@dataclass(frozen=True, slots=True)
class Ends:
    """The least and the greatest of some integers."""

    least: int
    greatest: int


class RequantizePlan:
    """Integers times a ratio, rounded and limited; one ratio for each channel.

    `rounding` is 0 half to even, 1 floor, 2 toward zero, 3 half up; results stay within `low` …
    `high`. All numbers fit 64 bits.
    """

    def __init__(
        self,
        rounding: int,
        multipliers: tuple[int, ...],
        shifts: tuple[int, ...],
        low: int,
        high: int,
    ) -> None:
        self._rounding, self._low, self._high = rounding, low, high
        longs = ctypes.c_int64 * len(multipliers)
        self._multipliers, self._shifts = longs(*multipliers), longs(*shifts)

    def run(self, codes: int, found: int, extent: Extent) -> Ends:
        """Write to `found` what `codes` become, and give the ends of these.

        Where a product with them leaves 64 bits, what is written means nothing.
        """
        compiled = library()
        assert compiled is not None, "a plan runs only where kernels are compiled"
        ends = (ctypes.c_int64 * 2)()
        compiled.litho_requantize(
            self._rounding,
            codes,
            found,
            self._multipliers,
            self._shifts,
            self._low,
            self._high,
            ends,
            *extent.numbers,
        )
        return Ends(*ends)
