"""Layers that PyTorch does not have."""

import math
from typing import Any

import torch
from torch import nn

from litho.errors import ConfigError, GraphError
from litho.ops.rrelu.reference import (
    POLYNOMIAL,
    SEED,
    RreluParams,
    alphas,
    nearest_alpha,
)

__all__ = ["RandomLeakyReLU"]


@torch.library.custom_op("litho::rrelu", mutates_args=())
def _rrelu(
    x: torch.Tensor,
    multipliers: torch.Tensor | None,
    shifts: torch.Tensor | None,
    lanes: int,
    lower: int,
    upper: int,
    polynomial: int,
    seed: int,
) -> torch.Tensor:
    """Give the rows of `x` rectified with the slopes of their beats, the register at `seed`.

    With `multipliers` m and `shifts` n, which broadcast against `x`, the value of code 1 is
    m · 2^(−n), and products are rounded down to codes as in hardware. Without, they stay as they
    are.
    """
    params = RreluParams(lanes, lower, upper, polynomial, seed)
    values = x.double()
    rows = values.reshape(-1, values.shape[-1] if values.ndim else 1)
    beats = -(-rows.shape[1] // lanes)
    slopes = torch.from_numpy(alphas(params, seed, len(rows) * beats)[0]).to(x.device)
    spread = slopes.reshape(len(rows), beats).repeat_interleave(lanes, 1)[:, : rows.shape[1]]
    spread = spread.reshape(values.shape)
    if multipliers is None or shifts is None:
        sloped = values * spread / 64
    else:
        steps = _steps(multipliers, shifts).to(x.device)
        sloped = ((values / steps).round() * spread / 64).floor() * steps
    return torch.where(values < 0, sloped, values).to(x.dtype)


def _steps(multipliers: torch.Tensor, shifts: torch.Tensor) -> torch.Tensor:
    pairs = zip(multipliers.reshape(-1).tolist(), shifts.reshape(-1).tolist(), strict=True)
    numbers = [math.ldexp(multiplier, -shift) for multiplier, shift in pairs]
    return torch.tensor(numbers, dtype=torch.float64).reshape(multipliers.shape)


@_rrelu.register_fake
def _(x: torch.Tensor, *args: object) -> torch.Tensor:
    del args
    return torch.empty_like(x)


_GRID = ("multipliers", "shifts")


class RandomLeakyReLU(nn.RReLU):
    """A leaky rectifier whose slopes stay random in eval, drawn as the operation `rrelu` does.

    Rows (the last axis) go in beats of `lanes` codes that share one slope, between `lower` and
    `upper` in steps of 1/64. In eval a shift register of 8 bits draws them: it stands at `seed`
    when the layer enters eval mode or is told to `reset`, and runs on from call to call, as
    hardware does from reset. In training PyTorch draws a slope for each number.
    `litho.compress` tells it the integer grid of its input, on which it then stays.
    """

    def __init__(
        self,
        lanes: int = 1,
        lower: float = 1 / 8,
        upper: float = 1 / 3,
        polynomial: int = POLYNOMIAL,
        seed: int = SEED,
    ) -> None:
        super().__init__(nearest_alpha(lower) / 64, nearest_alpha(upper) / 64)
        self.lanes, self.polynomial, self.seed = lanes, polynomial, seed
        try:
            self.params  # noqa: B018 - raises for numbers that do not fit
        except GraphError as error:
            raise ConfigError(f"RandomLeakyReLU: {error}") from error
        self.state = seed
        self.multipliers: torch.Tensor
        self.shifts: torch.Tensor
        for name in _GRID:
            self.register_buffer(name, torch.empty(0, dtype=torch.int64))

    @property
    def params(self) -> RreluParams:
        """The parameters of the operation."""
        bounds = nearest_alpha(self.lower), nearest_alpha(self.upper)
        return RreluParams(self.lanes, *bounds, self.polynomial, self.seed)

    def know_grid(self, multipliers: torch.Tensor, shifts: torch.Tensor) -> None:
        """Take in eval what comes in as multiples of m · 2^(−n); empty tensors for raw floats."""
        self.multipliers, self.shifts = multipliers, shifts

    def reset(self) -> None:
        """Put the register back to where it is after a reset."""
        self.state = self.seed

    def train(self, mode: bool = True) -> "RandomLeakyReLU":
        """Change to training or eval mode; the register is reset."""
        self.reset()
        super().train(mode)
        return self

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Give `x` rectified."""
        if self.training:
            return super().forward(x)
        is_exporting = torch.compiler.is_exporting()
        start, params = self.seed if is_exporting else self.state, self.params
        grid = (self.multipliers, self.shifts) if self.shifts.numel() else (None, None)
        result: torch.Tensor = _rrelu(
            x, *grid, params.lanes, params.lower, params.upper, params.polynomial, start
        )
        if not is_exporting:
            row = x.shape[-1] if x.ndim else 1
            beats = x.numel() // max(row, 1) * -(-row // params.lanes)
            self.state = alphas(params, self.state, beats)[1]
        return result

    def extra_repr(self) -> str:
        """Show the lanes and the bounds."""
        return f"lanes={self.lanes}, lower={self.lower}, upper={self.upper}"

    def _load_from_state_dict(self, state_dict: dict[str, Any], prefix: str, *args: Any) -> None:
        for name in _GRID:
            found = state_dict.get(prefix + name)
            if found is not None:
                setattr(self, name, torch.empty_like(found, device=self.shifts.device))
        super()._load_from_state_dict(state_dict, prefix, *args)
