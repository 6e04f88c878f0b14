"""One-input functions as modules: in eval their quantized result is looked up by code."""

import operator
from collections.abc import Callable
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import torch
from torch import fx, nn

from litho.compress.quantizer import Quantizer
from litho.formats import Fixed, Scale
from litho.ir import TensorType
from litho.ops.unary.reference import UnaryParams, table

__all__ = ["function_of", "table_values"]

_Function = tuple[str, tuple[float, ...]]

_PLAIN: dict[type[nn.Module], str] = {
    nn.Hardsigmoid: "hardsigmoid",
    nn.Hardswish: "hardswish",
    nn.LogSigmoid: "logsigmoid",
    nn.Mish: "mish",
    nn.ReLU6: "relu6",
    nn.SELU: "selu",
    nn.SiLU: "silu",
    nn.Sigmoid: "sigmoid",
    nn.Softsign: "softsign",
    nn.Tanh: "tanh",
}
_WITH_CONSTANTS: dict[type[nn.Module], Callable[[Any], _Function]] = {
    nn.ELU: lambda module: ("elu", (float(module.alpha), 1.0, 1.0)),
    nn.GELU: lambda module: ("gelu" if module.approximate == "none" else "gelu_tanh", ()),
    nn.Hardshrink: lambda module: ("hardshrink", (float(module.lambd),)),
    nn.Hardtanh: lambda module: ("hardtanh", (float(module.min_val), float(module.max_val))),
    nn.Softplus: lambda module: ("softplus", (float(module.beta), float(module.threshold))),
    nn.Softshrink: lambda module: ("softshrink", (float(module.lambd),)),
    nn.Threshold: lambda module: ("threshold", (float(module.threshold), float(module.value))),
}


# Functions that PyTorch has no module for: a module of the user's stands for each.
_BARE = frozenset({"abs", "cos", "erf", "exp", "neg", "sin", "square"})
# Those that models wrap in modules of their own all the same.
_WRAPPED = frozenset({"gelu", "silu"})
_called: WeakKeyDictionary[nn.Module, dict[bool, str]] = WeakKeyDictionary()


def function_of(module: nn.Module) -> _Function | None:
    """Give the function of `ops.unary` that `module` is, with its constants, or None.

    A module of the user's own is one when its inputs are quantized and its `forward` is one call
    of a function that PyTorch has no module for (`torch.square`).
    """
    if type(module) in _PLAIN:
        return _PLAIN[type(module)], ()
    make = _WITH_CONSTANTS.get(type(module))
    if make:
        return make(module)
    if isinstance(module._modules.get("quantize_inputs"), Quantizer):
        known = _called.setdefault(module, {})
        if module.training not in known:
            known[module.training] = _bare(module)
        name = known[module.training]
        return (name, ()) if name else None
    return None


def _bare(module: nn.Module) -> str:
    """Give the function that `forward` calls with its one argument and gives back, or ""."""
    try:
        nodes = list(fx.Tracer().trace(module).nodes)
    except (RuntimeError, TypeError, ValueError, AttributeError, LookupError, NotImplementedError):
        return ""  # what cannot be traced is no single call
    if [node.op for node in nodes] not in (
        ["placeholder", kind, "output"] for kind in ("call_function", "call_method")
    ):
        return ""
    given, call, result = nodes
    name = call.target if isinstance(call.target, str) else call.target.__name__
    places = (torch, operator, nn.functional)
    owners = (*(getattr(place, name, None) for place in places), name)
    takes = {key: value for key, value in call.kwargs.items() if (key, value) != ("inplace", False)}
    is_plain = call.args == (given,) and not takes and result.args == (call,)
    return name if is_plain and name in _BARE | _WRAPPED and call.target in owners else ""


@lru_cache(maxsize=64)
def table_values(
    function: _Function, form: Fixed, step: Scale, target: Fixed, scale: Scale
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Give the decoded entries of a table, for the input codes from the smallest on."""
    name, constants = function
    source = TensorType((), Fixed(form.width, 0, form.is_signed, is_integer=True), step)
    codes = table(UnaryParams(name, target, scale, constants=constants), source)
    return np.asarray(target.decode(codes, scale))
