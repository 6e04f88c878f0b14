"""`litho run` as a person meets it: a small network from start to end, and what goes wrong."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

COMMAND = (sys.executable, "-c", "from litho.app import main; main()")

SMALL = """\
task = "digits"
seed = 3
[model]
name = "mlp"
options = { hidden = [4] }
[train]
epochs = 2
[[quantize]]
match = "*"
weights = "fixed5"
inputs = "ufixed4"
[hardware]
device = "ecp5-25k"
"""

STAGES = ("train", "quantize", "tune", "lower", "fold", "emit", "evaluate", "compare", "simulate")

USERS = """\
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(64, 4), nn.Linear(4, 10)

    def forward(self, x):
        return self.second({body})


def make():
    return Net()
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A place to work in, with a cache of its own that the tests of this file share."""
    return tmp_path_factory.mktemp("runs")


def litho(folder: Path, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        (*COMMAND, *arguments),
        cwd=folder,
        env={**os.environ, "LITHO_CACHE": str(folder / "cache"), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def write(folder: Path, name: str, text: str) -> str:
    (folder / name).write_text(text)
    return name


def refused(folder: Path, config: str, code: int = 2) -> str:
    """Run `config`, which must be refused with `code`, and give the message."""
    out = folder / f"{Path(config).stem}_out"
    done = litho(folder, "run", config, "--out", str(out))
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert not (out / "result.json").exists()
    return done.stderr[done.stderr.index("litho: ") :]


@pytest.fixture(scope="module")
def finished(folder: Path) -> Path:
    """A run that has ended."""
    done = litho(folder, "run", write(folder, "small.toml", SMALL), "--out", "small", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == json.loads((folder / "small" / "result.json").read_text())
    return folder / "small"


def test_a_run_leaves_what_the_plan_names(finished: Path) -> None:
    names = {path.name for path in finished.iterdir()}
    assert names == {
        *("config.toml", "graph.ir", "graph.npz", "design", "logs", "report.html", "result.json"),
        *("checkpoint", "formats.csv"),
    }


def test_a_run_is_judged_on_the_whole_test_set(finished: Path) -> None:
    result = json.loads((finished / "result.json").read_text())
    assert result["verification"]["mismatches"] == 0
    assert result["verification"]["values"] == 360 * 10
    assert result["accuracy"]["hardware"] == result["accuracy"]["fake_quantized"]
    assert set(result["resources"]) == {"estimate"}
    assert set(result["timing"]) == {"latency_cycles", "interval_cycles"}
    manifest = json.loads((finished / "design" / "manifest.json").read_text())
    assert result["timing"] == manifest["timing"]


def test_a_second_run_takes_everything_from_the_cache(finished: Path) -> None:
    before = (finished / "result.json").read_bytes()
    done = litho(finished.parent, "run", "small.toml", "--out", "small")
    shown = [line.split() for line in done.stderr.splitlines()]
    assert shown == [[stage, "cached"] for stage in STAGES]
    assert (finished / "result.json").read_bytes() == before


def test_the_verbs_work_on_a_run(finished: Path) -> None:
    where, name = finished.parent, finished.name
    estimated = json.loads(litho(where, "estimate", name, "--json").stdout)
    result = json.loads((finished / "result.json").read_text())
    assert estimated["timing"] == result["timing"]
    assert estimated["estimate"] == result["resources"]["estimate"]
    simulated = json.loads(litho(where, "simulate", name, "--samples", "8", "--json").stdout)
    assert simulated["verification"]["values"] == 80
    assert simulated["timing"] == result["timing"]
    emitted = litho(where, "emit", name, "--out", "again")
    assert emitted.returncode == 0, emitted.stderr
    assert (where / "again" / "top.sv").read_text() == (finished / "design/top.sv").read_text()
    assert litho(where, "report", name, "--out", "page.html").returncode == 0
    assert "0</b>mismatches" in (where / "page.html").read_text()
    assert litho(where, "draw", name, "--out", "graph.svg").returncode == 0


def test_a_changed_design_is_a_failed_check(finished: Path) -> None:
    changed = finished.parent / "changed"
    shutil.copytree(finished, changed)
    memory = sorted((changed / "design").glob("*.mem"))[0]
    words = memory.read_text().split()
    words[0] = f"{int(words[0], 16) ^ 1:0{len(words[0])}x}"
    memory.write_text("\n".join(words) + "\n")
    done = litho(finished.parent, "simulate", "changed")
    assert done.returncode == 1
    assert done.stderr.startswith("litho: stream 'fc2_linear' must give ")


def test_an_absent_memory_file_is_named(finished: Path) -> None:
    broken = finished.parent / "broken"
    shutil.copytree(finished, broken)
    memory = sorted((broken / "design").glob("*.mem"))[0]
    memory.unlink()
    for verb in (("simulate", "broken"), ("synthesize", "broken/design")):
        done = litho(finished.parent, *verb)
        assert done.returncode in (1, 2)
        assert memory.name in done.stderr


def test_an_unknown_key_is_refused(folder: Path) -> None:
    config = write(folder, "key.toml", SMALL.replace("epochs", "epoch"))
    assert "key 'train.epoch' must be one of " in refused(folder, config)


def test_lanes_of_0_are_refused(folder: Path) -> None:
    lanes = '[[hardware.lanes]]\nmatch = "fc1.linear"\ninputs = 0\noutputs = 1\n'
    config = write(folder, "lanes.toml", SMALL + lanes)
    message = "key 'hardware.lanes[0].inputs' must be int >= 1, not 0"
    assert message in refused(folder, config)


def test_lanes_for_no_node_are_refused(folder: Path, finished: Path) -> None:
    lanes = '[[hardware.lanes]]\nmatch = "fc7*"\ninputs = 1\noutputs = 1\n'
    config = write(folder, "nodes.toml", SMALL + lanes)
    message = refused(folder, config)
    assert "'hardware.lanes[0].match' must match a node, not 'fc7*'; nodes: fc1.linear" in message


def users(folder: Path, name: str, source: str) -> str:
    """Write a model of the user's and a configuration for it, and give the configuration."""
    write(folder, f"{name}.py", source)
    text = SMALL.replace('"mlp"\noptions = { hidden = [4] }', f'"{name}.py:make"')
    return write(folder, f"{name}.toml", text)


@pytest.mark.parametrize(
    ("name", "source", "message"),
    [
        ("syntax", "def make(:\n", "must be importable, and syntax.py is not: SyntaxError"),
        ("absent", "import nonesuch\n", "must be importable, and absent.py is not: ModuleNotFound"),
        ("divides", "1 / 0\n", "must be importable, and divides.py is not: ZeroDivisionError"),
        ("empty", "", "must name a function, and empty.py has no 'make'"),
        ("wrong", "def make():\n    return 3\n", "must make a torch.nn.Module, not a int"),
        ("misfit", USERS.format(body="x"), "must take inputs of shape [1, 64]"),
    ],
)
def test_a_model_that_cannot_be_had_is_refused(
    folder: Path, name: str, source: str, message: str
) -> None:
    told = refused(folder, users(folder, name, source))
    assert message in told.replace(f"{folder}/", "")


def test_every_unsupported_operation_is_listed_at_once(folder: Path) -> None:
    body = "torch.sort(torch.cumsum(self.first(x), 1)).values"
    message = refused(folder, users(folder, "unsupported", USERS.format(body=body)))
    assert "aten.cumsum.default" in message
    assert "aten.sort.default" in message
    assert "unsupported.py:11" in message


def test_weights_that_are_not_numbers_are_refused(folder: Path) -> None:
    import torch

    from litho.tasks import MLP

    model = MLP(64, 10, (4,))
    with torch.no_grad():
        model.get_parameter("fc2.weight")[3, 2] = float("nan")
    torch.save(model.state_dict(), folder / "nan.pt")
    text = SMALL.replace("hidden = [4] }", 'hidden = [4] }\nweights = "nan.pt"')
    message = refused(folder, write(folder, "nan.toml", text))
    assert "weights must be finite, and fc2.weight holds 1 NaN or infinite values of 40" in message


@pytest.mark.parametrize("content", [b"", b"no weights"])
def test_a_damaged_file_of_weights_is_named(folder: Path, content: bytes) -> None:
    (folder / "damaged.pt").write_bytes(content)
    text = SMALL.replace("hidden = [4] }", 'hidden = [4] }\nweights = "damaged.pt"')
    message = refused(folder, write(folder, "damaged.toml", text))
    assert "damaged.pt must hold the weights of MLP, and does not: " in message


def test_an_absent_tool_is_told_before_anything_is_done(folder: Path) -> None:
    config = write(folder, "tool.toml", SMALL)
    done = litho(folder, "run", config, "--out", "tool", PATH=str(folder / "nowhere"))
    assert done.returncode == 3
    assert done.stderr == (
        "litho: c++ must be installed to compile simulators, and is not;"
        " install it with `apt-get install g++`\n"
    )


def test_an_output_folder_that_cannot_be_made_is_refused(folder: Path) -> None:
    write(folder, "file", "in the way")
    config = write(folder, "out.toml", SMALL)
    for out in ("file", "file/below"):
        done = litho(folder, "run", config, "--out", out)
        assert done.returncode == 2
        assert f"the folder of the run must be writable, and {out} is not: " in done.stderr
        assert done.stderr.endswith("give another with --out DIR\n")
    assert (folder / "file").read_text() == "in the way"


@pytest.mark.parametrize(
    ("name", "code"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGKILL", -signal.SIGKILL)]
)
def test_an_interrupted_run_continues(folder: Path, name: str, code: int) -> None:
    seed = {"SIGINT": 11, "SIGKILL": 12, "SIGTERM": 13}[name]
    config = write(folder, f"{name}.toml", SMALL.replace("seed = 3", f"seed = {seed}"))
    process = subprocess.Popen(
        (*COMMAND, "run", config, "--out", name),
        cwd=folder,
        env={**os.environ, "LITHO_CACHE": str(folder / "cache"), "PYTHONUNBUFFERED": "1"},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    assert process.stderr.readline().split()[0] == "train"
    time.sleep(0.2)  # somewhere in the stages that follow
    process.send_signal(signal.Signals[name])
    rest = process.communicate(timeout=120)[1]
    assert process.returncode == code, rest
    assert ("the same command continues" in rest) == (code > 0)
    assert not (folder / name / "result.json").exists()
    assert not (folder / name / "report.html").exists()
    done = litho(folder, "run", config, "--out", name)
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines()[0].split() == ["train", "cached"]
    assert json.loads((folder / name / "result.json").read_text())["verification"]["values"] == 3600
