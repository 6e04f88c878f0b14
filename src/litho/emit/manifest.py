"""The manifest of a design: what each of its modules is, for people and other tools.

Of each module: its files and who made them, its parameters and memories; of each of its streams:
how the codes of a tensor lie in beats (`lanes` of a row a beat, the last one with `padding`), and
the `wires` of the top module that it is on; of the node that it computes: its tensors.
A design whose memories are loaded through a stream has that stream under `weights`, and its modules
have those memories, in the order in which they are filled, under `loaded`.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from litho.errors import DataError
from litho.hw import Timing
from litho.ir import Graph, TensorType
from litho.rtl import Block, Design, Instance, Memory, Stream, loading_of, sources_of
from litho.rtl.loading import WEIGHTS

__all__ = ["depths_in", "manifest", "read_manifest"]

_T = TypeVar("_T")
_BUFFER = "litho_stream_fifo"

_PACKAGE = Path(__file__).resolve().parents[1]
_STORAGE = "none: a stream of data, valid, ready"


def manifest(graph: Graph, design: Design, timing: Timing) -> str:
    """Give the text of `manifest.json`."""
    loading = loading_of(design)
    facts = {
        "top": design.name,
        "timing": {"latency_cycles": timing.latency, "interval_cycles": timing.interval},
        "inputs": [_stream(stream) for stream in design.inputs],
        "outputs": [_stream(stream) for stream in design.outputs],
        **({"weights": _stream(loading.stream)} if loading else {}),
        "modules": [_instance(graph, design, item) for item in design.instances],
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


def read_manifest(directory: Path, read: Callable[[dict[str, Any]], _T]) -> _T:
    """Give what `read` takes from the manifest of the design in `directory`.

    Raises `DataError` when there is none, or what `read` asks for is not in it.
    """
    path = directory / "manifest.json"
    try:
        return read(json.loads(path.read_text()))
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise DataError(
            f"a design must have a manifest, and {path} is none: {error!r}; emit the design again"
        ) from error


def depths_in(directory: Path) -> dict[str, int]:
    """Give the depth of each buffer of the design in `directory`, by the wires it takes from.

    Raises `DataError` when it has no manifest.
    """
    return read_manifest(directory, _depths)


def _depths(facts: dict[str, Any]) -> dict[str, int]:
    buffers = [item for item in facts["modules"] if item["module"] == _BUFFER]
    return {item["inputs"][0]["wires"]: item["parameters"]["Depth"] for item in buffers}


def _end(instance: str, stream: str) -> str:
    return f"{instance}.{stream}" if instance else stream


def _instance(graph: Graph, design: Design, item: Instance) -> dict[str, object]:
    block = item.block
    facts: dict[str, object] = {
        "instance": f"u_{item.name}",
        "module": block.module,
        "toolchain": _toolchain(block),
        "files": [f"rtl/{path.name}" for path in sources_of((block,))],
        "parameters": dict(block.parameters),
        "memories": {memory.parameter: _memory(memory) for memory in block.memories},
        **({"loaded": [_loaded(memory) for memory in block.loaded]} if block.loaded else {}),
        "interval_cycles": block.interval,
        "inputs": [
            {**_stream(stream), "wires": design.into(item.name, stream.name).name}
            for stream in block.inputs
        ],
        "outputs": [
            {**_stream(stream), "wires": design.out_of(item.name, stream.name).name}
            for stream in block.outputs
        ],
    }
    if item.node:
        facts["node"] = _node(graph, item.node, block)
    return facts


def _toolchain(block: Block) -> str:
    """Say who made the module: `litho`, or `external` for one of the user's own."""
    is_ours = block.source is None or block.source.resolve().is_relative_to(_PACKAGE)
    return "litho" if is_ours else "external"


def _memory(memory: Memory) -> dict[str, object]:
    return {"file": memory.file_name, "width": memory.width, "depth": memory.depth}


def _loaded(memory: Memory) -> dict[str, object]:
    return {"name": memory.parameter, "width": memory.width, "depth": memory.depth}


def _node(graph: Graph, name: str, block: Block) -> dict[str, object]:
    node = graph.node(name)
    assert isinstance(node.type, TensorType), "a node with a block gives one tensor"
    return {
        "name": name,
        "op": node.op,
        "from": str(node.origin),
        "inputs": [_tensor(graph, value, block) for value in node.inputs],
        "shape": list(node.type.shape),
        "format": str(node.type.format),
        "size_bits": node.type.size * node.type.codes.bits,
        "lanes": {"in": block.inputs[0].lanes, "out": block.outputs[0].lanes},
    }


def _tensor(graph: Graph, value: str, block: Block) -> dict[str, object]:
    kind = graph.type_of(value)
    on_chip = f"on the chip, from {WEIGHTS}" if block.loaded else "on the chip, from reset on"
    return {
        "name": value,
        "shape": list(kind.shape),
        "format": str(kind.format),
        "size_bits": kind.size * kind.codes.bits,
        "storage": on_chip if graph.is_constant(value) else _STORAGE,
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
        "padding": stream.beats_per_row * stream.lanes - stream.row,
        "order": "rows in C order, lane 0 in the low bits",
        "storage": _STORAGE,
    }
