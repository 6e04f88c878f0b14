"""Finds the SystemVerilog files that a module needs."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from litho.errors import DataError
from litho.rtl.block import Block

__all__ = ["in_order", "shared_modules", "sources_of"]

_ROOT = Path(__file__).parent
_NAME = re.compile(r"\blitho_\w+\b")
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)


@cache
def shared_modules() -> dict[str, Path]:
    """Give the file of every shared module, by module name."""
    return {path.stem: path for path in sorted(_ROOT.rglob("litho_*.sv"))}


def sources_of(blocks: tuple[Block, ...]) -> tuple[Path, ...]:
    """Give the files that the modules of `blocks` need, each after those it instantiates.

    Raises `DataError` for a module that has no file.
    """
    own = {block.module: block.source for block in blocks if block.source}
    return tuple(in_order((block.module for block in blocks), own).values())


def in_order(modules: Iterable[str], own: Mapping[str, Path]) -> dict[str, Path]:
    """Give the files of `modules` and of all they instantiate by name, each after those it needs.

    `own` are the files of modules that are not in the shared library.
    Raises `DataError` for a module that has no file.
    """
    found: dict[str, Path] = {}

    def visit(module: str) -> None:
        if module in found:
            return
        path = own.get(module) or shared_modules().get(module)
        if path is None:
            raise DataError(
                f"module {module} must have a file {module}.sv in the shared library or beside its"
                " op, and none is there"
            )
        for name in _instantiated(path):
            if name != module:
                visit(name)
        found[module] = path

    for module in modules:
        visit(module)
    return found


@cache
def _instantiated(path: Path) -> tuple[str, ...]:
    code = _COMMENT.sub("", path.read_text())
    known = shared_modules()
    return tuple(dict.fromkeys(name for name in _NAME.findall(code) if name in known))
