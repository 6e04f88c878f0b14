"""The hardware of one node, whatever its operation."""

from dataclasses import replace

from litho.errors import GraphError, UnsupportedError
from litho.ir import Graph, Node, Registry
from litho.ir.interpreter import view_of
from litho.rtl import Block

__all__ = ["block_of"]


def block_of(graph: Graph, node: Node, registry: Registry) -> Block:
    """Give the block of `node`, which reads values of `graph` and need not be its own.

    Raises `UnsupportedError` when there is none for the format of its first input.
    """
    if node.host:
        raise GraphError(
            f"{node.op} {node.name!r} (from {node.origin}) must be on the chip to be emitted, not"
            " on the host; cut the graph behind the nodes of the host"
        )
    op, view = registry.find(node.op, node.origin), replace(view_of(graph, node.name), node=node)
    family = view.types[0].format.family
    if family not in op.blocks:
        known = f"blocks exist for: {', '.join(sorted(op.blocks))}" if op.blocks else "it has none"
        raise UnsupportedError(
            f"{node.op} {node.name!r} (from {node.origin}) has no block for"
            f" {view.types[0].format}; {known}. Requantize before it, or see CONTRIBUTING.md on"
            " adding an operation"
        )
    block = op.blocks[family](view)
    assert isinstance(block, Block), f"{node.op} must give a Block"
    return block
