"""The folder of a design appears whole or not at all."""

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from graphs import relus, residual

from litho.emit import depths_in, design_of, emit
from litho.emit import folder as folder_module
from litho.emit.manifest import manifest
from litho.errors import ConfigError, DataError, GraphError
from litho.ops import registry
from litho.rtl import check_memories, read_folder, render, timing_of


def _content(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_folder_holds_all_that_a_tool_needs(tmp_path: Path) -> None:
    emitted = emit(tmp_path / "design", residual(), registry(), "skip")
    names = set(_content(tmp_path / "design"))
    assert {"skip.sv", "files.f", "memories.json", "manifest.json", "timing.sdc"} <= names
    assert {"rtl/litho_linear.sv", "rtl/litho_stream_fifo.sv", "timing.lpf"} <= names
    assert read_folder(tmp_path / "design") == emitted.folder
    check_memories(emitted.folder)


def test_two_emissions_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        emit(tmp_path / name, residual(), registry())
    assert _content(tmp_path / "one") == _content(tmp_path / "two")


def test_the_manifest_says_what_each_module_is(tmp_path: Path) -> None:
    emitted = emit(tmp_path / "design", residual(), registry())
    facts = json.loads((tmp_path / "design" / "manifest.json").read_text())
    assert facts["timing"] == {
        "latency_cycles": emitted.timing.latency,
        "interval_cycles": emitted.timing.interval,
    }
    layer = next(item for item in facts["modules"] if item["instance"] == "u_block_0_fc")
    assert layer["module"] == "litho_linear"
    assert "rtl/litho_row_repeat.sv" in layer["files"]
    assert layer["node"]["name"] == "block.0.fc"
    assert layer["node"]["lanes"] == {"in": 2, "out": 2}
    assert layer["memories"]["WeightFile"]["file"] in _content(tmp_path / "design")
    ends = {(item["from"], item["to"]) for item in facts["connections"]}
    assert ("block_0_fc.out", "block_0_act.in") in ends
    assert ("add.out", "add") in ends


def _modules(folder: Path) -> dict[str, dict[str, Any]]:
    facts = json.loads((folder / "manifest.json").read_text())
    return {item["instance"].removeprefix("u_"): item for item in facts["modules"]}


def test_the_manifest_gives_the_same_buffers_again(tmp_path: Path) -> None:
    emitted = emit(tmp_path / "design", residual(), registry())
    depths = depths_in(tmp_path / "design")
    again = design_of(residual(), registry(), "top", depths)
    assert depths
    assert again.connections == emitted.design.connections
    assert render(again) == render(emitted.design)


def test_a_manifest_that_is_none_is_refused(tmp_path: Path) -> None:
    emit(tmp_path / "design", residual(), registry())
    (tmp_path / "design" / "manifest.json").write_text('{"modules": [{}]}')
    with pytest.raises(DataError, match=r"must have a manifest, and .*KeyError\('module'\)"):
        depths_in(tmp_path / "design")


def test_the_manifest_says_how_tensors_are_stored_and_travel(tmp_path: Path) -> None:
    emit(tmp_path / "design", residual(), registry())
    layer = _modules(tmp_path / "design")["block_0_fc"]
    (stream,) = layer["inputs"]
    lanes = layer["node"]["lanes"]["in"]
    assert stream["row"] + stream["padding"] == stream["beats"] // stream["rows"] * lanes
    assert stream["storage"] == "none: a stream of data, valid, ready"
    assert stream["order"] == "rows in C order, lane 0 in the low bits"
    assert [item["storage"] for item in layer["node"]["inputs"]] == [
        "none: a stream of data, valid, ready",
        *["on the chip, from reset on"] * (len(layer["node"]["inputs"]) - 1),
    ]
    tensor = layer["node"]["inputs"][0]
    assert tensor["size_bits"] == math.prod(tensor["shape"]) * stream["bits"]
    listed = json.loads((tmp_path / "design" / "memories.json").read_text())
    for memory in layer["memories"].values():
        assert listed[memory["file"]] == {"width": memory["width"], "depth": memory["depth"]}


def test_the_manifest_says_on_which_wires_a_stream_is(tmp_path: Path) -> None:
    emit(tmp_path / "design", residual(), registry())
    connections = json.loads((tmp_path / "design" / "manifest.json").read_text())["connections"]
    wires = {}
    for name, item in _modules(tmp_path / "design").items():
        wires |= {f"{name}.{stream['name']}": stream["wires"] for stream in item["inputs"]}
        wires |= {f"{name}.{stream['name']}": stream["wires"] for stream in item["outputs"]}
    for connection in connections:
        for end in (connection["from"], connection["to"]):
            if "." in end:
                assert wires.pop(end) == connection["name"]
    assert not wires


def test_the_manifest_tells_our_modules_from_the_users(tmp_path: Path) -> None:
    design = design_of(residual(), registry())
    source = tmp_path / "theirs.sv"
    source.write_text("module theirs;\nendmodule\n")
    first = design.instances[0]
    theirs = replace(first, block=replace(first.block, module="theirs", source=source))
    mixed = replace(design, instances=(theirs, *design.instances[1:]))
    facts = json.loads(manifest(residual(), mixed, timing_of(design)))
    found = [item["toolchain"] for item in facts["modules"]]
    assert found == ["external", *["litho"] * (len(design.instances) - 1)]
    assert facts["modules"][0]["files"] == ["rtl/theirs.sv"]


def test_the_clock_is_in_the_constraints(tmp_path: Path) -> None:
    emit(tmp_path / "design", relus((1, 4), 1), registry(), clock_mhz=125.0)
    content = _content(tmp_path / "design")
    assert content["timing.sdc"] == b"create_clock -name clk -period 8.000 [get_ports clk_i]\n"
    assert content["timing.lpf"] == b'FREQUENCY PORT "clk_i" 125 MHZ;\n'


def test_a_clock_that_stands_still_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="the clock must be above 0 MHz, not 0"):
        emit(tmp_path / "design", relus((1, 4), 1), registry(), clock_mhz=0)


def test_a_design_that_is_there_is_replaced(tmp_path: Path) -> None:
    emit(tmp_path / "design", residual(), registry())
    emit(tmp_path / "design", relus((1, 4), 1), registry())
    assert "rtl/litho_linear.sv" not in _content(tmp_path / "design")
    assert [path.name for path in tmp_path.iterdir()] == ["design"]


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(ConfigError, match="must be absent, empty or hold a design"):
        emit(tmp_path, relus((1, 4), 1), registry())
    assert _content(tmp_path) == {"thesis.tex": b"years of work"}


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match=r"must be writable, and is not: .*; choose another"):
        emit(tmp_path / "file" / "design", relus((1, 4), 1), registry())


def test_a_graph_that_has_no_design_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(GraphError):
        emit(tmp_path / "design", relus((1, 4), 0), registry())
    assert not list(tmp_path.iterdir())


def test_an_emission_that_breaks_off_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    emit(tmp_path / "design", relus((1, 4), 1), registry())
    before = _content(tmp_path)

    def broken(*_: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(folder_module, "manifest", broken)
    with pytest.raises(KeyboardInterrupt):
        emit(tmp_path / "design", residual(), registry())
    assert _content(tmp_path) == before
