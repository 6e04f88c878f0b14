"""A folder of built things, each under a name made from what it was built of.

An entry appears whole or not at all: it is built in a folder `<name>.….part` under a lock, and
renamed. A process that is stopped leaves its `.part` behind; the next builder removes it.
"""

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import platformdirs

from litho.errors import ToolError

__all__ = ["cache_root", "cached", "copy_files", "digest", "scratch"]


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

    `build(folder)` fills an empty folder when there is no such entry; processes that want the
    same entry at once wait for the first. When it raises, the folder stays for its logs.
    Raises `ToolError` when the cache cannot be written.
    """
    place = cache_root() / kind / key
    if place.is_dir():
        return place, False
    with _lock(place).open("w") as lock:
        fcntl.flock(lock.fileno(), fcntl.LOCK_EX)
        if place.is_dir():
            return place, False
        for left in place.parent.glob(f"{key}.*.part"):
            shutil.rmtree(left, ignore_errors=True)
        part = Path(tempfile.mkdtemp(prefix=f"{key}.", suffix=".part", dir=place.parent))
        build(part)
        part.rename(place)
    return place, True


def _lock(place: Path) -> Path:
    lock = place.with_name(f"{place.name}.lock")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        lock.touch()
    except OSError as error:
        raise _unwritable(error) from error
    return lock


def copy_files(place: Path, directory: Path) -> None:
    """Copy the files of an entry into `directory`; each appears whole or not at all."""
    directory.mkdir(parents=True, exist_ok=True)
    for path in sorted(place.iterdir()):
        temporary = directory / f".{path.name}.{os.getpid()}"
        shutil.copyfile(path, temporary)
        temporary.replace(directory / path.name)


def scratch(kind: str) -> Path:
    """Give a new empty folder in the cache, for files of one run.

    Raises `ToolError` when the cache cannot be written.
    """
    place = cache_root() / kind
    try:
        place.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(dir=place))
    except OSError as error:
        raise _unwritable(error) from error


def _unwritable(error: OSError) -> ToolError:
    return ToolError(
        f"the cache folder {cache_root()} must be writable, and is not ({error.strerror});"
        " set LITHO_CACHE to a folder that is"
    )
