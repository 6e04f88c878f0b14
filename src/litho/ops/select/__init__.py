"""A part of the rows of a tensor; the others are dropped."""

from litho.ir import Lowering, Op
from litho.ops.select import lower
from litho.ops.select.block import block
from litho.ops.select.reference import SelectParams, evaluate, infer_type

__all__ = ["OP"]

OP = Op(
    "select",
    SelectParams,
    infer_type,
    evaluate,
    (
        Lowering(("aten.select.int",), lower.lower_select),
        Lowering(("aten.slice.Tensor",), lower.lower_slice),
        Lowering(("aten.narrow.default",), lower.lower_narrow),
    ),
    {"fixed": block, "integer": block},
)
