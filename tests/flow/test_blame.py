"""A wrong code is traced back to the block that it came from."""

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


@pytest.mark.parametrize("wrong", ["first", "second"])
def test_the_first_node_that_differs_is_named(wrong: str, tmp_path: Path) -> None:
    graph, known = chain(), registry()
    design = design_of(graph, known)
    source = next(item.block.source for item in design.instances if item.node == wrong)
    assert source is not None
    broken = tmp_path / "broken_relu.sv"
    text = source.read_text().replace("module litho_relu", "module broken_relu")
    broken.write_text(text.replace("? Bits'(0) :", "? Bits'(0) : Bits'(1) |"))
    instances = tuple(
        replace(item, block=replace(item.block, module="broken_relu", source=broken))
        if item.node == wrong
        else item
        for item in design.instances
    )
    found = blamed(TOLD, graph, replace(design, instances=instances), {"x": CODES}, known, "icarus")
    assert str(found).startswith("stream 'act' must give 1, not 2; the first node that differs is ")
    assert f"is {wrong!r} (relu): stream {wrong!r} must give 0 (the reference), not 1" in str(found)
    assert str(found).endswith("; to repeat: litho simulate run")


def test_an_error_that_does_not_show_again_stays_as_it_is() -> None:
    graph, known = chain(), registry()
    found = blamed(TOLD, graph, design_of(graph, known), {"x": CODES}, known, "icarus")
    assert found is TOLD
    assert blamed(TOLD, graph, design_of(graph, known), {"x": CODES + 99}, known, "icarus") is TOLD
