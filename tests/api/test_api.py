"""The verbs as functions: they mirror the command line, and their results show themselves."""

import importlib
import json
import os
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import torch
from torch import nn

import litho
from litho.errors import ConfigError, DataError, MismatchError


def network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Dropout(), nn.Linear(8, 3))


@pytest.fixture(scope="module")
def quantized() -> nn.Module:
    model = network()
    rule = litho.QuantizeRule("*", weights="fixed5", inputs="fixed6")
    litho.quantize(model, rule, torch.rand(32, 4))
    return model


@pytest.fixture(scope="module")
def graph(quantized: nn.Module) -> "litho.Graph":
    return litho.lower(litho.capture(quantized, torch.zeros(1, 4), "small"))


class Cells(HTMLParser):
    """The text of the cells of a table, and the tags that are open."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.cells: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] in (["td"], ["th"]):
            self.cells.append(data)


def cells_of(html: str) -> list[str]:
    found = Cells(html)
    assert found.open == []
    return found.cells


def test_litho_offers_every_verb_of_the_command_line() -> None:
    from litho.app.main import litho as command

    verbs = set(command.list_commands(None)) - {"rtl"}  # type: ignore[arg-type]
    assert verbs <= {*litho.__all__, "list"} == set(dir(litho))


def test_litho_offers_what_its_stubs_say() -> None:
    import ast

    tree = ast.parse(Path(litho.__file__).read_text())
    (block,) = (node for node in tree.body if isinstance(node, ast.If))
    stubs = {
        alias.name
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert stubs | {"__version__"} == set(dir(litho))
    assert all(callable(getattr(litho, name)) for name in stubs)


def test_a_star_hides_no_name_of_python() -> None:
    import builtins

    assert set(litho.__all__) & set(dir(builtins)) == set()


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'litho' has no attribute 'nonesuch'"):
        litho.nonesuch  # type: ignore[attr-defined]  # noqa: B018


@pytest.mark.parametrize("verb", ["emit", "report"])
@pytest.mark.parametrize("first", ["", "import litho.{verb}\n", "from litho.{verb} import *\n"])
def test_a_package_that_bears_the_name_of_a_verb_is_that_verb(verb: str, first: str) -> None:
    code = f"{first}import litho\ntry:\n litho.{verb}()\nexcept TypeError as e:\n print(e)\n"
    done = subprocess.run(
        [sys.executable, "-c", code.format(verb=verb)], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith(f"{verb}() missing ")
    package = importlib.import_module(f"litho.{verb}")
    assert package.__all__


def test_quantize_shows_what_was_chosen() -> None:
    rules = [litho.QuantizeRule("0", weights="fixed5", inputs="fixed6f3")]
    chosen = litho.quantize(network(), rules, [torch.rand(32, 4)])
    assert cells_of(chosen._repr_html_())[4:8] == ["0", "inputs", "fixed6f3", "1"]
    assert chosen.record()[0] == {
        "module": "0",
        "tensor": "inputs",
        "format": "fixed6f3",
        "scale": "1",
    }
    assert str(chosen).splitlines()[1].split() == ["0", "inputs", "fixed6f3", "1"]


def test_a_graph_shows_itself_as_a_drawing(quantized: nn.Module, graph: "litho.Graph") -> None:
    for shown in (litho.capture(quantized, torch.zeros(1, 4)), graph, litho.draw(graph)):
        assert ElementTree.fromstring(shown._repr_svg_()).tag.endswith("svg")
    assert "litho::fake_quantize" not in litho.draw(graph).svg


def test_capture_leaves_the_model_ready_for_what_was_captured(tmp_path: Path) -> None:
    model = network().train()
    assert litho.capture(model, torch.zeros(1, 4)).nodes
    assert not model.training


def test_a_model_of_a_file_is_captured_with_its_weights(tmp_path: Path) -> None:
    (tmp_path / "wide.py").write_text(
        "from torch import nn\n\n\ndef make():\n    return nn.Sequential(nn.Linear(4, 2))\n"
    )
    model = nn.Sequential(nn.Linear(4, 2))
    torch.save(model.state_dict(), tmp_path / "weights.pt")
    captured = litho.capture(
        f"{tmp_path / 'wide.py'}:make", torch.zeros(1, 4), weights=tmp_path / "weights.pt"
    )
    values = {item.name: item.values for item in captured.constants}
    assert np.array_equal(values["0.weight"], model[0].weight.detach().numpy())


def test_a_graph_is_saved_and_loaded(graph: "litho.Graph", tmp_path: Path) -> None:
    assert litho.save(tmp_path / "kept", graph) == tmp_path / "kept" / "graph.ir"
    assert litho.load(str(tmp_path / "kept")) == graph


def test_the_interpreter_gives_what_the_quantized_model_gives(
    quantized: nn.Module, graph: "litho.Graph"
) -> None:
    values = torch.randn(50, 4)
    (found,) = litho.interpret(graph, values).values()
    with torch.no_grad():
        assert np.array_equal(found[:, 0], quantized.eval()(values).numpy())


def test_integers_are_taken_as_codes(graph: "litho.Graph") -> None:
    codes = np.array([[1, -2, 3, 4]])
    item = graph.inputs[0].type
    (found,) = litho.interpret(graph, codes).values()
    (same,) = litho.interpret(graph, item.codes.decode(codes, item.scale)).values()
    assert np.array_equal(found, same)


@pytest.mark.parametrize("shape", [(), (3,), (0, 4), (2, 5)])
def test_inputs_of_another_shape_are_refused(graph: "litho.Graph", shape: tuple[int, ...]) -> None:
    message = r"input 'input' must be samples of shape \[1, 4\], not an array of shape"
    with pytest.raises(DataError, match=message):
        litho.interpret(graph, np.zeros(shape))


def test_every_input_must_be_given(graph: "litho.Graph") -> None:
    with pytest.raises(DataError, match=r"must be given its 1 inputs \(input\), not 2"):
        litho.interpret(graph, np.zeros((1, 4)), np.zeros((1, 4)))


def test_hardware_from_estimate_to_proof(graph: "litho.Graph", tmp_path: Path) -> None:
    estimated = litho.estimate(graph, interval=8)
    assert cells_of(estimated._repr_html_())[:5] == ["resource", "low", "mid", "high", "ecp5-25k"]
    design = litho.emit(tmp_path / "design", graph, interval=8)
    assert (design.path / "top.sv").is_file()
    assert design.record()["timing"] == estimated.record()["timing"]
    assert "litho_relu" in cells_of(design._repr_html_())
    proof = litho.simulate(design, torch.randn(20, 4))
    assert proof.record()["verification"]["values"] == 60
    assert proof.record()["verification"]["mismatches"] == 0
    assert proof.record()["timing"] == estimated.record()["timing"]
    assert "<p>0 mismatches in 60 values, " in proof._repr_html_()


def test_a_design_that_was_changed_is_not_proven(graph: "litho.Graph", tmp_path: Path) -> None:
    design = litho.emit(tmp_path / "design", graph, interval=8)
    memory = sorted(design.path.glob("*.mem"))[0]
    words = memory.read_text().split()
    words[0] = f"{int(words[0], 16) ^ 1:0{len(words[0])}x}"
    memory.write_text("\n".join(words) + "\n")
    with pytest.raises(MismatchError, match="values differ"):
        litho.simulate(design)


def test_a_float_graph_has_no_hardware(tmp_path: Path) -> None:
    captured = litho.capture(network(), torch.zeros(1, 4), "plain")
    with pytest.raises(ConfigError, match="graph 'plain' must be lowered to integers, and %0"):
        litho.emit(tmp_path / "design", captured)


def test_synthesis_shows_what_the_tool_said(graph: "litho.Graph", tmp_path: Path) -> None:
    pytest.importorskip("pyosys")
    design = litho.emit(tmp_path / "design", graph)
    for given in (design, design.path):
        found = litho.synthesize(given, "ice40-hx8k", out=tmp_path / "out")
        assert cells_of(found._repr_html_())[2] == "ice40-hx8k"
        assert found.record()["luts"] > 0
    assert (tmp_path / "out" / "netlist.json").is_file()


def test_each_block_is_synthesized_by_itself(graph: "litho.Graph", tmp_path: Path) -> None:
    pytest.importorskip("pyosys")
    design = litho.emit(tmp_path / "design", graph)
    told: list[tuple[int, int]] = []
    found = litho.synthesize_blocks(design.path, "ecp5-25k", tell=lambda *at: told.append(at))
    instances = design.emitted.design.instances
    assert [row.instance for row in found.rows] == [item.name for item in instances]
    assert [row.node for row in found.rows] == [item.node for item in instances]
    assert len(told) == told[0][1] - 1 <= len(instances)
    linear = next(row for row in found.rows if row.module == "litho_linear")
    assert linear.resources.dsps > 0
    assert found.total.dsps == found.whole.dsps
    assert f"{found.total.luts}" in cells_of(found._repr_html_())
    assert found.record()["whole"]["luts"] == found.whole.luts > 0


def test_a_run_shows_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    tables = {
        "task": "digits",
        "model": {"name": "mlp", "options": {"hidden": [4]}},
        "train": {"epochs": 1},
        "quantize": [{"weights": "fixed5", "inputs": "ufixed4"}],
        "hardware": {"device": "ecp5-25k"},
    }
    finished = litho.run(tables)
    assert finished.folder.parent == Path("runs")
    assert finished.record() == json.loads((finished.folder / "result.json").read_text())
    assert "verification" in cells_of(finished._repr_html_())
    before = finished.page.read_text()
    assert litho.report(finished.folder) == finished.page
    assert finished.page.read_text() == before


def test_the_tables_of_a_configuration_are_strict() -> None:
    with pytest.raises(ConfigError, match=r"key 'model.title' must be .* in the given tables"):
        litho.run({"task": "digits", "model": {"title": "mlp"}})


@pytest.mark.parametrize("kind", ["ops", "formats", "passes", "devices", "tasks", "models"])
def test_lists_show_themselves(kind: str) -> None:
    found = litho.list(kind)
    assert len(cells_of(found._repr_html_())) == len(found.table.headers) * (
        1 + len(found.record())
    )


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"a kind must be one of .*, not 'boards'"):
        litho.list("boards")


def test_doctor_shows_every_tool_and_which_kernels_run() -> None:
    from litho import kernels
    from litho.tools import TOOLS

    record = litho.doctor().record()
    assert [row["tool"] for row in record] == [*TOOLS, "kernels", "cache", "data", "operations"]
    assert record[len(TOOLS)]["found"] == kernels.describe()


def test_doctor_says_what_is_configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LITHO_CACHE", str(tmp_path))
    monkeypatch.setenv("LITHO_DATA", str(tmp_path / "none"))
    monkeypatch.setenv("LITHO_OPS", f"{tmp_path}{os.pathsep}{tmp_path / 'gone'}")
    assert list(litho.doctor().lines())[1:] == [
        f"cache: {tmp_path} (LITHO_CACHE)",
        f"data: {tmp_path}/none, which is not there (LITHO_DATA)",
        f"operations: {tmp_path}; {tmp_path}/gone, which is not there (LITHO_OPS)",
    ]
    for name in ("LITHO_CACHE", "LITHO_DATA", "LITHO_OPS"):
        monkeypatch.delenv(name)
    cache, data, operations = list(litho.doctor().lines())[1:]
    assert cache.endswith("litho (LITHO_CACHE chooses another)")
    assert data == "data: LITHO_DATA is not set: the tasks that read files need --data or this"
    assert operations == "operations: LITHO_OPS is not set: those of litho, and installed ones"


def test_what_a_page_may_not_hold_is_escaped() -> None:
    from litho.api.show import Table

    html = Table(("<b>",), (("a & b",),)).html
    assert "&lt;b&gt;" in html
    assert "a &amp; b" in html
