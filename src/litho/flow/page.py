"""The page of a run, from what lies in its folder."""

from pathlib import Path

from litho.flow.config import load_config
from litho.flow.facts import read_facts
from litho.hw import find_device
from litho.ir import Graph, Node, TensorType, draw, load
from litho.ops import registry
from litho.report import Page, Result, Table, read_result

__all__ = ["page_of"]


def page_of(folder: Path, result: Result | None = None) -> Page:
    """Give the page of the run in `folder`; its record is read there unless given.

    Raises `DataError` for a folder that does not hold a finished run.
    """
    record = result or read_result(folder / "result.json")
    config = folder / "config.toml"
    hardware = load_config(config).hardware
    seconds = read_facts(folder / "logs", "stages")
    graph = load(folder, registry())
    return Page(
        title=read_facts(folder / "logs", "title"),
        result=record,
        device=find_device(hardware.device),
        share=hardware.share,
        nodes=_nodes(graph),
        stages=Table(
            ("stage", "seconds"),
            tuple((name, f"{value:.2f}") for name, value in seconds.items()),
            ("seconds",),
        ),
        config=config.read_text(),
        drawing=draw(graph),
    )


def _nodes(graph: Graph) -> Table:
    inputs = ((item.name, "input", _type(item.type), "", "") for item in graph.inputs)
    nodes = (
        (node.name, node.op, _type(node.type), _lanes(node), str(node.origin))
        for node in graph.nodes
    )
    return Table(("value", "operation", "type", "lanes in, out", "from"), (*inputs, *nodes))


def _lanes(node: Node) -> str:
    return f"{node.lanes.inputs}, {node.lanes.outputs}" if node.lanes else ""


def _type(kind: object) -> str:
    assert isinstance(kind, TensorType)
    shape = " × ".join(map(str, kind.shape))
    return f"{kind.format} [{shape}]"
