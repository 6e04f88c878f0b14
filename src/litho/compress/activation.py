"""One-input functions as modules: in eval their quantized result is looked up by code."""

import operator
from collections.abc import Callable
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import torch
from torch import fx, nn

from litho.compress import grids
from litho.compress.operator import recover
from litho.compress.quantizer import Quantizer
from litho.errors import ConfigError
from litho.formats import Fixed, Scale
from litho.ir import TensorType
from litho.ops.unary.reference import UnaryParams, table

__all__ = ["function_of", "look_up"]

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
    owners = (getattr(torch, name, None), getattr(operator, name, None), name)
    is_plain = call.args == (given,) and not call.kwargs and result.args == (call,)
    return name if is_plain and name in _BARE and call.target in owners else ""


def look_up(
    function: _Function, quantizer: Quantizer, x: torch.Tensor, y: torch.Tensor
) -> torch.Tensor:
    """Give the table's values for the codes of `x`; gradients pass through the float result `y`.

    Raises `ConfigError` for an input that no quantizer made.
    """
    trace = grids.active()
    if trace:
        _know_input(trace, quantizer, x)
    values = _values(
        function, quantizer.input_form, quantizer.input_step, quantizer.fixed, quantizer.scale
    )
    found = torch.from_numpy(values).to(x.device)
    codes = recover(x.detach().double(), quantizer.input_step) - quantizer.input_form.low
    looked = found[codes].to(quantizer.result_type)
    result: torch.Tensor = looked
    if y.requires_grad:
        result = _Replace.apply(y, looked)  # type: ignore[no-untyped-call]
    if trace:
        trace.leave_quantizer(quantizer, result)
    return result


def _know_input(trace: grids.Trace, quantizer: Quantizer, x: torch.Tensor) -> None:
    grid = trace.of(x)
    place = quantizer.place.removeprefix("outputs of ")
    if grid is None or not grid.is_stored:
        raise ConfigError(
            f"the function {place} must read quantized values, not"
            f" {'raw floats' if grid is None else 'a sum'}; give its rule `inputs`"
        )
    trace.enter_quantizer(quantizer, x)
    quantizer.know_form(grid.form)


@lru_cache(maxsize=64)
def _values(
    function: _Function, form: Fixed, step: Scale, target: Fixed, scale: Scale
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Give the decoded entries of the table, for the input codes from the smallest on."""
    name, constants = function
    source = TensorType((), Fixed(form.width, 0, form.is_signed, is_integer=True), step)
    codes = table(UnaryParams(name, target, scale, constants=constants), source)
    return np.asarray(target.decode(codes, scale))


class _Replace(torch.autograd.Function):
    """The value of the second argument with the gradient of the first."""

    @staticmethod
    def forward(ctx: Any, soft: torch.Tensor, hard: torch.Tensor) -> torch.Tensor:
        """Give the second argument."""
        del ctx, soft
        return hard.clone()

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor, None]:
        """Pass the gradient to the first argument."""
        del ctx
        return gradient, None
