"""The module that puts one tensor on the grid of its format."""

from fractions import Fraction
from typing import Any

import torch
from torch import nn

from litho.compress import grids
from litho.compress.calibration import Sample, choose, choose_rows
from litho.compress.operator import fake_quantize
from litho.compress.spelling import Wanted
from litho.errors import ConfigError
from litho.formats import Fixed, Scale

__all__ = ["Quantizer"]

_WAITING, _CALIBRATED, _RESTING = 0, 1, 2
_TENSORS = ("multipliers", "shifts", "in_multipliers", "in_shifts")


class Quantizer(nn.Module):
    """Puts a tensor on the grid of a format: a parametrization of a weight, or part of a layer.

    A quantizer observes (gives what it gets and remembers it), then quantizes. All that
    calibration chose lies in buffers of integers, so that a state dict carries it.
    In training the gradient passes straight through; in eval the result equals what hardware
    holds, in float64 where the model's type would not hold it.
    """

    multipliers: torch.Tensor
    shifts: torch.Tensor
    in_multipliers: torch.Tensor
    in_shifts: torch.Tensor
    layout: torch.Tensor
    like: torch.Tensor

    def __init__(self, wanted: Wanted | None, place: str, calibration: str = "min_max") -> None:
        """Make a quantizer for what `place` names; `wanted` None is a bias on its sum's grid."""
        super().__init__()
        self.wanted, self.place, self.calibration = wanted, place, calibration
        self.sample: Sample | None = None
        self.is_observing = False
        for name in _TENSORS:
            self.register_buffer(name, torch.empty(0, dtype=torch.int64))
        self.register_buffer("layout", torch.zeros(9, dtype=torch.int64))
        self.register_buffer("like", torch.empty(0), persistent=False)
        self._read_layout()

    def _read_layout(self) -> None:
        """Read what calibration chose, beside the scales, from its buffer."""
        numbers = self.layout.tolist()
        self.state, width, self.frac, sign, axis, in_axis, self.in_width, in_sign, self.bits = (
            numbers
        )
        self.format = Fixed(width, self.frac, bool(sign % 2), sign >= 2) if width else None
        self.axis, self.in_axis = axis or None, in_axis or None
        self.in_signed = bool(in_sign)

    def _write_layout(self) -> None:
        form = self.format
        numbers = (
            self.state,
            form.width if form else 0,
            form.frac if form else 0,
            form.is_signed + 2 * form.is_integer if form else 0,
            self.axis or 0,
            self.in_axis or 0,
            self.in_width,
            int(self.in_signed),
            self.bits,
        )
        self.layout = self._tensor(numbers)

    def _tensor(self, numbers: tuple[int, ...]) -> torch.Tensor:
        return torch.tensor(numbers, dtype=torch.int64, device=self.layout.device)

    @property
    def is_calibrated(self) -> bool:
        """Whether the format is chosen."""
        return self.format is not None

    @property
    def kind(self) -> Fixed:
        """The format that was chosen; raises `ConfigError` before calibration."""
        if self.format is None:
            raise ConfigError(
                f"{self.place} must be calibrated before it is used;"
                " give `quantize` batches, or load a calibrated state dict"
            )
        return self.format

    @property
    def scale(self) -> Scale:
        """The scale that was chosen."""
        return Scale(tuple(self.multipliers.tolist()), tuple(self.shifts.tolist()), self.axis)

    @property
    def step(self) -> Scale:
        """The value of code 1, fraction included."""
        return self.scale.times(Scale.power_of_two(self.kind.frac))

    @property
    def input_step(self) -> Scale:
        """The value of code 1 of what this reads in eval."""
        numbers = tuple(self.in_multipliers.tolist()), tuple(self.in_shifts.tolist())
        return Scale(*numbers, self.in_axis)

    @property
    def input_form(self) -> Fixed:
        """The format of the codes that a table is looked up with."""
        return Fixed(self.in_width, 0, self.in_signed, is_integer=True)

    @property
    def result_type(self) -> torch.dtype:
        """Number type of the result: the model's, or float64 in eval when that holds too little."""
        is_wide = not self.training and self.bits > grids.significand(self.like.dtype)
        return torch.float64 if is_wide else self.like.dtype

    @property
    def looks_up(self) -> bool:
        """Whether a function's result is looked up by code, and not computed and quantized."""
        is_ready = self.is_calibrated and not self.is_observing and not self.training
        return is_ready and not torch.compiler.is_exporting()

    def extra_repr(self) -> str:
        """Show the format."""
        return str(self.format or self.wanted)

    def observe(self) -> None:
        """Give what comes, and remember it for calibration."""
        self.is_observing = True

    def rest(self, like: torch.Tensor) -> None:
        """Give what comes, for a bias whose sum has no grid yet."""
        self.like, self.state = _empty(like), _RESTING
        self._write_layout()

    def calibrate(self) -> None:
        """Choose the format from what was observed, and quantize from now on."""
        if self.sample is None:
            raise ConfigError(
                f"{self.place} must see values to be calibrated, and no batch reached it;"
                " does the model call this module?"
            )
        assert self.wanted is not None
        self.fix(*choose(self.wanted, self.sample, self.calibration))
        self.require(grids.value_bits(self.kind.width, self.step))
        self.sample, self.is_observing = None, False

    def calibrate_weight(self, weight: torch.Tensor, granularity: str) -> None:
        """Choose the format from the values of a parameter."""
        assert self.wanted is not None
        self.like = _empty(weight)
        if granularity == "axis":
            samples = [self._sampled(row) for row in weight]
            self.fix(*choose_rows(self.wanted, samples, -weight.dim(), self.calibration))
        else:
            self.fix(*choose(self.wanted, self._sampled(weight), self.calibration))

    def fix(self, form: Fixed, scale: Scale) -> None:
        """Quantize to `form` with `scale` from now on."""
        self.state, self.format, self.axis = _CALIBRATED, form, scale.axis
        self.multipliers, self.shifts = self._tensor(scale.multipliers), self._tensor(scale.shifts)
        self._write_layout()

    def require(self, bits: int) -> None:
        """Give float64 in eval unless the model's type has a significand of so many bits."""
        self.bits = max(self.bits, bits)
        self._write_layout()

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
        form, scale = choose(wanted, self._sampled(values), self.calibration)
        if form.frac > finest and wanted.frac is not None:
            raise ConfigError(
                f"{self.place} must have at most {finest} fraction bits, those of its sum, not"
                f" {form.frac} ({form})"
            )
        self.fix(wanted.format(min(form.frac, finest)), scale)

    def know_input(self, step: Scale | None) -> None:
        """Take in eval what comes in as integer multiples of `step`; None for raw floats."""
        self.in_multipliers = self._tensor(step.multipliers if step else ())
        self.in_shifts = self._tensor(step.shifts if step else ())
        self.in_axis = step.axis if step else None
        self._write_layout()

    def know_form(self, form: Fixed) -> None:
        """Look up in eval by codes of this format."""
        self.in_width, self.in_signed = form.width, form.is_signed
        self._write_layout()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Give `x` on the grid."""
        if not x.is_floating_point():
            raise ConfigError(
                f"{self.place} must be floats to be quantized, not {x.dtype}; leave them out of"
                " the rule, or match the layers behind"
            )
        if self.is_observing:
            self._observe(x)
            return x
        if self.state == _RESTING:
            return x
        trace = None if self.training else grids.active()
        if trace:
            trace.enter_quantizer(self, x)
        y = self._quantized(x)
        if trace:
            trace.leave_quantizer(self, y)
        return y

    def _quantized(self, x: torch.Tensor) -> torch.Tensor:
        form, target = str(self.kind), self.result_type
        source: tuple[Any, Any, Any] = (None, None, None)
        if not self.training and self.in_multipliers.numel():
            source = (self.in_multipliers, self.in_shifts, self.in_axis)
        wide = x.double() if target == torch.float64 else x
        scale = (self.multipliers, self.shifts, form, self.axis, "half_even")
        y: torch.Tensor = fake_quantize(wide, *scale, *source)
        return y if y.dtype == target else y.to(target)

    def _observe(self, x: torch.Tensor) -> None:
        self.like = _empty(x)
        found = self._sampled(x)
        self.sample = found if self.sample is None else self.sample.joined(found)

    def _sampled(self, x: torch.Tensor) -> Sample:
        return Sample.of(x.detach().double().cpu().numpy(), self.place)

    def _load_from_state_dict(self, state_dict: dict[str, Any], prefix: str, *args: Any) -> None:
        for name in _TENSORS:
            found = state_dict.get(prefix + name)
            if found is not None:
                setattr(self, name, torch.empty_like(found, device=self.layout.device))
        super()._load_from_state_dict(state_dict, prefix, *args)
        self._read_layout()
        self.sample, self.is_observing = None, False


def _empty(like: torch.Tensor) -> torch.Tensor:
    return torch.empty(0, dtype=like.dtype, device=like.device)


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
