"""Icarus Verilog: the second, four-state simulator."""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from litho.tools.run import Job, ask, run
from litho.tools.tool import FoundTool, Tool, on_path, require

__all__ = ["ICARUS", "bench_job", "compile_bench"]


@cache
def _look() -> FoundTool | None:
    path, runner = on_path("iverilog"), on_path("vvp")
    if not path or not runner:
        return None
    version = re.search(r"version (\d+\.\d+)", ask((path, "-V")))
    return FoundTool("iverilog", (path,), version[1], Path(runner)) if version else None


ICARUS = Tool(
    "iverilog",
    "simulate with four states",
    "11",
    "install it with `apt-get install iverilog`",
    _look,
)


def compile_bench(
    directory: Path, sources: Sequence[str], top: str, output: Path, log: Path
) -> None:
    """Compile `sources`, relative to `directory`, with `top` as root, into `output`."""
    places = dict.fromkeys(f"-I{Path(name).parent}" for name in sources)
    arguments = ("-g2012", *places, "-s", top, "-o", str(output), *sources)
    run(Job(require(ICARUS), arguments, directory, log))


def bench_job(program: Path, arguments: Sequence[str], directory: Path, log: Path) -> Job:
    """Give the run of a compiled bench in `directory` with its plus-arguments."""
    found = require(ICARUS)
    runner = FoundTool("vvp", (str(found.home), "-n"), found.version, found.home)
    return Job(runner, (str(program), *arguments), directory, log)
