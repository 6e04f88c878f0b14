"""Slopes of rectifiers, rounded to numbers that hardware has; random ones on their grid."""

from fractions import Fraction
from typing import Any

import torch
from torch import nn

from litho.compress import grids
from litho.ops.leaky_relu.reference import nearest_slope
from litho.ops.rrelu.reference import nearest_alpha
from litho.tasks import RandomLeakyReLU

__all__ = ["follow_random", "round_slopes"]


def round_slopes(model: nn.Module) -> None:
    """Round the slopes of the leaky rectifiers of `model` as hardware has them, in place."""
    for module in model.modules():
        if isinstance(module, nn.LeakyReLU):
            module.negative_slope = float(nearest_slope(module.negative_slope).slope)
        elif isinstance(module, nn.RReLU):
            bounds = nearest_alpha(module.lower), nearest_alpha(module.upper)
            module.lower, module.upper = (float(Fraction(code, 64)) for code in bounds)


def follow_random(model: nn.Module) -> None:
    """Let the random rectifiers of `model` learn the grid of their input, which they keep."""
    for path, module in model.named_modules():
        if isinstance(module, RandomLeakyReLU) and not _learns(module):
            # Before the hook that quantizes its output.
            module.register_forward_hook(_Learn(path), prepend=True)


def _learns(module: nn.Module) -> bool:
    return any(isinstance(hook, _Learn) for hook in module._forward_hooks.values())


class _Learn:
    """A hook that tells a random rectifier its grid while a trace runs."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __call__(
        self, module: RandomLeakyReLU, args: tuple[Any, ...], output: torch.Tensor
    ) -> None:
        trace = grids.active()
        if trace is None or module.training:
            return
        grid = trace.of(args[0])
        trace.expect_same(f"the random rectifier {self._path!r}", grid)
        step = grid.step if grid else None
        tail = (1,) * (-step.axis - 1) if step and step.axis else ()
        columns = (
            torch.tensor(numbers, dtype=torch.int64, device=output.device).reshape(-1, *tail)
            for numbers in ((step.multipliers, step.shifts) if step else ((), ()))
        )
        module.know_grid(*columns)
        trace.note(output, grid)
