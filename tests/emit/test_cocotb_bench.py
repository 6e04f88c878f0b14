"""The bench beside a design: it can be read, it passes, and it sees what is wrong."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from graphs import relus, residual

from litho import tools
from litho.emit.folder import emit
from litho.errors import ToolMissingError
from litho.ir import Graph, interpret
from litho.ops import registry


def codes_of(graph: Graph, samples: int = 3) -> dict[str, np.ndarray]:
    (item,) = graph.inputs
    form = item.type.codes
    shape = (samples, *item.type.shape)
    drawn = np.random.default_rng(0).integers(form.low, form.high, shape, endpoint=True)
    return {item.name: drawn.astype(np.int64)}


def emitted(tmp_path: Path, graph: Graph, samples: int = 3) -> Path:
    """Emit with a bench, and give the folder of the design."""
    emit(tmp_path / "design", graph, registry(), "net", vectors=codes_of(graph, samples))
    return tmp_path / "design"


def run(design: Path) -> tuple[int, str]:
    """Run the bench in Icarus and give its exit code and what it printed."""
    for name in ("cocotb", "iverilog"):
        try:
            tools.find(name)
        except ToolMissingError as error:
            pytest.skip(f"{name} is missing: {error}")
    command = [sys.executable, str(design / "bench" / "run.py")]
    # cocotb does otherwise when it thinks that pytest calls it.
    environment = {key: value for key, value in os.environ.items() if "PYTEST" not in key}
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=design.parent, env=environment, check=False
    )
    return done.returncode, done.stdout + done.stderr


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))


def test_the_bench_is_three_files_that_can_be_read(tmp_path):
    bench = emitted(tmp_path, residual()) / "bench"
    assert {path.name for path in bench.iterdir()} == {"run.py", "test_net.py", "vectors.json"}
    for name in ("run.py", "test_net.py"):
        text = (bench / name).read_text()
        compile(text, name, "exec")
        assert max(map(len, text.splitlines())) <= 100
        assert "{" + "{" not in text
        assert "litho" not in "".join(line for line in text.splitlines() if "import" in line)


def test_the_vectors_are_the_interpreters(tmp_path):
    graph = residual(lanes=4)
    facts = json.loads((emitted(tmp_path, graph) / "bench" / "vectors.json").read_text())
    codes = codes_of(graph)
    (source,), (sink,) = facts["inputs"], facts["outputs"]
    assert (source["name"], source["bits"], source["lanes"]) == ("x", 6, 4)
    assert np.array_equal(source["rows"], codes["x"].reshape(-1, 6))
    wanted = interpret(graph, codes, registry())["add"]
    assert np.array_equal(sink["rows"], wanted.reshape(-1, 6))


def test_the_same_graph_gives_the_same_bench(tmp_path):
    first, second = (emitted(tmp_path / name, residual()) / "bench" for name in ("a", "b"))
    for path in first.iterdir():
        assert path.read_bytes() == (second / path.name).read_bytes()


def test_there_is_no_bench_unless_it_is_asked_for(tmp_path):
    emit(tmp_path / "design", residual(), registry())
    assert not (tmp_path / "design" / "bench").exists()


def test_the_bench_passes_on_a_design_with_padding_and_memories(tmp_path):
    code, shown = run(emitted(tmp_path, residual(lanes=4)))
    assert code == 0, shown
    assert "PASS: 3 tests, 0 failed" in shown
    assert "PASS: 12 beats compared, stalled with probability 0.7" in shown


BROKEN = {
    "a wrong code": (
        "rtl/litho_relu.sv",
        "? Bits'(0) :",
        "? Bits'(1) :",
        "000001, not 000000",
    ),
    "valid that falls": (
        "rtl/litho_stream_register.sv",
        "else if (in_ready_o) valid_q <= in_valid_i;",
        "else valid_q <= in_valid_i && !valid_q;",
        "was not held",
    ),
    "a beat too many": (
        "rtl/litho_stream_register.sv",
        "else if (in_ready_o) valid_q <= in_valid_i;",
        "else if (in_ready_o) valid_q <= in_valid_i || valid_q;",
        "gives a beat too many",
    ),
    "nothing": (
        "rtl/litho_stream_register.sv",
        "else if (in_ready_o) valid_q <= in_valid_i;",
        "else if (in_ready_o) valid_q <= 1'b0;",
        "SimTimeoutError",
    ),
    "an unknown valid": (
        "rtl/litho_stream_register.sv",
        "if (!rst_ni) valid_q <= 1'b0;",
        "if (!rst_ni) valid_q <= 1'bx;",
        "valid is X",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_the_bench_sees_what_is_wrong(tmp_path, name):
    file, old, new, message = BROKEN[name]
    design = emitted(tmp_path, relus((6,), 2), samples=4)
    change(design / file, old, new)
    code, shown = run(design)
    assert code == 1, shown
    assert message in shown
    assert "FAIL: 3 tests, " in shown


def test_no_test_at_all_is_a_failure(tmp_path):
    design = emitted(tmp_path, relus((6,), 2))
    change(design / "bench" / "test_net.py", "@cocotb.test()\n@cocotb.parametrize", "@print")
    code, shown = run(design)
    assert code == 1
    assert "FAIL: 0 tests, 0 failed" in shown
