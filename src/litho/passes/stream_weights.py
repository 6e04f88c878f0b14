"""Lets products take their weights from a stream, so that one design serves many checkpoints."""

from dataclasses import dataclass, replace

from litho.errors import FormatError, GraphError
from litho.ir import Constant, Graph, Node, Registry, TensorType
from litho.ops.loaded_linear.reference import LoadedLinearParams, bias_type

__all__ = ["StreamWeights"]


@dataclass(frozen=True, slots=True)
class StreamWeights:
    """Turn each `linear` into a `loaded_linear`, whose memories a stream fills after reset.

    Sums become as wide as any weights and biases of these formats need, and the types of what
    follows are inferred anew, so that they depend on no value. Codes are those of before.
    Raises `GraphError` for a graph without a `linear`, for a bias beyond what the products of its
    layer can sum to, and, with the node, for an operation that takes no input of that width.
    """

    def __call__(self, graph: Graph, registry: Registry) -> Graph:
        """Give the graph whose weights are loaded."""
        known = {item.name: item for item in graph.constants}
        types = {item.name: item.type for item in graph.inputs}
        types |= {name: item.type for name, item in known.items()}
        nodes = []
        for node in graph.nodes:
            if _has_weights(graph, node):
                node = _loaded(node, known, types)
            if isinstance(node.type, TensorType):
                types[node.name] = _inferred(node, types, registry)
                node = replace(node, type=types[node.name])
            nodes.append(node)
        if not any(node.op == "loaded_linear" for node in nodes):
            raise GraphError(
                f"graph {graph.name!r} must have a linear to stream weights to, and has none; leave"
                " weights in ROM"
            )
        return replace(graph, constants=tuple(known.values())).with_nodes(nodes)


def _has_weights(graph: Graph, node: Node) -> bool:
    constants = all(graph.is_constant(name) for name in node.inputs[1:])
    return node.op == "linear" and not node.host and constants


def _loaded(node: Node, known: dict[str, Constant], types: dict[str, TensorType]) -> Node:
    """Give the node that takes its place, its bias in the format that any may have."""
    for name in node.inputs[2:]:
        kind, values = bias_type(types[node.inputs[0]], types[node.inputs[1]]), known[name].values
        if values.min() < kind.codes.low or values.max() > kind.codes.high:
            raise GraphError(
                f"bias of %{node.name} (from {node.origin}) must be a sum that its products could"
                f" have, {kind.codes.low} to {kind.codes.high}, to be streamed, not {values.min()}"
                f" to {values.max()}; give inputs or weights a wider format, or leave weights in"
                " ROM"
            )
        known[name], types[name] = replace(known[name], type=kind), kind
    return replace(node, op="loaded_linear", params=LoadedLinearParams())


def _inferred(node: Node, types: dict[str, TensorType], registry: Registry) -> TensorType:
    op = registry.find(node.op, node.origin)
    try:
        return op.infer_type(node.params, tuple(types[name] for name in node.inputs))
    except (FormatError, GraphError) as error:
        raise GraphError(
            f"%{node.name} ({node.op}, from {node.origin}) must fit any weights before it, to be"
            f" streamed, and does not: {error}; requantize before it, or leave weights in ROM"
        ) from error
