"""The torch operator `litho::fake_quantize`: float to float on the grid of a format.

It takes every format with codes, with a scale or with the scales of its groups. It survives
`torch.export` with the spelling of its format, and its result in float64 is the exact value of
the code that hardware holds. Its gradient passes straight through where the value is inside the
format's range, and is zero where the value saturates.
"""

from functools import lru_cache
from typing import Any, cast

import torch

from litho.errors import FormatError
from litho.formats import Fixed, Format, Host, Scale, arith, parse, pass_gradient
from litho.formats import fake_quantize as on_grid
from litho.formats.regrid import nearest_codes, regridded
from litho.ir import TensorType
from litho.ops.requantize.reference import Ratios, ratios

__all__ = ["fake_quantize", "format_of", "recover", "scale_of", "steps_like"]


@torch.library.custom_op("litho::fake_quantize", mutates_args=())
def fake_quantize(
    x: torch.Tensor,
    multipliers: torch.Tensor,
    shifts: torch.Tensor,
    format: str,
    axis: int | None,
    rounding: str,
    in_multipliers: torch.Tensor | None = None,
    in_shifts: torch.Tensor | None = None,
    in_axis: int | None = None,
    is_raw: bool = False,
) -> torch.Tensor:
    """Give `x` on the grid of `format` with the scale m · 2^(−n), in the number type of `x`.

    `multipliers` and `shifts` are int64, one pair or one for each index along `axis`, which
    counts from the end. With `in_multipliers` and `in_shifts`, `x` stands on the integer grid of
    that step (fraction included): its codes are recovered and requantized as hardware does it.
    `is_raw` says that floats computed `x` from such codes, which no hardware does; the value is the
    same.
    Raises `FormatError` for values that are not finite, and for a grid of a format without one.
    """
    del is_raw  # for who lowers the call
    form, scale = format_of(format), scale_of(multipliers, shifts, axis)
    if in_multipliers is None or in_shifts is None:
        found: torch.Tensor = on_grid(x, form, scale, rounding)
        return found
    if not isinstance(form, Fixed):
        raise FormatError(f"values on an integer grid must go to a fixed-point format, not {form}")
    source = scale_of(in_multipliers, in_shifts, in_axis)
    ratio = _ratios(tuple(x.shape), source, form, scale)
    if rounding == "half_even":
        moved = regridded(x, source, (ratio.multipliers, ratio.shifts), form, scale)
        if moved is not None:
            return cast(torch.Tensor, moved)
    multipliers, shifts = (torch.from_numpy(array).to(x.device) for array in ratio.arrays())
    codes = recover(x.double(), source)
    result = arith.requantize(codes, multipliers, shifts, form.low, form.high, rounding)
    return _as(form.decode(result, scale), x)


def _as(values: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """Give `values` in the number type of `x`, in memory of their own."""
    return values.to(x.dtype) if x.dtype != torch.float64 else values


def _ratios(shape: tuple[int, ...], source: Scale, form: Fixed, scale: Scale) -> Ratios:
    return ratios(TensorType(shape, Fixed(1), source), TensorType(shape, form, scale))


def recover(values: torch.Tensor, step: Scale) -> torch.Tensor:
    """Give the int64 codes of float64 `values` that stand on multiples of `step`.

    Raises `FormatError` for NaN and infinity.
    """
    found = nearest_codes(values, step)
    if found is not None:
        return cast(torch.Tensor, found).long()
    if not bool(torch.isfinite(values).all()):
        raise FormatError(
            "values to requantize must be finite, not NaN or infinity;"
            " look for a division by zero or a diverged training"
        )
    return (values / steps_like(values, step)).round().long()


def steps_like(values: torch.Tensor, step: Scale) -> torch.Tensor:
    """Give the steps as float64, shaped to broadcast against `values`."""
    numbers = torch.tensor(_floats(step), dtype=torch.float64, device=values.device)
    return numbers.reshape(() if step.axis is None else (-1,) + (1,) * (-step.axis - 1))


@lru_cache(maxsize=1024)
def _floats(step: Scale) -> tuple[float, ...]:
    return tuple(float(number) for number in step.fractions())


@lru_cache(maxsize=1024)
def format_of(spelling: str) -> Format:
    """Give the format spelled `spelling`; raises `FormatError` for one without codes."""
    found = parse(spelling)
    if isinstance(found, Host):
        raise FormatError(f"fake_quantize must have a format with codes, not {spelling}")
    return found


def scale_of(multipliers: torch.Tensor, shifts: torch.Tensor, axis: int | None) -> Scale:
    """Give the scale that two int64 tensors and an axis spell."""
    return Scale(tuple(multipliers.tolist()), tuple(shifts.tolist()), axis)


@fake_quantize.register_fake
def _(x: torch.Tensor, *args: Any) -> torch.Tensor:
    del args
    return torch.empty_like(x)


def _setup(ctx: Any, inputs: tuple[Any, ...], output: torch.Tensor) -> None:
    """Keep what the gradient needs; nothing is read here, so that a model can be traced."""
    del output
    x, multipliers, shifts, ctx.format, ctx.axis = inputs[:5]
    ctx.save_for_backward(x, multipliers, shifts)


def _backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
    x, multipliers, shifts = ctx.saved_tensors
    scale = scale_of(multipliers, shifts, ctx.axis)
    inside: torch.Tensor = pass_gradient(x, gradient, format_of(ctx.format), scale)
    return inside, *(None,) * 9


fake_quantize.register_autograd(_backward, setup_context=_setup)
