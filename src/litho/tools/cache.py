"""A folder of built things, each under a name made from what it was built of.

An entry appears whole or not at all: it is built in a folder `<name>.….part` under a lock, and
renamed. A process that is stopped leaves its `.part` behind; the next builder removes it.
An entry that nobody used for 30 days is removed.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import platformdirs

from litho.errors import LithoError, ToolError, ToolMissingError

__all__ = ["cache_root", "cached", "copy_files", "digest", "kept", "kept_on_failure", "scratch"]


_KEPT_DAYS = 30


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
    if _use(place):
        return place, False
    with _lock(place).open("w") as lock:
        fcntl.flock(lock.fileno(), fcntl.LOCK_EX)
        if _use(place):
            return place, False
        for left in place.parent.glob(f"{key}.*.part"):
            shutil.rmtree(left, ignore_errors=True)
        part = Path(tempfile.mkdtemp(prefix=f"{key}.", suffix=".part", dir=place.parent))
        build(part)
        part.rename(place)
        _forget(place.parent)
    return place, True


def kept(kind: str, key: str) -> Path | None:
    """Give the folder of entry `key` of `kind`, or None when there is no such entry."""
    place = cache_root() / kind / key
    return place if _use(place) else None


def _use(place: Path) -> bool:
    """Say whether an entry is there, and note that it is still of use."""
    if not place.is_dir():
        return False
    with contextlib.suppress(OSError):  # a cache that may only be read is still a cache
        os.utime(place)
    return True


def _forget(kind: Path) -> None:
    """Remove what nobody has used for `_KEPT_DAYS`."""
    limit = time.time() - _KEPT_DAYS * 86400
    for path in kind.iterdir():
        with contextlib.suppress(OSError):  # another process may have removed it just now
            if path.is_dir() and path.stat().st_mtime < limit:
                shutil.rmtree(path)


def _lock(place: Path) -> Path:
    lock = place.with_name(f"{place.name}.lock")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        lock.touch()
    except OSError as error:
        raise _unwritable(error) from error
    return lock


def copy_files(place: Path, directory: Path) -> None:
    """Copy the files of an entry into `directory`; each appears whole or not at all.

    Raises `ToolError` when the directory cannot be written.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for path in sorted(place.iterdir()):
            temporary = directory / f".{path.name}.{os.getpid()}"
            shutil.copyfile(path, temporary)
            temporary.replace(directory / path.name)
    except OSError as error:
        raise ToolError(
            f"the folder {directory} must be writable, and is not ({error.strerror});"
            " choose another"
        ) from error


def scratch(kind: str) -> Path:
    """Give a new empty folder in the cache, for files of one run.

    Raises `ToolError` when the cache cannot be written.
    """
    place = cache_root() / kind
    try:
        place.mkdir(parents=True, exist_ok=True)
        found = Path(tempfile.mkdtemp(dir=place))
    except OSError as error:
        raise _unwritable(error) from error
    _forget(place)
    return found


@contextmanager
def kept_on_failure(kind: str) -> Iterator[Path]:
    """Give a new empty folder that is gone after, unless an error of litho's ends its use.

    Then it stays in the cache, for its logs and for the command that the error says repeats it;
    not when it is empty, and not when all that went wrong is that a tool is missing.
    Raises `ToolError` when the cache cannot be written.
    """
    place = scratch(kind)
    try:
        yield place
    except BaseException as error:
        is_told = isinstance(error, LithoError) and not isinstance(error, ToolMissingError)
        if not is_told or not any(place.iterdir()):
            shutil.rmtree(place, ignore_errors=True)
        raise
    shutil.rmtree(place, ignore_errors=True)


def _unwritable(error: OSError) -> ToolError:
    return ToolError(
        f"the cache folder {cache_root()} must be writable, and is not ({error.strerror});"
        " set LITHO_CACHE to a folder that is"
    )
