"""The same codes with their axes in another order."""

from litho.ir import Lowering, Op
from litho.ops.reorder import lower
from litho.ops.reorder.block import block
from litho.ops.reorder.reference import ReorderParams, evaluate, infer_type

__all__ = ["OP"]

OP = Op(
    "reorder",
    ReorderParams,
    infer_type,
    evaluate,
    (
        Lowering(("aten.permute.default",), lower.lower_permute),
        Lowering(
            ("aten.transpose.int", "aten.swapaxes.default", "aten.swapdims.default"),
            lower.lower_transpose,
        ),
        Lowering(("aten.mT.default",), lower.lower_last_two),
        Lowering(("aten.t.default", "aten.numpy_T.default"), lower.lower_reverse),
        Lowering(
            (
                "aten.movedim.int",
                "aten.movedim.intlist",
                "aten.moveaxis.int",
                "aten.moveaxis.intlist",
            ),
            lower.lower_move,
        ),
    ),
    {"fixed": block, "integer": block},
)
