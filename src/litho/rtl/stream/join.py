"""The join of two streams."""

import numpy as np

from litho.hw import Family, Resources
from litho.rtl.block import Block, Codes, Stream, Times

__all__ = ["join", "join_resources"]


def join(bits_a: int, bits_b: int, row: int, rows: int = 1) -> Block:
    """Give the block that puts a code of `a` (low) and one of `b` into one unsigned code.

    A beat holds one code of each; wider beats go through as one code of all their bits.
    """
    return Block(
        "litho_stream_join",
        (("WidthA", bits_a), ("WidthB", bits_b)),
        (
            Stream("a", bits_a, 1, row, rows, is_signed=False),
            Stream("b", bits_b, 1, row, rows, is_signed=False),
        ),
        (Stream("out", bits_a + bits_b, 1, row, rows, is_signed=False),),
        lambda inputs: _beside(inputs, bits_a),
        join_resources,
        row * rows,
        _later,
    )


def join_resources(family: Family) -> Resources:
    """Give the resources of a join: its data are wires."""
    del family
    return Resources(luts=3)


def _beside(inputs: tuple[Codes, ...], bits_a: int) -> tuple[Codes, ...]:
    return (inputs[1] << bits_a | inputs[0],)


def _later(offered: tuple[Times, ...]) -> tuple[Times, ...]:
    return (np.maximum(offered[0], offered[1]),)
