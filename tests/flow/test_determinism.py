"""The same seed gives the same bytes, whatever Python's hashes are and wherever the cache lies."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

CONFIG = """\
task = "digits"
seed = 5
[model]
name = "residual_mlp"
options = { width = 6 }
[train]
epochs = 2
[[quantize]]
match = "*"
weights = "int5"
inputs = "uint6"
granularity = "axis"
[[quantize]]
match = "blocks.*.skip"
inputs = "ufixed6"
[[quantize]]
match = "blocks.*.act"
outputs = "ufixed6"
[tune]
epochs = 1
[hardware]
device = "ecp5-25k"
"""

UP_TO_EMIT = """
import sys
from pathlib import Path
from litho.flow import load_config
from litho.flow.run import stages_of
from litho.flow.stage import bring_up
config = load_config(Path(sys.argv[1]))
print(bring_up(stages_of(config)[:6], config)["emit"])
"""


def python(folder: Path, seed: str, *arguments: str) -> str:
    environment = {"LITHO_CACHE": str(folder / f"cache{seed}"), "PYTHONHASHSEED": seed}
    done = subprocess.run(
        (sys.executable, "-c", *arguments),
        env={**os.environ, **environment},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def bytes_in(folder: Path) -> dict[str, bytes]:
    paths = (folder / "graph.ir", folder / "graph.npz", *sorted((folder / "design").rglob("*")))
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths if path.is_file()}


def test_two_runs_with_other_hashes_emit_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "run.toml").write_text(CONFIG)
    first, second = (
        bytes_in(Path(python(tmp_path, seed, UP_TO_EMIT, "run.toml").strip()))
        for seed in ("1", "2")
    )
    assert {"graph.ir", "graph.npz", "design/top.sv", "design/manifest.json"} <= set(first)
    assert any(name.endswith(".mem") for name in first)
    assert first == second


@pytest.mark.slow
def test_two_whole_runs_with_other_hashes_have_the_same_result(tmp_path: Path) -> None:
    (tmp_path / "run.toml").write_text(CONFIG + "[synthesize]\n")
    main = "from litho.app import main; main()"
    results = []
    for seed in ("1", "2"):
        tables = json.loads(
            python(tmp_path, seed, main, "run", "run.toml", "--out", seed, "--json")
        )
        for name in ("build_s", "simulate_s"):
            del tables["verification"][name]
        results.append(tables)
    assert results[0]["timing"]["fmax_mhz"] > 0
    assert results[0] == results[1]
