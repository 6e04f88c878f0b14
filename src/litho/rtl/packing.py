"""Codes to and from the bits that stand for them in a memory word or a beat."""

from typing import Any

import numpy as np

__all__ = ["pack", "unpack"]

_Codes = np.ndarray[Any, np.dtype[np.int64]]
_Bytes = np.ndarray[Any, np.dtype[np.uint8]]


def pack(codes: _Codes, bits: int) -> _Bytes:
    """Give words[n, bytes], little-endian, of codes[n, k]: code 0 in the low `bits` bits."""
    count, lanes = codes.shape
    width = _container(bits)
    narrow = np.ascontiguousarray(codes.astype(f"<i{width // 8}"))
    ones = np.unpackbits(narrow.view(np.uint8), axis=1, bitorder="little")
    kept = ones.reshape(count, lanes, width)[:, :, :bits].reshape(count, lanes * bits)
    return np.packbits(kept, axis=1, bitorder="little")


def unpack(words: _Bytes, bits: int, count: int, is_signed: bool) -> _Codes:
    """Give codes[n, count] of words[n, bytes]: the inverse of `pack`."""
    ones = np.unpackbits(words, axis=1, bitorder="little")[:, : bits * count]
    width = _container(bits)
    wide = np.zeros((len(words), count, width), np.uint8)
    wide[:, :, :bits] = ones.reshape(len(words), count, bits)
    if is_signed:
        wide[:, :, bits:] = wide[:, :, bits - 1 : bits]
    packed = np.packbits(wide.reshape(len(words), width * count), axis=1, bitorder="little")
    return packed.view(f"<{'i' if is_signed else 'u'}{width // 8}").astype(np.int64)


def _container(bits: int) -> int:
    """Give the width of the narrowest integer type that holds `bits` bits."""
    return next(width for width in (8, 16, 32, 64) if width >= bits)
