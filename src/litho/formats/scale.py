"""Dyadic scales: m · 2^(−n), one for a tensor or one for each index along an axis."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from litho.errors import FormatError
from litho.formats.arith import dyadic
from litho.formats.arrays import int_array

__all__ = ["Scale"]


@dataclass(frozen=True, slots=True)
class Scale:
    """The factor m · 2^(−n) that a tensor puts on what its format reads.

    `multipliers` and `shifts` hold m and n: one pair for a per-tensor scale (`axis` None), or one
    for each index along `axis`, which counts from the end (−1 is the last axis).
    Multipliers are kept odd, so that equal scales are equal records.
    """

    multipliers: tuple[int, ...] = (1,)
    shifts: tuple[int, ...] = (0,)
    axis: int | None = None

    def __post_init__(self) -> None:
        if len(self.multipliers) != len(self.shifts) or not self.multipliers:
            raise FormatError(
                "scale must have as many multipliers as shifts, at least one, not"
                f" {len(self.multipliers)} and {len(self.shifts)}"
            )
        if self.axis is None and len(self.multipliers) != 1:
            raise FormatError(
                f"scale without an axis must be one m · 2^-n, not {len(self.multipliers)} of them"
            )
        if self.axis is not None and self.axis >= 0:
            raise FormatError(f"scale axis must count from the end (-1 or less), not {self.axis}")
        for multiplier in self.multipliers:
            if not 0 < multiplier < 2**32:
                raise FormatError(f"scale multiplier must be 1 to 2^32 - 1, not {multiplier}")
        pairs = [_odd(m, n) for m, n in zip(self.multipliers, self.shifts, strict=True)]
        object.__setattr__(self, "multipliers", tuple(m for m, _ in pairs))
        object.__setattr__(self, "shifts", tuple(n for _, n in pairs))

    @classmethod
    def nearest(cls, values: float | Sequence[float], axis: int | None = None) -> "Scale":
        """Give the dyadic scale nearest to positive `values` (`docs/numerics.md` section 1.2).

        `values` is one number, or one for each index along `axis`.
        Raises `FormatError` for values that are not positive and finite.
        """
        numbers = [values] if isinstance(values, int | float) else list(values)
        for number in numbers:
            if not (math.isfinite(number) and number > 0):
                raise FormatError(f"scale must be positive and finite, not {number}")
        pairs = [_nearest(number) for number in numbers]
        return cls(tuple(m for m, _ in pairs), tuple(n for _, n in pairs), axis)

    @classmethod
    def power_of_two(cls, shifts: int | Sequence[int], axis: int | None = None) -> "Scale":
        """Give the scale 2^(−n) for one n, or for one n for each index along `axis`."""
        numbers = (shifts,) if isinstance(shifts, int) else tuple(shifts)
        return cls((1,) * len(numbers), numbers, axis)

    @property
    def is_unit(self) -> bool:
        """Whether this is the per-tensor scale 1."""
        return self == Scale()

    def fractions(self) -> tuple[Fraction, ...]:
        """Give each scale as an exact fraction."""
        pairs = zip(self.multipliers, self.shifts, strict=True)
        return tuple(Fraction(m) / Fraction(2) ** n for m, n in pairs)

    def spread(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Give the shape in which one entry an index broadcasts against a tensor of `shape`.

        Raises `FormatError` when the tensor does not have the indices of this scale.
        """
        assert self.axis is not None, "a per-tensor scale broadcasts by itself"
        if len(shape) < -self.axis or shape[self.axis] != len(self.multipliers):
            raise FormatError(
                f"a tensor with a scale on axis {self.axis} must have {len(self.multipliers)}"
                f" indices there, not shape {list(shape)}"
            )
        return (-1,) + (1,) * (-self.axis - 1)

    def arrays(self, template: Any) -> tuple[Any, Any]:
        """Give m and n as two integers, or as int64 arrays that broadcast against `template`."""
        if self.axis is None:
            return self.multipliers[0], self.shifts[0]
        shape = self.spread(tuple(template.shape))
        multiplier, shift = (
            int_array(list(column), template).reshape(shape)
            for column in (self.multipliers, self.shifts)
        )
        return multiplier, shift

    def times(self, other: "Scale") -> "Scale":
        """Give the product of two scales, of which at most one is per-axis."""
        if self.axis is None and other.axis is not None:
            return other.times(self)
        if other.axis is not None:
            raise FormatError("a product of scales must have at most one per-axis factor, not two")
        return Scale(
            tuple(m * other.multipliers[0] for m in self.multipliers),
            tuple(n + other.shifts[0] for n in self.shifts),
            self.axis,
        )

    def on_axis(self, axis: int | None) -> "Scale":
        """Give the same scales along another axis; a per-tensor scale stays as it is."""
        return self if self.axis is None else Scale(self.multipliers, self.shifts, axis)

    def __str__(self) -> str:
        pairs = ", ".join(f"{m}/2^{n}" for m, n in zip(self.multipliers, self.shifts, strict=True))
        return pairs if self.axis is None else f"[{pairs}] on axis {self.axis}"


def _nearest(number: float) -> tuple[int, int]:
    """Give what `dyadic` gives, odd or not; of a float in a tenth of the time."""
    if not isinstance(number, float):
        return dyadic(Fraction(number))
    part, exponent = math.frexp(number)  # part lies in [1/2, 1): times 2^16 is exact
    return round(part * 65536), 16 - exponent


def _odd(multiplier: int, shift: int) -> tuple[int, int]:
    zeros = (multiplier & -multiplier).bit_length() - 1
    return multiplier >> zeros, shift - zeros
