"""One-input functions, each a table."""

from functools import partial

from litho.ir import Lowering, Op
from litho.ops.unary.block import block
from litho.ops.unary.lower import SPELLINGS, lower
from litho.ops.unary.reference import UnaryParams, evaluate, infer_type

__all__ = ["OP"]

OP = Op(
    "unary",
    UnaryParams,
    infer_type,
    evaluate,
    tuple(Lowering((spelling,), partial(lower, spelling)) for spelling in SPELLINGS),
    {"fixed": block, "integer": block},
)
