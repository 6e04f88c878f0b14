"""Codebooks, tables of 2^b values: `codebook4`, `codebook2[-3,0,1,4]f2`."""

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Any

from litho.errors import FormatError
from litho.formats import table
from litho.formats.arith import round_fraction
from litho.formats.arrays import check_finite, to_float64
from litho.formats.format import register
from litho.formats.scale import Scale

__all__ = ["Codebook"]

_WIDEST = 8
_FRAC = 15
_FINEST = 900
_LARGEST = 1 << 20


@dataclass(frozen=True, slots=True)
class Codebook:
    """Code k reads as entries[k] · 2^(−frac); the entries ascend."""

    entries: tuple[int, ...]
    frac: int = 0

    def __post_init__(self) -> None:
        count = len(self.entries)
        if count & (count - 1) or not 2 <= count <= 1 << _WIDEST:
            raise FormatError(
                f"a codebook must have 2, 4, 8, … {1 << _WIDEST} entries, not {count}"
            )
        for left, right in pairwise(self.entries):
            if left >= right:
                raise FormatError(
                    f"entries of a codebook must ascend, but {left} stands before {right}"
                )
        if max(-self.entries[0], self.entries[-1]) > _LARGEST:
            raise FormatError(f"entries of a codebook must be -2^20 to 2^20, not {self.entries}")
        if abs(self.frac) > _FINEST:
            raise FormatError(
                f"fraction of a codebook must be -{_FINEST} to {_FINEST}, not {self.frac}"
            )

    @classmethod
    def normal(cls, bits: int) -> "Codebook":
        """Give the codebook of 2^bits values that a normal distribution uses about equally."""
        if not 2 <= bits <= _WIDEST:
            raise FormatError(f"a codebook of its own must have 2 to {_WIDEST} bits, not {bits}")
        return cls(_normal_entries(bits), _FRAC)

    @property
    def family(self) -> str:
        """Name of the family."""
        return "codebook"

    @property
    def bits(self) -> int:
        """Bits of one code."""
        return len(self.entries).bit_length() - 1

    @property
    def is_signed(self) -> bool:
        """False: a code is an index."""
        return False

    @property
    def low(self) -> int:
        """The smallest code."""
        return 0

    @property
    def high(self) -> int:
        """The greatest code."""
        return len(self.entries) - 1

    def encode(self, values: Any, scale: Scale, rounding: str = "half_even") -> Any:
        """Give the int64 codes of finite floating-point `values`, an array of any shape."""
        values = to_float64(values)
        check_finite(values, f"codebook{self.bits}")
        return table.nearest_entry(values, self.entries, self.frac, scale, rounding)

    def decode(self, codes: Any, scale: Scale) -> Any:
        """Give the float64 values of int64 `codes`, exactly."""
        return table.look_up(codes, self.entries, self.frac, scale)

    def __str__(self) -> str:
        if self.bits >= 2 and self.frac == _FRAC and self.entries == _normal_entries(self.bits):
            return f"codebook{self.bits}"
        listed = ",".join(str(entry) for entry in self.entries)
        return f"codebook{self.bits}[{listed}]f{self.frac}"


@lru_cache(maxsize=_WIDEST)
def _normal_entries(bits: int) -> tuple[int, ...]:
    """Give the table of `docs/formats/codebook.md`: quantiles, rounded once from 100 bits."""
    count = 1 << bits
    last = 1 - (Fraction(1, 2 * count) + Fraction(1, 2 * count - 2)) / 2
    middle, half = Fraction(1, 2), count // 2
    upper = [middle + (last - middle) * k / half for k in range(1, half + 1)]
    lower = [middle + (last - middle) * k / (half - 1) for k in range(1, half)]
    above = [_quantile(probability, last) for probability in upper]
    below = [-_quantile(probability, last) for probability in reversed(lower)]
    return (*below, 0, *above)


def _quantile(probability: Fraction, last: Fraction) -> int:
    import mpmath

    with mpmath.workprec(120):
        places = [
            mpmath.erfinv(2 * mpmath.mpf(p.numerator) / p.denominator - 1)
            for p in (probability, last)
        ]
        exact = mpmath.ldexp(places[0] / places[1], _FRAC + 60)
        return round_fraction(Fraction(int(mpmath.nint(exact)), 1 << 60))


def _read(match: re.Match[str]) -> Codebook:
    if match["entries"] is None:
        return Codebook.normal(int(match["bits"]))
    entries = tuple(int(entry) for entry in match["entries"].split(","))
    return Codebook(entries, int(match["frac"]))


register(
    "codebook",
    r"codebook(?P<bits>\d{1,3})(?:\[(?P<entries>-?\d{1,8}(?:,-?\d{1,8})*)\]f(?P<frac>-?\d{1,4}))?",
    _read,
    "codebook4",
    "docs/formats/codebook.md",
)
