"""Where a traced call stands: its module path and the line of the user's source."""

import re
from pathlib import Path

from torch import fx

from litho.ir import Origin

__all__ = ["origin_of"]

_FRAME = re.compile(r'File "([^"]+)", line (\d+)')
_LIBRARIES = ("/torch/", "/litho/compress/", "/litho/frontend/")


def origin_of(call: fx.Node) -> Origin:
    """Give the origin of a call: the innermost module and the innermost line of the user's own."""
    frames = [(path, line) for path, line in _FRAME.findall(call.meta.get("stack_trace") or "")]
    own = [frame for frame in frames if not _is_library(frame[0])]
    source = f"{Path(own[-1][0]).name}:{own[-1][1]}" if own else ""
    stack = call.meta.get("nn_module_stack") or {}
    path = next((path for path, _ in reversed(stack.values())), "")
    return Origin(path, source)


def _is_library(path: str) -> bool:
    return any(part in Path(path).as_posix() for part in _LIBRARIES)
