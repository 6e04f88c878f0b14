"""Prunes step by step while a model is trained."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import nn

from litho.compress.prune.evidence import Evidence, Loss, gather
from litho.compress.prune.mask import Mask, attach, mask_of, weight_of
from litho.compress.prune.pruning import Pruned, choose, prepare, pruned
from litho.compress.prune.rules import PruneRule, check_sparsity
from litho.compress.prune.selecting import count
from litho.errors import ConfigError, DataError
from litho.sparsity import Block

__all__ = ["Gradual", "OneShot", "Pruner", "Schedule"]


@dataclass(frozen=True, slots=True)
class OneShot:
    """All at once at step `at`, counted from 0."""

    at: int = 0

    def __post_init__(self) -> None:
        if self.at < 0:
            raise ConfigError(f"the step of a one-shot schedule must be 0 or more, not {self.at}")

    def sparsity(self, final: float, step: int) -> float:
        """Give the sparsity at `step` when `final` is asked for."""
        return final if step >= self.at else 0.0

    def is_due(self, step: int) -> bool:
        """Say whether masks are chosen at `step`."""
        return step == self.at


@dataclass(frozen=True, slots=True)
class Gradual:
    """From `initial` sparsity to that of the rule over `steps` steps from `start`, each `every`.

    s(t) = s_f + (s_i - s_f) (1 - (t - start) / steps)^3, Zhu, Gupta: To prune, or not to prune,
    2017. Raises `ConfigError` for numbers that make no schedule.
    """

    start: int
    steps: int
    every: int = 1
    initial: float = 0.0

    def __post_init__(self) -> None:
        if self.start < 0 or self.every < 1 or self.steps < 1 or self.steps % self.every:
            raise ConfigError(
                "a gradual schedule must start at step 0 or later and take steps that `every`"
                f" divides, not start {self.start}, steps {self.steps}, every {self.every}"
            )
        check_sparsity(self.initial, "the initial sparsity of a gradual schedule")

    def sparsity(self, final: float, step: int) -> float:
        """Give the sparsity at `step` when `final` is asked for."""
        if step < self.start:
            return 0.0
        left = max(1 - (step - self.start) / self.steps, 0.0)
        return final + (min(self.initial, final) - final) * left**3

    def is_due(self, step: int) -> bool:
        """Say whether masks are chosen at `step`."""
        is_inside = self.start <= step <= self.start + self.steps
        return is_inside and (step - self.start) % self.every == 0


Schedule = OneShot | Gradual


class Pruner:
    """Chooses masks on schedule inside a training loop; call `step()` after each `backward()`.

    What was dropped stays dropped. With score `movement` each step adds minus weight times
    gradient; `wanda` sees the batches once, before the first step. On the way to N:M each group of
    M drops round-half-even(sparsity x M) of its members.
    Masks lie in the state dict of the model, all else in that of the pruner.
    """

    def __init__(
        self,
        model: nn.Module,
        rules: Sequence[PruneRule],
        schedule: Schedule,
        batches: Iterable[Any] = (),
        *,
        loss: Loss | None = None,
    ) -> None:
        """Put masks that drop nothing on the modules of the rules.

        Raises `ConfigError` for rules that contradict the model or the schedule.
        """
        for rule in rules:
            if rule.score == "sparsegpt":
                raise ConfigError(
                    f"prune rule {rule.match!r} must be applied at once, by `prune`, with score"
                    " sparsegpt"
                )
        self.model, self.schedule, self.done = model, schedule, 0
        self._chosen = prepare(model, rules)
        seen = {path: rule for path, rule in self._chosen.items() if rule.score == "wanda"}
        self._evidence: Evidence = gather(model, seen, batches, loss)
        for path, rule in self._chosen.items():
            module = model.get_submodule(path)
            whole = torch.ones_like(weight_of(module), dtype=torch.bool)
            attach(module, Mask(whole, rule.block, 0.0, rule.score))

    def step(self) -> tuple[Pruned, ...]:
        """Count one step of training; give the table when masks were chosen, else nothing."""
        step, self.done = self.done, self.done + 1
        self._move()
        if not self.schedule.is_due(step):
            return ()
        found = choose(
            self.model,
            self._chosen,
            self._evidence,
            lambda rule: self.schedule.sparsity(rule.asked, step),
        )
        for path, rule in self._chosen.items():
            mask = mask_of(self.model.get_submodule(path))
            assert mask is not None, "masks stay while their pruner works"
            asked = self.schedule.sparsity(rule.asked, step)
            mask.change(found[path], _block_at(rule, asked), asked)
        return pruned(self.model)

    def state_dict(self) -> dict[str, Any]:
        """Give the steps that are done and what scores have seen, to be saved beside the model."""
        return {
            "of": self._of(),
            "done": self.done,
            "norms": dict(self._evidence.norms),
            "movement": dict(self._evidence.movement),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on where the pruner went that `state` is of; its model is loaded by itself.

        Raises `DataError` for the state of other rules or of another schedule.
        """
        own, saved = self._of(), state.get("of", {})
        for name in own | saved:
            if own.get(name) != saved.get(name):
                raise DataError(
                    f"the state of a pruner must have the {name} {own.get(name, 'nothing')}, not"
                    f" {saved.get(name, 'nothing')}; make the pruner as the one that was saved"
                )
        self.done = state["done"]
        for found, saved in (
            (self._evidence.norms, state["norms"]),
            (self._evidence.movement, state["movement"]),
        ):
            found.clear()
            for path, values in saved.items():
                found[path] = values.to(weight_of(self.model.get_submodule(path)).device)

    def _of(self) -> dict[str, str]:
        """Give what must agree with a state."""
        rules = {f"rule of {path!r}": str(rule) for path, rule in self._chosen.items()}
        return {"schedule": str(self.schedule), **rules}

    def _move(self) -> None:
        for path, rule in self._chosen.items():
            if rule.score != "movement":
                continue
            weight = weight_of(self.model.get_submodule(path))
            if weight.grad is None:
                raise ConfigError(
                    f"score movement must see a gradient of {path!r} at each step; call `step()`"
                    " after `backward()` and before `zero_grad()`"
                )
            moved = -(weight.detach().double() * weight.grad.double())
            self._evidence.movement[path] = self._evidence.movement.get(path, 0) + moved


def _block_at(rule: PruneRule, asked: float) -> Block:
    """Give what a mask is made of while `asked` is asked for: 3:4, say, on the way to 2:4."""
    block = rule.block
    keep = block.group - count(asked, block.group)
    return replace(block, keep=keep) if 0 < keep < block.group else block
