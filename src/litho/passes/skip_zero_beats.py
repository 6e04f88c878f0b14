"""Lets products with known weights leave out the beats of their input that are zero."""

from dataclasses import dataclass

from litho.ir import Graph, Registry
from litho.passes._matching import with_zeros

__all__ = ["SkipZeroBeats"]


@dataclass(frozen=True, slots=True)
class SkipZeroBeats:
    """Let each `linear` that matches skip the beats of nothing but zeros, while the design runs.

    `match` is a pattern of the PyTorch path of a node, or several; of its name where it has no
    path. Codes are those of before; a row takes fewer cycles the more of its beats are zero, and
    never more.
    Raises `ConfigError` for a pattern that no `linear` matches.
    """

    match: str | tuple[str, ...]

    def __call__(self, graph: Graph, registry: Registry) -> Graph:
        """Give the graph in which beats are skipped."""
        del registry
        return with_zeros(graph, self.match, "SkipZeroBeats", "skip")
