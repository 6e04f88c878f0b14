"""The text form of a graph: `parse(write(graph)) == graph`.

One line a definition:

    graph "name"
    input %x : fixed8f4[1, 64]
    constant %fc1.weight : int6[32, 64] * scale(@5f0c…, -2) = @1b2d…
    %fc1 = linear(%x, %fc1.weight) {width=20} : int20[1, 32] lanes(8, 4) from "fc1"
    output %fc1

A call in PyTorch's spelling names the arguments of its schema that it left out behind a semicolon:
`aten.relu.default(%x) {self=$0;}`. A name with spaces or marks in it is quoted: `%"my layer"`.
Arrays stand under a name made from their content; `litho.ir.store` keeps them beside the text.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np

from litho.errors import GraphError
from litho.formats import Format, Host, Scale
from litho.ir._reader import Reader, is_plain
from litho.ir.graph import Constant, Graph, Input, Node, Origin
from litho.ir.op import AtenCall, Ref, Registry
from litho.ir.types import TensorType, TupleType

__all__ = [
    "array_name",
    "arrays_of",
    "node_text",
    "pairs_of",
    "parse",
    "type_text",
    "value_text",
    "write",
]

_Array = np.ndarray[Any, Any]


def array_name(array: _Array) -> str:
    """Give the name of an array: a hash of its type, shape and content."""
    digest = hashlib.sha256(f"{array.dtype.str}{array.shape}".encode())
    digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()[:20]


def write(graph: Graph) -> str:
    """Give the text form of `graph`."""
    lines = [f"graph {json.dumps(graph.name)}"]
    lines += [f"input {_name(item.name)} : {type_text(item.type)}" for item in graph.inputs]
    lines += [
        f"constant {_name(item.name)} : {type_text(item.type)} = @{array_name(item.values)}"
        for item in graph.constants
    ]
    lines += [node_text(node) for node in graph.nodes]
    lines += [f"output {_name(name)}" for name in graph.outputs]
    return "\n".join(lines) + "\n"


def arrays_of(graph: Graph) -> dict[str, _Array]:
    """Give every array that the text form of `graph` names, by name."""
    arrays = [constant.values for constant in graph.constants]
    values: list[Any] = [item.type for item in graph.inputs]
    values += [constant.type for constant in graph.constants]
    values += [value for node in graph.nodes for value in (node.type, node.params)]
    arrays += [_scale_array(scale) for value in values for scale in _scales(value)]
    return {array_name(array): array for array in arrays}


def _scales(value: Any) -> list[Scale]:
    if isinstance(value, Scale):
        return [value] if value.axis is not None else []
    if isinstance(value, TensorType):
        return _scales(value.scale)
    if isinstance(value, TupleType):
        return [scale for item in value.items for scale in _scales(item)]
    if isinstance(value, tuple):
        return [scale for item in value for scale in _scales(item)]
    if hasattr(value, "__dataclass_fields__") and not isinstance(value, Format):
        return [scale for field in fields(value) for scale in _scales(getattr(value, field.name))]
    return []


def _scale_array(scale: Scale) -> _Array:
    return np.array([scale.multipliers, scale.shifts], dtype=np.int64)


def _name(name: str) -> str:
    return f"%{name}" if is_plain(name) else f"%{json.dumps(name)}"


def node_text(node: Node) -> str:
    """Give the line of a node."""
    inputs = ", ".join(_name(name) for name in node.inputs)
    params = ", ".join(f"{name}={value_text(value)}" for name, value in pairs_of(node.params))
    if isinstance(node.params, AtenCall) and node.params.left_out is not None:
        params += "".join((";", *(f" {name}" for name in node.params.left_out)))
    text = f"{_name(node.name)} = {node.op}({inputs}) {{{params}}} : {type_text(node.type)}"
    if node.lanes:
        text += f" lanes({node.lanes.inputs}, {node.lanes.outputs})"
    if node.origin.path:
        text += f" from {json.dumps(node.origin.path)}"
    if node.origin.source:
        text += f" at {json.dumps(node.origin.source)}"
    return text + (" host" if node.host else "")


def pairs_of(params: Any) -> list[tuple[str, Any]]:
    """Give the parameters of a node as (name, value) pairs, in order."""
    if isinstance(params, AtenCall):
        return list(params.arguments)
    return [(field.name, getattr(params, field.name)) for field in fields(params)]


def type_text(value: TensorType | TupleType) -> str:
    """Give the text form of a type."""
    if isinstance(value, TupleType):
        return f"({', '.join(type_text(item) for item in value.items)})"
    text = f"{value.format}[{', '.join(map(str, value.shape))}]"
    return text if value.scale.is_unit else f"{text} * {value_text(value.scale)}"


def value_text(value: Any) -> str:
    """Give the text form of a parameter's value; raises `GraphError` for one that has none."""
    if value is None or isinstance(value, bool):
        return {None: "none", True: "true", False: "false"}[value]
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        return json.dumps(value)
    if isinstance(value, Ref):
        return f"${value.index}"
    if isinstance(value, tuple):
        return f"({', '.join(value_text(item) for item in value)})"
    if isinstance(value, Scale):
        if value.axis is None:
            return f"scale({value.multipliers[0]}, {value.shifts[0]})"
        return f"scale(@{array_name(_scale_array(value))}, {value.axis})"
    if isinstance(value, Format | Host):
        return f"'{value}'"
    raise GraphError(
        f"a parameter must be a number, string, boolean, tuple, format or scale, not {value!r}"
    )


def parse(text: str, arrays: Mapping[str, _Array], registry: Registry) -> Graph:
    """Give the graph that `text` spells; `arrays` holds the arrays it names.

    Raises `GraphError` with the line for text that does not follow the form, for an array that
    is absent and for parameters that an op does not have.
    """
    name = ""
    inputs: list[Input] = []
    constants: list[Constant] = []
    nodes: list[Node] = []
    outputs: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        reader = Reader(line, number, arrays)
        if reader.at_end():
            continue
        if reader.accept("graph"):
            name = reader.string()
        elif reader.accept("input"):
            inputs.append(Input(reader.percent(), reader.typed()))
        elif reader.accept("constant"):
            value, kind = reader.percent(), reader.typed()
            reader.expect("=")
            constants.append(Constant(value, kind, reader.array()))
        elif reader.accept("output"):
            outputs.append(reader.percent())
        else:
            nodes.append(_read_node(reader, registry))
        reader.end()
    return Graph(name, tuple(inputs), tuple(constants), tuple(nodes), tuple(outputs))


def _read_node(reader: Reader, registry: Registry) -> Node:
    name = reader.percent()
    reader.expect("=")
    op, inputs, pairs, left_out = reader.call()
    reader.expect(":")
    kind = reader.any_type()
    lanes = reader.lanes()
    path = reader.string() if reader.accept("from") else ""
    source = reader.string() if reader.accept("at") else ""
    params = _params(reader, op, pairs, left_out, registry)
    return Node(name, op, inputs, params, kind, lanes, Origin(path, source), reader.accept("host"))


def _params(
    reader: Reader,
    op: str,
    pairs: list[tuple[str, Any]],
    left_out: tuple[str, ...] | None,
    registry: Registry,
) -> Any:
    if op not in registry:
        return AtenCall(tuple(pairs), left_out)
    record = registry.find(op).params
    expected, found = [field.name for field in fields(record)], [name for name, _ in pairs]
    if expected != found:
        reader.fail(
            f"parameters of {op} must be {', '.join(expected) or 'none'}, not"
            f" {', '.join(found) or 'none'}"
        )
    return reader.built(record, *(value for _, value in pairs))
