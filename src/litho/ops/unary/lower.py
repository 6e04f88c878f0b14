"""From PyTorch's one-input functions to `unary` tables."""

from litho.errors import GraphError
from litho.ir import AtenCall, LoweringContext
from litho.ops.unary.functions import FUNCTIONS
from litho.ops.unary.reference import UnaryParams

__all__ = ["SPELLINGS", "lower"]

SPELLINGS = {
    "aten.abs.default": "abs",
    "aten.cos.default": "cos",
    "aten.elu.default": "elu",
    "aten.erf.default": "erf",
    "aten.exp.default": "exp",
    "aten.gelu.default": "gelu",
    "aten.hardshrink.default": "hardshrink",
    "aten.hardsigmoid.default": "hardsigmoid",
    "aten.hardswish.default": "hardswish",
    "aten.hardtanh.default": "hardtanh",
    "aten.log_sigmoid.default": "logsigmoid",
    "aten.mish.default": "mish",
    "aten.neg.default": "neg",
    "aten.relu6.default": "relu6",
    "aten.selu.default": "selu",
    "aten.sigmoid.default": "sigmoid",
    "aten.silu.default": "silu",
    "aten.sin.default": "sin",
    "aten.softplus.default": "softplus",
    "aten.softshrink.default": "softshrink",
    "aten.square.default": "square",
    "aten.tanh.default": "tanh",
    "aten.threshold.default": "threshold",
}
# Those that PyTorch has no in-place operator for.
_ONLY_FUNCTIONAL = ("hardshrink", "logsigmoid", "softplus", "softshrink")
SPELLINGS |= {
    f"aten.{spelling.split('.')[1]}_.default": function
    for spelling, function in SPELLINGS.items()
    if function not in _ONLY_FUNCTIONAL
}


def lower(spelling: str, context: LoweringContext, call: AtenCall, inputs: tuple[str, ...]) -> str:
    """Give the value of the `unary` node for a call of the operator `spelling`.

    Raises `GraphError` when no quantizer follows: a table needs the format of its entries.
    """
    name = SPELLINGS[spelling]
    if name == "gelu" and call.get("approximate", "none") == "tanh":
        name += "_tanh"
    wanted = context.wanted_type()
    if wanted is None:
        raise GraphError(
            f"{name} must be followed by one quantizer, which says the format of its table;"
            " give the layer an output format"
        )
    constants = tuple(float(call.get(key, default)) for key, default in FUNCTIONS[name].constants)
    params = UnaryParams(name, wanted.fixed, wanted.scale, constants=constants)
    return context.add("unary", (inputs[0],), params)
