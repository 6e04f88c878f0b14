"""Names made from content: what a stage's result is a consequence of."""

import hashlib
import json
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from litho.tools import digest

__all__ = ["digest_of", "files_digest", "package_version", "tree_digest"]


def digest_of(facts: Any) -> str:
    """Give a name made from `facts`, which JSON must be able to hold."""
    return digest(json.dumps(facts, sort_keys=True, ensure_ascii=False, allow_nan=False))


def files_digest(paths: Iterable[Path]) -> str:
    """Give a name made from the names and the contents of files."""
    return digest(*(part for path in paths for part in (path.name, path.read_bytes())))


def tree_digest(folder: Path) -> str:
    """Give a name made from all files below `folder`: their paths in it and their contents."""
    parts: list[str] = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
        parts += [path.relative_to(folder).as_posix(), content]
    return digest(*parts)


def package_version(name: str) -> str:
    """Give the version of an installed package, or `absent`."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"
