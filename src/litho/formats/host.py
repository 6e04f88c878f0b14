"""Values that stay on the host: PyTorch's own number types, which have no codes."""

import re
from dataclasses import dataclass

from litho.errors import FormatError
from litho.formats.format import register

__all__ = ["Host"]

_BITS = {
    "float64": 64,
    "float32": 32,
    "float16": 16,
    "bfloat16": 16,
    "host_int64": 64,
    "host_int32": 32,
    "host_int16": 16,
    "host_int8": 8,
    "host_uint8": 8,
    "host_bool": 8,
}


@dataclass(frozen=True, slots=True)
class Host:
    """A PyTorch number type; integers and booleans are spelled with `host_` before them."""

    name: str

    def __post_init__(self) -> None:
        if self.name not in _BITS:
            raise FormatError(f"a host type must be one of {', '.join(_BITS)}, not {self.name!r}")

    @property
    def family(self) -> str:
        """Name of the family."""
        return "host"

    @property
    def bits(self) -> int:
        """Bits of one value in memory."""
        return _BITS[self.name]

    def __str__(self) -> str:
        return self.name


def _read(match: re.Match[str]) -> Host:
    return Host(match[0])


register("host", "|".join(_BITS), _read, "float32", "docs/formats/host.md")
