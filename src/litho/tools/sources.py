"""Reads the sources of a design."""

from pathlib import Path

from litho.errors import DataError

__all__ = ["read_source"]


def read_source(path: Path) -> bytes:
    """Give the content of a source or memory file; raises `DataError` when there is none."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(
            f"source {path} must be readable, and is not ({error.strerror}); emit the design again"
        ) from error
