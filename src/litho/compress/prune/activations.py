"""Prunes what modules give, by hooks: nothing is pruned here that no rule names."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.utils.hooks import RemovableHandle

from litho.compress.prune.rules import match
from litho.errors import ConfigError

__all__ = ["ActivationRule", "prune_activations"]


@dataclass(frozen=True, slots=True)
class ActivationRule:
    """Which results of the modules that match are set to zero.

    - `match`: a module path or a pattern, which takes modules without children.
    - `top_k`: in each row of the last axis so many stay, those of the greatest absolute values; of
      equal ones the first.
    - `threshold`: what is below it in absolute value goes.

    Exactly one of the two is given. Raises `ConfigError` otherwise.
    """

    match: str
    top_k: int | None = None
    threshold: float | None = None

    def __post_init__(self) -> None:
        if (self.top_k is None) == (self.threshold is None):
            raise ConfigError(
                f"activation rule {self.match!r} must give either top_k or threshold, not both or"
                " none"
            )
        if self.top_k is not None and self.top_k < 1:
            raise ConfigError(
                f"top_k of activation rule {self.match!r} must be 1 or more, not {self.top_k}"
            )
        if self.threshold is not None and not 0 <= self.threshold < float("inf"):
            raise ConfigError(
                f"threshold of activation rule {self.match!r} must be 0 or more and finite, not"
                f" {self.threshold}"
            )


def prune_activations(
    model: nn.Module, rules: Sequence[ActivationRule]
) -> tuple[RemovableHandle, ...]:
    """Prune what modules give from now on; `remove()` of a handle ends it.

    Hooks run in the order in which they were made: what is quantized before is quantized first.
    Hooks are in no state dict. Of several rules that match a module the last one counts.
    Raises `ConfigError` for a rule that matches nothing, and at a call that gives no tensor or
    fewer values than `top_k`.
    """
    chosen: dict[str, ActivationRule] = {}
    for rule in rules:
        found = match(model, rule.match, "activation rule", needs_weight=False)
        chosen.update(dict.fromkeys(found, rule))
    return tuple(
        model.get_submodule(path).register_forward_hook(_Hook(path, rule))
        for path, rule in chosen.items()
    )


class _Hook:
    """A hook behind the call of a module."""

    def __init__(self, path: str, rule: ActivationRule) -> None:
        self._path, self._rule = path, rule

    def __call__(self, module: nn.Module, args: tuple[Any, ...], output: Any) -> torch.Tensor:
        if not isinstance(output, torch.Tensor):
            raise ConfigError(
                f"outputs of {self._path!r} must be one tensor to be pruned, not a"
                f" {type(output).__name__}; match the modules inside instead"
            )
        if self._rule.threshold is not None:
            return torch.where(output.abs() >= self._rule.threshold, output, 0.0)
        assert self._rule.top_k is not None
        if output.shape[-1] < self._rule.top_k:
            raise ConfigError(
                f"top_k must be at most the {output.shape[-1]} values in a row of the outputs of"
                f" {self._path!r}, not {self._rule.top_k}"
            )
        order = output.detach().abs().argsort(dim=-1, descending=True, stable=True)
        kept = torch.zeros_like(output, dtype=torch.bool)
        kept = kept.scatter(-1, order[..., : self._rule.top_k], True)
        return torch.where(kept, output, 0.0)
