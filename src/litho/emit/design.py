"""A graph → the design that computes it."""

from collections.abc import Mapping
from dataclasses import replace

from litho.emit.buffers import buffered, with_buffers
from litho.emit.names import Names, check_top
from litho.emit.network import Network, Use
from litho.errors import GraphError, UnsupportedError
from litho.ir import Graph, Registry, check
from litho.ops.blocks import block_of
from litho.ops.streams import stream_of
from litho.rtl import Block, Design, Endpoint, least_interval
from litho.rtl.loading import WEIGHTS

__all__ = ["design_of", "interval_of"]


def design_of(
    graph: Graph,
    registry: Registry,
    name: str = "top",
    depths: Mapping[str, int] | None = None,
) -> Design:
    """Give the design of `graph`: a block a node, forks, width changes, and buffers that suffice.

    To find these takes long in a large design: `depths`, which `depths_in` gives of a folder
    that was emitted before, are taken as they are.
    The wires at a node's output bear the node's name, if that is a name in SystemVerilog.
    Raises `GraphError` for a graph that breaks a rule or has no hardware: an unknown op or format
    (`UnsupportedError`), a node left to the host, an input that nothing reads.
    """
    needed = check(graph, registry).without_unused()
    plain = _plain(needed, registry, check_top(name))
    return buffered(plain) if depths is None else with_buffers(plain, depths)


def interval_of(graph: Graph, registry: Registry) -> int:
    """Give the cycles from tensor to tensor that the design of `graph` has, without its buffers.

    It is quick: `design_of` finds the buffers that keep it, or refuses the graph. Raises what
    `design_of` raises otherwise.
    """
    return least_interval(_plain(check(graph, registry).without_unused(), registry, "top"))


def _plain(graph: Graph, registry: Registry, name: str) -> Design:
    """Give the design without buffers."""
    network = Network(name)
    blocks = {node.name: block_of(graph, node, registry) for node in graph.nodes}
    if any(block.loaded for block in blocks.values()):
        network.names.make(WEIGHTS)
    wires = {
        value: network.names.make(value)
        for value in (
            *(item.name for item in graph.inputs),
            *(node.name for node in graph.nodes),
        )
    }
    uses = _uses(graph, blocks, wires)
    for item in graph.inputs:
        wanted = uses.get(item.name)
        if not wanted:
            raise GraphError(
                f"an input must be read, and %{item.name} is not; take it out of the model's inputs"
            )
        stream = stream_of(wires[item.name], item.type, wanted[0].stream.lanes)
        network.inputs.append(stream)
        network.deliver(Endpoint("", stream.name), stream, stream.name, wanted)
    for node in graph.nodes:
        block, wire = blocks[node.name], wires[node.name]
        network.add(wire, block, node.name)
        stream = block.outputs[0]
        network.deliver(Endpoint(wire, stream.name), stream, wire, uses[node.name])
    for value in dict.fromkeys(graph.outputs):
        network.outputs += [use.stream for use in uses[value] if not use.end.instance]
    return network.design()


def _uses(
    graph: Graph, blocks: dict[str, Block], wires: dict[str, str]
) -> dict[str, tuple[Use, ...]]:
    """Give the places that want each value, in the order of the graph, the outputs last."""
    found: dict[str, list[Use]] = {}
    for node in graph.nodes:
        values = [value for value in node.inputs if not graph.is_constant(value)]
        for value, stream in zip(values, blocks[node.name].inputs, strict=True):
            wire = wires[node.name]
            use = Use(Endpoint(wire, stream.name), stream, f"{wire}_{stream.name}_x")
            found.setdefault(value, []).append(use)
    names = Names()
    for value in graph.outputs:
        found.setdefault(value, []).append(_output(graph, value, names, blocks, found))
    return {value: tuple(uses) for value, uses in found.items()}


def _output(
    graph: Graph, value: str, names: Names, blocks: dict[str, Block], found: dict[str, list[Use]]
) -> Use:
    """Give the use of a value by the outside, which takes it on the lanes that it comes on."""
    if graph.is_constant(value):
        raise UnsupportedError(
            f"an output must be computed, and %{value} is a constant; take it out of the model's"
            " outputs"
        )
    name = names.make(value)
    if value in blocks:
        stream = blocks[value].outputs[0]
    else:
        readers = found.get(value)
        lanes = readers[0].stream.lanes if readers else 1
        stream = stream_of(name, graph.type_of(value), lanes)
    return Use(Endpoint("", name), replace(stream, name=name), f"{name}_x")
