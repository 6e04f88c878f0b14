"""Runs any sequence of quantizing, pruning and replacing on a model, and builds it again.

table = apply(model, [PruneStep((PruneRule("*", 0.5),)), QuantizeStep(rules)], batches)
torch.save(model.state_dict(), path)
rebuild(fresh, steps, torch.load(path))
fresh.load_state_dict(torch.load(path))
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from litho.compress.batches import Batches, Walk
from litho.compress.layer import passing
from litho.compress.listing import LayerRow, layers
from litho.compress.prune import PruneRule, prune, restore
from litho.compress.prune.evidence import Loss
from litho.compress.quantize import await_state, fit_in, quantize
from litho.compress.replacing import ReplaceRule, replace
from litho.compress.rules import QuantizeRule
from litho.compress.settling import check_sums

__all__ = ["PruneStep", "QuantizeStep", "ReplaceStep", "Step", "apply", "rebuild"]


@dataclass(frozen=True, slots=True)
class QuantizeStep:
    """One call of `quantize`: of the rules that match a module the last one counts."""

    rules: tuple[QuantizeRule, ...]


@dataclass(frozen=True, slots=True)
class PruneStep:
    """One call of `prune`: of the rules that match a module the last one counts.

    With `sequential` layer after layer is pruned.
    """

    rules: tuple[PruneRule, ...]
    sequential: bool = False


@dataclass(frozen=True, slots=True)
class ReplaceStep:
    """Layers that are replaced whole: of the rules that match a module the last one counts."""

    rules: tuple[ReplaceRule, ...]


Step = QuantizeStep | PruneStep | ReplaceStep


def apply(
    model: nn.Module,
    steps: Sequence[Step],
    batches: Batches = (),
    *,
    loss: Loss | None = None,
    inputs: Callable[[Any], Any] | None = None,
    sums: str = "exact",
) -> tuple[LayerRow, ...]:
    """Run `steps` on `model` in order, in place, and give its table of layers.

    Each step sees the model as those before it left it. Batches are walked as often as steps need
    them, so they are a list or a function that gives an iterator. A batch is the model's input, as
    in `quantize`; where it holds more, `inputs(batch)` gives the input and `loss(model, batch)`,
    which the score movement needs, takes the whole. `sums` is what it is in `quantize`.
    Raises what `quantize`, `prune` and rules raise, and `ConfigError` for batches that can be
    walked only once; steps before the one that fails stay done.
    """
    check_sums(sums)
    whole, given = Walk(batches), Walk(batches, inputs)
    for step in steps:
        if isinstance(step, QuantizeStep):
            quantize(model, step.rules, given, sums=sums)
        elif isinstance(step, PruneStep):
            seen = whole if loss else given
            prune(model, step.rules, seen, loss=loss, sequential=step.sequential)
        else:
            fit_in(model, replace(model, step.rules), given, sums=sums)
    return layers(model)


def rebuild(
    model: nn.Module,
    steps: Sequence[Step],
    state: Mapping[str, torch.Tensor],
    *,
    sums: str = "exact",
) -> None:
    """Put on a fresh `model` what `steps` put on the one that `state` is of, so that it can load.

    Quantizers come and layers are replaced by the steps; masks come from the state, which has none
    where they were made permanent. Nothing is calibrated, scored or run: `load_state_dict(state)`
    brings what was chosen.
    Raises what rules raise, and `DataError` for a mask that fits no weight.
    """
    check_sums(sums)
    for step in steps:
        if isinstance(step, QuantizeStep):
            await_state(model, step.rules, sums=sums)
        elif isinstance(step, ReplaceStep):
            with passing(model.modules()):  # the layer to be replaced may be asked for its weight
                made = replace(model, step.rules)
            fit_in(model, made, sums=sums)
    restore(model, state)
