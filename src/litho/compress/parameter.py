"""The quantizers of parameters: weights, and biases on the grid of their sum."""

from fractions import Fraction
from typing import ClassVar, cast

import torch

from litho.compress import grids
from litho.compress.calibration import choose_fixed
from litho.compress.operator import recover, steps_like
from litho.compress.quantizer import RESTING, Quantizer, empty_like
from litho.errors import ConfigError
from litho.formats import Fixed, Scale
from litho.formats.regrid import settled

__all__ = ["BiasQuantizer", "WeightQuantizer"]


class WeightQuantizer(Quantizer):
    """Puts a weight on its grid, and in eval what is summed with it on the grid of the sum.

    A sum of scaled integers may need more bits than float64 has; it is then rounded once, as the
    decoded accumulator is, and not as often as there are products.
    """

    tensors: ClassVar[tuple[str, ...]] = (*Quantizer.tensors, "sum_multipliers", "sum_shifts")
    sum_multipliers: torch.Tensor
    sum_shifts: torch.Tensor

    def forget_sums(self) -> None:
        """Forget what is summed with this weight."""
        self.bits = 0
        self.know_sum(None, 0)
        self.write_layout()

    def know_sum(self, step: Scale | None, width: int) -> None:
        """Take sums of `width` bits as integer multiples of `step`, one or one for each output."""
        if step and grids.value_bits(width, step) <= grids.significand(torch.float64):
            step = None
        self.sum_multipliers = self.tensor(step.multipliers if step else ())
        self.sum_shifts = self.tensor(step.shifts if step else ())

    def settle(self, y: torch.Tensor) -> torch.Tensor:
        """Give the sums `y` on their grid, in eval and where float64 could not hold them."""
        if self.training or not self.sum_shifts.numel() or torch.compiler.is_exporting():
            return y
        step = self._sum_step()
        values = y.detach()
        found = settled(values.double(), step)
        if found is None:
            found = recover(values, step).double() * steps_like(values, step)
        return y + (found - values) if y.requires_grad else cast(torch.Tensor, found)

    def end_grid(self, ends: bool) -> None:
        """Say whether nobody reads the codes of the sum: then it goes on in the model's type."""
        self.ends_grid = ends
        self.write_layout()

    def stand_alone(self, original: torch.Tensor | None) -> None:
        """Forget the grid of the sum."""
        self.forget_sums()
        super().stand_alone(original)

    def _sum_step(self) -> Scale:
        numbers = tuple(self.sum_multipliers.tolist()), tuple(self.sum_shifts.tolist())
        return Scale(*numbers, -1 if len(numbers[0]) > 1 else None)

    def _count(self, x: torch.Tensor) -> int:
        return x.numel() // len(self.scale.multipliers)


class BiasQuantizer(Quantizer):
    """Puts a bias on the grid of its sum, or on the coarser one that its rule asks for."""

    def rest(self, like: torch.Tensor) -> None:
        """Give what comes, for a bias whose sum has no grid yet."""
        self.like, self.state = empty_like(like), RESTING
        self.write_layout()

    def stand_alone(self, original: torch.Tensor | None) -> None:
        """Quantize as the rule asks, and without one give what comes."""
        if self.wanted is not None and original is not None:
            self.calibrate_parameter(original, "tensor")
        super().stand_alone(original)

    def fix_bias(self, step: Scale, width: int, is_integer: bool, values: torch.Tensor) -> None:
        """Quantize a bias from now on, on the grid of its sum or on a coarser one that was asked.

        `step` is that of the products, `width` the bits of their sum, `values` the bias.
        Raises `ConfigError` for a bias that asks for a finer grid.
        """
        wanted = self.wanted
        if wanted is None or wanted.is_integer:
            bits = wanted.width if wanted else _bias_bits(values, step, width)
            self.fix(*_on_grid(bits, step, is_integer))
            return
        if is_integer:
            raise ConfigError(
                f"{self.place} must be a scaled integer on the grid of its sum (int32), not"
                f" {wanted}; scaled integers are summed"
            )
        finest = step.shifts[0] if step.axis is None else min(step.shifts)
        form, scale = choose_fixed(wanted, self.sampled(values), self.calibration)
        if form.frac > finest and wanted.frac is not None:
            raise ConfigError(
                f"{self.place} must have at most {finest} fraction bits, those of its sum, not"
                f" {form.frac} ({form})"
            )
        self.fix(wanted.format(min(form.frac, finest)), scale)


def _bias_bits(values: torch.Tensor, step: Scale, width: int) -> int:
    """Give bits for a bias that may grow to twice its size, or to that of the sum."""
    units = step.fractions()
    greatest = max(
        (abs(Fraction(float(v))) / units[i % len(units)] for i, v in enumerate(values)),
        default=Fraction(0),
    )
    widest = 53 - max(step.multipliers).bit_length()
    return min(max(width, int(greatest).bit_length() + 2), widest)


def _on_grid(width: int, step: Scale, is_integer: bool) -> tuple[Fixed, Scale]:
    if is_integer:
        return Fixed(width, is_integer=True), step
    frac = min(step.shifts)
    return Fixed(width, frac), step.times(Scale.power_of_two(-frac))
