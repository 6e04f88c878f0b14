"""How much of the time the multipliers of a design multiply, node by node."""

from dataclasses import dataclass
from fractions import Fraction

from litho.errors import GraphError
from litho.ir import Graph, Lanes, Node, TensorType

__all__ = ["ArrayUse", "Utilization", "array_sizes", "utilization"]

# The operations whose hardware is an array of lanes in times lanes out multipliers.
_ARRAYS = ("linear", "loaded_linear", "matmul")


@dataclass(frozen=True, slots=True)
class ArrayUse:
    """The array of one node: its multipliers and what they do for a tensor.

    `products` are those of the operation; in `busy` cycles the array works, with lanes that are
    padded on the last beat of a row. `share` is what the products are of all that the multipliers
    could have given in an interval.
    """

    node: str
    op: str
    multipliers: int
    products: int
    busy: int
    share: Fraction


@dataclass(frozen=True, slots=True)
class Utilization:
    """The arrays of a graph, when a tensor is taken every `interval` cycles."""

    interval: int
    arrays: tuple[ArrayUse, ...]

    @property
    def multipliers(self) -> int:
        """Multipliers of all arrays."""
        return sum(item.multipliers for item in self.arrays)

    @property
    def products(self) -> int:
        """Products of a tensor."""
        return sum(item.products for item in self.arrays)

    @property
    def share(self) -> Fraction:
        """The products of a tensor over all that the multipliers could have given."""
        return Fraction(self.products, self.multipliers * self.interval)


def utilization(graph: Graph, interval: int) -> Utilization:
    """Give how the multipliers of a graph are used at an interval, in its order.

    Raises `GraphError` for a graph that has none.
    """
    sizes = array_sizes(graph)
    if not sizes:
        raise GraphError(
            f"a graph must have nodes that multiply ({', '.join(_ARRAYS)}) to use multipliers, and"
            f" {graph.name!r} has none"
        )
    uses = (_use(graph.node(name), size, interval) for name, size in sizes.items())
    return Utilization(interval, tuple(uses))


def array_sizes(graph: Graph) -> dict[str, tuple[int, int, int]]:
    """Give, of each node with an array, the rows of its result, the terms of a sum, the columns."""
    return {
        node.name: (node.type.rows, graph.type_of(node.inputs[0]).row, node.type.row)
        for node in graph.nodes
        if node.op in _ARRAYS and isinstance(node.type, TensorType)
    }


def _use(node: Node, size: tuple[int, int, int], interval: int) -> ArrayUse:
    rows, terms, columns = size
    lanes = node.lanes or Lanes(1, 1)  # what is emitted without a choice
    multipliers, products = lanes.inputs * lanes.outputs, rows * terms * columns
    busy = rows * -(-terms // lanes.inputs) * -(-columns // lanes.outputs)
    share = Fraction(products, multipliers * interval)
    return ArrayUse(node.name, node.op, multipliers, products, busy, share)
