"""What a pass is, and how a list of them runs."""

from collections.abc import Iterable
from typing import Protocol

from litho.ir import Graph, Registry, check

__all__ = ["Pass", "run"]


class Pass(Protocol):
    """A frozen dataclass that makes a graph from a graph; `registry` holds the known ops."""

    def __call__(self, graph: Graph, registry: Registry) -> Graph:
        """Give the new graph."""
        ...


def run(graph: Graph, passes: Iterable[Pass], registry: Registry) -> Graph:
    """Give `graph` after each pass in turn; the rules are checked after each.

    Raises what a pass or a broken rule raises.
    """
    for step in passes:
        graph = check(step(graph, registry), registry)
    return graph
