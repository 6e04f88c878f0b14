"""What a design takes once after reset: the words of its loaded memories (`docs/stream.md` 10)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from litho.rtl.block import Codes, Memory, Stream
from litho.rtl.design import Design, Instance

__all__ = ["LOAD_BITS", "WEIGHTS", "Loading", "load_words", "loaded_in", "loading_of"]

LOAD_BITS = 32
"""Bits of a beat of the stream that fills memories: a word as the bus of a host writes it."""

WEIGHTS = "weights"
"""The name of that stream on a top module."""


@dataclass(frozen=True, slots=True, eq=False)
class Loading:
    """The stream that fills the memories of a design, and the codes[1, 1, beats] on it."""

    stream: Stream
    codes: Codes

    @property
    def file(self) -> bytes:
        """The beats as a file: `LOAD_BITS` each, the lowest byte first."""
        return self.codes.astype("<u4").tobytes()


def loaded_in(design: Design) -> tuple[Instance, ...]:
    """Give the instances with memories that are loaded, in the order in which they are filled."""
    return tuple(item for item in design.instances if item.block.loaded)


def loading_of(design: Design) -> Loading | None:
    """Give what fills the memories of `design`; None when it has none that are loaded."""
    memories = [memory for item in loaded_in(design) for memory in item.block.loaded]
    if not memories:
        return None
    codes = load_words(memories)
    return Loading(Stream(WEIGHTS, LOAD_BITS, 1, len(codes), 1, False), codes.reshape(1, 1, -1))


def load_words(memories: Iterable[Memory]) -> Codes:
    """Give the beats that fill `memories`, one after another.

    A word takes as many beats as it needs, its low bits first; the last one is filled up with 0.
    """
    found = [_beats(memory) for memory in memories]
    return np.concatenate(found).astype(np.int64)


def _beats(memory: Memory) -> np.ndarray[Any, np.dtype[np.uint32]]:
    size = LOAD_BITS // 8
    missing = -memory.words.shape[1] % size
    padded = np.pad(memory.words, ((0, 0), (0, missing)))
    return np.ascontiguousarray(padded).view("<u4").reshape(-1)
