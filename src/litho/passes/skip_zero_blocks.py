"""Lets products with known weights skip the blocks that are zero."""

import difflib
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from litho.errors import ConfigError
from litho.ir import Constant, Graph, Node, Registry
from litho.ops.sparse_linear.reference import SparseLinearParams
from litho.sparsity import Block

__all__ = ["SkipZeroBlocks"]


@dataclass(frozen=True, slots=True)
class SkipZeroBlocks:
    """Turn each `linear` whose weight has blocks of zeros into a `sparse_linear`.

    - `match`: pattern of the PyTorch path of a node, or several; of its name where it has no path.
    - `block`: what is skipped at once, of any spelling but N:M.

    A weight without a block of zeros stays as it is. Codes are those of before.
    Raises `ConfigError` for a pattern that no `linear` matches, for N:M, and for a block that does
    not divide a weight that is matched.
    """

    match: str | tuple[str, ...]
    block: Block

    def __call__(self, graph: Graph, registry: Registry) -> Graph:
        """Give the graph in which zero blocks are skipped."""
        del registry
        if self.block.group:
            raise ConfigError(
                f"SkipZeroBlocks must be given a block, not groups {self.block}; a group of N:M is"
                " never zero as a whole"
            )
        matched = self._matched(graph)
        return graph.with_nodes(
            self._skipping(graph, node) if node.name in matched else node for node in graph.nodes
        )

    def _matched(self, graph: Graph) -> set[str]:
        paths = {node.name: _path(node) for node in graph.nodes if _is_dense(graph, node)}
        found: set[str] = set()
        for pattern in (self.match,) if isinstance(self.match, str) else self.match:
            taken = {name for name, path in paths.items() if fnmatchcase(path, pattern)}
            if not taken:
                known = list(dict.fromkeys(paths.values()))
                near = difflib.get_close_matches(pattern, known, n=5, cutoff=0.4) or known[:5]
                raise ConfigError(
                    f"SkipZeroBlocks {pattern!r} must match a linear, and none of {len(paths)}"
                    f" does; near names: {', '.join(near) or '(there are none)'}"
                )
            found |= taken
        return found

    def _skipping(self, graph: Graph, node: Node) -> Node:
        weight = graph.definition(node.inputs[1])
        assert isinstance(weight, Constant), "a linear has a constant weight"
        unit = self.block.unit(weight.values.shape, f"the weight of {_path(node)!r}")
        if Block(unit).split(weight.values != 0).any((1, 3)).all():
            return node
        return replace(
            node, op="sparse_linear", params=SparseLinearParams(node.params.format, unit)
        )


def _is_dense(graph: Graph, node: Node) -> bool:
    return node.op == "linear" and not node.host and graph.is_constant(node.inputs[1])


def _path(node: Node) -> str:
    return node.origin.path or node.name
