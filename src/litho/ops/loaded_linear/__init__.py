"""Matrix product with weights, and an optional bias, that a stream brings after reset."""

from litho.ir import Op
from litho.ops.loaded_linear.block import block
from litho.ops.loaded_linear.reference import LoadedLinearParams, evaluate, infer_type

__all__ = ["OP"]

OP = Op(
    "loaded_linear",
    LoadedLinearParams,
    infer_type,
    evaluate,
    (),
    {"fixed": block, "integer": block},
    arity=(2, 3),
)
