"""Matrix product of two computed tensors."""

from litho.ir import Lowering, Op
from litho.ops.matmul.block import block
from litho.ops.matmul.lower import lower
from litho.ops.matmul.reference import MatmulParams, evaluate, infer_type

__all__ = ["OP"]

OP = Op(
    "matmul",
    MatmulParams,
    infer_type,
    evaluate,
    (Lowering(("aten.matmul.default", "aten.bmm.default", "aten.mm.default"), lower),),
    {"fixed": block, "integer": block},
    arity=(2,),
)
