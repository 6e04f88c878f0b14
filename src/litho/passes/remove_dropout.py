"""Takes dropout out of a captured graph."""

from dataclasses import dataclass

from litho.ir import AtenCall, Graph, Node, Registry

__all__ = ["RemoveDropout"]

_DROPOUTS = tuple(
    f"aten.{name}{mark}.default"
    for name in ("dropout", "feature_dropout", "alpha_dropout", "feature_alpha_dropout")
    for mark in ("", "_")
)


@dataclass(frozen=True, slots=True)
class RemoveDropout:
    """Let the readers of each dropout read what it reads: dropout is the identity in eval.

    A graph captured in training mode loses its dropout too; call `model.eval()` before capture
    when other layers depend on the mode.
    """

    def __call__(self, graph: Graph, registry: Registry) -> Graph:
        """Give the graph without dropout."""
        del registry
        for node in graph.nodes:
            if _is_dropout(node):
                graph = graph.replace_uses(node.name, graph.node(node.name).inputs[0])
                graph = graph.remove(node.name)
        return graph


def _is_dropout(node: Node) -> bool:
    return node.op in _DROPOUTS and isinstance(node.params, AtenCall)
