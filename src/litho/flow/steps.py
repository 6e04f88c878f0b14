"""The tables [[quantize]] and [[compress]] as the steps that `litho.compress` takes."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from litho.flow.config import Compress, Config, Prune, Quantize, Replace
from litho.flow.start import inherited_tables

if TYPE_CHECKING:
    from litho.compress import PruneRule, QuantizeRule, ReplaceRule, Step

__all__ = ["all_steps", "own_tables", "prune_rules", "quantize_rules", "started_steps", "step_of"]


def own_tables(config: Config) -> tuple[Compress, ...]:
    """Give the tables [[compress]] that this run applies; those before are of where it starts."""
    return config.compress[inherited_tables(config) :]


def started_steps(config: Config) -> "tuple[Step, ...]":
    """Give the steps that a network has behind it before this run compresses it."""
    return _steps(config, config.compress[: inherited_tables(config)])


def all_steps(config: Config) -> "tuple[Step, ...]":
    """Give the steps that a network has behind it when the run has ended."""
    return _steps(config, config.compress)


def _steps(config: Config, tables: Sequence[Compress]) -> "tuple[Step, ...]":
    from litho.compress import QuantizeStep

    quantized = (QuantizeStep(quantize_rules(config.quantize)),) if config.quantize else ()
    return (*quantized, *(step_of(table, config.seed) for table in tables))


def step_of(table: Compress, seed: int) -> "Step":
    """Give a table as a step; `seed` is for rules without one."""
    from litho.compress import PruneStep, QuantizeStep, ReplaceStep

    if table.quantize:
        return QuantizeStep(quantize_rules(table.quantize))
    if table.prune:
        return PruneStep(prune_rules(table.prune, seed), table.sequential)
    return ReplaceStep(tuple(_replace_rules(table.replace)))


def quantize_rules(rules: Sequence[Quantize]) -> "tuple[QuantizeRule, ...]":
    """Give rules as the quantizer takes them, one for each pattern."""
    from litho.compress import QuantizeRule

    return tuple(
        QuantizeRule(**{**_fields(rule), "match": path}) for rule in rules for path in _paths(rule)
    )


def prune_rules(rules: Sequence[Prune], seed: int) -> "tuple[PruneRule, ...]":
    """Give rules as the pruner takes them; `seed` is for those without.

    A rule stays one, whatever it matches: units compete with all of its scope.
    """
    from litho.compress import PruneRule

    return tuple(
        PruneRule(**{**_fields(rule), "seed": seed if rule.seed is None else rule.seed})
        for rule in rules
    )


def _replace_rules(rules: Sequence[Replace]) -> "Iterator[ReplaceRule]":
    from litho import tasks
    from litho.compress import ReplaceRule

    for rule in rules:
        make = partial(tasks.load_layer, rule.module, rule.options)
        for path in _paths(rule):
            yield ReplaceRule(path, make)


def _fields(rule: Quantize | Prune) -> dict[str, Any]:
    return {name: getattr(rule, name) for name in rule.__struct_fields__}


def _paths(rule: Quantize | Replace) -> tuple[str, ...]:
    return (rule.match,) if isinstance(rule.match, str) else rule.match
