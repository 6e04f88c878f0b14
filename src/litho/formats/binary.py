"""One bit: `binary` reads as −1 and +1, `binary01` as 0 and 1."""

import math
import re
from dataclasses import dataclass
from typing import Any

from litho.formats import table
from litho.formats.arrays import check_finite, to_float64
from litho.formats.format import register
from litho.formats.scale import Scale

__all__ = ["Binary"]


@dataclass(frozen=True, slots=True)
class Binary:
    """Code 0 and 1 stand for −1 and +1, or for 0 and 1 (`has_zero`)."""

    has_zero: bool = False

    @property
    def family(self) -> str:
        """Name of the family."""
        return "binary"

    @property
    def bits(self) -> int:
        """Bits of one code."""
        return 1

    @property
    def is_signed(self) -> bool:
        """False: a code is 0 or 1."""
        return False

    @property
    def low(self) -> int:
        """The smallest code."""
        return 0

    @property
    def high(self) -> int:
        """The greatest code."""
        return 1

    @property
    def entries(self) -> tuple[int, ...]:
        """What the codes read as."""
        return (0, 1) if self.has_zero else (-1, 1)

    def encode(self, values: Any, scale: Scale, rounding: str = "half_even") -> Any:
        """Give the int64 codes of finite floating-point `values`, an array of any shape.

        In `binary` the middle, which is zero, counts as positive: `half_even` is the sign.
        """
        values = to_float64(values)
        check_finite(values, self)
        if rounding == "half_even" and not self.has_zero:
            rounding = "half_up"
        return table.nearest_entry(values, self.entries, 0, scale, rounding)

    def decode(self, codes: Any, scale: Scale) -> Any:
        """Give the float64 values of int64 `codes`, exactly."""
        return table.look_up(codes, self.entries, 0, scale)

    def fit(self, values: Any) -> Scale:
        """Give the scale of least square error for `binary`: the mean magnitude of `values`."""
        magnitudes = [abs(value) for value in values.reshape(-1).tolist()]
        return Scale.nearest(math.fsum(magnitudes) / max(len(magnitudes), 1))

    def __str__(self) -> str:
        return "binary01" if self.has_zero else "binary"


def _read(match: re.Match[str]) -> Binary:
    return Binary(has_zero=match["zero"] is not None)


register("binary", r"binary(?P<zero>01)?", _read, "binary", "docs/formats/binary.md")
