"""The interpreter: whole test sets through the integer graph. Its result is the accuracy."""

from collections.abc import Mapping
from typing import Literal

import numpy as np

from litho.errors import GraphError
from litho.ir.graph import Constant, Graph
from litho.ir.op import Codes, NodeView, Registry
from litho.ir.types import TensorType

__all__ = ["has_state", "interpret", "interpret_from", "view_of"]


def interpret(
    graph: Graph,
    inputs: Mapping[str, Codes],
    registry: Registry,
    keep: Literal["outputs", "all"] = "outputs",
) -> dict[str, Codes]:
    """Give codes[samples, *shape] of the outputs, from those of the inputs.

    `keep` is `outputs`, or `all` for the codes of every node as well. Nodes with state start from
    reset and run on over all samples.
    Raises `GraphError` for inputs that are absent, unknown, of a wrong shape or out of range, and
    for an op whose result does not fit its type.
    """
    return interpret_from(graph, inputs, registry, {}, keep)[0]


def interpret_from(
    graph: Graph,
    inputs: Mapping[str, Codes],
    registry: Registry,
    states: Mapping[str, int],
    keep: Literal["outputs", "all"] = "outputs",
) -> tuple[dict[str, Codes], dict[str, int]]:
    """Give what `interpret` gives, and the states of the nodes that have one.

    `states` holds those of the samples before, by node; a node without an entry is at reset.
    Raises what `interpret` raises.
    """
    values: dict[str, Codes] = dict(_checked_inputs(graph, inputs))
    after: dict[str, int] = {}
    values.update((constant.name, constant.values) for constant in graph.constants)
    last_use = {name: node.name for node in graph.nodes for name in node.inputs}
    for node in graph.nodes:
        view = view_of(graph, node.name)
        op = registry.find(node.op, node.origin)
        given = tuple(values[name] for name in node.inputs)
        if op.state is None:
            result = op.evaluate(node.params, view.types, given)
        else:
            before = states.get(node.name, op.state.at_reset(node.params))
            result, after[node.name] = op.state.evaluate(node.params, view.types, given, before)
        _check_codes(f"%{node.name} ({node.op}, from {node.origin})", result, view.type)
        values[node.name] = result
        if keep == "outputs":
            for name in node.inputs:
                if last_use[name] == node.name and name not in graph.outputs:
                    values.pop(name, None)
    kept = graph.outputs if keep == "outputs" else [node.name for node in graph.nodes]
    return {name: values[name] for name in dict.fromkeys((*kept, *graph.outputs))}, after


def view_of(graph: Graph, name: str) -> NodeView:
    """Give the node called `name` with the types and constants of its inputs."""
    node = graph.node(name)
    found = tuple(graph.definition(source) for source in node.inputs)
    return NodeView(
        node,
        tuple(graph.type_of(source) for source in node.inputs),
        tuple(item if isinstance(item, Constant) else None for item in found),
    )


def has_state(graph: Graph, registry: Registry) -> bool:
    """Say whether a node of `graph` remembers something from sample to sample."""
    return any(registry.find(node.op).state for node in graph.nodes)


def _checked_inputs(graph: Graph, inputs: Mapping[str, Codes]) -> dict[str, Codes]:
    expected = [item.name for item in graph.inputs]
    if set(inputs) != set(expected):
        raise GraphError(
            f"inputs of {graph.name!r} must be {', '.join(expected)}, not {', '.join(inputs)}"
        )
    codes = {item.name: np.asarray(inputs[item.name]) for item in graph.inputs}
    for item in graph.inputs:
        _check_codes(f"input %{item.name}", codes[item.name], item.type)
    if len({len(found) for found in codes.values()}) > 1:
        counts = ", ".join(f"%{name} {len(found)}" for name, found in codes.items())
        raise GraphError(f"inputs of {graph.name!r} must have as many samples each, not {counts}")
    return codes


def _check_codes(subject: str, codes: Codes, kind: TensorType) -> None:
    if codes.dtype != np.int64 or codes.ndim == 0 or codes.shape[1:] != kind.shape:
        shape = ", ".join(("samples", *map(str, kind.shape)))
        raise GraphError(
            f"{subject} must be int64 codes of shape [{shape}],"
            f" not {codes.dtype} of {list(codes.shape)}"
        )
    form = kind.codes
    if codes.size and (codes.min() < form.low or codes.max() > form.high):
        raise GraphError(
            f"codes of {subject} must be {form.low} to {form.high} ({form}),"
            f" not {codes.min()} to {codes.max()}"
        )
