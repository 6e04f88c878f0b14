"""`litho simulate` records what it simulates."""

import re
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from litho import tools
from litho.app.main import main
from litho.errors import ToolMissingError
from litho.formats import Fixed
from litho.ir import Graph, Input, Lanes, Node, TensorType, save
from litho.ops.relu.reference import ReluParams
from litho.tools import Tool


def call(*arguments: str) -> int:
    with pytest.raises(SystemExit) as left:
        main(list(arguments))
    assert isinstance(left.value.code, int)
    return left.value.code


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the graph of one rectifier."""
    for name in ("verilator", "c++"):
        try:
            tools.find(name)
        except ToolMissingError as error:
            pytest.skip(f"{name} is missing: {error}")
    kind = TensorType((6,), Fixed(6, 2))
    node = Node("r", "relu", ("x",), ReluParams(), kind, Lanes(2, 2))
    save(tmp_path / "run", Graph("one", (Input("x", kind),), (), (node,), ("r",)))
    return tmp_path / "run"


def test_every_signal_goes_into_a_vcd(folder, tmp_path):
    assert call("simulate", str(folder), "--wave", str(tmp_path / "a.vcd")) == 0
    text = (tmp_path / "a.vcd").read_text()
    assert "r_data" in text
    assert "u_r " in text


def test_every_signal_goes_into_an_fst_that_holds_what_the_vcd_does(folder, tmp_path):
    try:
        tools.find("vcd2fst")
    except ToolMissingError as error:
        pytest.skip(f"vcd2fst is missing: {error}")
    for name in ("a.vcd", "a.fst"):
        assert call("simulate", str(folder), "--wave", str(tmp_path / name)) == 0
    again = tmp_path / "again.vcd"
    job = ["fst2vcd", "-f", str(tmp_path / "a.fst"), "-o", str(again)]
    assert subprocess.run(job, check=False).returncode == 0
    wanted = changes((tmp_path / "a.vcd").read_text())
    assert sum(map(len, wanted.values())) > 100
    assert changes(again.read_text()) == wanted
    assert sorted(path.name for path in tmp_path.glob("*a.*")) == ["a.fst", "a.vcd"]


def changes(text: str) -> dict[str, list[tuple[str, str]]]:
    """Give the values of each signal with their times, by the signal's place and name."""
    scopes: list[str] = []
    names: dict[str, list[str]] = {}
    for kind, name, code, signal in re.findall(
        r"\$(scope|upscope|var)(?: +module +(\S+)| +\w+ +\d+ +(\S+) +(\S+))?", text
    ):
        if kind == "scope":
            scopes.append(name)
        elif kind == "upscope":
            scopes.pop()
        else:
            names.setdefault(code, []).append(".".join([*scopes, signal]))
    found: dict[str, list[tuple[str, str]]] = {}
    time = ""
    for line in text.partition("$enddefinitions")[2].splitlines():
        change = re.fullmatch(r"b([01xz]+) +(\S+)|([01xz])(\S+)", line.strip())
        if line.startswith("#"):
            time = line
        elif change:
            value = (change[1] or change[3]).lstrip("0")
            for name in names[change[2] or change[4]]:
                found.setdefault(name, []).append((time, value))
    return found


def test_an_fst_without_its_writer_is_refused_before_anything_runs(
    folder, tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr(
        tools, "VCD2FST", Tool("vcd2fst", "write waves as FST", "any", "do so", lambda: None)
    )
    assert call("simulate", str(folder), "--wave", str(tmp_path / "a.fst")) == 3
    assert "vcd2fst must be installed to write waves as FST" in capsys.readouterr().err


def test_the_streams_go_into_a_picture(folder, tmp_path):
    assert call("simulate", str(folder), "--wave", str(tmp_path / "a.svg"), "--cycles", "9") == 0
    text = (tmp_path / "a.svg").read_text()
    ElementTree.fromstring(text)
    assert "waves of cycles 0 to 8" in text
    assert "fixed6f2 [6] on 2 lanes" in text


def test_a_mismatch_leaves_its_waves(folder, tmp_path, capsys):
    assert call("emit", str(folder), "--out", str(folder / "design")) == 0
    module = folder / "design" / "rtl" / "litho_relu.sv"
    text = module.read_text()
    assert "? Bits'(0) :" in text
    module.write_text(text.replace("? Bits'(0) :", "? Bits'(1) :"))
    assert call("simulate", str(folder), "--wave", str(tmp_path / "a.svg")) == 1
    assert "stream 'r' must give" in capsys.readouterr().err
    assert "aria-label" in (tmp_path / "a.svg").read_text()


def test_a_block_has_cases_of_its_own(capsys):
    assert call("simulate", "--block", "relu", "--vectors", "x.npz") == 2
    assert "--vectors must go with a FOLDER" in capsys.readouterr().err


def test_emit_writes_a_bench_for_cocotb_when_asked(folder, tmp_path, capsys):
    assert call("emit", str(folder), "--out", str(tmp_path / "plain")) == 0
    assert not (tmp_path / "plain" / "bench").exists()
    assert call("emit", str(folder), "--out", str(tmp_path / "both"), "--cocotb", "--json") == 0
    names = {path.name for path in (tmp_path / "both" / "bench").iterdir()}
    assert names == {"run.py", "test_top.py", "vectors.json"}
