"""Folders that appear whole or not at all."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from litho.errors import ConfigError

__all__ = ["whole_folder"]


@contextmanager
def whole_folder(directory: Path, what: str, marker: str) -> Iterator[Path]:
    """Give an empty folder that gets the name `directory` when it has been filled without error.

    `what` says in a word what it holds, and a file named `marker` shows that a folder holds one: it
    is replaced. Raises `ConfigError` when `directory` is anything else, or cannot be written.
    """
    _check_free(directory, what, marker)
    made = directory.parent / f".{directory.name}.{os.getpid()}"
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir()
        try:
            yield made
            _put(made, directory)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    except OSError as error:
        raise ConfigError(
            f"{what} folder {directory} must be writable, and is not: {error.strerror};"
            " choose another"
        ) from error


def _check_free(directory: Path, what: str, marker: str) -> None:
    if not os.path.lexists(directory):
        return
    is_one = (directory / marker).is_file()
    if not directory.is_dir() or (not is_one and any(directory.iterdir())):
        raise ConfigError(
            f"{what} folder {directory} must be absent, empty or hold a {what}, since it is"
            " replaced; choose another"
        )


def _put(made: Path, directory: Path) -> None:
    """Give `made` the name `directory`, putting away what is there."""
    if not directory.exists():
        made.rename(directory)
        return
    old = made.with_name(f"{made.name}.old")
    directory.rename(old)
    made.rename(directory)
    shutil.rmtree(old)
