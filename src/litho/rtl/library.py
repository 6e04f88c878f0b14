"""Finds the SystemVerilog files that a module needs."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from litho.errors import DataError
from litho.rtl.block import Block

__all__ = ["in_order", "shared_modules", "sources_of"]

_ROOT = Path(__file__).parent
_NAME = re.compile(r"\b[A-Za-z_]\w*\b")
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)


@cache
def shared_modules() -> dict[str, Path]:
    """Give the file of every shared module, by module name."""
    return {path.stem: path for path in sorted(_ROOT.rglob("litho_*.sv"))}


def sources_of(blocks: tuple[Block, ...]) -> tuple[Path, ...]:
    """Give the files that the modules of `blocks` need, each after those it instantiates.

    Beside those in the shared library there may be others in the folder of a block's own file.
    Raises `DataError` for a module that has no file, and for a source that is not there.
    """
    sources = {block.module: block.source for block in blocks if block.source}
    for module, source in sources.items():
        if not source.is_file():
            raise DataError(
                f"the source of block {module} must be a file, and {source} is none; see `source`"
                " of the Block that its operation makes"
            )
    beside = {source.parent for source in sources.values()}
    own = {path.stem: path for folder in sorted(beside) for path in sorted(folder.glob("*.sv"))}
    own |= sources
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
        for name in _mentioned(path):
            if name != module and (name in own or name in shared_modules()):
                visit(name)
        found[module] = path

    for module in modules:
        visit(module)
    return found


@cache
def _mentioned(path: Path) -> tuple[str, ...]:
    code = _COMMENT.sub("", path.read_text())
    return tuple(dict.fromkeys(_NAME.findall(code)))
