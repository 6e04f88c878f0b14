"""Every named run ends with its design proven, and placed where it asks for it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from litho.flow import is_sweep, load_config, read_sweep
from litho.flow.strict import read_toml

ROOT = Path(__file__).parents[1]
CONFIGS = sorted((ROOT / "configs").rglob("*.toml"))
SWEEPS = [path for path in CONFIGS if is_sweep(read_toml(path))]
STUDIES = [path for path in CONFIGS if "sensitivity" in read_toml(path)]
FROM_FILES = ("imdb", "qnli", "sst2")  # tasks that read a folder of data
RUNS = sorted(set(CONFIGS) - set(SWEEPS) - set(STUDIES))


def _named(path: Path) -> str:
    return str(path.relative_to(ROOT / "configs"))


@pytest.mark.parametrize("config", [*RUNS, *STUDIES], ids=_named)
def test_a_configuration_is_one(config: Path) -> None:
    assert load_config(config).model.name


@pytest.mark.parametrize("config", SWEEPS, ids=_named)
def test_a_sweep_is_one(config: Path) -> None:
    found = read_sweep(read_toml(config), str(config), config.parent)
    assert len(found.points) > 1
    assert found.plot is not None


def _go_on_from(config: Path, folder: Path) -> list[str]:
    """Make the run that `config` starts from, that of the configuration with its name."""
    start = load_config(config).start
    if start is None:
        return []
    (made_by,) = (path for path in RUNS if path.stem == Path(start).name)
    _run(made_by, folder / "start")
    return ["--from", str(folder / "start")]


def _run(config: Path, out: Path, *arguments: str) -> dict[str, Any]:
    """The result of a run of `config` into the folder `out`, said and kept alike."""
    command = [sys.executable, "-c", "from litho.app import main; main()", "run", str(config)]
    done = subprocess.run(
        [*command, "--out", out.name, "--json", *arguments],
        cwd=out.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    assert result == json.loads((out / "result.json").read_text())
    return result


@pytest.mark.slow
@pytest.mark.parametrize("config", RUNS, ids=_named)
def test_a_configuration_is_proven(config: Path, tmp_path: Path) -> None:
    if load_config(config).task in FROM_FILES and "LITHO_DATA" not in os.environ:
        pytest.skip("LITHO_DATA does not say where the data lie")
    result = _run(config, tmp_path / "out", *_go_on_from(config, tmp_path))
    assert result["verification"]["mismatches"] == 0
    accuracy = result.get("accuracy", {"hardware": None, "fake_quantized": None})
    assert accuracy["hardware"] == accuracy["fake_quantized"]
    settings = load_config(config).synthesize
    assert ("fmax_mhz" in result["timing"]) == bool(settings and settings.place)


def test_the_demonstration_runs_a_configuration() -> None:
    # Under another make, as in `make test`, make also prints the folder it works in.
    command = ["make", "--no-print-directory", "-n", "demo"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.rstrip().endswith("litho run configs/digits_mlp.toml")
