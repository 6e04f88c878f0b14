"""Codes to and from the binary files that a simulator reads and writes."""

from pathlib import Path

import numpy as np

from litho.rtl.block import Codes, Stream, Times
from litho.rtl.packing import pack, unpack

__all__ = ["read_codes", "read_cycles", "write_codes"]

_CHUNK = 1 << 20  # bits unpacked at a time


def write_codes(path: Path, stream: Stream, codes: Codes, noise: int | None) -> None:
    """Write codes[samples, rows, row] as beats; the padding is zero, or noise by a seed."""
    rows = codes.reshape(-1, stream.row)
    count = stream.beats_per_row * stream.lanes - stream.row
    if noise is None or not count:
        padding = np.zeros((len(rows), count), np.int64)
    else:
        drawn = np.random.default_rng(noise).integers(0, 2**62, (len(rows), count))
        padding = drawn & ((1 << stream.bits) - 1)
    beats = np.concatenate([rows, padding], axis=1).reshape(-1, stream.lanes)
    step = max(1, _CHUNK // stream.width)
    with path.open("wb") as file:
        for at in range(0, len(beats), step):
            file.write(pack(beats[at : at + step], stream.bits).tobytes())


def read_codes(path: Path, stream: Stream) -> Codes:
    """Read codes[samples, rows, row] from beats, without the padding."""
    beats = np.fromfile(path, np.uint8).reshape(-1, -(-stream.width // 8))
    step = max(1, _CHUNK // stream.width)
    parts = [
        unpack(beats[at : at + step], stream.bits, stream.lanes, stream.is_signed)
        for at in range(0, len(beats), step)
    ]
    lanes = np.concatenate(parts) if parts else np.zeros((0, stream.lanes), np.int64)
    rows = lanes.reshape(-1, stream.rows, stream.beats_per_row * stream.lanes)
    return np.ascontiguousarray(rows[:, :, : stream.row])


def read_cycles(path: Path) -> Times:
    """Read the cycle of each transfer."""
    return np.fromfile(path, np.int64)
