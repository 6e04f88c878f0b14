"""A folder of built things, each under a name made from what it was built of.

An entry appears whole or not at all: it is built in `<name>.part` under a lock and renamed.
A process that is stopped leaves a `.part` behind, which the next builder of that entry removes.
"""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import platformdirs

from litho.errors import ToolError

__all__ = ["cache_root", "cached", "digest"]


def cache_root() -> Path:
    """Give the folder of the cache: `LITHO_CACHE`, or the user's cache folder."""
    chosen = os.environ.get("LITHO_CACHE")
    return Path(chosen).absolute() if chosen else Path(platformdirs.user_cache_dir("litho"))


def digest(*parts: str | bytes) -> str:
    """Give a name made from `parts`; where one part ends and the next begins matters."""
    state = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        state.update(len(data).to_bytes(8, "little"))
        state.update(data)
    return state.hexdigest()[:24]


def cached(kind: str, key: str, build: Callable[[Path], None]) -> tuple[Path, bool]:
    """Give the folder of entry `key` of `kind`, and whether it was built just now.

    `build(folder)` fills a folder when there is no such entry; processes that want the same
    entry at once wait for the first. When it raises, its folder stays as `.part` with its logs.
    Raises `ToolError` when the cache cannot be written.
    """
    place = cache_root() / kind / key
    if place.is_dir():
        return place, False
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        lock = place.with_name(f"{key}.lock").open("w")
    except OSError as error:
        raise ToolError(
            f"the cache folder {cache_root()} must be writable, and is not ({error.strerror});"
            " set LITHO_CACHE to a folder that is"
        ) from error
    with lock, _locked(lock.fileno()):
        if place.is_dir():
            return place, False
        part = place.with_name(f"{key}.part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir()
        build(part)
        part.rename(place)
    return place, True


@contextmanager
def _locked(descriptor: int) -> Iterator[None]:
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
