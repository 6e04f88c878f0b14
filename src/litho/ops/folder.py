"""Imports the folder of a user's own operation."""

import importlib
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
    if there is not None:
        if getattr(there, "__file__", None) == str(start):
            return there
        raise ConfigError(
            f"the folder of an op must not be named like another module, and {name!r} is"
            f" {getattr(there, '__file__', None) or 'built in'}; rename {folder}"
        )
    return _imported(start, name)


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
