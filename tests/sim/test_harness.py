"""The harness is C++ without a warning."""

import subprocess
from importlib.resources import files
from pathlib import Path

from litho import tools


def test_the_harness_lints_without_a_warning() -> None:
    compiler, verilator = tools.find("c++"), tools.find("verilator")
    folder = Path(str(files("litho.sim"))) / "harness"
    done = subprocess.run(
        [
            *compiler.command,
            *("-std=c++17", "-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion"),
            *("-Werror", "-fsyntax-only", "-isystem", str(verilator.home / "include")),
            *map(str, sorted(folder.glob("*.cpp"))),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
