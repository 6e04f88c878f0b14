"""The page of a run, from what lies in its folder."""

import json
from pathlib import Path
from typing import Any

from litho.flow.config import load_config
from litho.flow.facts import read_facts
from litho.flow.operations import ops_of
from litho.flow.waves import drawings_of, tracks_of
from litho.hw import find_device
from litho.ir import Graph, draw, load
from litho.report import Drawing, Page, Result, Table, read_result

__all__ = ["page_of"]


def page_of(folder: Path, result: Result | None = None) -> Page:
    """Give the page of the run in `folder`; its record is read there unless given.

    Raises `DataError` for a folder that does not hold a finished run.
    """
    record = result or read_result(folder / "result.json")
    text = folder / "config.toml"
    config = load_config(text)
    hardware = config.hardware
    seconds = read_facts(folder / "logs", "stages")
    graph = load(folder, ops_of(config))
    manifest = json.loads((folder / "design" / "manifest.json").read_text())
    return Page(
        title=read_facts(folder / "logs", "title"),
        result=record,
        device=find_device(hardware.device),
        share=hardware.share,
        modules=_modules(manifest),
        parts=_parts(manifest),
        stages=Table(
            ("stage", "seconds"),
            tuple((name, f"{value:.2f}") for name, value in seconds.items()),
            ("seconds",),
        ),
        config=text.read_text(),
        drawing=draw(graph),
        waves=_waves(folder, graph),
    )


def _waves(folder: Path, graph: Graph) -> tuple[Drawing, ...]:
    recorded = folder / "waves.vcd"
    if not recorded.is_file():
        return ()
    return drawings_of(tracks_of(folder / "design", graph, recorded))


def _modules(manifest: dict[str, Any]) -> Table:
    """Give a row for each module of the design: what it is and stands for."""
    headers = ("module", "is a", "stands for", "from", "tensor", "lanes", "cycles")
    rows = tuple(_module(facts) for facts in manifest["modules"])
    return Table(headers, rows, numbers=("lanes", "cycles"))


def _module(facts: dict[str, Any]) -> tuple[str, ...]:
    node = facts.get("node")
    lanes = (facts["inputs"][0]["lanes"], facts["outputs"][0]["lanes"])
    return (
        facts["instance"].removeprefix("u_"),
        facts["module"],
        node["op"] if node else "",
        node["from"] if node else "",
        f"{node['format']} [{' × '.join(map(str, node['shape']))}]" if node else "",
        " → ".join(map(str, lanes)),
        str(facts["interval_cycles"]),
    )


def _parts(manifest: dict[str, Any]) -> Table:
    """Give a row for each module of the design: what it is made of."""
    headers = ("module", "streams in", "streams out", "parameters", "memories", "files", "by")
    rows = tuple(
        (
            facts["instance"].removeprefix("u_"),
            "; ".join(_stream(stream) for stream in facts["inputs"]),
            "; ".join(_stream(stream) for stream in facts["outputs"]),
            ", ".join(f"{name} {value}" for name, value in facts["parameters"].items()),
            ", ".join(f"{name} {file}" for name, file in facts["memories"].items()),
            ", ".join(path.removeprefix("rtl/") for path in facts["files"]),
            facts["toolchain"],
        )
        for facts in manifest["modules"]
    )
    return Table(headers, rows)


def _stream(stream: dict[str, Any]) -> str:
    return f"{stream['name']}: {stream['lanes']} × {stream['bits']} bits, {stream['beats']} beats"
