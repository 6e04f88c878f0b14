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
import shlex
from collections.abc import Container, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from litho.errors import ConfigError
from litho.ir import Op, Registry
from litho.ops.faults import FAILURES, faults_of, watched, watched_block
from litho.ops.folder import import_folder
from litho.ops.modules import check_modules
from litho.ops.record import checked

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

__all__ = [
    "ENTRY_POINTS",
    "VARIABLE",
    "faults_of",
    "import_folder",
    "registry",
    "setting",
    "users_folders",
    "watched_block",
]

ENTRY_POINTS = "litho.ops"
VARIABLE = "LITHO_OPS"


def registry(folders: tuple[Path, ...] = ()) -> Registry:
    """Give the registry of the operations of litho, of installed packages, and of `folders`.

    The folders that LITHO_OPS lists, as PATH lists its own, count always.
    Raises `ConfigError` for a folder that holds no operation, or one whose name or whose module's
    name is taken, and `GraphError` for a PyTorch operator that two of them lower.
    """
    return _registry(_named(folders))


def users_folders(folders: tuple[Path, ...] = ()) -> tuple[Path, ...]:
    """Give the folders of the operations in `registry(folders)` that are not litho's own."""
    installed = (importlib.util.find_spec(point.module) for point in _entry_points())
    places = (found.submodule_search_locations for found in installed if found)
    return (*(Path(where) for place in places for where in place or ()), *_named(folders))


def setting(folders: tuple[Path, ...] = ()) -> str:
    """Give what a command line begins with to know the operations of `registry(folders)`.

    It sets LITHO_OPS for that command, and is empty when there are none but litho's and installed
    ones.
    """
    named = os.pathsep.join(map(str, _named(folders)))
    return f"{VARIABLE}={shlex.quote(named)} " if named else ""


def _named(folders: tuple[Path, ...]) -> tuple[Path, ...]:
    listed = (Path(name) for name in os.environ.get(VARIABLE, "").split(os.pathsep) if name)
    return tuple(dict.fromkeys(folder.resolve() for folder in (*folders, *listed)))


@cache
def _registry(folders: tuple[Path, ...]) -> Registry:
    found = {op.name: op for op in _own()}
    installed, own = _installed(found), ((str(folder), _in(folder, found)) for folder in folders)
    for place, op in (*installed, *own):
        if op.name in found:
            raise ConfigError(
                f"an operation must have a name of its own, and {op.name!r} ({place}) is there"
                " already; give it another"
            )
        found[op.name] = op
    check_modules(users_folders(folders))
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


def _installed(taken: Container[str]) -> Iterator[tuple[str, Op]]:
    for point in _entry_points():
        loaded = _loaded(point)
        op = checked(getattr(loaded, "OP", loaded), point.name, point.value, taken)
        yield point.value, watched(op, _place(point))


def _loaded(point: "EntryPoint") -> object:
    try:
        return point.load()
    except FAILURES as error:
        raise ConfigError(
            f"the entry point {point.name} = {point.value} of the group {ENTRY_POINTS} must be"
            f" importable, and is not: {type(error).__name__}: {error}"
        ) from error


def _place(point: "EntryPoint") -> Path:
    """Give the folder of the module that an entry point names."""
    spec = importlib.util.find_spec(point.module)
    return Path(spec.origin).parent if spec and spec.origin else Path()


def _in(folder: Path, taken: Container[str]) -> Op:
    module = import_folder(folder)
    op = checked(getattr(module, "OP", None), folder.name, str(folder), taken)
    return watched(op, folder)
