"""The page of a run says what the run found: the same numbers, from the same files."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from litho import tools
from litho.errors import DataError, ToolMissingError
from litho.flow import Config, run
from litho.flow.page import log_of, page_of
from litho.flow.strict import convert
from litho.hw import Estimate, Interval
from litho.report import Page, render_page

MODEL = """\
import torch
from torch import nn


class Skip(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.act, self.last = nn.Linear(6, 5), nn.ReLU(), nn.Linear(5, 5)

    def forward(self, x):
        x = self.act(self.first(x))
        return x + self.last(x)


def make():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return Skip()
"""

STIMULI = {"format": "fixed8f3", "shape": [6], "given": [[3, 6, 0, 1, -9, 2]], "random": 40}
COUNTS = ("luts", "ffs", "dsps", "bram_bits")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that has ended."""
    for name in ("verilator", "c++"):
        try:
            tools.find(name)
        except ToolMissingError as error:
            pytest.skip(f"{name} is missing: {error}")
    place = tmp_path_factory.mktemp("page")
    (place / "skip.py").write_text(MODEL)
    tables = {
        "stimuli": STIMULI,
        "model": {"name": f"{place / 'skip.py'}:make"},
        "quantize": [{"weights": "fixed6", "inputs": "fixed8f3"}],
        "hardware": {"device": "ecp5-25k"},
    }
    return run(convert(tables, Config, "the test"), place / "run").folder


@pytest.fixture(scope="module")
def page(folder: Path) -> Page:
    return page_of(folder)


def test_a_page_that_is_drawn_again_is_the_same(folder: Path, page: Page) -> None:
    assert render_page(page) == (folder / "report.html").read_text()


def test_resources_by_layer_add_up_to_the_estimate(page: Page) -> None:
    parts = [layer.estimate for layer in page.layers if layer.estimate] + [page.between]

    def total(count: str) -> Interval:
        found: list[Interval] = [getattr(part, count) for part in parts]
        ends = ("low", "mid", "high")
        return Interval(*(sum(getattr(part, end) for part in found) for end in ends))

    assert page.result.resources.estimate == Estimate(*map(total, COUNTS))
    assert page.between.luts.mid > 0


def test_the_slowest_layer_sets_the_pace(page: Page) -> None:
    assert page.slowest
    assert page.most_cycles == page.result.timing.interval_cycles
    for layer in page.layers:
        assert (layer.cycles == page.most_cycles) == (layer.name in page.slowest)


def test_every_layer_has_its_formats_and_lanes(folder: Path, page: Page) -> None:
    manifest = json.loads((folder / "design" / "manifest.json").read_text())
    nodes = {item["node"]["name"]: item for item in manifest["modules"] if "node" in item}
    assert [layer.name for layer in page.layers] == ["x", *nodes]
    for layer in page.layers[1:]:
        node = nodes[layer.name]["node"]
        assert layer.lanes == (node["lanes"]["in"], node["lanes"]["out"])
        assert layer.formats[-1][:2] == ("gives", node["format"])
        assert [what for what, *_ in layer.formats] == {
            "linear": ["takes", "weight", "bias", "gives"],
            "add": ["takes", "takes", "gives"],
        }.get(layer.op, ["takes", "gives"])


def test_the_error_of_a_layer_is_that_of_its_codes(folder: Path, page: Page) -> None:
    from litho import tasks
    from litho.ir import interpret, load
    from litho.ops import registry

    data = tasks.stimuli(*(STIMULI[key] for key in ("given", "random", "format", "shape")), 0)
    model = tasks.load_model(f"{folder.parent / 'skip.py'}:make", {})
    graph = load(folder, registry())
    kind = graph.inputs[0].type
    inputs = data.test_inputs.double().numpy()
    codes = kind.codes.encode(inputs.reshape(-1, *kind.shape), kind.scale)
    found = interpret(graph, {"x": codes}, registry())[graph.outputs[0]]
    last = graph.type_of(graph.outputs[0])
    decoded = last.codes.decode(found, last.scale).reshape(len(inputs), -1)
    values = tasks.predict(model, data.test_inputs).double().numpy()
    by_name = {layer.name: layer.fidelity for layer in page.layers}
    fidelity = by_name[graph.outputs[0]]
    assert fidelity
    assert fidelity.max == np.abs(decoded - values).max() > 0
    assert fidelity.reach == np.abs(values).max()
    assert by_name["x"]
    assert by_name["x"].noise == 0
    assert page.compared == f"{len(inputs)} samples of the stimuli"
    assert None not in by_name.values()


def test_every_module_is_told_whole(folder: Path, page: Page) -> None:
    manifest = json.loads((folder / "design" / "manifest.json").read_text())
    for part, facts in zip(page.parts, manifest["modules"], strict=True):
        tables = dict(part.tables)
        assert part.name == facts["instance"]
        assert [row[0] for row in tables["Source files, each after those it needs"].rows] == (
            facts["files"]
        )
        wires = [stream["wires"] for stream in (*facts["inputs"], *facts["outputs"])]
        assert [row[2] for row in tables["Interfaces"].rows] == wires
        assert ("Tensors" in tables) == ("node" in facts)
        assert ("Memories" in tables) == bool(facts["memories"])


def test_a_long_log_is_cut_at_its_start(tmp_path: Path) -> None:
    path = tmp_path / "synth.log"
    path.write_text("".join(f"line {number}\n" for number in range(1000)))
    log = log_of(path)
    assert (log.name, log.left_out) == ("synth", 800)
    assert log.text.splitlines() == [f"line {number}" for number in range(800, 1000)]
    path.write_bytes(b"a\n" + b"\xff" * 30_000 + b"\nb\n")
    assert log_of(path).text == "b"


def test_a_run_without_its_facts_is_named(folder: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(folder, broken)
    (broken / "logs" / "fidelity.json").unlink()
    with pytest.raises(DataError, match=r"a run must have left its facts in .*broken, and has not"):
        page_of(broken)


def test_multipliers_of_the_device_are_those_of_other_nodes(folder: Path) -> None:
    found = page_of(folder)
    assert found.multipliers is not None
    names = [row[0] for row in found.multipliers.rows]
    arrays = {layer.name: layer for layer in found.layers if layer.op == "linear"}
    assert names[:2] == list(arrays)
    others = [layer for layer in found.layers if layer.estimate and layer.name not in arrays]
    counted = sum(layer.estimate.dsps.mid for layer in others if layer.estimate)
    assert found.multipliers.rows[-1][1] == str(counted)
    for row in found.multipliers.rows[:2]:
        lanes = arrays[row[0]].lanes
        assert lanes is not None
        assert row[1] == str(lanes[0] * lanes[1])
