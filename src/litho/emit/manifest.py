"""The manifest of a design: what each of its modules is, for people and other tools."""

import json

from litho.hw import Timing
from litho.ir import Graph, TensorType
from litho.rtl import Block, Design, Instance, Stream, sources_of

__all__ = ["manifest"]


def manifest(graph: Graph, design: Design, timing: Timing) -> str:
    """Give the text of `manifest.json`."""
    facts = {
        "top": design.name,
        "timing": {"latency_cycles": timing.latency, "interval_cycles": timing.interval},
        "inputs": [_stream(stream) for stream in design.inputs],
        "outputs": [_stream(stream) for stream in design.outputs],
        "modules": [_instance(graph, item) for item in design.instances],
        "connections": [
            {
                "name": connection.name,
                "from": _end(connection.source.instance, connection.source.stream),
                "to": _end(connection.target.instance, connection.target.stream),
            }
            for connection in design.connections
        ],
    }
    return json.dumps(facts, indent=2) + "\n"


def _end(instance: str, stream: str) -> str:
    return f"{instance}.{stream}" if instance else stream


def _instance(graph: Graph, item: Instance) -> dict[str, object]:
    block = item.block
    facts: dict[str, object] = {
        "instance": f"u_{item.name}",
        "module": block.module,
        "toolchain": "litho",
        "files": [f"rtl/{path.name}" for path in sources_of((block,))],
        "parameters": dict(block.parameters),
        "memories": {memory.parameter: memory.file_name for memory in block.memories},
        "interval_cycles": block.interval,
        "inputs": [_stream(stream) for stream in block.inputs],
        "outputs": [_stream(stream) for stream in block.outputs],
    }
    if item.node:
        facts["node"] = _node(graph, item.node, block)
    return facts


def _node(graph: Graph, name: str, block: Block) -> dict[str, object]:
    node = graph.node(name)
    assert isinstance(node.type, TensorType), "a node with a block gives one tensor"
    return {
        "name": name,
        "op": node.op,
        "from": str(node.origin),
        "inputs": [
            {"name": value, "shape": list(kind.shape), "format": str(kind.format)}
            for value, kind in ((value, graph.type_of(value)) for value in node.inputs)
        ],
        "shape": list(node.type.shape),
        "format": str(node.type.format),
        "lanes": {"in": block.inputs[0].lanes, "out": block.outputs[0].lanes},
    }


def _stream(stream: Stream) -> dict[str, object]:
    return {
        "name": stream.name,
        "bits": stream.bits,
        "is_signed": stream.is_signed,
        "lanes": stream.lanes,
        "row": stream.row,
        "rows": stream.rows,
        "beats": stream.beats,
        "order": "rows in C order, lane 0 in the low bits",
        "storage": "none: a stream of data, valid, ready",
    }
