"""Each shared module stands alone; the stall is a stage that keeps the rules."""

from pathlib import Path

import numpy as np
import pytest

from litho import tools
from litho.errors import GraphError, ToolError
from litho.rtl import Instrumentation, shared_modules, single, write_design
from litho.rtl.arith.round import rounding_code
from litho.rtl.stream.fifo import fifo
from litho.rtl.stream.register import register
from litho.rtl.stream.width import width
from litho.sim import Stalls, simulate

CODES = np.arange(-60, 60, dtype=np.int64).reshape(6, 1, 20)


# Verilator takes no recursive module as top; these are read as parts of others.
@pytest.mark.parametrize("module", sorted(set(shared_modules()) - {"litho_max", "litho_sum"}))
def test_a_module_lints_alone_without_waivers(module: str, tmp_path: Path) -> None:
    path = shared_modules()[module]
    assert "lint_off" not in path.read_text()
    library = [other for name, other in shared_modules().items() if name != module]
    tools.lint(_with_parts(path, library), module, directory=tmp_path, log=tmp_path / "lint.log")


def _with_parts(path: Path, library: list[Path]) -> list[Path]:
    """Give a module behind all that it is made of, each once."""
    used = [other for other in library if other != path and _instantiates(path, other.stem)]
    inner = [part for other in used for part in _with_parts(other, library)]
    return list(dict.fromkeys([*inner, path]))


def _instantiates(path: Path, module: str) -> bool:
    return f"{module} #(" in path.read_text()


@pytest.mark.parametrize("module", sorted(shared_modules()))
def test_a_module_says_its_purpose_reference_and_timing(module: str) -> None:
    header = shared_modules()[module].read_text().split("`default_nettype none")[0].lower()
    assert "what it computes:" in header
    assert "reference: litho." in header or "reference: numpy" in header
    assert "latency" in header or "combinational" in header or "synchronous read" in header


@pytest.mark.parametrize("inner", [0.1, 0.5, 0.9])
def test_stalls_on_every_edge_change_no_code(inner: float, tmp_path: Path) -> None:
    block = register(7, 3, 20)
    edges = ("in_edge", "out_edge")
    folder = write_design(tmp_path, single(block), Instrumentation(stalls=edges))
    found = simulate(
        folder,
        block.inputs,
        block.outputs,
        (CODES,),
        stall_bits=2,
        stalls=Stalls(7, inner=inner),
    )
    assert np.array_equal(found.outputs[0], CODES)


def test_a_buffer_of_one_beat_is_refused_at_time_zero(tmp_path: Path) -> None:
    block = fifo(7, 1, 20, depth=1)
    with pytest.raises(ToolError, match="Depth must be at least 2, not 1"):
        simulate(write_design(tmp_path, single(block)), block.inputs, block.outputs, (CODES,))


def test_a_width_change_between_lanes_that_do_not_divide_is_refused() -> None:
    with pytest.raises(GraphError, match="not 4 and 6; go through"):
        width(8, 4, 6, 12)


def test_the_parameter_of_a_rounding_is_the_one_the_module_documents() -> None:
    text = shared_modules()["litho_round"].read_text()
    for rounding in ("half_even", "floor", "toward_zero", "half_up"):
        assert f"{rounding_code(rounding)} {rounding}" in text
