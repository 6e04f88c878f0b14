"""A case of a study: one target, and what is done to it, on a copy of the model."""

import copy
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from torch import nn

from litho.compress.prune import PruneRule, prune
from litho.compress.prune.pruning import prepare
from litho.compress.quantize import quantize
from litho.compress.rules import QuantizeRule
from litho.compress.sensitivity.targets import Target
from litho.errors import ConfigError

__all__ = ["Case", "check_cases", "compressed", "needed_batches"]

_SEEING = ("wanda", "sparsegpt")  # scores that see the inputs of a matrix


@dataclass(frozen=True, slots=True)
class Case:
    """Each matrix of `target` is pruned or quantized as `rule` says; what it matches plays no part.

    Raises `ConfigError` for a rule that a case cannot have: scope `global`, in which matrices
    compete, and score `movement`, which needs a loss.
    """

    target: Target
    rule: PruneRule | QuantizeRule

    def __post_init__(self) -> None:
        if not isinstance(self.rule, PruneRule):
            return
        if self.rule.scope == "global" or self.rule.score == "movement":
            raise ConfigError(
                "a case must prune in scope tensor or row, by a score other than movement, not in"
                f" scope {self.rule.scope} by {self.rule.score}"
            )

    @property
    def shape(self) -> str:
        """The spelling of the shape that is pruned; "" where formats are tried."""
        return str(self.rule.block) if isinstance(self.rule, PruneRule) else ""

    @property
    def value(self) -> float | str:
        """The sparsity, or the format."""
        if isinstance(self.rule, PruneRule):
            return self.rule.asked
        return self.rule.weights or self.rule.inputs or self.rule.outputs or ""

    @property
    def sees_inputs(self) -> bool:
        """Whether batches are run through the model for it."""
        return not isinstance(self.rule, PruneRule) or self.rule.score in _SEEING

    @property
    def name(self) -> str:
        """The case in words."""
        what = f"{self.shape} {self.value:g}" if self.shape else str(self.value)
        return f"{self.target.group} {self.target.name}, {what}"


def check_cases(model: nn.Module, cases: Sequence[Case]) -> None:
    """Raise `ConfigError` when a matrix cannot be pruned as a case says, before any is judged."""
    rules = [rule for case in cases for rule in _rules(case) if isinstance(rule, PruneRule)]
    for rule in dict.fromkeys(rules):
        prepare(model, [rule])


def needed_batches(case: Case, batches: Iterable[Any]) -> Iterable[Any]:
    """Give those of `batches` that a case sees: all, where inputs count; else one, or none.

    Quantized weights need one to follow the grids of sums through the model.
    """
    if not case.sees_inputs:
        return ()
    is_one_enough = isinstance(case.rule, QuantizeRule) and not (
        case.rule.inputs or case.rule.outputs
    )
    return islice(batches, 1) if is_one_enough else batches


def compressed(
    model: nn.Module, case: Case, batches: Iterable[Any] = (), *, sums: str = "wide"
) -> nn.Module:
    """Give a copy of `model` with what the case says done to it; the model stays as it is.

    `batches` are as in `prune` and `quantize`, and `sums` as in `quantize`.
    Raises what those raise.
    """
    found, rules = copy.deepcopy(model), _rules(case)
    seen = needed_batches(case, batches)
    pruning = [rule for rule in rules if isinstance(rule, PruneRule)]
    if pruning:
        prune(found, pruning, seen)
    else:
        quantize(found, [rule for rule in rules if isinstance(rule, QuantizeRule)], seen, sums=sums)
    return found.eval()


def _rules(case: Case) -> list[PruneRule | QuantizeRule]:
    """Give the rule of a case for each of its matrices."""
    return [replace(case.rule, match=path) for path in case.target.paths]
