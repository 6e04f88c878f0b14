"""`litho capture`, and what the other verbs do with a captured graph."""

from pathlib import Path

import pytest

from litho.app.main import main

MODEL = """\
import torch
from torch import nn
from litho.compress import QuantizeRule, quantize


def plain():
    return nn.Sequential(nn.Linear(6, 4), nn.ReLU(), nn.Dropout(0.5), nn.Linear(4, 3))


def quantized():
    torch.manual_seed(0)
    model = plain()
    rules = [QuantizeRule("*", weights="fixed5", inputs="fixed5")]
    quantize(model, rules, [torch.randn(32, 6)])
    return model
"""


def call(*arguments: str) -> int:
    with pytest.raises(SystemExit) as left:
        main(list(arguments))
    assert isinstance(left.value.code, int)
    return left.value.code


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("captured_model.py").write_text(MODEL)


def test_a_model_is_captured_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("capture", "captured_model.py:plain", "--input", "1,6", "--out", "plain") == 0
    text = Path("plain/graph.ir").read_text()
    assert "aten.linear.default" in text
    assert capsys.readouterr().out.startswith("plain/graph.ir: ")
    assert call("draw", "plain") == 0


def test_a_float_graph_has_no_hardware(capsys: pytest.CaptureFixture[str]) -> None:
    call("capture", "captured_model.py:plain", "--input", "1,6", "--out", "plain")
    assert call("emit", "plain", "--out", "design") == 2
    assert "must be lowered to integers" in capsys.readouterr().err
    assert not Path("design").exists()


def test_a_quantized_model_goes_on_to_hardware(capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        call("capture", "captured_model.py:quantized", "--input", "1,6", "--lower", "--out", "q")
        == 0
    )
    assert call("estimate", "q", "--interval", "8") == 0
    assert "interval 8 cycles" in capsys.readouterr().out
    assert call("simulate", "q", "--samples", "3") == 0
    assert capsys.readouterr().out.startswith("0 mismatches in 9 values")
    assert call("emit", "q", "--out", "q/design", "--interval", "4") == 0
    assert Path("q/design/top.sv").is_file()


@pytest.mark.parametrize("shape", ["", "1,x", "0,6", "1,,6"])
def test_what_is_no_shape_is_refused(shape: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("capture", "captured_model.py:plain", "--input", shape) == 2
    assert "a shape must be whole numbers above 0" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--samples", "--seed"])
def test_numbers_below_their_least_are_refused(option: str) -> None:
    assert call("simulate", "q", option, "-1") == 2


def test_a_folder_without_a_graph_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    Path("empty").mkdir()
    for verb in (("draw", "empty"), ("estimate", "empty"), ("report", "empty")):
        assert call(*verb) == 2
        assert "empty/" in capsys.readouterr().err
