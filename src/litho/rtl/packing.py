"""Codes to and from the bits that stand for them in a memory word or a beat."""

from typing import Any

import numpy as np

__all__ = ["pack", "unpack"]

_Codes = np.ndarray[Any, np.dtype[np.int64]]
_Bytes = np.ndarray[Any, np.dtype[np.uint8]]


def pack(codes: _Codes, bits: int) -> _Bytes:
    """Give words[n, bytes], little-endian, of codes[n, k]: code 0 in the low `bits` bits."""
    places = np.arange(bits, dtype=np.int64)
    ones = ((codes[:, :, None] >> places) & 1).astype(np.uint8)
    return np.packbits(ones.reshape(len(codes), bits * codes.shape[1]), axis=1, bitorder="little")


def unpack(words: _Bytes, bits: int, count: int, is_signed: bool) -> _Codes:
    """Give codes[n, count] of words[n, bytes]: the inverse of `pack`."""
    ones = np.unpackbits(words, axis=1, bitorder="little")[:, : bits * count]
    weights = np.left_shift(np.int64(1), np.arange(bits, dtype=np.int64))
    if is_signed:
        weights[-1] = -weights[-1]
    return ones.reshape(len(words), count, bits).astype(np.int64) @ weights
