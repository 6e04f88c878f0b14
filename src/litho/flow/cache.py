"""The results of stages, kept under a name made from everything they depend on.

An entry is a folder that appears whole or not at all: it is filled under a temporary name and
renamed when its stage has ended. What a killed run left behind is removed by the next one.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import litho

__all__ = ["Cache", "cache_root", "code_digest", "digest_of", "package_version"]


def cache_root() -> Path:
    """Give the folder of everything that can be made again: $LITHO_CACHE, or the user's cache."""
    if os.environ.get("LITHO_CACHE"):
        return Path(os.environ["LITHO_CACHE"]).absolute()
    import platformdirs

    return Path(platformdirs.user_cache_dir("litho"))


def digest_of(facts: Any) -> str:
    """Give a name made from `facts`, which JSON must be able to hold."""
    text = json.dumps(facts, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


@cache
def code_digest() -> str:
    """Give a name made from litho's own sources, of which every result is a consequence."""
    root = Path(litho.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        is_ours = path.suffix in {".py", ".sv", ".svh", ".cpp", ".h", ".v"}
        if is_ours and path.relative_to(root).parts[0] not in {"app", "report"}:
            digest.update(f"{path.relative_to(root).as_posix()}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:24]


def package_version(name: str) -> str:
    """Give the version of an installed package, or `absent`."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"


@dataclass(frozen=True, slots=True)
class Cache:
    """Entries in the folder `root`."""

    root: Path

    def path(self, name: str, key: str) -> Path:
        """Give the folder of the entry, which need not exist."""
        return self.root / f"{name}-{key}"

    def has(self, name: str, key: str) -> bool:
        """Say whether the entry is there; what is there is whole."""
        return self.path(name, key).is_dir()

    @contextmanager
    def fill(self, name: str, key: str) -> Iterator[Path]:
        """Give an empty folder; it becomes the entry when the body ends without an error."""
        entry = self.path(name, key)
        temporary = self.root / f".{name}-{key}.{os.getpid()}"
        self.root.mkdir(parents=True, exist_ok=True)
        self._remove_abandoned()
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir()
        try:
            yield temporary
            _rename(temporary, entry)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)

    def _remove_abandoned(self) -> None:
        for path in self.root.glob(".*-*.*"):
            owner = path.name.rsplit(".", 1)[1]
            if owner.isdigit() and not _is_alive(int(owner)):
                shutil.rmtree(path, ignore_errors=True)


def _rename(temporary: Path, entry: Path) -> None:
    try:
        temporary.rename(entry)
    except OSError:
        if not entry.is_dir():  # another process did not come first: a real failure
            raise


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
