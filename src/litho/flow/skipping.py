"""The zeros that a configuration lets its hardware skip, and hold its operands for."""

from litho.errors import ConfigError
from litho.flow.config import Hardware, Skip
from litho.ir import Graph, Registry
from litho.passes import HoldZeros, SkipZeroBlocks
from litho.sparsity import Block

__all__ = ["holding", "skipping"]


def skipping(graph: Graph, hardware: Hardware, known: Registry) -> Graph:
    """Give `graph` with the zero blocks skipped that the configuration names, rule by rule.

    Raises `ConfigError` for a rule that matches no linear that is still dense, for a block that
    does not divide a weight it matches, and for one that is zero nowhere.
    """
    for number, rule in enumerate(hardware.skip):
        graph = _skipped(graph, rule, f"hardware.skip[{number}]", known)
    return graph


def holding(graph: Graph, hardware: Hardware, known: Registry) -> Graph:
    """Give `graph` with products that hold their operands, where the configuration names any.

    Raises `ConfigError` for a pattern that matches no linear that is still dense.
    """
    if not hardware.hold_zeros:
        return graph
    try:
        return HoldZeros(hardware.hold_zeros)(graph, known)
    except ConfigError as error:
        raise ConfigError(f"key 'hardware.hold_zeros': {error}") from error


def _skipped(graph: Graph, rule: Skip, key: str, known: Registry) -> Graph:
    try:
        found = SkipZeroBlocks(rule.match, Block.parse(rule.block))(graph, known)
    except ConfigError as error:
        raise ConfigError(f"table '{key}': {error}") from error
    if found == graph:
        raise ConfigError(
            f"key '{key}.block' must be a block that is zero somewhere, and no linear that"
            f" {rule.match!r} matches has a zero {rule.block}; prune it in such blocks by"
            " [[compress]], or remove the rule"
        )
    return found
