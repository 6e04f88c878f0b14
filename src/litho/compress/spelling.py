"""What a rule may ask of one tensor: a format, or a format whose fraction is calibrated."""

import re
from dataclasses import dataclass

from litho.errors import ConfigError, FormatError
from litho.formats import Fixed, parse

__all__ = ["Wanted"]

_OPEN = re.compile(r"(?P<unsigned>u?)fixed(?P<width>\d+)")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A fixed-point format, in which `frac` is None when calibration is to choose it."""

    width: int
    frac: int | None
    is_signed: bool
    is_integer: bool

    @classmethod
    def parse(cls, spelling: str, place: str) -> "Wanted":
        """Read `fixed8`, `fixed8f4`, `ufixed8`, `int8` …; `place` says where it is written.

        Raises `ConfigError` for a spelling that is none of these.
        """
        match = _OPEN.fullmatch(spelling)
        if match and str(int(match["width"])) == match["width"]:
            _check(place, int(match["width"]))
            return cls(int(match["width"]), None, not match["unsigned"], False)
        try:
            found = parse(spelling)
        except FormatError as error:
            raise ConfigError(f"{place}: {error}") from error
        if not isinstance(found, Fixed):
            raise ConfigError(
                f"{place} must be a fixed-point format (fixed8, fixed8f4, int8), not {spelling!r}"
            )
        frac = None if found.is_integer else found.frac
        return cls(found.width, frac, found.is_signed, found.is_integer)

    def format(self, frac: int) -> Fixed:
        """Give the format with the fraction that calibration chose."""
        return Fixed(self.width, frac, self.is_signed, self.is_integer)

    @property
    def low(self) -> int:
        """The smallest code."""
        return self.format(0).low

    @property
    def high(self) -> int:
        """The greatest code."""
        return self.format(0).high

    def __str__(self) -> str:
        if self.is_integer or self.frac is not None:
            return str(self.format(self.frac or 0))
        return f"{'' if self.is_signed else 'u'}fixed{self.width}"


def _check(place: str, width: int) -> None:
    try:
        Fixed(width)
    except FormatError as error:
        raise ConfigError(f"{place}: {error}") from error
