"""The library as a hardware engineer sees it: what the heads of the files say, and its export."""

import subprocess
from pathlib import Path

import pytest

from litho import ops, tools
from litho.errors import ConfigError, DataError, ToolMissingError
from litho.rtl import export, read_module, shared_modules
from litho.rtl.modules import FILE_LIST, Parameter, Port

OPS = {path.stem: path for path in Path(ops.__path__[0]).glob("*/litho_*.sv")}
ALL = {**shared_modules(), **OPS}

SOURCE = """\
// Thing: what it is for,
// in two lines.
//
// What it computes: nothing. Latency is not told here.
// Reference: litho.rtl.thing
// Latency 2 (a register, and another). Nice weather. One beat a cycle.
//
//   in -> latency 9 in a drawing -> out
`default_nettype none
module litho_thing #(
  parameter int   Width = 8,  // bits of a beat
  parameter bit Signed=1,
  parameter     MemFile = ""  // the file
) (
  input  wire logic             clk_i,
  input  wire logic [Width-1:0] in_data_i,
  output wire logic             in_ready_o
);
endmodule
`default_nettype wire
"""


def test_the_head_of_a_file_is_taken_apart(tmp_path):
    path = tmp_path / "litho_thing.sv"
    path.write_text(SOURCE)
    module = read_module(path)
    assert module.purpose == "Thing: what it is for, in two lines."
    assert module.timing == "Latency 2 (a register, and another). One beat a cycle."
    assert module.header.splitlines()[3].startswith("What it computes:")
    assert module.parameters == (
        Parameter("Width", "int", "8", "bits of a beat"),
        Parameter("Signed", "bit", "1", ""),
        Parameter("MemFile", "", '""', "the file"),
    )
    assert module.ports == (
        Port("clk_i", "input", ""),
        Port("in_data_i", "input", "[Width-1:0]"),
        Port("in_ready_o", "output", ""),
    )


@pytest.mark.parametrize("text", ["", "module litho_thing;\nendmodule\n", "// only a comment\n"])
def test_a_file_without_a_head_or_its_module_is_refused(tmp_path, text):
    path = tmp_path / "litho_thing.sv"
    path.write_text(text)
    with pytest.raises(
        DataError, match=r"litho_thing\.sv must begin with a comment and hold a mod"
    ):
        read_module(path)


@pytest.mark.parametrize("name", ALL)
def test_every_module_says_its_purpose_its_timing_and_each_parameter(name):
    module = read_module(ALL[name])
    assert module.purpose.endswith(".")
    assert module.timing
    assert module.ports
    assert module.parameters
    assert [item.name for item in module.parameters if not item.text] == []
    declared = ALL[name].read_text().count("\n  parameter ")
    assert len(module.parameters) == declared


@pytest.fixture
def exported(tmp_path) -> Path:
    export(tmp_path / "library", ALL)
    return tmp_path / "library"


def test_an_export_holds_every_module_and_its_list(exported):
    listed = (exported / FILE_LIST).read_text().split()
    assert sorted(listed) == sorted(f"{name}.sv" for name in ALL)
    assert sorted(path.name for path in exported.iterdir()) == sorted([*listed, FILE_LIST])
    for name, path in ALL.items():
        assert (exported / f"{name}.sv").read_bytes() == path.read_bytes()


def test_each_file_of_an_export_follows_those_it_needs(exported):
    listed = (exported / FILE_LIST).read_text().split()
    known = set()
    for file in listed:
        text = (exported / file).read_text()
        names = {name for name in ALL if f"  {name} #(" in text}
        assert names - {Path(file).stem} <= known
        known.add(Path(file).stem)


def test_an_exported_list_is_all_that_a_simulator_needs(exported):
    try:
        icarus = tools.find("iverilog")
    except ToolMissingError as error:
        pytest.skip(f"iverilog is missing: {error}")
    command = [*icarus.command, "-g2012", "-s", "litho_linear", "-o", "a.out", "-f", FILE_LIST]
    done = subprocess.run(command, cwd=exported, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_an_export_replaces_a_library_and_nothing_else(exported, tmp_path):
    (exported / "litho_relu.sv").unlink()
    export(exported, ALL)
    assert (exported / "litho_relu.sv").is_file()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("")
    with pytest.raises(
        ConfigError, match=r"library folder .*mine must be absent, empty or hold a "
    ):
        export(tmp_path / "mine", ALL)
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["thesis.tex"]


def test_an_export_that_fails_leaves_nothing(tmp_path):
    with pytest.raises(DataError, match="module litho_gone must have a file"):
        export(tmp_path / "library", {**ALL, "litho_gone": None})  # type: ignore[dict-item]
    assert list(tmp_path.iterdir()) == []
