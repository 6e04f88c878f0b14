"""The design of a graph: its blocks, and what stands between them."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from graphs import relus, residual

from litho.emit import design_of
from litho.errors import GraphError, UnsupportedError
from litho.formats import Fixed
from litho.hw import Timing
from litho.ir import Graph, Input, Lanes, Node, Registry, TensorType
from litho.ops import registry
from litho.ops.relu.reference import ReluParams
from litho.rtl import Design, render, timing_of


def _modules(design: Design) -> list[str]:
    return [item.block.module.removeprefix("litho_") for item in design.instances]


def test_equal_lanes_meet_without_anything_between() -> None:
    design = design_of(relus((4, 6), 3, 3), registry())
    assert _modules(design) == ["relu", "relu"]
    assert [item.name for item in design.connections] == ["x", "r0", "r1"]
    assert timing_of(design) == Timing(2, 8)


def test_lanes_that_divide_meet_in_one_width_change() -> None:
    design = design_of(relus((1, 8), 4, 2), registry())
    assert _modules(design) == ["relu", "stream_width", "relu"]


def test_lanes_that_do_not_divide_go_through_their_greatest_common_divisor() -> None:
    design = design_of(relus((1, 12), 4, 6), registry())
    changes = [item.block for item in design.instances if "width" in item.block.module]
    lanes = [(block.inputs[0].lanes, block.outputs[0].lanes) for block in changes]
    assert lanes == [(4, 2), (2, 6)]


def test_the_outer_streams_have_the_lanes_of_the_first_and_last_node() -> None:
    design = design_of(relus((1, 8), 4, 2), registry())
    assert [stream.lanes for stream in (*design.inputs, *design.outputs)] == [4, 2]


def test_wires_bear_the_names_of_the_nodes() -> None:
    design = design_of(residual(), registry())
    named = {
        item.node: design.out_of(item.name, "out").name for item in design.instances if item.node
    }
    assert named == {"block.0.fc": "block_0_fc", "block.0.act": "block_0_act", "add": "add"}


def test_a_skip_gets_a_fork_and_a_buffer_before_the_sum() -> None:
    design = design_of(residual(), registry())
    assert sorted(_modules(design)) == ["add", "linear", "relu", "stream_fifo", "stream_fork"]
    held = next(item for item in design.instances if item.block.module == "litho_stream_fifo")
    assert design.out_of(held.name, "out").target.instance == "add"
    assert timing_of(design).interval == 18


def test_readers_with_the_same_lanes_share_a_width_change() -> None:
    graph = relus((1, 8), 4)
    kind = graph.type_of("x")
    readers = tuple(
        Node(f"s{place}", "relu", ("r0",), ReluParams(), kind, Lanes(2, 2)) for place in range(3)
    )
    graph = replace(graph, nodes=(*graph.nodes, *readers), outputs=("s0", "s1", "s2"))
    modules = _modules(design_of(graph, registry()))
    assert modules.count("stream_width") == 1
    assert modules.count("stream_fork") == 2


def test_an_input_that_is_an_output_goes_straight_through() -> None:
    kind = relus((1, 4), 1).type_of("x")
    design = design_of(Graph("wire", (Input("x", kind),), (), (), ("x",)), registry())
    assert timing_of(design) == Timing(0, 4)


def test_an_input_that_nothing_reads_is_refused() -> None:
    graph = relus((1, 4), 1)
    graph = replace(graph, inputs=(*graph.inputs, Input("unread", graph.type_of("x"))))
    with pytest.raises(GraphError, match="an input must be read, and %unread is not"):
        design_of(graph, registry())


def test_an_output_that_is_a_constant_is_refused() -> None:
    graph = replace(residual(), outputs=("add", "block.0.fc.weight"))
    with pytest.raises(UnsupportedError, match=r"must be computed, and %block.0.fc.weight is"):
        design_of(graph, registry())


def test_a_node_of_the_host_is_refused() -> None:
    graph = relus((1, 4), 1)
    graph = graph.replace_node(replace(graph.node("r0"), host=True))
    with pytest.raises(GraphError, match=r"relu 'r0' .* must be on the chip to be emitted"):
        design_of(graph, registry())


def test_a_format_without_a_block_is_refused_with_those_that_have_one() -> None:
    known = registry().ops
    bare = Registry({**known, "relu": replace(known["relu"], blocks={"fixed": None})})
    graph = relus((1, 4), 1)
    kind = TensorType((1, 4), Fixed(8, is_integer=True))
    node = replace(graph.node("r0"), type=kind)
    graph = replace(graph, inputs=(Input("x", kind),), nodes=(node,))
    with pytest.raises(UnsupportedError, match="no block for int8; blocks exist for: fixed"):
        design_of(graph, bare)


@pytest.mark.parametrize("name", ["", "2top", "a-b", "litho_relu", "módulo"])
def test_the_name_of_a_design_must_be_a_name_in_verilog(name: str) -> None:
    with pytest.raises(GraphError, match="the name of a design must be letters"):
        design_of(relus((1, 4), 1), registry(), name)


@pytest.mark.parametrize("value", ["clk", "a.b", "a_b", "3", "tap_x", "held_held", "-"])
def test_any_name_of_a_value_gives_a_design(value: str) -> None:
    graph = relus((1, 4), 1)
    node = replace(graph.node("r0"), name=value)
    other = replace(node, name="a b", inputs=(value,))
    graph = replace(graph, nodes=(node, other), outputs=("a b", value))
    names = [item.name for item in design_of(graph, registry()).connections]
    assert len(set(names)) == len(names)
    assert all(name.isidentifier() and name.isascii() for name in names)


def test_the_text_of_a_design_does_not_depend_on_the_hash_seed() -> None:
    script = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from graphs import residual\nfrom litho.emit import design_of\n"
        "from litho.ops import registry\nfrom litho.rtl import render\n"
        "print(render(design_of(residual(), registry())), end='')"
    )
    texts = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert texts == {render(design_of(residual(), registry()))}
