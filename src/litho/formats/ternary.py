"""Three values, −1, 0 and +1: `ternary`, `ternary_t96`."""

import math
import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from litho.errors import FormatError
from litho.formats.arrays import check_finite, float_array, to_float64
from litho.formats.fixed import Fixed
from litho.formats.format import register
from litho.formats.scale import Scale

__all__ = ["Ternary"]

_HALF = 128


@dataclass(frozen=True, slots=True)
class Ternary:
    """Two's complement codes −1, 0 and 1.

    A magnitude beyond threshold / 256 of the scale is ±1; `threshold` 128 is rounding.
    """

    threshold: int = _HALF

    def __post_init__(self) -> None:
        if not 1 <= self.threshold <= 255:
            raise FormatError(
                f"threshold of ternary must be 1 to 255 (in 256ths of the scale),"
                f" not {self.threshold}"
            )

    @property
    def family(self) -> str:
        """Name of the family."""
        return "ternary"

    @property
    def bits(self) -> int:
        """Bits of one code."""
        return 2

    @property
    def is_signed(self) -> bool:
        """Whether a code is read as two's complement."""
        return True

    @property
    def low(self) -> int:
        """The smallest code."""
        return -1

    @property
    def high(self) -> int:
        """The greatest code."""
        return 1

    def encode(self, values: Any, scale: Scale, rounding: str = "half_even") -> Any:
        """Give the int64 codes of finite floating-point `values`, an array of any shape.

        Raises `FormatError` for a rounding other than `half_even` beside a threshold.
        """
        values = to_float64(values)
        check_finite(values, self)
        if self.threshold == _HALF:
            return Fixed(2).encode(values, scale, rounding).clip(-1, 1)
        if rounding != "half_even":
            raise FormatError(
                f"{self} must be encoded with half_even, not {rounding!r}; its threshold decides"
            )
        border = self._border(values, scale)
        return (values > border) * 1 - (values < -border) * 1

    def _border(self, values: Any, scale: Scale) -> Any:
        borders = [float(step * self.threshold / 256) for step in scale.fractions()]
        if scale.axis is None:
            return borders[0]
        return float_array(borders, values).reshape(scale.spread(tuple(values.shape)))

    def decode(self, codes: Any, scale: Scale) -> Any:
        """Give the float64 values of int64 `codes`, exactly."""
        return Fixed(2).decode(codes, scale)

    @classmethod
    def fit(cls, values: Any) -> tuple["Ternary", Scale]:
        """Give the threshold and the scale of the ternary weight rule for `values`.

        What lies beyond 0.7 of the mean magnitude is kept; the scale is the mean of what is kept.
        """
        magnitudes = [abs(value) for value in values.reshape(-1).tolist()]
        border = 0.7 * (math.fsum(magnitudes) / max(len(magnitudes), 1))
        kept = [magnitude for magnitude in magnitudes if magnitude > border]
        scale = Scale.nearest(math.fsum(kept) / max(len(kept), 1))
        ratio = Fraction(border) / scale.fractions()[0]
        return cls(min(max(round(ratio * 256), 1), 255)), scale

    def __str__(self) -> str:
        return "ternary" if self.threshold == _HALF else f"ternary_t{self.threshold}"


def _read(match: re.Match[str]) -> Ternary:
    return Ternary(int(match["threshold"]) if match["threshold"] else _HALF)


register(
    "ternary", r"ternary(?:_t(?P<threshold>\d{1,3}))?", _read, "ternary", "docs/formats/ternary.md"
)
