"""Exponentials of a row over their sum."""

from litho.ir import Lowering, Op
from litho.ops.softmax.block import block
from litho.ops.softmax.lower import lower, lower_masked
from litho.ops.softmax.reference import SoftmaxParams, evaluate, infer_type

__all__ = ["OP"]

OP = Op(
    "softmax",
    SoftmaxParams,
    infer_type,
    evaluate,
    (
        Lowering(("aten.softmax.int", "aten._softmax.default"), lower),
        Lowering(("litho.masked_softmax.default",), lower_masked),
    ),
    {"fixed": block, "integer": block},
    arity=(1, 2),
)
