"""Matrix product with known weights and an optional bias."""

from litho.ir import Lowering, Op
from litho.ops.linear.block import block
from litho.ops.linear.lower import lower
from litho.ops.linear.reference import LinearParams, evaluate, infer_type

__all__ = ["OP"]

OP = Op(
    "linear",
    LinearParams,
    infer_type,
    evaluate,
    (Lowering(("aten.linear.default",), lower),),
    {"fixed": block, "integer": block},
    arity=(2, 3),
)
