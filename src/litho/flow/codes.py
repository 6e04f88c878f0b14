"""Codes of tensors, as the interpreter has them, to codes of streams, and test vectors on disk."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from litho.errors import DataError
from litho.ir import Graph
from litho.ir.op import Codes
from litho.report import write_file
from litho.rtl import Stream

__all__ = ["drawn", "on_streams", "read_codes", "write_codes"]


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


def write_codes(path: Path, codes: Mapping[str, Codes]) -> Path:
    """Write arrays of codes under their names into the file `path`, and give the path."""
    from io import BytesIO

    buffer = BytesIO()
    np.savez(buffer, allow_pickle=False, **codes)
    return write_file(path, buffer.getvalue())


def read_codes(path: Path) -> dict[str, Codes]:
    """Read what `write_codes` wrote; raises `DataError`, naming the file, when it is not that."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except (OSError, ValueError) as error:
        raise DataError(f"{path} must hold arrays of codes, and does not: {error}") from error
