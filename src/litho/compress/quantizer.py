"""The module that puts one tensor on the grid of its format."""

from typing import Any, ClassVar

import torch
from torch import nn

from litho.compress import grids
from litho.compress.calibration import Sample, choose
from litho.compress.operator import fake_quantize
from litho.compress.spelling import Wanted
from litho.errors import ConfigError
from litho.formats import Fixed, Scale

__all__ = ["CALIBRATED", "RESTING", "Quantizer", "empty_like"]

WAITING, CALIBRATED, RESTING = 0, 1, 2


class Quantizer(nn.Module):
    """Puts a tensor on the grid of a format: a parametrization of a weight, or part of a layer.

    A quantizer observes (gives what it gets and remembers it), then quantizes. All that
    calibration chose lies in buffers of integers, so that a state dict carries it.
    In training the gradient passes straight through; in eval the result equals what hardware
    holds, in float64 where the model's type would not hold it.
    """

    tensors: ClassVar[tuple[str, ...]] = ("multipliers", "shifts", "in_multipliers", "in_shifts")
    multipliers: torch.Tensor
    shifts: torch.Tensor
    in_multipliers: torch.Tensor
    in_shifts: torch.Tensor
    layout: torch.Tensor
    like: torch.Tensor

    def __init__(self, wanted: Wanted | None, place: str, calibration: str = "min_max") -> None:
        """Make a quantizer for what `place` names; `wanted` None leaves the format to a sum."""
        super().__init__()
        self.wanted, self.place, self.calibration = wanted, place, calibration
        self.sample: Sample | None = None
        self.is_observing = False
        for name in self.tensors:
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

    def write_layout(self) -> None:
        """Keep what calibration chose in its buffer."""
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
        self.layout = self.tensor(numbers)

    def tensor(self, numbers: tuple[int, ...]) -> torch.Tensor:
        """Give integers as a buffer's content."""
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

    def fix(self, form: Fixed, scale: Scale) -> None:
        """Quantize to `form` with `scale` from now on."""
        self.state, self.format, self.axis = CALIBRATED, form, scale.axis
        self.multipliers, self.shifts = self.tensor(scale.multipliers), self.tensor(scale.shifts)
        self.write_layout()

    def require(self, bits: int) -> None:
        """Give float64 in eval unless the model's type has a significand of so many bits."""
        self.bits = max(self.bits, bits)
        self.write_layout()

    def know_input(self, step: Scale | None) -> None:
        """Take in eval what comes in as integer multiples of `step`; None for raw floats."""
        self.in_multipliers = self.tensor(step.multipliers if step else ())
        self.in_shifts = self.tensor(step.shifts if step else ())
        self.in_axis = step.axis if step else None
        self.write_layout()

    def know_form(self, form: Fixed) -> None:
        """Look up in eval by codes of this format."""
        self.in_width, self.in_signed = form.width, form.is_signed
        self.write_layout()

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
        if self.state == RESTING:
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
        self.like = empty_like(x)
        found = self.sampled(x)
        self.sample = found if self.sample is None else self.sample.joined(found)

    def sampled(self, x: torch.Tensor) -> Sample:
        """Sample a tensor for calibration."""
        return Sample.of(x.detach().double().cpu().numpy(), self.place)

    def _load_from_state_dict(self, state_dict: dict[str, Any], prefix: str, *args: Any) -> None:
        for name in self.tensors:
            found = state_dict.get(prefix + name)
            if found is not None:
                setattr(self, name, torch.empty_like(found, device=self.layout.device))
        super()._load_from_state_dict(state_dict, prefix, *args)
        self._read_layout()
        self.sample, self.is_observing = None, False


def empty_like(like: torch.Tensor) -> torch.Tensor:
    """Give an empty tensor that remembers the number type and device of `like`."""
    return torch.empty(0, dtype=like.dtype, device=like.device)
