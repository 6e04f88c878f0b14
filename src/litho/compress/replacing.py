"""Replaces whole layers of a module, in place."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import nn

from litho.compress.prune.rules import match
from litho.errors import ConfigError

__all__ = ["ReplaceRule", "replace"]


@dataclass(frozen=True, slots=True)
class ReplaceRule:
    """Which layers are replaced, and by what.

    - `match`: a module path (`blocks.0.fc1`), or a pattern (`blocks.*.fc?`), which takes modules
      without children. Of several rules that match a module the last one counts.
    - `make(path, old)`: gives the module that takes the place of `old`. The shapes of its
      parameters may depend on those of `old`, not on their values, so that a state dict fits the
      model when it is built again.
    """

    match: str
    make: Callable[[str, nn.Module], nn.Module]


def replace(model: nn.Module, rules: Sequence[ReplaceRule]) -> tuple[nn.Module, ...]:
    """Replace layers of `model` in place, wherever they stand in it; give the new ones.

    A mask and quantizers go with the layer that they are on. The new layer comes on the device of
    the model and into the mode of the old one.
    Raises `ConfigError` for a rule that matches nothing or the whole model, and for what is no
    module; the model is then as it was.
    """
    chosen: dict[str, ReplaceRule] = {}
    for rule in rules:
        found = match(model, rule.match, "replace rule", needs_weight=False)
        if "" in found:
            raise ConfigError(
                f"replace rule {rule.match!r} must match modules inside the model, not the model"
                " itself"
            )
        chosen.update(dict.fromkeys(found, rule))
    device = next((parameter.device for parameter in model.parameters()), torch.device("cpu"))
    made = {}
    for path, rule in chosen.items():
        old = model.get_submodule(path)
        made[old] = _checked(rule.make(path, old), path, rule).to(device).train(old.training)
    places = [
        (path, module)
        for path, module in model.named_modules(remove_duplicate=False)
        if module in made
    ]
    for path, module in places:
        model.set_submodule(path, made[module])
    return tuple(made.values())


def _checked(found: nn.Module, path: str, rule: ReplaceRule) -> nn.Module:
    if not isinstance(found, nn.Module):
        raise ConfigError(
            f"what replace rule {rule.match!r} makes of {path!r} must be a module, not a"
            f" {type(found).__name__}"
        )
    return found
