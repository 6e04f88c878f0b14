"""A graph in a folder: `graph.ir` holds the text, `graph.npz` the arrays it names."""

import io
import os
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from litho.errors import DataError
from litho.ir.graph import Graph
from litho.ir.op import Registry
from litho.ir.text import array_name, arrays_of, parse, write

__all__ = ["load", "save"]

_LONG_AGO = (1980, 1, 1, 0, 0, 0)


def save(directory: Path, graph: Graph) -> tuple[Path, Path]:
    """Write `graph.ir` and `graph.npz` into `directory` and give their paths.

    The same graph gives the same bytes; each file appears whole or not at all.
    """
    directory.mkdir(parents=True, exist_ok=True)
    arrays = directory / "graph.npz"
    _replace(arrays, _archive(arrays_of(graph)))
    text = directory / "graph.ir"
    _replace(text, write(graph).encode())
    return text, arrays


def load(directory: Path, registry: Registry) -> Graph:
    """Read the graph in `directory`.

    Raises `DataError` when a file is absent or not what it should be, `GraphError` for its text.
    """
    text, arrays = directory / "graph.ir", directory / "graph.npz"
    for path in (text, arrays):
        if not path.is_file():
            raise DataError(f"a graph must have a file {path.name}, and {path} is not there")
    content = _read_arrays(arrays)
    for name, array in content.items():
        if array_name(array) != name:
            raise DataError(
                f"array {name} of {arrays} must have the content that its name is made of, and"
                " has another; write the graph again"
            )
    return parse(_read_text(text), content, registry)


_ARCHIVE_ERRORS = (
    OSError,
    EOFError,
    KeyError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)


def _read_arrays(path: Path) -> dict[str, np.ndarray[Any, Any]]:
    # np.load leaves a damaged file open; reading an entry whole checks its sum before its header.
    try:
        with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
            return {
                name.removesuffix(".npy"): np.lib.format.read_array(
                    io.BytesIO(archive.read(name)), allow_pickle=False
                )
                for name in archive.namelist()
            }
    except _ARCHIVE_ERRORS as error:
        raise DataError(f"{path} must be a NumPy archive, and is not: {error}") from error


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise DataError(f"{path} must be UTF-8 text, and is not: {error}") from error


def _archive(arrays: dict[str, np.ndarray[Any, Any]]) -> bytes:
    """Make an .npz whose bytes depend on the content alone (np.savez writes the time)."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(arrays):
            entry = io.BytesIO()
            np.lib.format.write_array(entry, arrays[name], allow_pickle=False)
            info = zipfile.ZipInfo(f"{name}.npy", _LONG_AGO)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, entry.getvalue(), compresslevel=1)
    return buffer.getvalue()


def _replace(path: Path, content: bytes) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_bytes(content)
    temporary.replace(path)
