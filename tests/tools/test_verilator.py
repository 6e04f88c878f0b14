"""Lint, and simulators that are built once."""

import numpy as np
import pytest

from litho import tools
from litho.errors import ToolError, ToolMissingError
from litho.rtl import shared_modules, single, write_design
from litho.rtl.stream.register import register
from litho.sim import simulate
from litho.tools import verilator


@pytest.fixture(autouse=True)
def _needs_verilator():
    try:
        tools.find("verilator")
    except ToolMissingError as error:
        pytest.skip(str(error))


def test_lint_is_silent_on_a_shared_module(tmp_path):
    source = shared_modules()["litho_stream_register"]
    parameters = (("Width", 3),)
    log = tmp_path / "lint.log"
    tools.lint([source], "litho_stream_register", parameters, directory=tmp_path, log=log)
    assert log.is_file()


def test_lint_fails_on_a_warning(tmp_path):
    source = tmp_path / "wide.sv"
    source.write_text(
        "module wide (input wire logic [7:0] a_i, output wire logic [3:0] b_o);\n"
        "  assign b_o = a_i;\nendmodule\n"
    )
    with pytest.raises(ToolError, match=r"WIDTHTRUNC.*wide\.sv:2"):
        tools.lint([source], "wide", directory=tmp_path, log=tmp_path / "lint.log")


def test_a_simulator_is_built_once_and_again_when_the_source_changes(tmp_path, monkeypatch):
    block = register(8, 2, 6)
    built = []
    whole = verilator.cached

    def watched(kind, key, build):
        place, is_built = whole(kind, key, build)
        if is_built:
            built.append(kind)
        return place, is_built

    monkeypatch.setattr(verilator, "cached", watched)
    folder = write_design(tmp_path, single(block))
    (tmp_path / "bench.sv").write_text((tmp_path / "bench.sv").read_text() + f"// {tmp_path}\n")
    for _ in range(2):
        simulate(folder, block.inputs, block.outputs, (_codes(block),))
    assert built.count("simulators") == 1
    (tmp_path / "bench.sv").write_text((tmp_path / "bench.sv").read_text() + "// again\n")
    simulate(folder, block.inputs, block.outputs, (_codes(block),))
    assert built.count("simulators") == 2


def _codes(block):
    return np.arange(12, dtype=np.int64).reshape(2, 1, 6)
