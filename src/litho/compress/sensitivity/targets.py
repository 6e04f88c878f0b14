"""What is pruned or quantized at once: a layer, a kind of matrix, one matrix; found by paths."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from torch import nn

from litho.compress.prune.mask import weight_of
from litho.compress.prune.rules import match
from litho.errors import ConfigError

__all__ = ["GROUPS", "Matrix", "Target", "matrices", "targets"]

GROUPS = ("layer", "kind", "matrix")

_NUMBERED = re.compile(r"(?P<name>.*?)\d+")


@dataclass(frozen=True, slots=True)
class Matrix:
    """A module with a weight of two dimensions or more: its path, its place, how many values.

    `layer` is the path of the layer it stands in and `kind` what it is there, both "" outside of
    layers.
    """

    path: str
    layer: str
    kind: str
    size: int


@dataclass(frozen=True, slots=True)
class Target:
    """Matrices that are changed at once.

    `group` is `layer` (all matrices of one), `kind` (those of one kind in all layers) or `matrix`
    (one); `name` the path of the layer, the kind, or the path of the matrix; `paths` are those of
    the matrices, and `size` counts their values.
    """

    group: str
    name: str
    paths: tuple[str, ...]
    size: int


def matrices(model: nn.Module, patterns: Sequence[str] = ("*",)) -> tuple[Matrix, ...]:
    """Give the matrices of `model` that the patterns take, in the model's order.

    The last index in a path is the layer's, and what follows is the kind: `encoder.layer.0` and
    `attention.self.query` of `encoder.layer.0.attention.self.query`. An index is a whole part of
    the path; where there is none, the last part that ends in digits counts (`fc1`). When nothing
    follows, the kind is that part without its digits (`fc`), or the type of the module (`Linear`).
    Raises `ConfigError` for a pattern that takes nothing.
    """
    taken = {
        path
        for pattern in patterns
        for path in match(model, pattern, "pattern of the study", needs_weight=True)
    }
    return tuple(_matrix(path, module) for path, module in model.named_modules() if path in taken)


def _matrix(path: str, module: nn.Module) -> Matrix:
    layer, kind = _place(path, type(module).__name__)
    return Matrix(path, layer, kind, weight_of(module).numel())


def _place(path: str, type_name: str) -> tuple[str, str]:
    """Give layer and kind of a path; both are "" when no part of it has an index."""
    parts = path.split(".")
    whole = [at for at, part in enumerate(parts) if part.isdecimal()]
    places = whole or [at for at, part in enumerate(parts) if _NUMBERED.fullmatch(part)]
    if not places:
        return "", ""
    at = places[-1]
    numbered = _NUMBERED.fullmatch(parts[at])
    assert numbered is not None
    kind = ".".join(parts[at + 1 :]) or numbered["name"] or type_name
    return ".".join(parts[: at + 1]), kind


def targets(found: Sequence[Matrix], groups: Sequence[str] = GROUPS) -> tuple[Target, ...]:
    """Give the targets of each group in turn, each group in the order of the matrices.

    Raises `ConfigError` for layers or kinds when no matrix stands in a layer.
    """
    return tuple(target for group in groups for target in _targets(found, group))


def _targets(found: Sequence[Matrix], group: str) -> list[Target]:
    if group == "matrix":
        return [Target(group, item.path, (item.path,), item.size) for item in found]
    members: dict[str, list[Matrix]] = {}
    for item in found:
        if item.layer:
            members.setdefault(item.layer if group == "layer" else item.kind, []).append(item)
    if not members:
        raise ConfigError(
            f"targets of group {group!r} must be matrices with an index in their path, as"
            f" 'layer.0.query' or 'fc1', and none of {len(found)} has one"
            f" ({', '.join(item.path for item in found[:5])}); take group 'matrix'"
        )
    return [
        Target(group, name, tuple(item.path for item in items), sum(item.size for item in items))
        for name, items in members.items()
    ]
