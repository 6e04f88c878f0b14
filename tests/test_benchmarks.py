"""The benchmarks run; what their figures are is not judged here."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SCRIPTS = sorted(
    path for path in (ROOT / "benchmarks").glob("*.py") if "argparse" in path.read_text()
)

scripts = pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)


@scripts
def test_a_benchmark_tells_how_it_is_called(script: Path) -> None:
    assert "--json" in run(script, "--help")


@pytest.mark.slow
@scripts
def test_a_benchmark_gives_its_figures(script: Path) -> None:
    assert json.loads(run(script, "--json"))


def run(script: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, str(script), *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
