"""A wrong code is traced back to the block that it came from."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from litho import tools
from litho.emit import design_of
from litho.errors import MismatchError, ToolMissingError
from litho.flow.blame import blamed
from litho.formats import Fixed
from litho.ir import Graph, Input, Node, TensorType
from litho.ops import registry
from litho.ops.relu.reference import ReluParams
from litho.rtl import Design

KIND = TensorType((4,), Fixed(5, 2))
CODES = np.arange(-8, 8, dtype=np.int64).reshape(4, 4)
TOLD = MismatchError("stream 'act' must give 1, not 2; to repeat: litho simulate run")


@pytest.fixture(autouse=True)
def needs_icarus(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    try:
        tools.find("iverilog")
    except ToolMissingError as error:
        pytest.skip(f"iverilog is missing: {error}")
    monkeypatch.setenv("LITHO_CACHE", str(tmp_path / "cache"))


def chain() -> Graph:
    nodes = (
        Node("first", "relu", ("x",), ReluParams(), KIND),
        Node("second", "relu", ("first",), ReluParams(), KIND),
    )
    return Graph("chain", (Input("x", KIND),), (), nodes, ("second",))


REVERSED = ("? Bits'(0) :", "? Bits'(0) : Bits'(1) |")
GREEDY = (".in_ready_o(in_ready_o)", ".in_ready_o()")


def broken(design: Design, wrong: str, change: tuple[str, str], tmp_path: Path) -> Design:
    """Give the design with a fault in the module of one node."""
    source = next(item.block.source for item in design.instances if item.node == wrong)
    assert source is not None
    text = source.read_text().replace("module litho_relu", "module broken_relu")
    assert text.count(change[0]) == 1
    text = text.replace(*change)
    if change == GREEDY:
        text = text.replace(
            "  litho_stream_register", "  assign in_ready_o = 1'b1;\n  litho_stream_register"
        )
    (tmp_path / "broken_relu.sv").write_text(text)
    source = tmp_path / "broken_relu.sv"
    instances = tuple(
        replace(item, block=replace(item.block, module="broken_relu", source=source))
        if item.node == wrong
        else item
        for item in design.instances
    )
    return replace(design, instances=instances)


@pytest.mark.parametrize("wrong", ["first", "second"])
def test_the_first_node_that_differs_is_named(wrong: str, tmp_path: Path) -> None:
    graph, known = chain(), registry()
    design = design_of(graph, known)
    found = blamed(
        TOLD, graph, broken(design, wrong, REVERSED, tmp_path), {"x": CODES}, known, "icarus"
    )
    assert str(found).startswith("stream 'act' must give 1, not 2; the first node that differs is ")
    assert f"is {wrong!r} (relu): stream {wrong!r} must give 0 (the reference), not 1" in str(found)
    assert str(found).endswith("; to repeat: litho simulate run")


@pytest.mark.parametrize("simulator", ["icarus", "verilator"])
@pytest.mark.parametrize("wrong", ["first", "second"])
def test_the_first_node_that_loses_beats_is_named(
    wrong: str, simulator: str, tmp_path: Path
) -> None:
    try:
        tools.find(simulator.replace("icarus", "iverilog"))
    except ToolMissingError as error:
        pytest.skip(f"{simulator} is missing: {error}")
    graph, known = chain(), registry()
    design = broken(design_of(graph, known), wrong, GREEDY, tmp_path)
    found = str(blamed(TOLD, graph, design, {"x": CODES}, known, simulator))
    expected = (
        rf"; the first node that loses beats is '{wrong}' \(relu\), which gave \d+ of 16; to r"
    )
    assert re.search(expected, found)


def test_an_error_that_does_not_show_again_stays_as_it_is() -> None:
    graph, known = chain(), registry()
    found = blamed(TOLD, graph, design_of(graph, known), {"x": CODES}, known, "icarus")
    assert found is TOLD
    assert blamed(TOLD, graph, design_of(graph, known), {"x": CODES + 99}, known, "icarus") is TOLD
