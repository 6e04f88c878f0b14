"""`litho prune` and `litho quantize`: a model or a run → a checkpoint and a table of its layers."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

import litho
from litho.app.main import main
from litho.compress import PruneRule, PruneStep, pruned, quantized, rebuild, restore

NETWORK = """\
import torch
from torch import nn

def make():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(8, 4), nn.ReLU(), nn.Linear(4, 2))
"""
TABLES = {
    "task": "digits",
    "model": {"name": "mlp", "options": {"hidden": [4]}},
    "train": {"epochs": 1},
    "calibrate": {"samples": 64},
    "quantize": [{"weights": "fixed5", "inputs": "ufixed4"}],
}


def call(*arguments: str) -> int:
    with pytest.raises(SystemExit) as left:
        main(list(arguments))
    assert isinstance(left.value.code, int)
    return left.value.code


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.py").write_text(NETWORK)
    np.savez("some.npz", input=np.random.default_rng(0).normal(size=(300, 8)))


def network() -> nn.Module:
    return nn.Sequential(nn.Linear(8, 4), nn.ReLU(), nn.Linear(4, 2))


def test_a_model_is_pruned_into_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--match", "0", "--sparsity", "0.5", "--shape", "blocks2", "--out", "pruned.pt")
    assert call("prune", "net.py:make", *words) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[:5] == ["layer", "type", "parameters", "format", "bits"]
    assert lines[1].split()[:2] == ["0", "Linear"]
    assert lines[1].split()[5:11] == ["blocks2", "l1", "0.5", "0.5", "8", "4"]
    assert lines[-1] == "checkpoint: pruned.pt"
    state, fresh = torch.load("pruned.pt"), network()
    restore(fresh, state)
    fresh.load_state_dict(state)
    assert [(row.path, row.kept) for row in pruned(fresh)] == [("0", 4)]

    torch.save(network().state_dict(), "other.pt")
    assert call("prune", "net.py:make", "--weights", "other.pt", *words, "--json") == 0
    record = json.loads(capsys.readouterr().out)
    assert record["checkpoint"] == "pruned.pt"
    assert record["layers"][0]["mask"]["kept"] == 4
    assert "mask" not in record["layers"][1]
    assert record["layers"][1]["format"] == "float32"
    behind = torch.load("pruned.pt")["0.parametrizations.weight.original"]
    assert torch.equal(behind, torch.load("other.pt")["0.weight"])


def test_scores_and_scales_see_samples(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--sparsity", "0.5", "--score", "wanda", "--out", "pruned.pt")
    assert call("prune", "net.py:make", *words) == 2
    assert "score wanda must have batches to be computed" in capsys.readouterr().err
    assert not Path("pruned.pt").exists()
    assert call("prune", "net.py:make", "--samples", "some.npz", *words) == 0

    words = ("--weight-format", "fixed6", "--input-format", "fixed8", "--out", "quantized.pt")
    assert call("quantize", "net.py:make", *words) == 2
    message = "model 'net.py:make' must have samples to be calibrated on to be quantized; give them"
    assert message in capsys.readouterr().err
    assert call("quantize", "net.py:make", "--samples", "some.npz", *words, "--json") == 0
    record = json.loads(capsys.readouterr().out)
    assert [row["format"][:7] for row in record["layers"]] == ["fixed6f", "fixed6f"]


def test_a_run_is_compressed_on(capsys: pytest.CaptureFixture[str]) -> None:
    litho.run(TABLES, "run")
    words = ("--match", "fc1", "--sparsity", "0.25", "--score", "movement", "--out", "pruned.pt")
    assert call("prune", "run", *words) == 0
    assert "movement" in capsys.readouterr().out
    state = torch.load("pruned.pt")
    assert int((~state["fc1.parametrizations.weight.0.mask"]).sum()) == 64 * 4 // 4
    for option in ("--weights", "--samples"):
        assert call("prune", "run", option, "some.npz", *words) == 2
        assert "weights and samples must be given with a model, not w" in capsys.readouterr().err
    assert call("prune", "net.py:make", "--data", "run", *words) == 2
    assert "a folder of data must be given with the folder of a run, not" in capsys.readouterr().err
    assert call("quantize", "run", "--match", "fc2", "--out", "some.pt") == 2
    assert "must quantize weights, inputs or outputs, not nothing" in capsys.readouterr().err


def test_inputs_of_different_counts_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    np.savez("odd.npz", input=np.zeros((3, 8)), other=np.zeros((2, 8)))
    words = ("--sparsity", "0.5", "--out", "pruned.pt")
    assert call("prune", "net.py:make", "--samples", "odd.npz", *words) == 2
    assert "inputs must have as many samples as each other, not {'input': 3" in (
        capsys.readouterr().err
    )


def test_a_function_prunes_in_place() -> None:
    model = network()
    found = litho.prune(model, litho.PruneRule("*", sparsity=0.5, score="wanda"), torch.ones(4, 8))
    assert [row.path for row in pruned(model)] == ["0", "2"]
    assert "wanda" in str(found)
    assert "checkpoint" not in found.record()
    assert quantized(model) == ()
    again = network()
    rebuild(again, [PruneStep((PruneRule("*", 0.5),))], model.state_dict())
    again.load_state_dict(model.state_dict())
    assert pruned(again) == pruned(model)
