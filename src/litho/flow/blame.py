"""Finds the block that a wrong code came from: every stream of a design is watched."""

import re
from collections.abc import Mapping
from dataclasses import replace

from litho.errors import LithoError, MismatchError
from litho.flow.codes import on_streams
from litho.flow.taps import results_in
from litho.ir import Graph, Registry, interpret
from litho.ir.op import Codes
from litho.rtl import Design, Instrumentation, loading_of, write_design
from litho.sim import Stalls, compare, simulate
from litho.tools import kept_on_failure

__all__ = ["blamed"]

_PATIENCE = 100_000  # cycles; that it stands still is known
_COUNT = re.compile(r"(input|tap) '([^']*)'(?: has (?:had|given))? (\d+) of (\d+) beats")


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
    watched = results_in(design)
    streams = tuple(replace(design.stream_of(item), name=item.name) for item, _ in watched)
    names = tuple(stream.name for stream in streams)
    with kept_on_failure("blame") as folder:
        try:
            found = simulate(
                write_design(folder, design, Instrumentation(names)),
                design.inputs,
                design.outputs,
                on_streams(design.inputs, tuple(inputs.values())),
                taps=streams,
                stalls=Stalls(1),
                simulator=simulator,
                patience=_PATIENCE,
                loading=loading_of(design),
            )
        except MismatchError as error:
            return _incomplete(str(error), graph, {item.name: node for item, node in watched})
    for (_, node), stream, given in zip(watched, streams, found.taps, strict=True):
        wanted = on_streams((stream,), (values[node],))
        try:
            compare(wanted, (given,), (stream,))
        except MismatchError as error:
            return f"the first node that differs is {node!r} ({graph.node(node).op}): {error}"
    return ""


def _incomplete(told: str, graph: Graph, nodes: Mapping[str, str]) -> str:
    """Give the first node that gave too few beats, when the design took all its inputs.

    `told` is the simulation's message; `nodes` are the nodes by the names of their taps, in order.
    """
    counts = {(kind, name): (int(has), int(of)) for kind, name, has, of in _COUNT.findall(told)}
    if any(has < of for (kind, _), (has, of) in counts.items() if kind == "input"):
        return ""
    for tap, node in nodes.items():
        has, of = counts.get(("tap", tap), (0, 0))
        if has < of:
            return (
                f"the first node that loses beats is {node!r} ({graph.node(node).op}), which gave"
                f" {has} of {of}"
            )
    return ""
