"""The C++ compiler."""

import re
from functools import cache
from pathlib import Path

from litho.tools.run import ask
from litho.tools.tool import FoundTool, Tool, on_path

__all__ = ["CXX"]


@cache
def _look() -> FoundTool | None:
    for program in ("g++", "c++", "clang++"):
        path = on_path(program)
        text = ask((path, "--version")) if path else ""
        if path and text:
            line = text.splitlines()[0]
            found = re.findall(r"\d+\.\d+(?:\.\d+)?", line)
            if found:
                return FoundTool("c++", (path,), found[-1], Path(path).parent, identity=line)
    return None


CXX = Tool(
    "c++",
    "compile simulators",
    "9",
    "install it with `apt-get install g++`",
    _look,
)
