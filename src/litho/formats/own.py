"""A user's own families: Python files that LITHO_FORMATS lists, and installed packages.

Either calls `litho.formats.register`. A package declares its module as an entry point of the group
`litho.formats`; LITHO_FORMATS lists files as PATH lists folders.
"""

import importlib.util
import os
from pathlib import Path

from litho.errors import FormatError

__all__ = ["ENTRY_POINTS", "VARIABLE", "load_own"]

ENTRY_POINTS = "litho.formats"
VARIABLE = "LITHO_FORMATS"

_loaded: set[str] = set()


def load_own() -> None:
    """Import what registers the user's own families, each once.

    Raises `FormatError` for what cannot be imported.
    """
    if not _loaded:
        _loaded.add("")
        _load_installed()
    for name in os.environ.get(VARIABLE, "").split(os.pathsep):
        if name and name not in _loaded:
            _loaded.add(name)
            _load_file(Path(name))


def _load_installed() -> None:
    from importlib.metadata import entry_points

    for point in sorted(entry_points(group=ENTRY_POINTS), key=lambda point: point.name):
        try:
            point.load()
        except (ImportError, AttributeError) as error:
            raise FormatError(
                f"the entry point {point.name} = {point.value} of the group {ENTRY_POINTS} must be"
                f" importable, and is not: {error}"
            ) from error


def _load_file(path: Path) -> None:
    spec = importlib.util.spec_from_file_location(f"litho_formats_{path.stem}", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise FormatError(f"{VARIABLE} must list Python files, and {path} is none")
    try:
        spec.loader.exec_module(importlib.util.module_from_spec(spec))
    except (ImportError, SyntaxError, NameError, TypeError) as error:
        raise FormatError(f"{path} must be importable, and is not: {error}") from error
