"""The library on the command line: listed, shown, tested and exported without Python."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from litho import tools
from litho.api import check
from litho.app.completion import modules
from litho.app.main import main
from litho.errors import MismatchError, ToolMissingError
from litho.rtl import shared_modules
from litho.testing import CHECKS


def call(*arguments: str) -> int:
    with pytest.raises(SystemExit) as left:
        main(list(arguments))
    assert isinstance(left.value.code, int)
    return left.value.code


def needs(*names: str) -> None:
    for name in names:
        try:
            tools.find(name)
        except ToolMissingError as error:
            pytest.skip(f"{name} is missing: {error}")


def test_list_tells_each_module_with_its_parameters_and_latency(capsys):
    assert call("rtl", "list") == 0
    paragraphs = capsys.readouterr().out.split("\n\n")
    names = [text.split("\n")[0] for text in paragraphs]
    assert {*shared_modules(), "litho_relu", "litho_linear"} <= set(names)
    shown = paragraphs[names.index("litho_stream_register")]
    assert "One register stage of a stream." in shown
    assert "#(Width)" in shown
    assert "Latency 1, one beat a cycle." in shown


def test_list_for_machines_has_the_same_modules(capsys):
    assert call("rtl", "list", "--json") == 0
    facts = {item["module"]: item for item in json.loads(capsys.readouterr().out)}
    fifo = facts["litho_stream_fifo"]
    assert [item["name"] for item in fifo["parameters"]] == ["Width", "Depth"]
    assert fifo["ports"][0] == {"name": "clk_i", "direction": "input", "range": ""}
    assert Path(fifo["file"]).is_file()


@pytest.mark.parametrize("name", ["litho_stream_fifo", "stream_fifo"])
def test_show_gives_head_ports_and_file(name, capsys):
    assert call("rtl", "show", name) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("litho_stream_fifo\n\nFirst in, first out")
    assert "beats it can hold, at least 2" in shown
    assert "out_ready_i  input" in shown
    assert shown.strip().endswith("litho_stream_fifo.sv")


def test_an_unknown_module_is_answered_with_the_known_ones(capsys):
    assert call("rtl", "show", "fpu") == 2
    assert "must be one of litho_dot, " in capsys.readouterr().err


def test_export_writes_the_library(tmp_path, capsys):
    assert call("rtl", "export", str(tmp_path / "lib"), "--json") == 0
    facts = json.loads(capsys.readouterr().out)
    assert (tmp_path / "lib" / "library.f").read_text().split() == facts["files"]
    assert call("rtl", "export", str(tmp_path)) == 2
    assert "must be absent, empty or hold a library" in capsys.readouterr().err


@pytest.mark.parametrize("verb", [("rtl", "test"), ("simulate", "--block")])
def test_a_module_is_tested_by_its_name(verb, capsys):
    needs("verilator", "c++", "iverilog")
    assert call(*verb, "rtl-register_1b_1of5", "--json") == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["block"], facts["failed"]) == ("rtl-register_1b_1of5", 0)
    assert [item["check"] for item in facts["checks"]] == [n for n in CHECKS if n != "lowering"]


def test_the_table_has_a_row_a_case_and_the_counts(capsys):
    needs("iverilog")
    assert call("simulate", "--block", "relu", "--simulator", "icarus") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["case", "reference", "icarus"]
    assert [line.split()[0] for line in lines[1:-1]] == [
        "relu-8b_1of256",
        "relu-8b_4of10",
        "relu-2b_3of1",
        "relu-20b_2of7",
    ]
    assert lines[-1] == "8 passed"


def test_a_failed_check_is_shown_and_ends_with_code_1(monkeypatch, capsys):
    def broken(case: object, directory: Path) -> None:
        raise MismatchError("stream 'out' must give 1")

    monkeypatch.setattr("litho.testing.CHECKS", {"reference": broken, "equality": broken})
    assert call("rtl", "test", "rtl-fifo_2") == 1
    shown = capsys.readouterr()
    assert "rtl-fifo_2  failed" in shown.out
    assert "2 failed" in shown.out
    assert "rtl-fifo_2 must pass every check, and 2 of 2 failed; first: " in shown.err


def test_without_icarus_its_check_is_skipped_by_name(monkeypatch):
    def gone(case: object, directory: Path) -> None:
        raise ToolMissingError("iverilog must be there; apt-get install iverilog")

    monkeypatch.setattr("litho.testing.CHECKS", {**CHECKS, "icarus": gone})
    needs("verilator", "c++")
    result = check("rtl-register_1b_1of5")
    assert result.failed == ()
    assert list(result.lines()) == [
        "6 passed, 1 skipped",
        "skipped: icarus: iverilog must be there; apt-get install iverilog",
    ]


def test_the_waves_of_one_case_are_recorded_and_drawn(tmp_path, capsys):
    needs("verilator", "c++", "iverilog")
    verb = ("simulate", "--block", "rtl-register_1b_1of5")
    assert call(*verb, "--wave", str(tmp_path / "a.svg"), "--cycles", "12") == 0
    ElementTree.parse(tmp_path / "a.svg")
    assert "waves of cycles 0 to 11" in (tmp_path / "a.svg").read_text()
    assert call(*verb, "--wave", str(tmp_path / "a.vcd"), "--simulator", "icarus") == 0
    assert "$enddefinitions" in (tmp_path / "a.vcd").read_text()
    capsys.readouterr()
    assert call("simulate", "--block", "relu", "--wave", str(tmp_path / "b.vcd")) == 2
    assert "waves must be of one case, and 'relu' names 4" in capsys.readouterr().err
    assert call(*verb, "--wave", str(tmp_path / "a.png")) == 2
    assert "must go to a file that ends in .vcd, .fst or .svg" in capsys.readouterr().err


def test_folders_go_with_a_block_alone(tmp_path, capsys):
    assert call("simulate", str(tmp_path), "--folder", "mine") == 2
    assert "--folder must go with --block; for a FOLDER set LITHO_OPS" in capsys.readouterr().err
    for verb in (("rtl", "list"), ("rtl", "show", "mine"), ("simulate", "--block", "mine")):
        assert call(*verb, "--folder", str(tmp_path / "mine")) == 2
        assert "the folder of an op must be there, and " in capsys.readouterr().err


@pytest.mark.parametrize(
    "wrong",
    [("simulate",), ("simulate", "run", "--block", "relu")],
    ids=["neither", "both"],
)
def test_a_folder_or_a_block_is_simulated(wrong, capsys):
    assert call(*wrong) == 2
    assert "must be a FOLDER or --block NAME, one of them" in capsys.readouterr().err


def test_a_shell_completes_the_names_of_modules():
    found = modules(None, None, "litho_stream_f")  # type: ignore[arg-type]
    assert found == ["litho_stream_fifo", "litho_stream_fork"]
