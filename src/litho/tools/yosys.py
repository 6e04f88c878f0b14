"""Yosys: synthesis for a family of FPGAs, and its counts read into a report."""

import json
import re
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from litho.errors import ToolError, UnsupportedError
from litho.hw import Family, Report, Resources
from litho.rtl import DesignFolder, check_memories
from litho.tools.cache import cached, copy_files, digest
from litho.tools.run import Job, ask, run
from litho.tools.sources import read_source
from litho.tools.tool import FoundTool, Tool, is_enough, on_path, require, wheel

__all__ = ["YOSYS", "Synthesis", "cell_models", "count", "run_yosys", "synthesize"]

_MINIMUM = "0.60"
_RUN = (
    "import sys\nfrom pyosys import libyosys\nlibyosys.run_pass('script ' + sys.argv[-1])\n"
    "sys.stdout.flush()\n"
)


@cache
def _look() -> FoundTool | None:
    path = on_path("yosys")
    if path:
        version = re.search(r"Yosys (\d+\.\d+)", ask((path, "-V")))
        reads = "No such command" not in ask((path, "-Q", "-p", "help read_slang"))
        share = Path(path).parent.parent / "share" / "yosys"
        if version and reads and is_enough(version[1], _MINIMUM) and share.is_dir():
            return FoundTool("yosys", (path, "-Q", "-s"), version[1], share, identity=path)
    package = wheel("pyosys", "pyosys")
    if package:
        version_text, home = package
        command = (sys.executable, "-c", _RUN)
        return FoundTool("yosys", command, version_text, home / "share", identity="pyosys")
    return None


YOSYS = Tool(
    "yosys",
    "synthesize",
    _MINIMUM,
    "install it with `pip install pyosys==0.70`",
    _look,
)

_SYNTHESIS: Mapping[str, str] = {
    "xc7": "synth_xilinx -family xc7 -flatten -noiopad -noclkbuf",
    "xcup": "synth_xilinx -family xcup -flatten -noiopad -noclkbuf",
    "ecp5": "synth_ecp5 -noiopad",
    "ice40": "synth_ice40",
}

_MODELS: Mapping[str, str] = {
    "xc7": "xilinx/cells_sim.v",
    "xcup": "xilinx/cells_sim.v",
    "ecp5": "ecp5/cells_sim.v",
    "ice40": "ice40/cells_sim.v",
}

_BRAM18 = 18 * 1024
_LUT, _FF, _WIRE = Resources(luts=1), Resources(ffs=1), Resources()

# What one cell occupies, by a pattern of its name. A distributed RAM takes the LUTs of its slice
# (on ECP5 four, and two for its write port); a CCU2C is both LUTs of a slice in carry mode.
_CELLS: tuple[tuple[str, Resources], ...] = (
    (r"LUT[1-6]|LUT6_2|INV|SRL16E|SRLC(16|32)E|SB_LUT4", _LUT),
    (r"FD[RSCP]E(_1)?|LD[CP]E|TRELLIS_FF|SB_DFF[A-Z]*", _FF),
    (r"CARRY[48]", Resources(carries=1)),
    (r"SB_CARRY", Resources(carries=1)),
    (r"CCU2C", Resources(luts=2, carries=1)),
    (r"TRELLIS_DPR16X4", Resources(luts=6)),
    (r"RAM(32|64)X1S", Resources(luts=1)),
    (r"RAM(32|64)X1D|RAM128X1S", Resources(luts=2)),
    (r"RAM32M|RAM64M|RAM128X1D|RAM256X1S", Resources(luts=4)),
    (r"RAM32M16|RAM64M8|RAM256X1D|RAM512X1S", Resources(luts=8)),
    (r"DSP48E[12]|MULT18X18D|SB_MAC16", Resources(dsps=1)),
    (r"RAMB18E[12]|DP16KD|PDPW16KD", Resources(bram_bits=_BRAM18)),
    (r"RAMB36E[12]", Resources(bram_bits=2 * _BRAM18)),
    (r"SB_RAM40_4K[NRW]*", Resources(bram_bits=4096)),
    (r"URAM288(_BASE)?", Resources(bram_bits=288 * 1024)),
    (r"MUXF[789]|PFUMX|L6MUX21|VCC|GND|BUFG|[IO]BUF|\$scopeinfo|GSR", _WIRE),
)


@dataclass(frozen=True, slots=True)
class Synthesis:
    """A synthesized design: the report, the netlist for nextpnr and as Verilog, the log."""

    report: Report
    family: Family
    top: str
    json: Path
    verilog: Path
    log: Path


def synthesize(
    folder: DesignFolder,
    family: Family,
    directory: Path,
    parameters: Mapping[str, int | str] | None = None,
) -> Synthesis:
    """Synthesize `folder` for `family`; netlists, log and script go into `directory`.

    With `parameters`, names of memory files among them, its top is a module that has them.
    Raises `DataError` for a memory file that is absent or not whole, `ToolError` when Yosys
    fails, and `UnsupportedError` for a family that it is not asked to map to.
    """
    if family.name not in _SYNTHESIS:
        raise UnsupportedError(
            f"synthesis must be for one of {', '.join(_SYNTHESIS)}, not {family.name!r}"
        )
    check_memories(folder)
    yosys = require(YOSYS)
    script = _script(folder, family, parameters or {})
    memories = {path.name for path in folder.path.glob("*.mem")}
    if parameters is not None:
        memories &= set(parameters.values())
    files = sorted({*folder.sources, *memories})
    contents = [part for name in files for part in (name, read_source(folder.path / name))]
    key = digest(yosys.identity, yosys.version, script, *contents)

    def build(place: Path) -> None:
        for name in files:
            (place / "design" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(folder.path / name, place / "design" / name)
        (place / "synth.ys").write_text(script)
        run(Job(yosys, ("../synth.ys",), place / "design", place / "synth.log"))
        shutil.rmtree(place / "design")

    place, _ = cached("synthesis", key, build)
    copy_files(place, directory)
    cells = json.loads((directory / "cells.json").read_text())["design"]["num_cells_by_type"]
    report = Report(f"yosys {yosys.version}", count(cells))
    netlist, verilog = directory / "netlist.json", directory / "netlist.v"
    return Synthesis(report, family, folder.top, netlist, verilog, directory / "synth.log")


def _script(folder: DesignFolder, family: Family, parameters: Mapping[str, int | str]) -> str:
    given = [
        f'-G {name}="{value}"' if isinstance(value, str) else f"-G {name}={value}"
        for name, value in parameters.items()
    ]
    words = ["--top", folder.top, "-DSYNTHESIS", *given, *folder.sources]
    return "\n".join(
        [
            f"read_slang {' '.join(words)}",
            f"{_SYNTHESIS[family.name]} -top {folder.top}",
            "tee -q -o ../cells.json stat -json",
            "write_json ../netlist.json",
            "write_verilog -noattr ../netlist.v",
            "",
        ]
    )


def count(cells: Mapping[str, int]) -> Resources:
    """Give the resources of cells, by the number of each type.

    Raises `ToolError` for a type that has no known size.
    """
    total = Resources()
    for name, number in cells.items():
        total = total + _size(name) * number
    return total


def _size(cell: str) -> Resources:
    for pattern, size in _CELLS:
        if re.fullmatch(pattern, cell):
            return size
    raise ToolError(
        f"a cell of the netlist must have a known size, and {cell!r} has none; add it to the"
        " table of cells in litho.tools.yosys"
    )


def run_yosys(script: Path, directory: Path, log: Path) -> None:
    """Run a script of Yosys commands in `directory`; raises `ToolError` when it fails."""
    run(Job(require(YOSYS), (str(script),), directory, log))


def cell_models(family: Family) -> tuple[Path, ...]:
    """Give the Verilog models of a family's cells, for simulating a netlist.

    They are those that Yosys brings; among them is no model of ECP5's multiplier.
    """
    return (require(YOSYS).home / _MODELS[family.name],)
