"""The folder of a design appears whole or not at all."""

import json
from pathlib import Path

import pytest
from graphs import relus, residual

from litho import emit as package
from litho.emit import emit
from litho.errors import ConfigError, GraphError
from litho.ops import registry
from litho.rtl import check_memories, read_folder


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
    assert layer["memories"]["WeightFile"] in _content(tmp_path / "design")
    ends = {(item["from"], item["to"]) for item in facts["connections"]}
    assert ("block_0_fc.out", "block_0_act.in") in ends
    assert ("add.out", "add") in ends


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

    monkeypatch.setattr(package.folder, "manifest", broken)
    with pytest.raises(KeyboardInterrupt):
        emit(tmp_path / "design", residual(), registry())
    assert _content(tmp_path) == before
