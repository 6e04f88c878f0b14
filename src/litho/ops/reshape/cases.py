"""What `reshape` is tested with."""

from collections.abc import Iterator

import numpy as np

from litho.formats import Fixed
from litho.ir import TensorType
from litho.ir.op import Codes
from litho.ops.casework import block_of, drawn
from litho.ops.reshape import OP
from litho.ops.reshape.reference import ReshapeParams
from litho.rtl import Case

__all__ = ["cases"]


def cases() -> Iterator[Case]:
    """Give the cases: wires, and rows that end within a beat of the other side."""
    for before, after, lanes, reason in (
        ((3, 6), (18,), (6, 9), "parts of three codes, two to a beat before and three after"),
        ((3, 6), (1, 18), (2, 2), "lanes divide both rows: wires"),
        ((1, 18), (6, 3), (5, 2), "lanes divide no row: one code a cycle"),
        ((1, 7), (7,), (6, 4), "the same row, lanes through their common divisor; padding"),
        ((2, 1), (1, 2), (1, 2), "rows of one code"),
        ((12,), (12, 1), (4, 1), "a row into rows of one code"),
        ((12, 1), (3, 4), (1, 4), "rows of one code into rows of one beat"),
        ((2, 6), (3, 2, 2), (6, 1), "a beat of a whole row into single codes"),
        ((2, 3), (6,), (4, 8), "lanes beyond both rows"),
    ):
        kind = TensorType(before, Fixed(7, 3))
        codes = drawn(kind, 20)
        names = ("x".join(map(str, shape)) for shape in (before, after))
        result = TensorType(after, kind.format)
        yield Case(
            f"{'_to_'.join(names)}_{lanes[0]}to{lanes[1]}",
            reason,
            block_of(OP, ReshapeParams(after), (kind,), lanes),
            (codes,),
            (_torch_reshape(codes, (20, result.rows, result.row)),),
        )


def _torch_reshape(codes: Codes, shape: tuple[int, ...]) -> Codes:
    import torch

    return np.asarray(torch.from_numpy(codes).reshape(shape).numpy())
