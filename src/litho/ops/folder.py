"""Imports the folder of a user's own operation."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

from litho.errors import ConfigError
from litho.ops.faults import FAILURES, place_of

__all__ = ["import_folder"]


def import_folder(folder: Path) -> ModuleType:
    """Import the package in `folder` under the folder's own name, once.

    Raises `ConfigError` for a folder that is not there, that is no package, that cannot be
    imported, or that has the name of another module.
    """
    start, name = folder.resolve() / "__init__.py", folder.resolve().name
    if not folder.is_dir():
        raise ConfigError(
            f"the folder of an op must be there, and {folder} is not; --folder, `ops` of a"
            " configuration or LITHO_OPS names it"
        )
    if not start.is_file():
        raise ConfigError(f"the folder of an op must have __init__.py, and {folder} has none")
    if not name.isidentifier():
        raise ConfigError(f"the folder of an op must be named like a variable, not {name!r}")
    there = sys.modules.get(name)
    if there is not None and getattr(there, "__file__", None) == str(start):
        return there
    taken = _other(name, start)
    if taken:
        raise ConfigError(
            f"the folder of an op must not be named like another module, and {name!r} is"
            f" {taken}; rename {folder}, and its operation"
        )
    return _imported(start, name)


def _other(name: str, start: Path) -> str:
    """Say where a module `name` lies that is there already, imported or not; "" for none."""
    there = sys.modules.get(name)
    if there is not None:
        return getattr(there, "__file__", None) or "built in"
    spec = importlib.util.find_spec(name)
    if spec is None or spec.loader is None or spec.origin == str(start):
        return ""
    return spec.origin or "built in"


def _imported(start: Path, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        name, start, submodule_search_locations=[str(start.parent)]
    )
    assert spec is not None
    assert spec.loader is not None
    package = importlib.util.module_from_spec(spec)
    sys.modules[name] = package
    try:
        spec.loader.exec_module(package)
    except FAILURES as error:
        del sys.modules[name]
        place = place_of(error, start.parent)
        raise ConfigError(
            f"the folder of an op must be importable, and {start.parent} is not:"
            f" {type(error).__name__}: {error}" + (f"; it arose in {place}" if place else "")
        ) from error
    return package
