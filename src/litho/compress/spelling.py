"""What a rule may ask of one tensor: a format, how its scale comes, and what stays open."""

import difflib
import re
from dataclasses import dataclass, replace

from litho.errors import ConfigError, FormatError
from litho.formats import Codebook, Fixed, Format, GroupedFormat, Host, families, parse

__all__ = ["CALIBRATIONS", "SCALES", "Wanted"]

CALIBRATIONS = ("min_max", "percentile", "mse")
SCALES = ("unit", "power_of_two", "dyadic", "learned")

_OPEN_FIXED = re.compile(r"(?P<unsigned>u?)fixed(?P<width>\d+)")
_OPEN_TABLE = re.compile(r"codebook(?P<bits>\d+)\[\]")
_OWN = {"fixed": "unit", "minifloat": "power_of_two", "log": "power_of_two"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A format, the word for its scale, and whether calibration chooses a part of the format.

    `scale` is one of `SCALES`, or empty for a format whose groups have scales of their own.
    `is_open` leaves the fraction of a fixed-point format, or the table of a codebook, to
    calibration; `form` then has fraction 0, or the table of the normal distribution.
    """

    form: Format
    scale: str
    is_open: bool = False

    @classmethod
    def parse(cls, spelling: str, place: str, scale: str | None = None) -> "Wanted | None":
        """Read `fixed8`, `fixed8f4`, `int8`, `e4m3fn`, `codebook4[]` …; None for `float32`.

        `place` says where it is written; without `scale` the format's own word counts.
        Raises `ConfigError` for a spelling that is no format, and for a word that does not fit.
        """
        try:
            found = _read(spelling)
        except FormatError as error:
            raise ConfigError(f"{place}: {error}{_near(spelling)}") from error
        if isinstance(found.form, Host):
            if str(found.form) != "float32":
                raise ConfigError(
                    f"{place} must be a format with codes, or float32 to be left as it is, not"
                    f" {spelling!r}; float16 is spelled e5m10, bfloat16 e8m7"
                )
            return None
        return found._scaled(spelling, place, scale) if scale else found

    def _scaled(self, spelling: str, place: str, scale: str) -> "Wanted":
        """Give the same format with a scale that the rule names."""
        fitting = _fitting(self)
        if scale not in fitting:
            said = (
                f"scale {' or '.join(fitting)}" if fitting else "no scale besides its groups' own"
            )
            raise ConfigError(
                f"{place} must have {said} for {spelling}, not {scale!r};"
                " a scaled integer (int8) takes any"
            )
        if self.is_open and isinstance(self.form, Fixed) and scale in ("dyadic", "learned"):
            integer = Fixed(self.form.width, 0, self.form.is_signed, is_integer=True)
            return Wanted(integer, scale)
        return replace(self, scale=scale)

    @property
    def fixed(self) -> Fixed:
        """The fixed-point format that is asked for."""
        assert isinstance(self.form, Fixed), "only fixed-point formats stand on an integer grid"
        return self.form

    @property
    def width(self) -> int:
        """Bits of a fixed-point code."""
        return self.fixed.width

    @property
    def frac(self) -> int | None:
        """Fraction bits, or None when calibration chooses them or a scale stands for them."""
        return None if self.is_open or self.is_integer else self.fixed.frac

    @property
    def is_integer(self) -> bool:
        """Whether a scaled integer is asked for."""
        return self.fixed.is_integer

    def format(self, frac: int) -> Fixed:
        """Give the fixed-point format with the fraction that calibration chose."""
        return Fixed(self.width, frac, self.fixed.is_signed, self.is_integer)

    @property
    def low(self) -> int:
        """The smallest code."""
        return self.fixed.low

    @property
    def high(self) -> int:
        """The greatest code."""
        return self.fixed.high

    def __str__(self) -> str:
        if not self.is_open:
            return str(self.form)
        if isinstance(self.form, Fixed):
            return f"{'' if self.form.is_signed else 'u'}fixed{self.form.width}"
        return f"codebook{self.form.bits}[]"


def _read(spelling: str) -> Wanted:
    match = _OPEN_FIXED.fullmatch(spelling)
    if match and str(int(match["width"])) == match["width"]:
        return Wanted(Fixed(int(match["width"]), 0, not match["unsigned"]), "power_of_two", True)
    match = _OPEN_TABLE.fullmatch(spelling)
    if match and str(int(match["bits"])) == match["bits"]:
        return Wanted(_table(int(match["bits"])), "dyadic", True)
    form = parse(spelling)
    if isinstance(form, GroupedFormat | Host):
        return Wanted(form, "")
    return Wanted(form, _OWN.get(form.family, "dyadic"))


def _table(bits: int) -> Codebook:
    return Codebook((-1, 1)) if bits == 1 else Codebook.normal(bits)


def _fitting(wanted: Wanted) -> tuple[str, ...]:
    """Give the words that fit a format."""
    if not wanted.scale:
        return ()
    is_whole = isinstance(wanted.form, Fixed) and not (wanted.is_open or wanted.form.is_integer)
    return ("unit",) if is_whole else SCALES


def _near(spelling: str) -> str:
    known = [family.example for family in families()]
    known += ["fixed8", "ufixed8", "uint8", "e4m3fn", "e5m2", "mxint8g32", "mxfp8_e4m3g32"]
    known += ["mxfp4_e2m1g32", "codebook4[]"]
    found = difflib.get_close_matches(spelling, dict.fromkeys(known), n=3, cutoff=0.6)
    return f"; near spellings: {', '.join(found)}" if found else ""
