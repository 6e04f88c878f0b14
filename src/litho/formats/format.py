"""What a format is, and the registry of format families."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol, runtime_checkable

from litho.errors import FormatError
from litho.formats.own import load_own
from litho.formats.scale import Scale

__all__ = [
    "CodeFormat",
    "Encoded",
    "Family",
    "Format",
    "GroupedFormat",
    "families",
    "parse",
    "register",
]


@runtime_checkable
class Format(Protocol):
    """A rule for reading values; its `str` is its canonical spelling."""

    @property
    def family(self) -> str:
        """Name of the family, as `litho list formats` shows it."""
        ...

    @property
    def bits(self) -> int | Fraction:
        """Bits that one value occupies, its part of a shared scale included."""
        ...

    def __hash__(self) -> int:
        """Formats are records: equal ones are one key."""
        ...


@runtime_checkable
class CodeFormat(Format, Protocol):
    """A format whose values are integer codes, one code a value.

    `values` and `codes` are NumPy arrays or torch tensors, float64 and int64, of any shape.
    """

    @property
    def bits(self) -> int:
        """Bits of one code."""
        ...

    @property
    def is_signed(self) -> bool:
        """Whether a code is read as two's complement."""
        ...

    @property
    def low(self) -> int:
        """The smallest code."""
        ...

    @property
    def high(self) -> int:
        """The greatest code."""
        ...

    def encode(self, values: Any, scale: Scale, rounding: str = "half_even") -> Any:
        """Give the codes of float64 `values` (see `docs/numerics.md` section 2)."""
        ...

    def decode(self, codes: Any, scale: Scale) -> Any:
        """Give the float64 values of int64 `codes`."""
        ...


@dataclass(frozen=True, slots=True)
class Encoded:
    """What a grouped format makes of a tensor: int64 codes of the elements and of the scales.

    `elements` has the tensor's shape; `scales` has it with the last axis counted in groups, of
    which the last may be short.
    """

    elements: Any
    scales: Any


@runtime_checkable
class GroupedFormat(Format, Protocol):
    """A format in which runs of `group` elements along the last axis share one scale.

    `values` and codes are NumPy arrays or torch tensors with at least one axis.
    """

    @property
    def bits(self) -> Fraction:
        """Bits of one value: the element's, and its part of a full group's scale."""
        ...

    @property
    def group(self) -> int:
        """Elements that share one scale."""
        ...

    @property
    def element(self) -> CodeFormat:
        """The format of an element, whose scale is 1 when the group's is."""
        ...

    @property
    def scale_bits(self) -> int:
        """Bits of one scale's code."""
        ...

    def encode(self, values: Any, rounding: str = "half_even") -> Encoded:
        """Give the codes of float64 `values`."""
        ...

    def decode(self, encoded: Encoded) -> Any:
        """Give the float64 values of codes."""
        ...


@dataclass(frozen=True, slots=True)
class Family:
    """One family of formats: its name, the pattern of its spellings, their reader, its page."""

    name: str
    pattern: re.Pattern[str]
    read: Callable[[re.Match[str]], Format]
    example: str
    page: str


_FAMILIES: dict[str, Family] = {}


def register(
    name: str,
    pattern: str,
    read: Callable[[re.Match[str]], Format],
    example: str,
    page: str = "",
) -> None:
    """Add a family of formats whose spellings match `pattern` as a whole.

    `example` is a spelling of at most 12 bits, on which the conformance suite tries the family;
    `page` is the path of the family's page.
    Raises `FormatError` when the name is taken.
    """
    if name in _FAMILIES:
        raise FormatError(
            f"a format family must have a name of its own, and {name!r} is there already"
        )
    _FAMILIES[name] = Family(name, re.compile(pattern), read, example, page)


def families() -> tuple[Family, ...]:
    """Give all families, litho's and the user's own, by name.

    Raises `FormatError` when a file or package of the user's own cannot be loaded.
    """
    load_own()
    return tuple(_FAMILIES[name] for name in sorted(_FAMILIES))


def parse(spelling: str) -> Format:
    """Give the format that `spelling` names.

    Raises `FormatError` when no family knows the spelling or when it is not the canonical one.
    """
    for family in families():
        match = family.pattern.fullmatch(spelling)
        if match:
            found = family.read(match)
            if str(found) != spelling:
                raise FormatError(f"format {spelling!r} must be spelled {str(found)!r}")
            return found
    examples = ", ".join(family.example for family in families())
    raise FormatError(
        f"format must be a known spelling (such as {examples}), not {spelling!r};"
        " `litho list formats` shows them all"
    )
