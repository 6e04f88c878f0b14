"""Exact sum of two tensors."""

from litho.ir import Lowering, Op
from litho.ops.add.block import block
from litho.ops.add.lower import lower
from litho.ops.add.reference import AddParams, evaluate, infer_type

__all__ = ["OP"]

OP = Op(
    "add",
    AddParams,
    infer_type,
    evaluate,
    (Lowering(("aten.add.Tensor", "aten.add_.Tensor"), lower),),
    {"fixed": block, "integer": block},
    arity=(2,),
)
