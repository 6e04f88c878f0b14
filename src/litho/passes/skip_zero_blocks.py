"""Lets products with known weights skip the blocks that are zero."""

from dataclasses import dataclass, replace

from litho.errors import ConfigError
from litho.ir import Constant, Graph, Node, Registry
from litho.ops.sparse_linear.reference import SparseLinearParams
from litho.passes._matching import matched_linears, path_of
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
        matched = matched_linears(graph, self.match, "SkipZeroBlocks")
        return graph.with_nodes(
            self._skipping(graph, node) if node.name in matched else node for node in graph.nodes
        )

    def _skipping(self, graph: Graph, node: Node) -> Node:
        weight = graph.definition(node.inputs[1])
        assert isinstance(weight, Constant), "a linear has a constant weight"
        unit = self.block.unit(weight.values.shape, f"the weight of {path_of(node)!r}")
        if Block(unit).split(weight.values != 0).any((1, 3)).all():
            return node
        return replace(
            node, op="sparse_linear", params=SparseLinearParams(node.params.format, unit)
        )
