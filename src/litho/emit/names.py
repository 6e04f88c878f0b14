"""Names in SystemVerilog for the values of a graph."""

import re

from litho.errors import GraphError
from litho.rtl import KEYWORDS

__all__ = ["Names", "check_top"]

_FORBIDDEN = re.compile(r"[^A-Za-z0-9_]+")
_RUN = re.compile("_{2,}")  # Verilator spells two underscores in another way
# What the top module's own wires and ports are made of.
_TAKEN = re.compile(r"(clk|rst|stall|tap_.*|load_.*|.*_held)")


class Names:
    """Gives out names, each once."""

    def __init__(self) -> None:
        self._given: set[str] = set()

    def __contains__(self, name: str) -> bool:
        return name in self._given

    def make(self, hint: str) -> str:
        """Give a name like `hint` that has not been given before."""
        name = _RUN.sub("_", _FORBIDDEN.sub("_", hint)).strip("_") or "value"
        if name[0].isdigit() or _TAKEN.fullmatch(name):
            name = f"v_{name}_x"
        found, number = name, 2
        while found in self._given:
            found, number = f"{name}_{number}", number + 1
        self._given.add(found)
        return found


def check_top(name: str) -> str:
    """Give the name of a top module back; raises `GraphError` when it cannot be one."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) or name.startswith("litho_"):
        raise GraphError(
            "the name of a design must be letters, digits and underscores, a letter first, and not"
            f" start with litho_, not {name!r}"
        )
    if name in KEYWORDS:
        raise GraphError(
            f"the name of a design must not be a keyword of SystemVerilog, and {name!r} is one;"
            " choose another"
        )
    return name
