"""The kernels of integer arithmetic, on addresses of contiguous arrays."""

import ctypes
from dataclasses import dataclass

from litho.kernels.library import library
from litho.kernels.plans import Extent

__all__ = ["Ends", "RegridPlan", "RequantizePlan"]


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


class RegridPlan:
    """Floats on multiples of a step that become multiples of a unit, as their codes say.

    For each channel a code is `multipliers` · 2^(−`shifts`) times the one before, rounded half to
    even, within `low` … `high`, which float64 holds, as it does their products with the units.
    """

    def __init__(
        self,
        steps: tuple[float, ...],
        multipliers: tuple[int, ...],
        shifts: tuple[int, ...],
        units: tuple[float, ...],
        low: int,
        high: int,
    ) -> None:
        ratios = [m * 2.0**-s for m, s in zip(multipliers, shifts, strict=True)]
        numbers = [n for own in zip(steps, ratios, units, strict=True) for n in own]
        self._numbers = (ctypes.c_double * len(numbers))(*numbers)
        self._low, self._high = float(low), float(high)
        self._most = max(multipliers)

    def run(self, x: int, y: int, is_double: bool, extent: Extent) -> bool:
        """Write to `y`; give whether float64 held all codes and products. If not, it means nothing.

        Both are float64, or float32 where not `is_double`.
        """
        compiled = library()
        assert compiled is not None, "a plan runs only where kernels are compiled"
        greatest = compiled.litho_regrid(
            is_double, x, y, self._numbers, self._low, self._high, *extent.numbers
        )
        return bool(greatest * self._most < 2.0**53)
