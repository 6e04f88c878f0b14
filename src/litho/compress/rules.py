"""Which layers are quantized, and how."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from torch import nn
from torch.nn.utils import parametrize

from litho.compress.quantizer import Quantizer
from litho.compress.spelling import CALIBRATIONS, SCALES, Wanted
from litho.errors import ConfigError
from litho.formats import GroupedFormat

__all__ = ["QuantizeRule", "assign"]

GRANULARITIES = ("tensor", "axis")


@dataclass(frozen=True, slots=True)
class QuantizeRule:
    """How the modules whose path matches are quantized.

    - `match`: a module path (`blocks.0.fc1`) or a pattern (`blocks.*.fc?`). A pattern takes the
      modules without children, and of these, when it asks for weights, the ones that have any.
      Of several rules that match a module the last one counts.
    - `weights`, `inputs`, `outputs`: a format, or None (or `float32`) to leave them as they are.
      `fixed8f4` is a format; `fixed8` lets calibration choose the fraction, `codebook4[]`
      the table.
    - `bias`: a format; None puts the bias of fixed-point weights on the accumulator's grid and
      leaves the bias of other formats as it is.
    - `granularity`: one scale for a weight `tensor`, or one for each index of its first `axis`.
    - `calibration`: `min_max`, `percentile` or `mse`.
    - `scale`: `unit`, `power_of_two`, `dyadic` or `learned`, for weights, inputs and outputs; None
      takes what each format has by itself (`docs/quantization.md`).
    - `correct_bias`: shift the bias by the mean error of the layer's output.

    Raises `ConfigError` for words and formats that do not exist or that do not fit together.
    """

    match: str
    weights: str | None = None
    inputs: str | None = None
    outputs: str | None = None
    bias: str | None = None
    granularity: str = "tensor"
    calibration: str = "min_max"
    scale: str | None = None
    correct_bias: bool = False

    def __post_init__(self) -> None:
        words = {"granularity": GRANULARITIES, "calibration": CALIBRATIONS, "scale": SCALES}
        for name, known in words.items():
            word = getattr(self, name)
            if word not in known and not (name == "scale" and word is None):
                raise ConfigError(
                    f"{name} of rule {self.match!r} must be one of {', '.join(known)}, not {word!r}"
                )
        wanted = {name: self.wanted(name) for name in ("weights", "inputs", "outputs", "bias")}
        if not (self.weights or self.inputs or self.outputs):
            raise ConfigError(
                f"rule {self.match!r} must quantize weights, inputs or outputs, not nothing"
            )
        if self.bias and not self.weights:
            raise ConfigError(f"rule {self.match!r} must name weights when it names a bias")
        if self.correct_bias and not (self.weights or self.inputs):
            raise ConfigError(
                f"rule {self.match!r} must name weights or inputs when it corrects a bias"
            )
        if self.granularity == "axis" and wanted["weights"]:
            _check_axis(self, wanted["weights"])

    @property
    def is_pattern(self) -> bool:
        """Whether `match` may fit several modules."""
        return any(mark in self.match for mark in "*?[")

    def wanted(self, part: str) -> Wanted | None:
        """Give what is asked for `weights`, `inputs`, `outputs` or `bias`; None for nothing."""
        spelling = getattr(self, part)
        if not spelling:
            return None
        scale = None if part == "bias" else self.scale
        return Wanted.parse(spelling, f"{part} of rule {self.match!r}", scale)


def _check_axis(rule: QuantizeRule, weights: Wanted) -> None:
    """Raise `ConfigError` for weights that cannot have a scale for each index of an axis."""
    if isinstance(weights.form, GroupedFormat):
        raise ConfigError(
            f"granularity of rule {rule.match!r} must be tensor for {rule.weights}, whose groups"
            " have scales of their own, not 'axis'"
        )
    if rule.scale == "unit":
        raise ConfigError(
            f"granularity of rule {rule.match!r} must be tensor with scale unit, not 'axis'"
        )


def assign(model: nn.Module, rules: Sequence[QuantizeRule]) -> dict[str, QuantizeRule]:
    """Give the rule of each module path, in the model's order.

    Raises `ConfigError` for a rule that matches nothing, and for a named module without the
    weights that its rule asks for.
    """
    modules = {
        path: module
        for path, module in model.named_modules()
        if not isinstance(module, Quantizer) and "parametrizations" not in path.split(".")
    }
    chosen: dict[str, QuantizeRule] = {}
    for rule in rules:
        paths = [path for path, module in modules.items() if _fits(rule, path, module)]
        if not paths:
            raise ConfigError(_nothing(rule, modules))
        chosen.update(dict.fromkeys(paths, rule))
    return {path: chosen[path] for path in modules if path in chosen}


def _fits(rule: QuantizeRule, path: str, module: nn.Module) -> bool:
    if not rule.is_pattern:
        if path == rule.match and rule.weights and not _has_weight(module):
            raise ConfigError(
                f"rule {rule.match!r} must match a module with a weight to quantize weights, not"
                f" a {type(module).__name__}; leave `weights` out"
            )
        return path == rule.match
    if not fnmatchcase(path, rule.match) or not _is_leaf(module):
        return False
    return not rule.weights or _has_weight(module)


def _is_leaf(module: nn.Module) -> bool:
    """Say whether a module has no children but what quantization gave it."""
    children = module.named_children()
    return all(name == "parametrizations" or isinstance(c, Quantizer) for name, c in children)


def _has_weight(module: nn.Module) -> bool:
    own = dict(module.named_parameters(recurse=False)).get("weight")
    return own is not None or parametrize.is_parametrized(module, "weight")


def _nothing(rule: QuantizeRule, modules: dict[str, nn.Module]) -> str:
    paths = [path for path in modules if path]
    near = difflib.get_close_matches(rule.match, paths, n=5, cutoff=0.4) or paths[:5]
    fitting = " with a weight" if rule.weights else ""
    return (
        f"rule {rule.match!r} must match a module{fitting}, and none of {len(paths)} does;"
        f" near names: {', '.join(near) or '(the model has no modules)'}"
    )
