"""The hardware labs: proven by both simulators, in the cycles that the model says."""

import json
from pathlib import Path

import numpy as np
import pytest

from litho import tools
from litho.emit import design_of
from litho.errors import ConfigError, ToolMissingError
from litho.flow import Config, load_config, run
from litho.flow.strict import convert
from litho.ir import Lanes, interpret, load
from litho.ops import registry
from litho.rtl import read_folder, timing_of
from litho.sim import simulate

LABS = Path(__file__).parents[2] / "configs" / "labs"
OLD_FLOW_NS = 280  # simulated time of the flow that these labs were made for

STIMULI = {
    "stimuli": {"format": "fixed8f3", "shape": [4], "given": [[3, 6, 0, 1]]},
    "model": {"name": "one_layer"},
    "quantize": [{"weights": "fixed8f3", "inputs": "fixed8f3"}],
    "hardware": {"device": "ecp5-25k"},
}


def needed(*names: str) -> None:
    for name in names:
        try:
            tools.find(name)
        except ToolMissingError as error:
            pytest.skip(f"{name} is missing: {error}")


# What docs/labs.md says: the outputs for [3, 6, 0, 1], and the cycles until the last of them.
PAGE = {
    "relu": ([2, 0, 0, 0, 4, 0, 2, 0], 10),
    "leaky_relu": ([2, 0, 0, 0, 4, 0, 2, 0], 11),
    "rrelu": ([2, -1, -1, -1, 4, -1, 2, -1], 10),
}


@pytest.mark.parametrize("name", PAGE)
def test_a_lab_is_proven_by_both_simulators(name: str, tmp_path: Path) -> None:
    needed("verilator", "c++", "iverilog")
    done = run(load_config(LABS / f"{name}.toml"), tmp_path / "run")
    proof, timing = done.result.verification, done.result.timing
    assert "verilator" in proof.simulator
    assert "icarus" in proof.simulator
    assert (proof.mismatches, proof.values) == (0, 2 * 2001 * 8)
    assert proof.clock_ns == 10
    assert proof.sample_cycles == PAGE[name][1]
    assert "accuracy" not in json.loads((done.folder / "result.json").read_text())
    page = (done.folder / "report.html").read_text()
    assert "hardware accuracy" not in page
    assert "From reset on" in page  # the waves
    assert f"{10 * PAGE[name][1]} ns" in page  # one sample
    graph = load(done.folder, registry())
    assert {node.lanes for node in graph.nodes} == {Lanes(4, 4)}
    design = design_of(graph, registry())
    assert timing_of(design).interval == timing.interval_cycles == 2
    assert timing_of(design).latency == timing.latency_cycles

    codes = np.array([[[3, 6, 0, 1]]])
    (wanted,) = interpret(graph, {graph.inputs[0].name: codes}, registry()).values()
    folder = read_folder(done.folder / "design")
    for simulator in ("verilator", "icarus"):
        found = simulate(folder, design.inputs, design.outputs, (codes,), simulator=simulator)
        assert found.outputs[0].tolist() == wanted.tolist()
        assert (found.outputs[0].reshape(-1).tolist(), found.cycles) == PAGE[name]
        # The second beat of the eight outputs comes a cycle after the first.
        assert found.cycles == timing.latency_cycles + 2
        assert found.cycles * 10 < OLD_FLOW_NS / 2


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"task": "digits"}, "there must be a key 'task' or a table 'stimuli', and not both"),
        ({"stimuli": None}, "there must be a key 'task' or a table 'stimuli', and not both"),
        ({"simulate": {"second": "vcs"}}, r"key 'simulate\.second'.*'vcs'"),
    ],
)
def test_a_run_has_one_source_of_inputs(change: dict[str, object], text: str) -> None:
    tables = {key: value for key, value in {**STIMULI, **change}.items() if value is not None}
    with pytest.raises(ConfigError, match=text):
        convert(tables, Config, "here")


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("given", [[3, 6]], r"must be 4 codes from -128 to 127 \(fixed8f3\), not \[3, 6\]"),
        ("given", [[3, 6, 0, 128]], r"must be 4 codes from -128 to 127 .*, not \[3, 6, 0, 128\]"),
        ("given", [], "stimuli must be given or drawn, not neither"),
        ("format", "e4m3", "stimuli must be of a fixed-point format, not e4m3"),
        ("format", "fixed8f4", "'stimuli.format' must be that of the network's input, fixed8f3"),
    ],
)
def test_stimuli_that_do_not_fit_are_refused(
    key: str, value: object, text: str, tmp_path: Path
) -> None:
    tables = {**STIMULI, "stimuli": {**STIMULI["stimuli"], key: value}}
    with pytest.raises(ConfigError, match=text):
        run(convert(tables, Config, "here"), tmp_path)


def test_a_network_that_tells_classes_apart_takes_no_stimuli(tmp_path: Path) -> None:
    tables = {**STIMULI, "model": {"name": "mlp"}}
    with pytest.raises(ConfigError, match="model 'mlp' must have classes to tell apart, and stim"):
        run(convert(tables, Config, "here"), tmp_path)
