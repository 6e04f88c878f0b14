"""The hardware of `scale`: wires, since only the meaning of the codes changes."""

from litho.ir import NodeView
from litho.ops.reshape.block import same_codes
from litho.ops.scale.reference import evaluate
from litho.rtl import Block

__all__ = ["block"]


def block(view: NodeView) -> Block:
    """Give the block of one node.

    Raises `GraphError` for lanes that are not positive.
    """
    return same_codes(view, evaluate)
