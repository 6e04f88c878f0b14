"""What an outside program is, and how it is found."""

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path

from litho.errors import ToolMissingError

__all__ = ["FoundTool", "Tool", "ToolStatus", "is_enough", "on_path", "require", "wheel"]


@dataclass(frozen=True, slots=True)
class FoundTool:
    """A program that is there: the command that starts it, its version, and what it needs.

    `identity` is more exact than the version where a program tells more; it keys caches.
    `environment` are variables to set for it, `home` the folder of its own files.
    """

    name: str
    command: tuple[str, ...]
    version: str
    home: Path
    environment: tuple[tuple[str, str], ...] = ()
    identity: str = ""


@dataclass(frozen=True, slots=True)
class Tool:
    """An outside program: what it is for, the least version that works, how it is installed.

    `look` gives what it finds, whether new enough or not, or None when there is nothing.
    """

    name: str
    purpose: str
    minimum: str
    install: str
    look: Callable[[], FoundTool | None]


@dataclass(frozen=True, slots=True)
class ToolStatus:
    """A tool and what was found of it: `found` is None when it is absent."""

    tool: Tool
    found: FoundTool | None

    @property
    def is_usable(self) -> bool:
        """Whether it is there and new enough."""
        return self.found is not None and is_enough(self.found.version, self.tool.minimum)


def require(tool: Tool) -> FoundTool:
    """Give the tool as found.

    Raises `ToolMissingError` with the line that installs it when it is absent or too old.
    """
    found = tool.look()
    if found is None:
        raise ToolMissingError(
            f"{tool.name} must be installed to {tool.purpose}, and is not; {tool.install}"
        )
    if not is_enough(found.version, tool.minimum):
        raise ToolMissingError(
            f"{tool.name} must have version {tool.minimum} or newer to {tool.purpose},"
            f" not {found.version} ({found.command[0]}); {tool.install}"
        )
    return found


def is_enough(version: str, minimum: str) -> bool:
    """Say whether a version is not older than the least one."""
    return _numbers(version) >= _numbers(minimum)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


def wheel(package: str, module: str) -> tuple[str, Path] | None:
    """Give version and folder of an installed Python package, without importing it."""
    spec = util.find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        return None
    try:
        return metadata.version(package), Path(next(iter(spec.submodule_search_locations)))
    except metadata.PackageNotFoundError:
        return None


def on_path(program: str) -> str | None:
    """Give the path of a program on PATH, or None."""
    return shutil.which(program)
