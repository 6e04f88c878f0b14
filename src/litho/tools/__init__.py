"""Outside programs: found, run, and their reports read."""

from litho.errors import ConfigError
from litho.tools.cache import cache_root, cached, digest, kept, kept_on_failure, scratch
from litho.tools.cocotb import COCOTB
from litho.tools.cxx import CXX
from litho.tools.icarus import ICARUS, bench_job, compile_bench
from litho.tools.netlist import largest_fan_out, with_fan_out
from litho.tools.nextpnr import NEXTPNR_ECP5, NEXTPNR_ICE40, place
from litho.tools.run import Job, first_error, run, run_all
from litho.tools.tool import FoundTool, Tool, ToolStatus, require
from litho.tools.vcd2fst import VCD2FST, convert_waves
from litho.tools.verilator import VERILATOR, build_simulator, lint
from litho.tools.yosys import YOSYS, Synthesis, cell_models, synthesize

__all__ = [
    "COCOTB",
    "CXX",
    "ICARUS",
    "NEXTPNR_ECP5",
    "NEXTPNR_ICE40",
    "TOOLS",
    "VCD2FST",
    "VERILATOR",
    "YOSYS",
    "FoundTool",
    "Job",
    "Synthesis",
    "Tool",
    "ToolStatus",
    "bench_job",
    "build_simulator",
    "cache_root",
    "cached",
    "cell_models",
    "compile_bench",
    "convert_waves",
    "digest",
    "find",
    "first_error",
    "kept",
    "kept_on_failure",
    "largest_fan_out",
    "lint",
    "place",
    "require",
    "run",
    "run_all",
    "scratch",
    "survey",
    "synthesize",
    "with_fan_out",
]

TOOLS = {
    tool.name: tool
    for tool in (CXX, VERILATOR, ICARUS, YOSYS, NEXTPNR_ECP5, NEXTPNR_ICE40, COCOTB, VCD2FST)
}


def find(name: str) -> FoundTool:
    """Give the tool called `name` as found.

    Raises `ToolMissingError` with the line that installs it when it is absent or too old.
    """
    if name not in TOOLS:
        raise ConfigError(f"tool must be one of {', '.join(TOOLS)}, not {name!r}")
    return require(TOOLS[name])


def survey() -> list[ToolStatus]:
    """Look for every tool."""
    return [ToolStatus(tool, tool.look()) for tool in TOOLS.values()]
