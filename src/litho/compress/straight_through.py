"""Fake quantization of float tensors that training sees through, by the formats' kernels."""

from typing import Any

import torch

from litho.formats import Format, Scale, fake_quantize, pass_gradient

__all__ = ["straight_through"]


class _StraightThrough(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, form: Format, scale: Scale) -> torch.Tensor:
        ctx.save_for_backward(x)
        ctx.kind = form, scale
        found: torch.Tensor = fake_quantize(x, form, scale)
        return found

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        (x,) = ctx.saved_tensors
        return pass_gradient(x, gradients[0], *ctx.kind), None, None


def straight_through(x: torch.Tensor, form: Format, scale: Scale | None = None) -> torch.Tensor:
    """Give `x` on the grid of `form`; the gradient passes where `x` does not saturate.

    Raises `FormatError` for NaN and infinity.
    """
    found: torch.Tensor = _StraightThrough.apply(x, form, scale or Scale())  # type: ignore[no-untyped-call]  # torch leaves it untyped
    return found
