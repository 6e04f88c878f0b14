"""What a run is: the records of one configuration file."""

from pathlib import Path
from typing import Annotated, Any, Literal

from msgspec import NODEFAULT, Meta, Struct
from msgspec.structs import fields

from litho.errors import ConfigError
from litho.flow.paths import located
from litho.flow.strict import convert, dump, read_toml
from litho.hw import find_device
from litho.sparsity import Block

__all__ = [
    "Calibrate",
    "Compress",
    "Config",
    "Gradual",
    "Hardware",
    "LayerLanes",
    "Model",
    "Plot",
    "Prune",
    "Quantize",
    "Replace",
    "Sensitivity",
    "Simulate",
    "Skip",
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
Name = Annotated[str, Meta(min_length=1)]
Names = Name | Annotated[tuple[Name, ...], Meta(min_length=1)]
Probability = Annotated[float, Meta(ge=0, lt=1)]
Accuracies = Literal["float", "before_compression", "before_tuning", "fake_quantized", "hardware"]
Figures = Literal[
    "latency", "interval", "luts", "ffs", "dsps", "bram_bits", "fmax_mhz", "largest_fan_out"
]
Drawn = Literal[Accuracies, Figures]


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
    """How the float network is trained.

    The rate falls like a cosine from epoch to epoch, or `linear` from step to step after it has
    risen over the share `warmup` of the steps. With `alike` the texts of a batch are of like
    length.
    """

    epochs: Natural = 60
    batch_size: Count = 32
    learning_rate: Positive = 1e-3
    weight_decay: Annotated[float, Meta(ge=0)] = 0.0
    schedule: Literal["cosine", "linear"] = "cosine"
    warmup: Probability = 0.0
    alike: bool = False


class Calibrate(_Strict, frozen=True, kw_only=True):
    """What of the training set the formats are calibrated on.

    `samples` are drawn by the seed; 0: all of them, in their order.
    """

    samples: Natural = 0
    batch_size: Count = 256


class Quantize(_Strict, frozen=True, kw_only=True):
    """Formats for the modules whose path matches; of several rules the last one counts.

    A list in `match` makes a rule of each.

    `fixed8` leaves the fraction to calibration, `fixed8f4` gives it, `int8` has a dyadic scale.
    `scale` is how the scale is found, that of the format's family unless given; with
    `correct_bias` the bias takes up the mean error of the quantized layer.
    """

    match: Names = "*"
    weights: str | None = None
    inputs: str | None = None
    outputs: str | None = None
    bias: str | None = None
    granularity: Literal["tensor", "axis"] = "tensor"
    calibration: Literal["min_max", "percentile", "mse"] = "min_max"
    scale: Literal["unit", "power_of_two", "dyadic", "learned"] | None = None
    correct_bias: bool = False


class Prune(_Strict, frozen=True, kw_only=True):
    """What is dropped of the weights of the modules whose path matches.

    Of several rules of one table [[compress]] that match a module the last one counts. A list in
    `match` is one rule, whose units may compete. N:M as `shape` says the `sparsity` itself; `seed`
    is that of the run unless given.
    """

    match: Names = "*"
    sparsity: Probability | None = None
    shape: Name = "element"
    scope: Literal["tensor", "row", "global"] = "tensor"
    score: Literal["random", "l1", "l2", "movement", "wanda", "sparsegpt"] = "l1"
    seed: Natural | None = None


class Gradual(_Strict, frozen=True, kw_only=True):
    """When masks are chosen in tuning: from `start` to `end`, shares of its steps, each `every`."""

    start: Probability = 0.0
    end: Share = 0.5
    every: Count = 10

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise ValueError(f"`start < end` must hold, not start {self.start} and end {self.end}")


class Replace(_Strict, frozen=True, kw_only=True):
    """Layers that are replaced whole.

    `module`, `file.py:function` or `module:function`, is called with the path and the old layer of
    each that matches, and with `options`; it gives the new one.
    """

    match: Names
    module: Name
    options: dict[str, Any] = {}


class Compress(_Strict, frozen=True, kw_only=True):
    """One step of compression: it quantizes, prunes or replaces, by rules.

    With `gradual` it prunes step by step while the network is tuned, else at once before; with
    `sequential` layer after layer, each by what the pruned ones before it give.
    """

    quantize: tuple[Quantize, ...] = ()
    prune: tuple[Prune, ...] = ()
    replace: tuple[Replace, ...] = ()
    sequential: bool = False
    gradual: Gradual | None = None

    def __post_init__(self) -> None:
        given = [name for name in ("quantize", "prune", "replace") if getattr(self, name)]
        if len(given) != 1:
            raise ValueError(
                "a table [[compress]] must have exactly one of quantize, prune and replace, not"
                f" {' and '.join(given) or 'none'}; make a table of each"
            )
        for key in ("sequential", "gradual"):
            if getattr(self, key) and not self.prune:
                raise ValueError(f"key {key!r} must be beside 'prune', not {given[0]!r}")
        if self.sequential and self.gradual:
            raise ValueError("key 'sequential' must be without 'gradual', which knows no order")


class Tune(_Strict, frozen=True, kw_only=True):
    """How the quantized network is trained on (quantization-aware training); 0 epochs: not.

    The other keys are those of `train`.
    """

    epochs: Natural = 0
    batch_size: Count = 32
    learning_rate: Positive = 1e-4
    weight_decay: Annotated[float, Meta(ge=0)] = 0.0
    schedule: Literal["cosine", "linear"] = "cosine"
    warmup: Probability = 0.0
    alike: bool = False


class LayerLanes(_Strict, frozen=True, kw_only=True):
    """Lanes of the nodes whose name matches, instead of what the folding pass would choose."""

    match: Annotated[str, Meta(min_length=1)]
    inputs: Count
    outputs: Count


class Skip(_Strict, frozen=True, kw_only=True):
    """Linear nodes whose PyTorch path matches spend no cycle on the zero blocks of their weight."""

    match: Names
    block: Name

    def __post_init__(self) -> None:
        try:
            Block.parse(self.block, "a block to skip")
        except ConfigError as error:
            raise ValueError(str(error)) from error


class Hardware(_Strict, frozen=True, kw_only=True):
    """What the design is for: a device and the share of it that may be used.

    With `interval` the cheapest design is chosen that takes a sample every so many cycles, or, up
    to the part `within` of it, fewer where multipliers are used better; without it the fastest
    that fits. `weights` lie in ROM, or a stream brings them after reset. Blocks to `skip` are those
    that the trained weight has zero; linear nodes whose path matches `hold_zeros` keep their
    operands still for zeros of the input, and those of `skip_zeros` spend no cycles on them.
    """

    device: str
    share: Share = 0.8
    weights: Literal["rom", "stream"] = "rom"
    interval: Count | None = None
    within: Probability = 0.0
    clock_mhz: Positive = 50.0
    lanes: tuple[LayerLanes, ...] = ()
    skip: tuple[Skip, ...] = ()
    hold_zeros: tuple[Name, ...] = ()
    skip_zeros: tuple[Name, ...] = ()

    def __post_init__(self) -> None:
        try:
            find_device(self.device)
        except ConfigError as error:
            raise ValueError(str(error)) from error
        if self.within and self.interval is None:
            raise ValueError(
                "within must be given with the interval that it is a part of; give interval, or"
                " leave within out"
            )
        for key in ("hold_zeros", "skip_zeros"):
            if getattr(self, key) and self.weights == "stream":
                raise ValueError(
                    f"{key} must have weights in ROM; give weights = 'rom', or leave {key} out"
                )


class Simulate(_Strict, frozen=True, kw_only=True):
    """How the design is compared with the interpreter.

    `samples` are the first of the test set, 0 for all of it. `taps` names nodes, by patterns, whose
    results are compared as well and held up at random: the design then has them as ports, in a
    copy for the bench.
    `wave` is the number of cycles from reset on that are recorded into `waves.vcd` and drawn in the
    report, of a run at full speed; 0: none. With `second` all is done again by that simulator.
    """

    simulator: Literal["verilator", "icarus"] = "verilator"
    second: Literal["verilator", "icarus"] | None = None
    source_stalls: Probability = 0.25
    sink_stalls: Probability = 0.25
    samples: Natural = 0
    taps: tuple[str, ...] = ()
    wave: Natural = 0


class Synthesize(_Strict, frozen=True, kw_only=True):
    """Which outside tools judge the design."""

    place: bool = True


class Plot(_Strict, frozen=True, kw_only=True):
    """How the accuracies of a sweep, and the figures of its hardware, are drawn.

    Up goes `y`, of several each in a picture of its own beside the others, to the right the
    parameter `x`; each value of the parameter `curve` is a curve, and points that differ in the
    parameter `over` alone are drawn as their mean and their least and greatest. Points without `x`
    are drawn as lines across.
    """

    x: Annotated[str, Meta(min_length=1)]
    curve: Annotated[str, Meta(min_length=1)] | None = None
    over: Annotated[str, Meta(min_length=1)] = "seed"
    y: Drawn | Annotated[tuple[Drawn, ...], Meta(min_length=1)] = "fake_quantized"
    title: str = ""
    x_label: str = ""

    @property
    def drawn(self) -> tuple[Drawn, ...]:
        """What goes up, one after the other."""
        return (self.y,) if isinstance(self.y, str) else self.y


class Sensitivity(_Strict, frozen=True, kw_only=True):
    """A study of what the accuracy of the float network loses where it is pruned or quantized.

    `targets` are what is changed at once: all matrices of one `layer`, those of one `kind` in all
    layers, or each single `matrix`; of those that `match` takes. Each is pruned to each of
    `sparsities` in each of `shapes` (N:M says its sparsity itself), by `score` and in `scope`; and
    its `parts` are quantized to each of `formats`. Targets are ranked at each sparsity and format
    in `rank`. `samples` of the test set are drawn by the seed and judged, 0: all; intervals are
    those of so many `resamples`.
    """

    targets: Annotated[tuple[Literal["layer", "kind", "matrix"], ...], Meta(min_length=1)] = (
        "layer",
        "kind",
        "matrix",
    )
    match: Name | Annotated[tuple[Name, ...], Meta(min_length=1)] = "*"
    sparsities: tuple[Probability, ...] = ()
    shapes: tuple[Name, ...] = ()
    score: Literal["random", "l1", "l2", "wanda", "sparsegpt"] = "l1"
    scope: Literal["tensor", "row"] = "tensor"
    formats: tuple[Name, ...] = ()
    parts: Annotated[tuple[Literal["weights", "inputs"], ...], Meta(min_length=1)] = ("weights",)
    granularity: Literal["tensor", "axis"] = "tensor"
    calibration: Literal["min_max", "percentile", "mse"] = "min_max"
    rank: tuple[float | str, ...] = (0.5,)
    samples: Natural = 0
    resamples: Count = 2000


class Config(_Strict, frozen=True, kw_only=True):
    """One run, whole: data, network, training, formats, hardware, checks.

    The data are those of a task, which the network learns, or stimuli, which it does not; `data`
    is the folder of data sets, for the tasks that need one, and `split` the seed that parts them,
    `seed` unless given. `ops` are the folders of the user's own operations. With `start`, the
    folder of a run, the run begins with that one's weights, quantization and compression, and
    neither trains nor calibrates. What `compress` says comes after `quantize`, table by table.
    Without hardware it ends with the accuracies, and `sums` may say how the quantized network
    computes sums of products in eval: `exact`, as hardware; `wide`, also where they are too wide
    for it; `float`, in float32 as in training, several times as fast. Unless given it is `exact`
    with hardware and `wide` without. With `sensitivity` the run is a study of the float network,
    and nothing else.
    """

    task: Annotated[str, Meta(min_length=1)] | None = None
    task_options: dict[str, Any] = {}
    data: Annotated[str, Meta(min_length=1)] | None = None
    stimuli: Stimuli | None = None
    ops: tuple[str, ...] = ()
    seed: Natural = 0
    split: Natural | None = None
    start: Annotated[str, Meta(min_length=1)] | None = None
    model: Model
    train: Train = Train()
    calibrate: Calibrate = Calibrate()
    quantize: tuple[Quantize, ...] = ()
    compress: tuple[Compress, ...] = ()
    tune: Tune = Tune()
    sums: Literal["exact", "wide", "float"] | None = None
    hardware: Hardware | None = None
    simulate: Simulate = Simulate()
    synthesize: Synthesize | None = None
    sensitivity: Sensitivity | None = None

    def __post_init__(self) -> None:
        if (self.task is None) == (self.stimuli is None):
            raise ValueError("there must be a key 'task' or a table 'stimuli', and not both")
        if self.sensitivity is not None:
            self._check_alone()
            return
        if not self.quantize and not self.compress and self.start is None:
            raise ValueError(
                "there must be a table [[quantize]] or [[compress]], or a run to start from"
            )
        if any(table.gradual for table in self.compress) and not self.tunes:
            raise ValueError("there must be a task, and 'tune.epochs' of 1 or more, for 'gradual'")
        for key in ("stimuli", "synthesize", "simulate"):
            if self.hardware is None and getattr(self, key) != _ABSENT[key]:
                raise ValueError(f"there must be a table 'hardware' beside {key!r}")
        if self.hardware is not None and self.sums not in (None, "exact"):
            raise ValueError(f"key 'sums' must be 'exact' with hardware, not {self.sums!r}")

    @property
    def tunes(self) -> bool:
        """Whether the network is trained on."""
        return self.task is not None and self.tune.epochs > 0

    def _check_alone(self) -> None:
        """Raise `ValueError` for what a study of sensitivity would leave out."""
        for field in (field for field in fields(self) if field.name not in _STUDIED):
            first = field.default_factory() if field.default is NODEFAULT else field.default
            if getattr(self, field.name) != first:
                raise ValueError(
                    f"there must be no {field.name!r} beside a table 'sensitivity', which studies"
                    " the float network"
                )


_ABSENT = {"stimuli": None, "synthesize": None, "simulate": Simulate()}
# What a study of sensitivity reads.
_STUDIED = frozenset(
    {
        *("task", "task_options", "data", "ops", "seed", "split", "start", "model", "train"),
        *("calibrate", "sums", "sensitivity"),
    }
)


def load_config(path: Path) -> Config:
    """Read the configuration in the file `path`; relative paths in it are taken from its folder.

    Raises `ConfigError` with the path of the key that is wrong.
    """
    return located(convert(read_toml(path), Config, str(path)), path.parent)


def resolved(config: Config) -> str:
    """Give `config` as TOML with every default written out."""
    return dump(config)
