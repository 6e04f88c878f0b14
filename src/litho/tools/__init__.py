"""Outside programs: found, run, and their reports read."""

from litho.tools.cache import cache_root, cached, digest, scratch
from litho.tools.cxx import CXX
from litho.tools.run import Job, run
from litho.tools.tool import FoundTool, Tool, ToolStatus, require
from litho.tools.verilator import VERILATOR, build_simulator, lint

__all__ = [
    "CXX",
    "TOOLS",
    "VERILATOR",
    "FoundTool",
    "Job",
    "Tool",
    "ToolStatus",
    "build_simulator",
    "cache_root",
    "cached",
    "digest",
    "find",
    "lint",
    "require",
    "run",
    "scratch",
    "survey",
]

TOOLS = {tool.name: tool for tool in (CXX, VERILATOR)}


def find(name: str) -> FoundTool:
    """Give the tool called `name` as found; raises `ToolMissingError` when it is not."""
    return require(TOOLS[name])


def survey() -> list[ToolStatus]:
    """Look for every tool."""
    return [ToolStatus(tool, tool.look()) for tool in TOOLS.values()]
