"""Proves a graph's design in simulation: every value, every cycle."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from litho import tools
from litho.emit import design_of
from litho.errors import MismatchError
from litho.hw import Timing
from litho.ir import Graph, Lanes, Node, interpret
from litho.ops import registry
from litho.rtl import Design, Instrumentation, Stream, loading_of, timing_of, write_design
from litho.sim import Stalls, compare, measured, simulate

__all__ = ["prove_codes", "prove_cycles", "quick_simulator", "quicker_for", "with_drawn_lanes"]

# Values of a node that Icarus simulates, stalled, while Verilator builds its module.
_VALUES_A_BUILD = 600

# Operations whose lanes in and out are chosen apart.
_FREE = ("linear", "loaded_linear", "matmul", "reorder", "reshape", "scale", "sparse_linear")


def quick_simulator() -> str:
    """Give the simulator that builds a small design soonest: Icarus, or else Verilator."""
    is_there = any(item.tool.name == "iverilog" and item.found for item in tools.survey())
    return "icarus" if is_there else "verilator"


def quicker_for(graph: Graph, samples: int) -> str:
    """Give the simulator that is done first: of many values Verilator, though it builds longer."""
    values = samples * sum(node.type.size for node in graph.nodes)
    return "verilator" if values > _VALUES_A_BUILD * len(graph.nodes) else quick_simulator()


def prove_cycles(
    graph: Graph, codes: dict[str, np.ndarray], folder: Path, simulator: str
) -> Design:
    """Demand every output code at full speed, and the latency and interval that are computed.

    Buffers between modules of nearly the same interval fill slowly: when the interval has not
    settled, ten times the tensors are sent.
    """
    design = design_of(graph, registry())
    wanted = interpret(graph, codes, registry())
    written = write_design(folder, design)

    def timed(times: int) -> Timing:
        given, expected = (
            _on_streams({name: np.concatenate([v] * times) for name, v in values.items()}, streams)
            for values, streams in ((codes, design.inputs), (wanted, design.outputs))
        )
        found = simulate(
            written,
            design.inputs,
            design.outputs,
            given,
            simulator=simulator,
            loading=loading_of(design),
        )
        compare(expected, found.outputs, design.outputs, "")
        return measured(found, design.outputs).timing

    try:
        timing = timed(1)
    except MismatchError as error:
        if "steady interval" not in str(error):
            raise
        timing = timed(10)
    assert timing == timing_of(design)
    return design


def prove_codes(
    graph: Graph, codes: dict[str, np.ndarray], folder: Path, simulator: str, seed: int
) -> int:
    """Demand every code of every node with all streams stalled; give how many were compared."""
    design = design_of(graph, registry())
    everything = interpret(graph, codes, registry(), keep="all")
    nodes = {item.name: item.node for item in design.instances if item.node}
    taps = [item for item in design.connections if item.source.instance in nodes]
    streams = tuple(replace(design.stream_of(item), name=item.name) for item in taps)
    stalled = tuple(item.name for item in design.connections)
    found = simulate(
        write_design(folder, design, Instrumentation(tuple(i.name for i in taps), stalled)),
        design.inputs,
        design.outputs,
        _on_streams(codes, design.inputs),
        taps=streams,
        stall_bits=len(stalled),
        stalls=Stalls(seed),
        simulator=simulator,
        loading=loading_of(design),
    )
    wanted = {name: everything[name] for name in graph.outputs}
    seen = {item.name: everything[nodes[item.source.instance]] for item in taps}
    verdict = compare(_on_streams(wanted, design.outputs), found.outputs, design.outputs, "")
    return verdict.values + compare(_on_streams(seen, streams), found.taps, streams, "").values


def with_drawn_lanes(graph: Graph, seed: int) -> Graph:
    """Give `graph` with lanes drawn for every node but those whose op fixes them."""
    draw = np.random.default_rng(seed)

    def lanes(node: Node) -> Lanes:
        rows = (graph.type_of(node.inputs[0]).row, node.type.row)
        first, last = (int(draw.integers(1, row + 1)) for row in rows)
        state = registry().find(node.op).state
        if state:
            return state.lanes(node.params)
        return Lanes(first, last if node.op in _FREE else first)

    return graph.with_nodes(replace(node, lanes=lanes(node)) for node in graph.nodes)


def _on_streams(
    codes: dict[str, np.ndarray], streams: tuple[Stream, ...]
) -> tuple[np.ndarray, ...]:
    return tuple(
        values.reshape(-1, stream.rows, stream.row)
        for values, stream in zip(codes.values(), streams, strict=True)
    )
