"""Modules whose quantized result is computed from codes in eval, as the integers of hardware are.

A one-input function is a table of codes; a softmax and a norm have integer functions of their own.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import nn

from litho.compress import grids
from litho.compress.activation import function_of, table_values
from litho.compress.operator import recover
from litho.compress.quantizer import Quantizer
from litho.errors import ConfigError
from litho.formats import Fixed, Scale
from litho.ir import TensorType
from litho.ir.op import Codes
from litho.ops.layer_norm.reference import NormParams, aligned, norm, plan_of
from litho.ops.softmax.reference import SoftmaxParams
from litho.ops.softmax.reference import evaluate as softmax
from litho.tasks import Softmax

__all__ = ["NORMS", "compute", "has_codes"]

NORMS = (nn.LayerNorm, nn.RMSNorm)

_Parameters = Callable[[nn.Module, str], Quantizer | None]


def has_codes(module: nn.Module) -> bool:
    """Say whether the quantized result of `module` is an integer function of its input's codes."""
    return isinstance(module, (Softmax, *NORMS)) or function_of(module) is not None


def compute(
    module: nn.Module,
    quantizer: Quantizer,
    args: tuple[Any, ...],
    y: torch.Tensor,
    parameters: _Parameters,
) -> torch.Tensor:
    """Give the values that hardware computes of the codes of the input, `args[0]`.

    Gradients pass through the float result `y`; `parameters(module, name)` gives the quantizer of
    a parameter. Raises `ConfigError` for an input that no quantizer made.
    """
    x = args[0]
    trace = grids.active()
    if trace:
        _know_input(trace, quantizer, x)
    codes = recover(x.detach().double(), quantizer.input_step)
    values = _values(module, quantizer, codes, args[1:], parameters)
    result = values.to(quantizer.result_type)
    if y.requires_grad:
        result = _Replace.apply(y, result)  # type: ignore[no-untyped-call]
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


def _values(
    module: nn.Module,
    quantizer: Quantizer,
    codes: torch.Tensor,
    others: tuple[Any, ...],
    parameters: _Parameters,
) -> torch.Tensor:
    """Give the decoded result for the codes of an input."""
    target, scale = quantizer.fixed, quantizer.scale
    if isinstance(module, Softmax):
        found = _softmax(module, quantizer, codes.cpu().numpy(), others)
    elif isinstance(module, NORMS):
        found = _norm(module, quantizer, codes.cpu().numpy(), parameters)
    else:
        function = function_of(module)
        assert function is not None, "`has_codes` said that it is one"
        form = quantizer.input_form
        table = table_values(function, form, quantizer.input_step, target, scale)
        return torch.from_numpy(table).to(codes.device)[codes - form.low]
    decoded = np.asarray(target.decode(found, scale), dtype=np.float64)
    return torch.from_numpy(decoded).to(codes.device)


def _source(quantizer: Quantizer, shape: tuple[int, ...]) -> TensorType:
    return TensorType(shape, quantizer.input_form, quantizer.input_step)


def _softmax(module: Softmax, quantizer: Quantizer, codes: Codes, others: tuple[Any, ...]) -> Codes:
    """Give the codes of a softmax in rows as long as hardware has them."""
    count, short = len(codes), codes.shape[-1]
    row = module.row or short
    lengths = np.full(count, short, dtype=np.int64)
    if others and others[0] is not None:
        lengths = others[0].detach().cpu().numpy().astype(np.int64).reshape(-1)
    if row < short:
        raise ConfigError(
            f"{quantizer.place} must be of rows of at most {row} codes, for which the hardware is"
            f" made, not {short}; make the model for longer rows"
        )
    padded = np.zeros((*codes.shape[:-1], row), dtype=np.int64)
    padded[..., :short] = codes
    params = SoftmaxParams(quantizer.fixed, quantizer.scale)
    types = (
        _source(quantizer, padded.shape[1:]),
        TensorType((1,), Fixed(row.bit_length(), 0, is_signed=False), Scale()),
    )
    return softmax(params, types, (padded, lengths[:, None]))[..., :short]


def _norm(module: nn.Module, quantizer: Quantizer, codes: Codes, parameters: _Parameters) -> Codes:
    """Give the codes of a norm along the last axis."""
    row, is_centred = codes.shape[-1], isinstance(module, nn.LayerNorm)
    epsilon = getattr(module, "eps", None)  # an RMSNorm without one takes that of its numbers
    epsilon = float(torch.finfo(torch.float32).eps if epsilon is None else epsilon)
    params = NormParams(quantizer.fixed, quantizer.scale, epsilon=epsilon)
    source = _source(quantizer, (row,))
    types, constants = [source], []
    for name in ("weight", "bias"):
        found, values = parameters(module, name), getattr(module, name, None)
        if values is None:
            continue
        if found is None or not found.is_fixed:
            raise ConfigError(
                f"the norm {quantizer.place.removeprefix('outputs of ')} must have a fixed-point"
                f" {name} when its outputs are fixed-point; give its rule `weights` and `bias`"
                " (int8, int16)"
            )
        kind = TensorType((row,), found.fixed, found.scale)
        numbers = recover(values.detach().double(), found.step).cpu().numpy()
        if name == "bias":
            step = plan_of(params, tuple(types), is_centred).step
            kind, numbers = aligned(kind, numbers, step)
        types.append(kind)
        constants.append(numbers)
    rows = codes.reshape(-1, row)
    return norm(params, tuple(types), (rows, *constants), is_centred).reshape(codes.shape)


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
