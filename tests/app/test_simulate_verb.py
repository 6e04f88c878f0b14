"""`litho simulate` records what it simulates."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from litho import tools
from litho.app.main import main
from litho.errors import ToolMissingError
from litho.formats import Fixed
from litho.ir import Graph, Input, Lanes, Node, TensorType, save
from litho.ops.relu.reference import ReluParams


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
