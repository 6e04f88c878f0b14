"""What the quantizers of a captured graph ask for."""

from collections.abc import Iterator

from litho.errors import GraphError
from litho.formats import CodeFormat, Host, Scale, parse
from litho.ir import AtenCall, Constant, Graph, Input, Node, Ref, Registry, TensorType

__all__ = ["QUANTIZER", "asked_type", "quantized_input", "readers_type"]

QUANTIZER = "litho.fake_quantize.default"

_FLOATS = ("float64", "float32", "float16", "bfloat16")


def asked_type(graph: Graph, node: Node) -> TensorType:
    """Give the type that a quantizer's call asks for.

    Raises `GraphError` when its scale is not constant.
    """
    call = node.params
    assert isinstance(call, AtenCall)
    format = parse(call.get("format"))
    assert isinstance(node.type, TensorType)
    scale = Scale(
        _numbers(graph, node, "multipliers"), _numbers(graph, node, "shifts"), call.get("axis")
    )
    return TensorType(node.type.shape, format, scale)


def _numbers(graph: Graph, node: Node, name: str) -> tuple[int, ...]:
    place = node.params.get(name)
    found = graph.definition(node.inputs[place.index]) if isinstance(place, Ref) else None
    if not isinstance(found, Constant):
        raise GraphError(f"{name} of %{node.name} ({node.op}, from {node.origin}) must be constant")
    return tuple(int(value) for value in found.values.reshape(-1))


def quantized_input(graph: Graph, item: Input, registry: Registry) -> TensorType:
    """Give the type of an input: that of the quantizers which read it, straight or in a view.

    An input of integers, one that has codes and one that only the host reads stay as they are.
    Raises `GraphError` when something else reads a float input, quantizers that disagree, or
    nothing.
    """
    kind = item.type
    if not graph.users(item.name) and item.name not in graph.outputs:
        raise GraphError(
            f"input %{item.name} must be read by the model, and nothing reads it;"
            " take it out of `forward`"
        )
    if not (isinstance(kind.format, Host) and str(kind.format) in _FLOATS):
        return kind
    readers = [node for node in _readers(graph, item.name, registry) if not node.host]
    others = [node for node in readers if node.op != QUANTIZER]
    if others:
        raise GraphError(
            f"input %{item.name} must be quantized before it is read, not read as {kind.format} by"
            f" %{others[0].name} ({others[0].op}) in {others[0].origin};"
            " give that layer's rule `inputs`"
        )
    asked = [asked_type(graph, node) for node in readers]
    types = list(dict.fromkeys((found.format, found.scale) for found in asked))
    if len(types) > 1:
        spelled = " and ".join(f"{format} (scale {scale})" for format, scale in types)
        raise GraphError(
            f"input %{item.name} must be quantized to one type, not to {spelled};"
            " quantize it once, where it comes in"
        )
    return TensorType(kind.shape, types[0][0], types[0][1]) if types else kind


def readers_type(graph: Graph, node: Node, registry: Registry) -> TensorType | None:
    """Give the type that all readers of a node ask for, or None when they do not agree."""
    readers = list(_readers(graph, node.name, registry))
    if not readers or any(reader.op != QUANTIZER for reader in readers):
        return None
    types = {(t.format, t.scale) for t in (asked_type(graph, reader) for reader in readers)}
    if len(types) > 1 or not isinstance(node.type, TensorType) or _is_output(graph, node, registry):
        return None
    format, scale = types.pop()
    if not isinstance(format, CodeFormat) or scale.axis is not None:
        return None
    return TensorType(node.type.shape, format, scale)


def _is_output(graph: Graph, node: Node, registry: Registry) -> bool:
    return any(name in graph.outputs for name in _views(graph, node.name, registry))


def _readers(graph: Graph, name: str, registry: Registry) -> Iterator[Node]:
    """Give the nodes that read a value or a view of it, the views themselves left out."""
    seen: set[str] = set()
    for view in _views(graph, name, registry):
        for user in graph.users(view):
            node = graph.node(user)
            if user not in seen and not _is_view(node, registry):
                seen.add(user)
                yield node


def _views(graph: Graph, name: str, registry: Registry) -> Iterator[str]:
    """Give the names of a value and of all views of it."""
    yield name
    for user in graph.users(name):
        if _is_view(graph.node(user), registry):
            yield from _views(graph, user, registry)


def _is_view(node: Node, registry: Registry) -> bool:
    """Say whether a call changes no value; dropout is refused later, by its own lowering."""
    if node.host or "reshape" not in registry:
        return False
    return any(node.op in lowering.aten for lowering in registry.find("reshape").lowerings)
