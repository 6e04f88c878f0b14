"""The same codes in another shape."""

from litho.ir import Lowering, Op
from litho.ops.reshape import lower
from litho.ops.reshape.block import block
from litho.ops.reshape.reference import ReshapeParams, evaluate, infer_type

__all__ = ["OP"]

OP = Op(
    "reshape",
    ReshapeParams,
    infer_type,
    evaluate,
    (
        Lowering(
            ("aten.view.default", "aten.reshape.default", "aten._unsafe_view.default"),
            lower.lower_view,
        ),
        Lowering(("aten.flatten.using_ints",), lower.lower_flatten),
        Lowering(("aten.unsqueeze.default",), lower.lower_unsqueeze),
        Lowering(
            ("aten.squeeze.default", "aten.squeeze.dim", "aten.squeeze.dims"), lower.lower_squeeze
        ),
        Lowering(
            (
                "aten.alias.default",
                "aten.clone.default",
                "aten.contiguous.default",
                "aten.detach.default",
                "aten.detach_.default",
                "aten.lift_fresh_copy.default",
            ),
            lower.lower_same,
        ),
        Lowering(
            ("aten._to_copy.default", "aten.to.dtype", "aten.to.device", "aten.to.dtype_layout"),
            lower.lower_cast,
        ),
        Lowering(("aten.dropout.default", "aten.dropout_.default"), lower.lower_dropout),
    ),
    {"fixed": block, "integer": block},
)
