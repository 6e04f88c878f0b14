"""`litho stats`: tables, JSON and a page."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from litho import api
from litho.app.main import main
from litho.frontend import capture


def call(*arguments: str) -> int:
    with pytest.raises(SystemExit) as left:
        main(list(arguments))
    assert isinstance(left.value.code, int)
    return left.value.code


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2)).eval()
    api.save("net", capture(model, torch.zeros(1, 3), "net"))
    values = np.random.default_rng(0).normal(size=(9, 3)).astype(np.float32)
    np.savez("some.npz", input=values)


def test_what_a_graph_is_made_of_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("stats", "net") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split() == ["aten.linear.default", "2"]
    assert ["2", "2", "10", "320"] in [line.split() for line in lines]
    assert lines[-1] == "3 nodes, 26 parameters, 32 bits each"


def test_samples_add_ranges_and_a_page(capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        call("stats", "net", "--samples", "some.npz", "--bins", "5", "--out", "net.html", "--json")
        == 0
    )
    record = json.loads(capsys.readouterr().out)
    (relu,) = (item for item in record["values"] if item["name"] == "1.relu")
    assert relu["least"] == 0
    assert (relu["count"], sum(relu["histogram"]["counts"])) == (36, 36)
    page = Path("net.html").read_text()
    assert page.count('class="histogram"') == len(record["values"]) == 8
    assert page.count('<svg xmlns="http://www.w3.org/2000/svg" class="litho-graph"') == 1
    assert f"{relu['least']:.4g} … {relu['greatest']:.4g}" in page


def test_a_file_that_holds_no_samples_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    Path("bad.npz").write_text("text")
    for name in ("bad.npz", "gone.npz"):
        assert call("stats", "net", "--samples", name) == 2
        message = f"samples must be an .npz file with an array for each input, and {name} is not"
        assert message in capsys.readouterr().err
