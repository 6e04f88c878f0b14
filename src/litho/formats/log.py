"""Powers of two, a sign and an exponent: `log4`."""

import re
from dataclasses import dataclass
from typing import Any

from litho.errors import FormatError
from litho.formats.arrays import check_finite, to_float64
from litho.formats.format import register
from litho.formats.minifloat import Minifloat
from litho.formats.scale import Scale

__all__ = ["Log"]


@dataclass(frozen=True, slots=True)
class Log:
    """A minifloat without mantissa bits: zero, and powers of two with a sign."""

    width: int

    def __post_init__(self) -> None:
        if not 2 <= self.width <= 9:
            raise FormatError(f"a log format must have 2 to 9 bits, not {self.width}")

    @property
    def family(self) -> str:
        """Name of the family."""
        return "log"

    @property
    def minifloat(self) -> Minifloat:
        """The minifloat with the same codes."""
        return Minifloat(self.width - 1, 0, "none")

    @property
    def bits(self) -> int:
        """Bits of one code."""
        return self.width

    @property
    def is_signed(self) -> bool:
        """False: a code is sign and exponent, not two's complement."""
        return False

    @property
    def low(self) -> int:
        """The smallest code."""
        return 0

    @property
    def high(self) -> int:
        """The greatest code."""
        return self.minifloat.high

    def encode(self, values: Any, scale: Scale, rounding: str = "half_even") -> Any:
        """Give the int64 codes of finite floating-point `values`, an array of any shape."""
        values = to_float64(values)
        check_finite(values, self)
        return self.minifloat.encode(values, scale, rounding)

    def decode(self, codes: Any, scale: Scale) -> Any:
        """Give the float64 values of int64 `codes`, exactly."""
        return self.minifloat.decode(codes, scale)

    def __str__(self) -> str:
        return f"log{self.width}"


def _read(match: re.Match[str]) -> Log:
    return Log(int(match["width"]))


register("log", r"log(?P<width>\d{1,9})", _read, "log4", "docs/formats/log.md")
