"""The interpreter: whole test sets through the integer graph. Its result is the accuracy."""

from collections.abc import Mapping

import numpy as np

from litho.errors import GraphError
from litho.ir.graph import Constant, Graph, Input
from litho.ir.op import Codes, NodeView, Registry

__all__ = ["interpret", "view_of"]


def interpret(
    graph: Graph, inputs: Mapping[str, Codes], registry: Registry, keep: str = "outputs"
) -> dict[str, Codes]:
    """Give codes[samples, *shape] of the outputs, from those of the inputs.

    `keep` is `outputs`, or `all` for the codes of every node as well.
    Raises `GraphError` for inputs that are absent, unknown, of a wrong shape or out of range.
    """
    values: dict[str, Codes] = dict(_checked_inputs(graph, inputs))
    values.update((constant.name, constant.values) for constant in graph.constants)
    last_use = {name: node.name for node in graph.nodes for name in node.inputs}
    for node in graph.nodes:
        view = view_of(graph, node.name)
        op = registry.find(node.op, node.origin)
        values[node.name] = op.evaluate(
            node.params, view.types, tuple(values[name] for name in node.inputs)
        )
        if keep == "outputs":
            for name in node.inputs:
                if last_use[name] == node.name and name not in graph.outputs:
                    values.pop(name, None)
    kept = graph.outputs if keep == "outputs" else [node.name for node in graph.nodes]
    return {name: values[name] for name in dict.fromkeys((*kept, *graph.outputs))}


def view_of(graph: Graph, name: str) -> NodeView:
    """Give the node called `name` with the types and constants of its inputs."""
    node = graph.node(name)
    found = tuple(graph.definition(source) for source in node.inputs)
    return NodeView(
        node,
        tuple(graph.type_of(source) for source in node.inputs),
        tuple(item if isinstance(item, Constant) else None for item in found),
    )


def _checked_inputs(graph: Graph, inputs: Mapping[str, Codes]) -> dict[str, Codes]:
    expected = [item.name for item in graph.inputs]
    if set(inputs) != set(expected):
        raise GraphError(
            f"inputs of {graph.name!r} must be {', '.join(expected)}, not {', '.join(inputs)}"
        )
    return {item.name: _checked(item, np.asarray(inputs[item.name])) for item in graph.inputs}


def _checked(item: Input, codes: Codes) -> Codes:
    if codes.dtype != np.int64 or codes.shape[1:] != item.type.shape:
        raise GraphError(
            f"input %{item.name} must be int64 codes of shape [samples, "
            f"{', '.join(map(str, item.type.shape))}], not {codes.dtype} of {list(codes.shape)}"
        )
    form = item.type.codes
    if codes.size and (codes.min() < form.low or codes.max() > form.high):
        raise GraphError(
            f"codes of input %{item.name} must be {form.low} to {form.high} ({form}),"
            f" not {codes.min()} to {codes.max()}"
        )
    return codes
