"""A tensor times a constant: the same codes in another step."""

from litho.ir import Lowering, Op
from litho.ops.scale import lower
from litho.ops.scale.block import block
from litho.ops.scale.reference import ScaleParams, evaluate, infer_type

__all__ = ["OP"]

OP = Op(
    "scale",
    ScaleParams,
    infer_type,
    evaluate,
    (
        Lowering(("aten.mul.Tensor", "aten.mul_.Tensor", "aten.mul.Scalar"), lower.lower_product),
        Lowering(("aten.div.Tensor", "aten.div_.Tensor", "aten.div.Scalar"), lower.lower_quotient),
    ),
    {"fixed": block, "integer": block},
)
