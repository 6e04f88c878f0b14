"""Lets products with known weights keep their operands still where the input is zero."""

from dataclasses import dataclass

from litho.ir import Graph, Registry
from litho.passes._matching import with_zeros

__all__ = ["HoldZeros"]


@dataclass(frozen=True, slots=True)
class HoldZeros:
    """Let each `linear` that matches hold its operands for beats of nothing but zeros.

    `match` is a pattern of the PyTorch path of a node, or several; of its name where it has no
    path. Codes and cycles are those of before; fewer bits toggle.
    Raises `ConfigError` for a pattern that no `linear` matches.
    """

    match: str | tuple[str, ...]

    def __call__(self, graph: Graph, registry: Registry) -> Graph:
        """Give the graph in which operands are held."""
        del registry
        return with_zeros(graph, self.match, "HoldZeros", "hold")
