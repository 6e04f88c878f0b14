"""The OCP microscaling formats: `mxint8g32`, `mxfp8_e4m3g32`, `mxfp6_e3m2g32`, `mxfp4_e2m1g32`."""

import re
from dataclasses import dataclass

from litho.errors import FormatError
from litho.formats import blocks
from litho.formats.blocks import Element, FloatElement, Grouped, IntegerElement
from litho.formats.format import register
from litho.formats.minifloat import Minifloat

__all__ = ["Mx"]

_ELEMENTS: dict[str, Element] = {
    "int8": IntegerElement(8),
    "fp8_e4m3": FloatElement(Minifloat(4, 3, "nan")),
    "fp8_e5m2": FloatElement(Minifloat(5, 2, "ieee")),
    "fp6_e3m2": FloatElement(Minifloat(3, 2, "none")),
    "fp6_e2m3": FloatElement(Minifloat(2, 3, "none")),
    "fp4_e2m1": FloatElement(Minifloat(2, 1, "none")),
}


@dataclass(frozen=True, slots=True)
class Mx(Grouped):
    """Elements of OCP MX 1.0 under an E8M0 scale; `kind` is spelled `int8`, `fp8_e4m3`, …"""

    kind: str
    group: int = 32

    def __post_init__(self) -> None:
        if self.kind not in _ELEMENTS:
            known = ", ".join(f"mx{kind}" for kind in _ELEMENTS)
            raise FormatError(f"an MX format must be one of {known}, not 'mx{self.kind}'")
        blocks.check_group(self.group, f"mx{self.kind}")

    @property
    def family(self) -> str:
        """Name of the family."""
        return "mx"

    @property
    def carries(self) -> bool:
        """False: what passes the greatest value saturates."""
        return False

    @property
    def counted(self) -> Element:
        """The element as the encoder sees it."""
        return _ELEMENTS[self.kind]

    def __str__(self) -> str:
        return f"mx{self.kind}g{self.group}"


def _read(match: re.Match[str]) -> Mx:
    return Mx(match["kind"], int(match["group"]))


register(
    "mx",
    r"mx(?P<kind>int\d+|fp\d+_e\d+m\d+)g(?P<group>\d{1,9})",
    _read,
    "mxfp6_e3m2g32",
    "docs/formats/mx.md",
)
