"""Codes of tensors, as the interpreter has them, to codes of streams, and test vectors on disk."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from litho.errors import DataError
from litho.ir import Graph
from litho.ir.op import Codes
from litho.report import write_file
from litho.rtl import Stream

__all__ = ["code_batches", "drawn", "on_streams", "read_codes", "samples_at_once", "write_codes"]

_AT_ONCE = 1 << 19  # codes of the largest value that are held at once: they stay in the cache
_NARROW = (np.int8, np.int16, np.int32)


def on_streams(streams: tuple[Stream, ...], codes: tuple[Codes, ...]) -> tuple[Codes, ...]:
    """Give codes[samples, rows, row] for each stream from codes[samples, *shape]."""
    return tuple(
        values.reshape(len(values), stream.rows, stream.row)
        for stream, values in zip(streams, codes, strict=True)
    )


def drawn(graph: Graph, samples: int, seed: int) -> dict[str, Codes]:
    """Give random codes[samples, *shape] for each input of `graph`, its extremes among them."""
    generator = np.random.default_rng(seed)
    found: dict[str, Codes] = {}
    for item in graph.inputs:
        form = item.type.codes
        shape = (samples, *item.type.shape)
        codes = generator.integers(form.low, form.high, shape, dtype=np.int64, endpoint=True)
        codes[0], codes[-1] = form.low, form.high
        found[item.name] = codes
    return found


def samples_at_once(graph: Graph) -> int:
    """Give how many samples a graph is interpreted on at once, so that its values fit memory."""
    return max(1, _AT_ONCE // max(graph.type_of(node.name).size for node in graph.nodes))


def write_codes(path: Path, codes: Mapping[str, Codes]) -> Path:
    """Write arrays of codes under their names into the file `path`, and give the path.

    Each lies there in the narrowest type of number that holds all of its codes.
    """
    from io import BytesIO

    buffer = BytesIO()
    np.savez(
        buffer, allow_pickle=False, **{name: _narrowed(found) for name, found in codes.items()}
    )
    return write_file(path, buffer.getvalue())


def _narrowed(codes: Codes) -> np.ndarray[Any, Any]:
    low, high = (int(codes.min()), int(codes.max())) if codes.size else (0, 0)
    for kind in _NARROW:
        if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max:
            return codes.astype(kind)
    return codes


def read_codes(path: Path, samples: int | None = None) -> dict[str, Codes]:
    """Read what `write_codes` wrote, or so many of the first samples.

    Raises `DataError`, naming the file, when it is not that.
    """
    return {name: found[:samples].astype(np.int64) for name, found in _read(path).items()}


def code_batches(path: Path, size: int) -> Iterator[dict[str, Codes]]:
    """Read what `write_codes` wrote, `size` samples at a time; raises as `read_codes` does."""
    found = _read(path)
    count = min((len(values) for values in found.values()), default=0)
    for start in range(0, count, size):
        part = slice(start, start + size)
        yield {name: values[part].astype(np.int64) for name, values in found.items()}


def _read(path: Path) -> dict[str, np.ndarray[Any, Any]]:
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except (OSError, ValueError) as error:
        raise DataError(f"{path} must hold arrays of codes, and does not: {error}") from error
