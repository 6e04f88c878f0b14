"""Reads what a SystemVerilog module says of itself, and copies modules out for others to use.

The head of a file is the only place that says what a module is; here it is taken apart.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from litho.errors import DataError
from litho.rtl.library import in_order
from litho.rtl.whole import whole_folder

__all__ = ["FILE_LIST", "Module", "Parameter", "Port", "export", "read_module"]

FILE_LIST = "library.f"

_HEADER = re.compile(r"\A(?://[^\n]*\n)+")
_MODULE = re.compile(r"^module (\w+)(.*?)\);$", re.M | re.S)
_PARAMETER = re.compile(
    r"^  parameter\s+(?P<kind>int|bit|logic(?: \[[^]]*\])*)?\s*(?P<name>\w+)\s*=\s*"
    r"(?P<default>[^,/\n]+?)\s*,?\s*(?://\s*(?P<text>.*))?$",
    re.M,
)
_PORT = re.compile(r"^  (input|output)\s+wire logic\s*(\[.*?\])?\s*(\w+)", re.M)
_TIMING = re.compile(r"latenc|interval|combinational|a cycle|cycles|stages|synchronous", re.I)
_SENTENCE = re.compile(r"(?<=[.])\s+(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter: its type in SystemVerilog, "" for text; its default; what it is."""

    name: str
    kind: str
    default: str
    text: str


@dataclass(frozen=True, slots=True)
class Port:
    """A port: `input` or `output`, and its range, "" for one bit."""

    name: str
    direction: str
    range: str


@dataclass(frozen=True, slots=True)
class Module:
    """A module as the head of its file describes it.

    `purpose` is the first sentence, `timing` what is said of latency and interval, `header` the
    whole comment without its slashes.
    """

    name: str
    path: Path
    purpose: str
    timing: str
    header: str
    parameters: tuple[Parameter, ...]
    ports: tuple[Port, ...]


def read_module(path: Path) -> Module:
    """Read the head of the module in the file `path`.

    Raises `DataError` when it does not begin with a comment, or holds no module of its name.
    """
    text = path.read_text()
    header, module = _HEADER.match(text), _MODULE.search(text)
    if header is None or module is None or module[1] != path.stem:
        raise DataError(
            f"{path} must begin with a comment and hold a module {path.stem}, and does not; see"
            " docs/rtl-style.md"
        )
    comment = "\n".join(line[2:].removeprefix(" ") for line in header[0].splitlines())
    return Module(
        path.stem,
        path,
        comment.split("\n\n", 1)[0].replace("\n", " "),
        _timing(comment),
        comment,
        tuple(
            Parameter(found["name"], found["kind"] or "", found["default"], found["text"] or "")
            for found in _PARAMETER.finditer(module[2])
        ),
        tuple(Port(name, way, size or "") for way, size, name in _PORT.findall(module[2])),
    )


def _timing(comment: str) -> str:
    """Give the sentences that speak of time, between the reference and the drawing."""
    _, _, rest = comment.partition("\nReference: ")
    lines = rest.split("\n")[1:]
    drawing = next((n for n, line in enumerate(lines) if line.startswith("  ")), len(lines))
    sentences = _SENTENCE.split(" ".join(line.strip() for line in lines[:drawing]).strip())
    return " ".join(sentence for sentence in sentences if _TIMING.search(sentence))


def export(directory: Path, modules: Mapping[str, Path]) -> tuple[Path, ...]:
    """Copy `modules`, by name, and what they instantiate into `directory`; give what was written.

    `library.f` lists the files, each after those it needs, relative to the folder. The folder
    appears whole or not at all; a library that is there already is replaced.
    Raises `ConfigError` when the folder cannot be written or holds something else.
    """
    ordered = in_order(sorted(modules), modules)
    with whole_folder(directory, "library", FILE_LIST) as made:
        for name, path in ordered.items():
            (made / f"{name}.sv").write_text(path.read_text())
        listing = "".join(f"{name}.sv\n" for name in ordered)
        (made / FILE_LIST).write_text(listing)
    return tuple(directory / f"{name}.sv" for name in ordered)
