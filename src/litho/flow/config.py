"""What a run is: the records of one configuration file."""

from pathlib import Path
from typing import Annotated, Any, Literal

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
    "Stimuli",
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


class Stimuli(_Strict, frozen=True, kw_only=True):
    """Inputs in the place of a data set: codes that are given, then `random` drawn ones.

    `format` is that of the network's input, `shape` that of one sample; a given sample is its
    codes in a row.
    """

    format: str
    shape: Annotated[tuple[Count, ...], Meta(min_length=1)]
    given: tuple[tuple[int, ...], ...] = ()
    random: Natural = 0


class Model(_Strict, frozen=True, kw_only=True):
    """Which network.

    `name` is one of ours (`mlp`, `residual_mlp`), or `module:function` or `file.py:function` of
    the user's own that gives a `torch.nn.Module`; `options` are the arguments it is made with.
    `weights` is a file with a state dict to start from.
    """

    name: Annotated[str, Meta(min_length=1)]
    options: dict[str, Any] = {}
    weights: str | None = None


class Train(_Strict, frozen=True, kw_only=True):
    """How the float network is trained."""

    epochs: Natural = 60
    batch_size: Count = 32
    learning_rate: Positive = 1e-3
    weight_decay: Annotated[float, Meta(ge=0)] = 0.0


class Quantize(_Strict, frozen=True, kw_only=True):
    """Formats for the modules whose path matches; of several rules the last one counts.

    `fixed8` leaves the fraction to calibration, `fixed8f4` gives it, `int8` has a dyadic scale.
    """

    match: Annotated[str, Meta(min_length=1)] = "*"
    weights: str | None = None
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
    """How the design is compared with the interpreter, on the whole test set.

    `wave` is the number of cycles from reset on that are recorded into `waves.vcd` and drawn in the
    report, of a run at full speed; 0: none. With `second` all is done again by that simulator.
    """

    simulator: Literal["verilator", "icarus"] = "verilator"
    second: Literal["verilator", "icarus"] | None = None
    source_stalls: Probability = 0.25
    sink_stalls: Probability = 0.25
    wave: Natural = 0


class Synthesize(_Strict, frozen=True, kw_only=True):
    """Which outside tools judge the design."""

    place: bool = True


class Config(_Strict, frozen=True, kw_only=True):
    """One run, whole: data, network, training, formats, hardware, checks.

    The data are those of a task, which the network learns, or stimuli, which it does not. `ops`
    are the folders of the user's own operations.
    """

    task: Annotated[str, Meta(min_length=1)] | None = None
    stimuli: Stimuli | None = None
    ops: tuple[str, ...] = ()
    seed: Natural = 0
    model: Model
    train: Train = Train()
    quantize: Annotated[tuple[Quantize, ...], Meta(min_length=1)]
    tune: Tune = Tune()
    hardware: Hardware
    simulate: Simulate = Simulate()
    synthesize: Synthesize | None = None

    def __post_init__(self) -> None:
        if (self.task is None) == (self.stimuli is None):
            raise ValueError("there must be a key 'task' or a table 'stimuli', and not both")


def load_config(path: Path) -> Config:
    """Read the configuration in the file `path`.

    Raises `ConfigError` with the path of the key that is wrong.
    """
    return convert(read_toml(path), Config, str(path))


def resolved(config: Config) -> str:
    """Give `config` as TOML with every default written out."""
    return dump(config)
