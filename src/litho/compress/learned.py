"""Learned scales: a step that training moves and every forward pass rounds to a dyadic number.

Esser et al., Learned Step Size Quantization, ICLR 2020. With v = x / s and y = s · Q(v):

    dy/ds = Q(v) − v where v lies within the reach of the format, Q(v) where it saturates

times 1 / sqrt(N · Q_max), N the values that share the step and Q_max the greatest value that Q
gives. The rounding of s to m · 2^(−n) is passed straight through. What is trained is
log2(s) / 16: a step stays positive, and a small change is a ratio.
"""

import math
from typing import Any

import torch
from torch import nn

from litho.formats import Format, Scale, fake_quantize, pass_gradient, scale_gradient
from litho.formats.reach import reach

__all__ = ["nearest", "parameter", "quantize", "set_parameter", "step_of"]

_OCTAVES = 16.0  # log2 of the step for each unit of the parameter


def parameter(scale: Scale, device: torch.device | None = None) -> nn.Parameter:
    """Give the parameter that stands for `scale`: a number, or one for each index of its axis."""
    logs = [math.log2(step) / _OCTAVES for step in scale.fractions()]
    values = torch.tensor(logs if scale.axis else logs[0], dtype=torch.float32, device=device)
    return nn.Parameter(values)


def set_parameter(found: nn.Parameter | None, scale: Scale, device: torch.device) -> nn.Parameter:
    """Give `found` with the value for `scale`, or a new parameter where the shape differs."""
    made = parameter(scale, device)
    if found is None or found.shape != made.shape:
        return made
    with torch.no_grad():
        found.copy_(made)
    return found


def step_of(log_step: torch.Tensor) -> torch.Tensor:
    """Give the float64 steps that the parameter stands for."""
    return torch.exp2(log_step.double() * _OCTAVES)


def nearest(log_step: torch.Tensor, axis: int | None) -> Scale:
    """Give the dyadic scale that is used for a parameter."""
    return _nearest(step_of(log_step.detach()), axis)


def _nearest(step: torch.Tensor, axis: int | None) -> Scale:
    return Scale.nearest(step.tolist(), axis)


@torch.compiler.disable  # type: ignore[untyped-decorator]  # kernels take addresses
def quantize(
    x: torch.Tensor, step: torch.Tensor, form: Format, axis: int | None, count: int
) -> torch.Tensor:
    """Give `x` on the grid of `form` with the dyadic scale nearest to `step`.

    `step` is one positive number, or one for each index along `axis`; `count` is N above.
    Gradients go to `x`, where it does not saturate, and to `step`.
    """
    found: torch.Tensor = _Learned.apply(x, step, form, axis, count)  # type: ignore[no-untyped-call]
    return found


class _Learned(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, x: torch.Tensor, step: torch.Tensor, form: Format, axis: int | None, count: int
    ) -> torch.Tensor:
        scale = _nearest(step.detach(), axis)
        y: torch.Tensor = fake_quantize(x, form, scale)
        ctx.save_for_backward(x)
        ctx.kind, ctx.count = (form, scale), count
        return y

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        (gradient,) = gradients
        (x,) = ctx.saved_tensors
        form, scale = ctx.kind
        inside = pass_gradient(x, gradient, form, scale)
        if not ctx.needs_input_grad[1]:
            return inside, None, None, None, None
        greatest = float(reach(form)[1])
        moved = scale_gradient(x, gradient, form, scale) / math.sqrt(ctx.count * greatest)
        return inside, moved, None, None, None
