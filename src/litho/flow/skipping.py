"""The zeros that a configuration lets its hardware skip, and hold its operands for."""

from collections.abc import Callable

from litho.errors import ConfigError
from litho.flow.config import Hardware, Skip
from litho.ir import Graph, Registry
from litho.passes import HoldZeros, SkipZeroBeats, SkipZeroBlocks
from litho.sparsity import Block

__all__ = ["skipping", "sparing"]


def skipping(graph: Graph, hardware: Hardware, known: Registry) -> Graph:
    """Give `graph` with the zero blocks skipped that the configuration names, rule by rule.

    Raises `ConfigError` for a rule that matches no linear that is still dense, for a block that
    does not divide a weight it matches, and for one that is zero nowhere.
    """
    for number, rule in enumerate(hardware.skip):
        graph = _skipped(graph, rule, f"hardware.skip[{number}]", known)
    return graph


def sparing(graph: Graph, hardware: Hardware, known: Registry) -> Graph:
    """Give `graph` with products that hold or skip zeros, where the configuration names any.

    Raises `ConfigError` for a pattern that matches no linear that is still dense, and for a linear
    that is to do both.
    """
    held = _spared(graph, "hold_zeros", hardware.hold_zeros, HoldZeros, known)
    found = _spared(held, "skip_zeros", hardware.skip_zeros, SkipZeroBeats, known)
    for before, after in zip(held.nodes, found.nodes, strict=True):
        if after != before != graph.node(before.name):
            raise ConfigError(
                f"keys 'hardware.hold_zeros' and 'hardware.skip_zeros' must name different linears,"
                f" and both match %{after.name} ({after.origin}); leave it to one of them"
            )
    return found


def _spared(
    graph: Graph,
    key: str,
    match: tuple[str, ...],
    make: Callable[[tuple[str, ...]], HoldZeros | SkipZeroBeats],
    known: Registry,
) -> Graph:
    if not match:
        return graph
    try:
        return make(match)(graph, known)
    except ConfigError as error:
        raise ConfigError(f"key 'hardware.{key}': {error}") from error


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
