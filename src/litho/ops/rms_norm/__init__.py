"""Each row over the root of its mean square, times factors."""

from functools import partial

from litho.errors import GraphError
from litho.ir import AtenCall, Lowering, LoweringContext, Op
from litho.ops.layer_norm.block import norm_block
from litho.ops.layer_norm.lower import check_rows, known, wanted_params
from litho.ops.layer_norm.reference import NormParams
from litho.ops.rms_norm.reference import evaluate, infer_type

__all__ = ["OP"]


def _lower(context: LoweringContext, call: AtenCall, inputs: tuple[str, ...]) -> str:
    check_rows(context, call, inputs[0])
    epsilon = call.get("eps")
    if epsilon is None:
        raise GraphError(
            "rms_norm must say its epsilon to become hardware, not leave it to the type of its"
            " floats; give nn.RMSNorm `eps=1e-6`"
        )
    weight = known(context, call, inputs, "weight")
    names = (inputs[0],) if weight is None else (inputs[0], weight.name)
    return context.add("rms_norm", names, wanted_params(context, epsilon, "rms_norm"))


_block = partial(norm_block, is_centred=False)

OP = Op(
    "rms_norm",
    NormParams,
    infer_type,
    evaluate,
    (Lowering(("aten.rms_norm.default",), _lower),),
    {"fixed": _block, "integer": _block},
    arity=(1, 2),
)
