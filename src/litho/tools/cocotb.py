"""cocotb: runs the bench that `litho emit --cocotb` writes beside a design."""

from functools import cache

from litho.tools.tool import FoundTool, Tool, wheel

__all__ = ["COCOTB"]


@cache
def _look() -> FoundTool | None:
    package = wheel("cocotb", "cocotb")
    if package is None:
        return None
    version, home = package
    return FoundTool("cocotb", ("cocotb-config",), version, home)


COCOTB = Tool(
    "cocotb",
    "run the bench beside a design",
    "2.1",
    "install it with `pip install cocotb==2.1.0`",
    _look,
)
