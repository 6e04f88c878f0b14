"""From codes of one type to codes of another, with the one rounding."""

from litho.ir import Lowering, Op
from litho.ops.requantize.block import block
from litho.ops.requantize.lower import lower
from litho.ops.requantize.reference import RequantizeParams, evaluate, infer_type

__all__ = ["OP"]

OP = Op(
    "requantize",
    RequantizeParams,
    infer_type,
    evaluate,
    (Lowering(("litho.fake_quantize.default",), lower),),
    {"fixed": block, "integer": block},
)
