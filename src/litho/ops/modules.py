"""Checks the names of the SystemVerilog modules that a user's own operations bring.

All modules of a design share one space of names, and the files of one share a folder, so a module
that is named like another would be taken for it.
"""

import re
from collections.abc import Iterable
from pathlib import Path

from litho.errors import ConfigError
from litho.rtl import KEYWORDS

__all__ = ["RESERVED", "check_modules"]

RESERVED = ("bench", "top")
"""The modules that litho writes: around a block that is tested, and of a whole design."""

_SILENT = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\])*"', re.DOTALL)
_DECLARED = re.compile(
    r"\b(?:module|macromodule|interface|package|primitive|program)\s+"
    r"(?:automatic\s+|static\s+)?([A-Za-z_]\w*)"
)


def check_modules(folders: Iterable[Path]) -> None:
    """Demand names of their own of the modules in `folders`, and of the files that hold them.

    Raises `ConfigError` for a name that litho, SystemVerilog or another of the folders has.
    """
    owners: dict[str, Path] = {}
    for folder in dict.fromkeys(folders):
        for path in sorted(folder.glob("*.sv")):
            for name in (path.stem, *_declared(path)):
                other = owners.setdefault(name, path)
                taken = _taken(name) or (f"it is one of {other}" if other != path else "")
                if taken:
                    raise ConfigError(
                        f"a module must have a name of its own, and {name!r} ({path}) has not:"
                        f" {taken}; rename it, its file, and `module` of its block"
                    )


def _taken(name: str) -> str:
    """Say why no module of a user's may have a name; "" when one may."""
    if name.startswith("litho_"):
        return "names that begin with litho_ are those of litho's modules"
    if name in RESERVED:
        return f"litho writes modules called {' and '.join(RESERVED)} around it"
    return "it is a keyword of SystemVerilog" if name in KEYWORDS else ""


def _declared(path: Path) -> list[str]:
    return _DECLARED.findall(_SILENT.sub(" ", path.read_text(errors="replace")))
