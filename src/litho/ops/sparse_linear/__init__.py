"""Matrix product with known weights of which whole blocks are zero, and an optional bias."""

from litho.ir import Op
from litho.ops.sparse_linear.block import block
from litho.ops.sparse_linear.reference import SparseLinearParams, evaluate, infer_type

__all__ = ["OP"]

OP = Op(
    "sparse_linear",
    SparseLinearParams,
    infer_type,
    evaluate,
    (),
    {"fixed": block, "integer": block},
    arity=(2, 3),
)
