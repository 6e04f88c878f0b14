"""Every named run ends with its design proven, and placed where it asks for it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from litho.flow import load_config

ROOT = Path(__file__).parents[1]
CONFIGS = sorted((ROOT / "configs").rglob("*.toml"))

configs = pytest.mark.parametrize(
    "config", CONFIGS, ids=lambda path: str(path.relative_to(ROOT / "configs"))
)


@configs
def test_a_configuration_is_one(config: Path) -> None:
    assert load_config(config).model.name


@pytest.mark.slow
@configs
def test_a_configuration_is_proven(config: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", "from litho.app import main; main()", "run", str(config)]
    done = subprocess.run(
        [*command, "--out", "out", "--json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result == json.loads((tmp_path / "out" / "result.json").read_text())
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
