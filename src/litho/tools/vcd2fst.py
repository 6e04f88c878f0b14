"""vcd2fst, of the GTKWave package: makes a small, fast file of a recorded simulation."""

import os
from functools import cache
from pathlib import Path

from litho.tools.run import Job, run
from litho.tools.tool import FoundTool, Tool, on_path, require

__all__ = ["VCD2FST", "convert_waves"]


@cache
def _look() -> FoundTool | None:
    path = on_path("vcd2fst")
    # The program does not say its version.
    return FoundTool("vcd2fst", (path,), "there", Path(path)) if path else None


VCD2FST = Tool(
    "vcd2fst",
    "write waves as FST",
    "any",
    "install it with `apt-get install gtkwave`",
    _look,
)


def convert_waves(vcd: Path, fst: Path, log: Path) -> None:
    """Write the recording in the file `vcd` as FST into `fst`, which appears whole or not at all.

    Raises `ToolMissingError` without vcd2fst, `ToolError` when it fails.
    """
    temporary = fst.with_name(f".{fst.name}.{os.getpid()}")
    arguments = ("-v", str(vcd.resolve()), "-f", str(temporary.resolve()))
    try:
        run(Job(require(VCD2FST), arguments, vcd.parent, log))
        temporary.replace(fst)
    finally:
        temporary.unlink(missing_ok=True)
