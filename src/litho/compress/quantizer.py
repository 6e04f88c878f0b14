"""The module that puts one tensor on the grid of its format."""

from typing import Any, ClassVar

import torch
from torch import nn

from litho.compress import grids, learned
from litho.compress.calibration import choose, choose_rows
from litho.compress.operator import fake_quantize, format_of
from litho.compress.sample import Sample
from litho.compress.spelling import Wanted
from litho.compress.straight_through import straight_through
from litho.errors import ConfigError
from litho.formats import Fixed, Format, Scale

__all__ = ["CALIBRATED", "RESTING", "Quantizer", "empty_like"]

WAITING, CALIBRATED, RESTING = 0, 1, 2


class Quantizer(nn.Module):
    """Puts a tensor on the grid of a format: a parametrization of a weight, or part of a layer.

    A quantizer observes (gives what it gets and remembers it), then quantizes. All that
    calibration chose lies in buffers, so that a state dict carries it; a learned scale is the
    parameter `log_step` besides.
    In training the compiled kernels run and the gradient passes straight through; in eval the
    result equals what hardware holds, in float64 where the model's type would not hold it.
    """

    tensors: ClassVar[tuple[str, ...]] = (
        "spelling",
        "multipliers",
        "shifts",
        "in_multipliers",
        "in_shifts",
    )
    spelling: torch.Tensor
    multipliers: torch.Tensor
    shifts: torch.Tensor
    in_multipliers: torch.Tensor
    in_shifts: torch.Tensor
    layout: torch.Tensor
    like: torch.Tensor
    log_step: nn.Parameter | None

    def __init__(self, wanted: Wanted | None, place: str, calibration: str = "min_max") -> None:
        """Make a quantizer for what `place` names; `wanted` None leaves the format to a sum."""
        super().__init__()
        self.wanted, self.place, self.calibration = wanted, place, calibration
        self.sample: Sample | None = None
        self.is_observing = self.is_passing = False
        for name in self.tensors:
            kind = torch.uint8 if name == "spelling" else torch.int64
            self.register_buffer(name, torch.empty(0, dtype=kind))
        self.register_buffer("layout", torch.zeros(8, dtype=torch.int64))
        self.register_buffer("like", torch.empty(0), persistent=False)
        self.register_parameter("log_step", learned.parameter(Scale()) if self.learns else None)
        self.has_moved = False
        self._read_buffers()

    @property
    def learns(self) -> bool:
        """Whether the scale is trained."""
        return self.wanted is not None and self.wanted.scale == "learned"

    def _read_buffers(self) -> None:
        """Read what calibration chose from the buffers."""
        numbers = self.layout.tolist()
        self.state, axis, in_axis, self.in_width, in_sign, self.bits, *flags = numbers
        spelling = bytes(self.spelling.tolist()).decode()
        self.format = format_of(spelling) if spelling else None
        self.in_signed, (self.is_raw, self.ends_grid) = bool(in_sign), map(bool, flags)
        self._scale = _scale(self.multipliers, self.shifts, axis)
        self._in_step = _scale(self.in_multipliers, self.in_shifts, in_axis)

    def write_layout(self) -> None:
        """Keep what calibration chose, beside the format and the scales, in its buffer."""
        axis = (self._scale.axis if self._scale else None) or 0
        in_axis = (self._in_step.axis if self._in_step else None) or 0
        signs = int(self.in_signed), self.bits, int(self.is_raw), int(self.ends_grid)
        self.layout = self.tensor((self.state, axis, in_axis, self.in_width, *signs))

    def tensor(self, numbers: tuple[int, ...]) -> torch.Tensor:
        """Give integers as a buffer's content."""
        return torch.tensor(numbers, dtype=torch.int64, device=self.layout.device)

    @property
    def is_calibrated(self) -> bool:
        """Whether the format is chosen."""
        return self.format is not None

    @property
    def kind(self) -> Format:
        """The format that was chosen; raises `ConfigError` before calibration."""
        if self.format is None:
            raise ConfigError(
                f"{self.place} must be calibrated before it is used;"
                " give `quantize` batches, or load a calibrated state dict"
            )
        return self.format

    @property
    def is_fixed(self) -> bool:
        """Whether the result stands on an integer grid."""
        return isinstance(self.format, Fixed)

    @property
    def fixed(self) -> Fixed:
        """The fixed-point format that was chosen."""
        assert isinstance(self.kind, Fixed), "only fixed-point formats stand on an integer grid"
        return self.kind

    @property
    def scale(self) -> Scale:
        """The scale that was chosen."""
        assert self._scale is not None, "a calibrated quantizer has a scale"
        return self._scale

    @property
    def step(self) -> Scale:
        """The value of code 1, fraction included."""
        return self.scale.times(Scale.power_of_two(self.fixed.frac))

    @property
    def input_step(self) -> Scale:
        """The value of code 1 of what this reads in eval."""
        assert self._in_step is not None, "only what reads a grid has its step"
        return self._in_step

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
        is_ready = self.is_fixed and not self.is_observing and not self.training
        return is_ready and not torch.compiler.is_exporting()

    def extra_repr(self) -> str:
        """Show the format."""
        return str(self.format or self.wanted) + (", learned scale" if self.learns else "")

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
        self.forget_sums()
        self.sample, self.is_observing = None, False

    def calibrate_parameter(self, values: torch.Tensor, granularity: str) -> None:
        """Choose the format from the values of a parameter."""
        assert self.wanted is not None
        self.like = empty_like(values)
        if granularity == "axis":
            samples = [self.sampled(row) for row in values]
            self.fix(*choose_rows(self.wanted, samples, -values.dim(), self.calibration))
        else:
            self.fix(*choose(self.wanted, self.sampled(values), self.calibration))

    def wait_for(self, values: torch.Tensor, granularity: str) -> None:
        """Wait for a state dict that was calibrated on a parameter like `values`."""
        self.like = empty_like(values)
        if self.learns:
            count = len(values) if granularity == "axis" else 1
            axis = -values.dim() if granularity == "axis" else None
            scale = Scale((1,) * count, (0,) * count, axis)
            self.log_step = learned.set_parameter(self.log_step, scale, self.layout.device)

    def fix(self, form: Format, scale: Scale) -> None:
        """Quantize to `form` with `scale` from now on; a learned scale starts there."""
        if self.learns:
            self.log_step = learned.set_parameter(self.log_step, scale, self.layout.device)
        self._take(form, scale)

    def _take(self, form: Format, scale: Scale) -> None:
        self.state, self.format, self._scale, self.has_moved = CALIBRATED, form, scale, False
        numbers = list(str(form).encode())
        self.spelling = torch.tensor(numbers, dtype=torch.uint8, device=self.layout.device)
        self.multipliers, self.shifts = self.tensor(scale.multipliers), self.tensor(scale.shifts)
        self.write_layout()

    def find_moved(self) -> bool:
        """Say whether training has moved the learned scale since the grids were settled.

        While a model is exported, when no number can be read, any step of training counts.
        """
        if self.log_step is None or self.format is None or torch.compiler.is_exporting():
            return self.has_moved
        self.has_moved = learned.nearest(self.log_step, self.scale.axis) != self.scale
        return self.has_moved

    def take_learned(self) -> None:
        """Quantize in eval with the scale that training has found."""
        if self.log_step is not None and self.format is not None:
            self._take(self.format, learned.nearest(self.log_step, self.scale.axis))

    def forget_sums(self) -> None:
        """Ask for float64 in eval only where the own codes need it."""
        self.bits = grids.value_bits(self.fixed.width, self.step) if self.is_fixed else 0
        self.write_layout()

    def stand_alone(self, original: torch.Tensor | None) -> None:
        """Quantize in eval as in training, in the model's number type, whatever comes in.

        `original` is the parameter that is quantized, if it is one.
        """
        del original
        self.bits = 0
        self.know_input(None)

    def require(self, bits: int) -> None:
        """Give float64 in eval unless the model's type has a significand of so many bits."""
        self.bits = max(self.bits, bits)
        self.write_layout()

    def know_input(self, step: Scale | None, is_raw: bool = False) -> None:
        """Take in eval what comes in as integer multiples of `step`; None for floats.

        `is_raw` says that a function computed the floats from codes.
        """
        self._in_step, self.is_raw = step, is_raw
        self.in_multipliers = self.tensor(step.multipliers if step else ())
        self.in_shifts = self.tensor(step.shifts if step else ())
        self.write_layout()

    def know_form(self, form: Fixed) -> None:
        """Look up in eval by codes of this format."""
        self.in_width, self.in_signed = form.width, form.is_signed
        self.write_layout()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Give `x` on the grid."""
        if self.is_observing:
            self._observe(x)
            return x
        if self.state == RESTING or self.is_passing:
            return x
        if not x.is_floating_point():
            raise self._not_floats(x)
        if self.training:
            return self._trained(x)
        if self.log_step is not None and self.find_moved():
            raise ConfigError(
                f"{self.place} must be settled after training has moved the learned scale; call"
                " the whole model in eval mode once, or `litho.compress.settle(model, batch)`"
            )
        trace = grids.active()
        if trace:
            trace.enter_quantizer(self, x)
        y = self._evaluated(x)
        if trace:
            trace.leave_quantizer(self, y)
        return y

    def _not_floats(self, x: torch.Tensor) -> ConfigError:
        return ConfigError(
            f"{self.place} must be floats to be quantized, not {x.dtype}; leave them out of"
            " the rule, or match the layers behind"
        )

    def _trained(self, x: torch.Tensor) -> torch.Tensor:
        if torch.compiler.is_exporting():
            return self._evaluated(x)
        form, like = self.kind, self.like.dtype
        if self.log_step is None:
            y = straight_through(x, form, self.scale)
        else:
            self.has_moved = True
            step = learned.step_of(self.log_step)
            y = learned.quantize(x, step, form, self.scale.axis, self._count(x))
        return y if y.dtype == like else y.to(like)

    def _count(self, x: torch.Tensor) -> int:
        """Give how many values of one sample share the scale."""
        return x[0].numel() if x.dim() else 1

    def _evaluated(self, x: torch.Tensor) -> torch.Tensor:
        form, target = str(self.kind), self.result_type
        source: tuple[Any, Any, Any] = (None, None, None)
        if not self.training and self._in_step is not None:
            source = (self.in_multipliers, self.in_shifts, self._in_step.axis)
        is_short = source[0] is None and grids.holds(x.dtype, self.kind, self.scale)
        wide = x.double() if target == torch.float64 and not is_short else x
        scale = (self.multipliers, self.shifts, form, self.scale.axis, "half_even")
        y: torch.Tensor = fake_quantize(wide, *scale, *source, self.is_raw)
        return y if y.dtype == target else y.to(target)

    def _observe(self, x: torch.Tensor) -> None:
        if not x.is_floating_point():
            raise self._not_floats(x)
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
        self._read_buffers()
        self.sample, self.is_observing = None, False
        self.find_moved()


def _scale(multipliers: torch.Tensor, shifts: torch.Tensor, axis: int) -> Scale | None:
    """Give the scale that two buffers hold, or None for empty ones."""
    if not multipliers.numel():
        return None
    return Scale(tuple(multipliers.tolist()), tuple(shifts.tolist()), axis or None)


def empty_like(like: torch.Tensor) -> torch.Tensor:
    """Give an empty tensor that remembers the number type and device of `like`."""
    return torch.empty(0, dtype=like.dtype, device=like.device)
