"""Which layers are pruned, and how."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

import torch
from torch import nn

from litho.compress.prune.mask import Mask, mask_of
from litho.compress.quantizer import Quantizer
from litho.errors import ConfigError
from litho.sparsity import Block

__all__ = ["SCOPES", "SCORES", "PruneRule", "assign", "check_sparsity", "match"]

SCORES = ("random", "l1", "l2", "movement", "wanda", "sparsegpt")
SCOPES = ("tensor", "row", "global")


@dataclass(frozen=True, slots=True)
class PruneRule:
    """How the weights of the modules whose path matches are pruned.

    - `match`: a module path (`blocks.0.fc1`), a pattern (`blocks.*.fc?`), or several of them. A
      pattern takes the modules that have a weight of two dimensions or more. Of several rules that
      match a module the last one counts.
    - `sparsity`: part of the units to drop, from 0 to less than 1; None for N:M, which says it.
    - `shape`: what is dropped as one unit, a `Block` or its spelling: `element`, `row`, `column`,
      `block4x8`, `blocks8`, `2:4`, `2:4@0`.
    - `scope`: which units compete: those of a `tensor`, of one `row` of units, or `global`, those
      of all modules of this rule. N:M competes in its groups, whatever the scope.
    - `score`: `random`, `l1`, `l2`, `movement`, `wanda` or `sparsegpt` (`docs/pruning.md`).
    - `seed`: for random scores, and for the choice among equal ones.

    Raises `ConfigError` for words and numbers that do not exist or that do not fit together.
    """

    match: str | tuple[str, ...]
    sparsity: float | None = None
    shape: str | Block = "element"
    scope: str = "tensor"
    score: str = "l1"
    seed: int = 0

    def __post_init__(self) -> None:
        if not isinstance(self.match, str):
            object.__setattr__(self, "match", tuple(self.match))
        for name, known in (("scope", SCOPES), ("score", SCORES)):
            word = getattr(self, name)
            if word not in known:
                near = difflib.get_close_matches(word, known, n=1)
                raise ConfigError(
                    f"{name} of prune rule {self.match!r} must be one of {', '.join(known)}, not"
                    f" {word!r}" + (f"; near name: {near[0]}" if near else "")
                )
        block = self.block
        if self.sparsity is None and not block.group:
            raise ConfigError(f"prune rule {self.match!r} must give a sparsity for {block}")
        if self.sparsity is not None:
            check_sparsity(self.sparsity, f"sparsity of prune rule {self.match!r}")
        if block.group and self.sparsity not in (None, 1 - block.keep / block.group):
            raise ConfigError(
                f"sparsity of prune rule {self.match!r} must be {1 - block.keep / block.group:g},"
                f" what {block} says, not {self.sparsity}; leave it out"
            )
        if self.scope == "row" and block.size[1] == 0:
            raise ConfigError(
                f"scope of prune rule {self.match!r} must be tensor or global for shape {block},"
                " which has one unit in a row, not 'row'"
            )
        if self.score == "sparsegpt" and (
            block.size != (1, 1) or block.number or not block.axis or self.scope == "global"
        ):
            raise ConfigError(
                f"score sparsegpt of prune rule {self.match!r} must have shape element or N:M along"
                f" axis 1, and scope tensor or row, not {block} and {self.scope}"
            )

    @property
    def block(self) -> Block:
        """The geometry that `shape` spells."""
        if isinstance(self.shape, Block):
            return self.shape
        return Block.parse(self.shape, f"shape of prune rule {self.match!r}")

    @property
    def asked(self) -> float:
        """The sparsity, which N:M says itself."""
        block = self.block
        if block.group:
            return 1 - block.keep / block.group
        assert self.sparsity is not None
        return self.sparsity


def check_sparsity(sparsity: float, name: str) -> None:
    """Raise `ConfigError` for a sparsity outside [0, 1)."""
    if not isinstance(sparsity, int | float) or not 0 <= sparsity < 1:
        raise ConfigError(f"{name} must be at least 0 and less than 1, not {sparsity!r}")


def match(model: nn.Module, pattern: str, kind: str, needs_weight: bool) -> list[str]:
    """Give the paths of the modules that a path or a pattern takes, in the model's order.

    A pattern takes modules without children, and with `needs_weight` those with a weight of two
    dimensions or more. `kind` is the word of the rule.
    Raises `ConfigError`, with near names, when it takes none.
    """
    modules = {
        path: module
        for path, module in model.named_modules()
        if not isinstance(module, Quantizer | Mask) and "parametrizations" not in path.split(".")
    }
    is_pattern = any(mark in pattern for mark in "*?[")
    able = {p: m for p, m in modules.items() if not needs_weight or _has_matrix(m)}
    if not is_pattern and pattern in able:
        return [pattern]
    leaves = [path for path, module in able.items() if _is_leaf(module)]
    found = [path for path in leaves if is_pattern and fnmatchcase(path, pattern)]
    if found:
        return found
    names = [path for path in able if path]
    near = difflib.get_close_matches(pattern, names, n=5, cutoff=0.4) or names[:5]
    fitting = " with a weight of two dimensions or more" if needs_weight else ""
    raise ConfigError(
        f"{kind} {pattern!r} must match a module{fitting}, and none of"
        f" {len(modules)} does; near names: {', '.join(near) or '(there are none)'}"
    )


def assign(model: nn.Module, rules: Sequence[PruneRule]) -> dict[str, PruneRule]:
    """Give the rule of each module path, in the model's order.

    Raises `ConfigError` for a rule that matches nothing, for a module that is pruned already, for
    a shape that does not divide a weight, and for a score that a module cannot have.
    """
    chosen: dict[str, PruneRule] = {}
    for rule in rules:
        for pattern in (rule.match,) if isinstance(rule.match, str) else rule.match:
            found = match(model, pattern, "prune rule", needs_weight=True)
            chosen.update(dict.fromkeys(found, rule))
    for path, rule in chosen.items():
        _check(model.get_submodule(path), path, rule)
    return {path: chosen[path] for path, _ in model.named_modules() if path in chosen}


def _check(module: nn.Module, path: str, rule: PruneRule) -> None:
    if mask_of(module) is not None:
        raise ConfigError(
            f"module {path!r} must be pruned once, and it is already; make its mask permanent"
            " first (`litho.compress.make_permanent`)"
        )
    weight = module.weight
    assert isinstance(weight, torch.Tensor)
    rule.block.grid(tuple(weight.shape), f"the weight of {path!r}")
    if rule.score in ("wanda", "sparsegpt") and not isinstance(module, nn.Linear):
        raise ConfigError(
            f"score {rule.score} must be asked for linear layers, not for the"
            f" {type(module).__name__} {path!r}; l1, l2 and movement know every weight"
        )


def _is_leaf(module: nn.Module) -> bool:
    children = module.named_children()
    return all(name == "parametrizations" or isinstance(c, Quantizer) for name, c in children)


def _has_matrix(module: nn.Module) -> bool:
    names = dict(module.named_parameters(recurse=False))
    own = names.get("weight")
    lists = module._modules.get("parametrizations")
    if own is None and lists is not None and "weight" in lists._modules:
        own = module.get_parameter("parametrizations.weight.original")
    return own is not None and own.dim() > 1
