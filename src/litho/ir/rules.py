"""The rules that every graph keeps; they run after each pass."""

from litho.errors import FormatError, GraphError
from litho.ir.graph import Constant, Graph, Node
from litho.ir.interpreter import view_of
from litho.ir.op import Registry

__all__ = ["check"]


def check(graph: Graph, registry: Registry) -> Graph:
    """Give `graph` back when it keeps every rule.

    Raises `GraphError` with the rule, the node and its origin when it does not: values are
    defined before use, constants match their types, lanes are 1 or more (and those on which the
    values of an op with state depend), and a node has the inputs and parameters of its op and the
    type that the op's rule infers. An op that is not ours must be spelled as PyTorch does, with
    dots.
    """
    known = {item.name for item in graph.inputs} | {item.name for item in graph.constants}
    for constant in graph.constants:
        _check_constant(constant)
    for node in graph.nodes:
        for name in node.inputs:
            if name not in known:
                raise GraphError(
                    f"a value must be defined before it is used: %{node.name} ({node.op}, from"
                    f" {node.origin}) reads %{name}"
                )
        known.add(node.name)
        _check_lanes(node)
        if node.op in registry or "." not in node.op:
            _check_type(graph, node, registry)
    for name in graph.outputs:
        if name not in known:
            raise GraphError(f"an output must be a value of the graph, and %{name} is not")
    return graph


def _check_constant(constant: Constant) -> None:
    if constant.values.shape != constant.type.shape:
        raise GraphError(
            f"constant %{constant.name} must have shape {list(constant.type.shape)},"
            f" not {list(constant.values.shape)}"
        )
    if not constant.type.is_coded or not constant.values.size:
        return
    form, values = constant.type.codes, constant.values
    if values.dtype != "int64" or values.min() < form.low or values.max() > form.high:
        raise GraphError(
            f"constant %{constant.name} must hold int64 codes from {form.low} to {form.high}"
            f" ({form}), not {values.dtype} from {values.min()} to {values.max()}"
        )


def _check_lanes(node: Node) -> None:
    lanes = node.lanes
    if lanes and (lanes.inputs < 1 or lanes.outputs < 1):
        raise GraphError(
            f"lanes of %{node.name} ({node.op}, from {node.origin}) must be 1 or more, not"
            f" {lanes.inputs} in and {lanes.outputs} out; leave them to the pass ChooseLanes"
        )


def _check_type(graph: Graph, node: Node, registry: Registry) -> None:
    op = registry.find(node.op, node.origin)
    if not isinstance(node.params, op.params):
        raise GraphError(
            f"parameters of %{node.name} ({node.op}, from {node.origin}) must be"
            f" {op.params.__name__}, not {type(node.params).__name__}"
        )
    if len(node.inputs) not in op.arity:
        raise GraphError(
            f"%{node.name} ({node.op}, from {node.origin}) must have"
            f" {' or '.join(map(str, op.arity))} inputs, not {len(node.inputs)}"
        )
    if op.state and node.lanes not in (None, op.state.lanes(node.params)):
        fixed, found = op.state.lanes(node.params), node.lanes
        assert found is not None
        raise GraphError(
            f"lanes of %{node.name} ({node.op}, from {node.origin}) must be {fixed.inputs} in and"
            f" {fixed.outputs} out, on which its values depend, not {found.inputs} and"
            f" {found.outputs}; change the parameter of the layer instead"
        )
    try:
        inferred = op.infer_type(node.params, view_of(graph, node.name).types)
    except (GraphError, FormatError) as error:
        place = f"%{node.name} ({node.op}, from {node.origin})"
        raise type(error)(f"{error}; at {place}") from error
    if inferred != node.type:
        raise GraphError(
            f"%{node.name} ({node.op}, from {node.origin}) must have the type its op infers,"
            f" {inferred}, not {node.type}"
        )
