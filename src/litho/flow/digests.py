"""Names made from content: what a stage's result is a consequence of."""

import json
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import litho
from litho.tools import digest

__all__ = ["code_digest", "digest_of", "package_version"]

_WITHOUT_CONSEQUENCE = {"app", "report", "testing"}
_SOURCES = {".py", ".sv", ".svh", ".cpp", ".h", ".v"}


def digest_of(facts: Any) -> str:
    """Give a name made from `facts`, which JSON must be able to hold."""
    return digest(json.dumps(facts, sort_keys=True, ensure_ascii=False, allow_nan=False))


@cache
def code_digest() -> str:
    """Give a name made from litho's own sources, of which every result is a consequence."""
    root = Path(litho.__file__).parent
    parts: list[str | bytes] = []
    for path in sorted(root.rglob("*")):
        place = path.relative_to(root)
        if path.suffix in _SOURCES and place.parts[0] not in _WITHOUT_CONSEQUENCE:
            parts += [place.as_posix(), path.read_bytes()]
    return digest(*parts)


def package_version(name: str) -> str:
    """Give the version of an installed package, or `absent`."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"
