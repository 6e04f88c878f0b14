"""Streams inside a design, brought out of it and held up while it is compared."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

import numpy as np

from litho.errors import ConfigError
from litho.flow.codes import on_streams, samples_at_once
from litho.ir import Graph, Registry, has_state, interpret
from litho.ir.op import Codes
from litho.rtl import Connection, Design, Stream

__all__ = ["Taps", "results_in", "taps_of"]


@dataclass(frozen=True, slots=True)
class Taps:
    """Streams that are brought out under their own names, and the codes[samples, …] on them."""

    streams: tuple[Stream, ...]
    wanted: tuple[Codes, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the connections."""
        return tuple(stream.name for stream in self.streams)


def results_in(design: Design) -> list[tuple[Connection, str]]:
    """Give the connections that carry the result of a node, in the order in which data flow."""
    leaving = {item.source.instance: item for item in reversed(design.connections)}
    return [
        (leaving[instance.name], instance.node)
        for instance in design.instances
        if instance.node and instance.name in leaving
    ]


def taps_of(
    design: Design,
    graph: Graph,
    patterns: Sequence[str],
    inputs: dict[str, Codes],
    registry: Registry,
) -> Taps:
    """Give the results of the nodes whose names match, as the interpreter has them.

    `inputs` are codes[samples, *shape] by name; a node with state counts from reset on.
    Raises `ConfigError` for a pattern that matches no node.
    """
    found = results_in(design)
    for number, pattern in enumerate(patterns):
        if not any(fnmatchcase(node, pattern) for _, node in found):
            raise ConfigError(
                f"key 'simulate.taps[{number}]' must match a node, not {pattern!r}; nodes:"
                f" {', '.join(node for _, node in found)}"
            )
    chosen = [
        (connection, node)
        for connection, node in found
        if any(fnmatchcase(node, pattern) for pattern in patterns)
    ]
    streams = tuple(replace(design.stream_of(item), name=item.name) for item, _ in chosen)
    values = _values(graph, [node for _, node in chosen], inputs, registry)
    return Taps(streams, on_streams(streams, values))


def _values(
    graph: Graph, nodes: Sequence[str], inputs: dict[str, Codes], registry: Registry
) -> tuple[Codes, ...]:
    """Give codes[samples, *shape] of each node, a few samples at a time."""
    samples = len(next(iter(inputs.values())))
    size = samples if has_state(graph, registry) else samples_at_once(graph)
    parts: list[list[Codes]] = [[] for _ in nodes]
    for start in range(0, samples, size):
        given = {name: codes[start : start + size] for name, codes in inputs.items()}
        found = interpret(graph, given, registry, keep="all")
        for node, part in zip(nodes, parts, strict=True):
            part.append(found[node])
    return tuple(np.concatenate(part) for part in parts)
