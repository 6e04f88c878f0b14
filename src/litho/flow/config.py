"""What a run is: the records of one configuration file."""

from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from litho.errors import ConfigError
from litho.flow.strict import convert, dump, read_toml
from litho.hw import find_device

__all__ = [
    "Config",
    "Hardware",
    "LayerLanes",
    "Model",
    "Quantize",
    "Simulate",
    "Synthesize",
    "Train",
    "Tune",
    "load_config",
    "resolved",
]

Count = Annotated[int, Meta(ge=1)]
Natural = Annotated[int, Meta(ge=0)]
Positive = Annotated[float, Meta(gt=0)]
Share = Annotated[float, Meta(gt=0, le=1)]
Probability = Annotated[float, Meta(ge=0, lt=1)]


class _Strict(Struct, frozen=True, forbid_unknown_fields=True):
    """A table of the configuration: no key but those named here."""


class Model(_Strict, frozen=True, kw_only=True):
    """Which network.

    `name` is a model of `litho list models`, or `module:function` (`file.py:function`) of the
    user's own that gives a `torch.nn.Module`; `hidden` are the widths of the hidden layers of a
    model of ours.
    """

    name: Annotated[str, Meta(min_length=1)]
    hidden: Annotated[tuple[Count, ...], Meta(min_length=1)] | None = None


class Train(_Strict, frozen=True, kw_only=True):
    """How the float network is trained."""

    epochs: Natural = 60
    batch_size: Count = 32
    learning_rate: Positive = 1e-3
    weight_decay: Annotated[float, Meta(ge=0)] = 0.0


class Quantize(_Strict, frozen=True, kw_only=True):
    """Formats for the layers whose name matches; the first rule that matches a layer holds.

    `fixed8` leaves the fraction to calibration, `fixed8f4` gives it, `int8` has a dyadic scale.
    """

    match: Annotated[str, Meta(min_length=1)] = "*"
    weights: str = "fixed8"
    inputs: str | None = None
    outputs: str | None = None
    bias: str | None = None
    granularity: Literal["tensor", "axis"] = "tensor"
    calibration: Literal["min_max", "percentile", "mse"] = "min_max"


class Tune(_Strict, frozen=True, kw_only=True):
    """How the quantized network is trained on (quantization-aware training); 0 epochs: not."""

    epochs: Natural = 0
    batch_size: Count = 32
    learning_rate: Positive = 1e-4
    weight_decay: Annotated[float, Meta(ge=0)] = 0.0


class LayerLanes(_Strict, frozen=True, kw_only=True):
    """Lanes of the nodes whose name matches, instead of what the folding pass would choose."""

    match: Annotated[str, Meta(min_length=1)]
    inputs: Count
    outputs: Count


class Hardware(_Strict, frozen=True, kw_only=True):
    """What the design is for: a device and the share of it that may be used.

    With `interval` the cheapest design is chosen that takes a sample every so many cycles;
    without it the fastest that fits.
    """

    device: str
    share: Share = 0.8
    interval: Count | None = None
    clock_mhz: Positive = 50.0
    lanes: tuple[LayerLanes, ...] = ()

    def __post_init__(self) -> None:
        try:
            find_device(self.device)
        except ConfigError as error:
            raise ValueError(str(error)) from error


class Simulate(_Strict, frozen=True, kw_only=True):
    """How the design is compared with the interpreter, on the whole test set."""

    simulator: Literal["verilator", "icarus"] = "verilator"
    source_stalls: Probability = 0.25
    sink_stalls: Probability = 0.25
    timing_samples: Annotated[int, Meta(ge=2)] = 16


class Synthesize(_Strict, frozen=True, kw_only=True):
    """Which outside tools judge the design."""

    place: bool = True


class Config(_Strict, frozen=True, kw_only=True):
    """One run, whole: data, network, training, formats, hardware, checks."""

    task: Annotated[str, Meta(min_length=1)]
    seed: Natural = 0
    data: str | None = None
    model: Model
    train: Train = Train()
    quantize: Annotated[tuple[Quantize, ...], Meta(min_length=1)]
    tune: Tune = Tune()
    hardware: Hardware
    simulate: Simulate = Simulate()
    synthesize: Synthesize | None = None


def load_config(path: Path, data: str | None = None) -> Config:
    """Read the configuration in the file `path`; `data` stands in for its key `data`.

    Raises `ConfigError` with the path of the key that is wrong.
    """
    config = convert(read_toml(path), Config, str(path))
    return config if data is None else msgspec.structs.replace(config, data=data)


def resolved(config: Config) -> str:
    """Give `config` as TOML with every default written out."""
    return dump(config)
