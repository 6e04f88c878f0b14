"""The operations: one folder each, found by themselves.

A folder with an `OP` in its `__init__.py` is an operation. It holds `reference.py` (integers
only), `cost.py`, `cases.py` (never imported at run time), the SystemVerilog and a page.

A user's own lie outside: in folders that a configuration or the variable LITHO_OPS names, or in
installed packages that declare them as entry points of the group `litho.ops`.
"""

import importlib
import importlib.util
import os
import pkgutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from litho.errors import ConfigError
from litho.ir import Op, Registry
from litho.ops.folder import import_folder

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

__all__ = ["ENTRY_POINTS", "VARIABLE", "import_folder", "registry", "users_folders"]

ENTRY_POINTS = "litho.ops"
VARIABLE = "LITHO_OPS"


def registry(folders: tuple[Path, ...] = ()) -> Registry:
    """Give the registry of the operations of litho, of installed packages, and of `folders`.

    The folders that LITHO_OPS lists, as PATH lists its own, count always.
    Raises `ConfigError` for a folder that holds no operation, or one whose name is taken, and
    `GraphError` for a PyTorch operator that two of them lower.
    """
    return _registry(_named(folders))


def users_folders(folders: tuple[Path, ...] = ()) -> tuple[Path, ...]:
    """Give the folders of the operations in `registry(folders)` that are not litho's own."""
    installed = (importlib.util.find_spec(point.module) for point in _entry_points())
    places = (found.submodule_search_locations for found in installed if found)
    return (*(Path(where) for place in places for where in place or ()), *_named(folders))


def _named(folders: tuple[Path, ...]) -> tuple[Path, ...]:
    listed = (Path(name) for name in os.environ.get(VARIABLE, "").split(os.pathsep) if name)
    return tuple(dict.fromkeys(folder.resolve() for folder in (*folders, *listed)))


@cache
def _registry(folders: tuple[Path, ...]) -> Registry:
    found = {op.name: op for op in _own()}
    for place, op in (*_installed(), *((str(folder), _in(folder)) for folder in folders)):
        if op.name in found:
            raise ConfigError(
                f"an operation must have a name of its own, and {op.name!r} ({place}) is there"
                " already; give it another"
            )
        found[op.name] = op
    return Registry(found)


def _own() -> Iterator[Op]:
    names = [module.name for module in pkgutil.iter_modules(__path__) if module.ispkg]
    for name in sorted(names):
        op: Op = importlib.import_module(f"{__name__}.{name}").OP
        assert op.name == name, f"op in folder {name!r} calls itself {op.name!r}"
        yield op


def _entry_points() -> "list[EntryPoint]":
    from importlib.metadata import entry_points

    return sorted(entry_points(group=ENTRY_POINTS), key=lambda point: point.name)


def _installed() -> Iterator[tuple[str, Op]]:
    for point in _entry_points():
        loaded = point.load()
        yield point.value, _checked(getattr(loaded, "OP", loaded), point.name, point.value)


def _in(folder: Path) -> Op:
    module = import_folder(folder)
    return _checked(getattr(module, "OP", None), folder.name, str(folder))


def _checked(op: object, name: str, place: str) -> Op:
    if not isinstance(op, Op):
        raise ConfigError(f"{place} must have a record `OP` in its __init__.py, and has none")
    if op.name != name:
        raise ConfigError(
            f"the operation in {place} must be called {name!r} as its place is, not {op.name!r}"
        )
    return op
