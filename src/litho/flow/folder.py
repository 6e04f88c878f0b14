"""Copies into a run folder: what appears there is whole."""

import os
import shutil
from pathlib import Path

from litho.report import write_file

__all__ = ["copy_file", "copy_tree", "link_file"]


def copy_file(source: Path, target: Path) -> Path:
    """Copy the file `source` over `target`, and give `target`."""
    return write_file(target, source.read_bytes())


def link_file(source: Path, target: Path) -> Path:
    """Give the file `source` the second name `target`, or copy it where that cannot be."""
    fresh = target.with_name(f".{target.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    try:
        fresh.hardlink_to(source)
    except OSError:  # another file system, or one without links
        return copy_file(source, target)
    fresh.replace(target)
    fresh.unlink(missing_ok=True)  # stays when both were one file already
    return target


def copy_tree(source: Path, target: Path) -> Path:
    """Put a copy of the folder `source` in the place of `target`, and give `target`."""
    fresh = target.with_name(f".{target.name}.{os.getpid()}")
    old = target.with_name(f".{target.name}.old.{os.getpid()}")
    for left in target.parent.glob(f".{target.name}.*"):
        shutil.rmtree(left, ignore_errors=True)
    shutil.copytree(source, fresh)
    if target.exists():
        target.rename(old)
    fresh.rename(target)
    shutil.rmtree(old, ignore_errors=True)
    return target
