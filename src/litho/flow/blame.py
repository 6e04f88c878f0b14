"""Finds the block that a wrong code came from: every stream of a design is watched."""

from collections.abc import Mapping
from dataclasses import replace

from litho.errors import LithoError, MismatchError
from litho.flow.codes import on_streams
from litho.ir import Graph, Registry, interpret
from litho.ir.op import Codes
from litho.rtl import Connection, Design, Instrumentation, write_design
from litho.sim import Stalls, compare, simulate
from litho.tools import kept_on_failure

__all__ = ["blamed"]


def blamed(
    error: MismatchError,
    graph: Graph,
    design: Design,
    inputs: Mapping[str, Codes],
    registry: Registry,
    simulator: str,
) -> MismatchError:
    """Give `error` with the first block whose output differs, which is then the wrong one.

    `design` is that of `graph`, written anew from its sources with every stream brought out.
    `inputs` are codes[samples, *shape] by name. An error that does not show again stays as it is.
    """
    try:
        told = _first(graph, design, inputs, registry, simulator)
    except LithoError:
        told = ""
    what, repeat, command = str(error).partition("; to repeat: ")
    return MismatchError(f"{what}; {told}{repeat}{command}") if told else error


def _first(
    graph: Graph,
    design: Design,
    inputs: Mapping[str, Codes],
    registry: Registry,
    simulator: str,
) -> str:
    values = interpret(graph, dict(inputs), registry, keep="all")
    watched = _watched(design)
    streams = tuple(replace(design.stream_of(item), name=item.name) for item, _ in watched)
    names = tuple(stream.name for stream in streams)
    with kept_on_failure("blame") as folder:
        found = simulate(
            write_design(folder, design, Instrumentation(names)),
            design.inputs,
            design.outputs,
            on_streams(design.inputs, tuple(inputs.values())),
            taps=streams,
            stalls=Stalls(1),
            simulator=simulator,
        )
    for (_, node), stream, given in zip(watched, streams, found.taps, strict=True):
        wanted = on_streams((stream,), (values[node],))
        try:
            compare(wanted, (given,), (stream,))
        except MismatchError as error:
            return f"the first node that differs is {node!r} ({graph.node(node).op}): {error}"
    return ""


def _watched(design: Design) -> list[tuple[Connection, str]]:
    """Give the connections that carry the result of a node, in the order in which data flow."""
    leaving = {item.source.instance: item for item in reversed(design.connections)}
    return [
        (leaving[instance.name], instance.node)
        for instance in design.instances
        if instance.node and instance.name in leaving
    ]
