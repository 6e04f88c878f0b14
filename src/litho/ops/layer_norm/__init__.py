"""Each row without its mean, over its standard deviation, times factors and plus summands."""

from litho.ir import Lowering, Op
from litho.ops.layer_norm.block import block
from litho.ops.layer_norm.lower import lower
from litho.ops.layer_norm.reference import NormParams, evaluate, infer_type

__all__ = ["OP"]

OP = Op(
    "layer_norm",
    NormParams,
    infer_type,
    evaluate,
    (Lowering(("aten.layer_norm.default",), lower),),
    {"fixed": block, "integer": block},
    arity=(1, 2, 3),
)
