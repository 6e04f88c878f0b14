"""The page of a run, from what lies in its folder."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from litho.errors import DataError
from litho.flow.config import load_config
from litho.flow.estimate import sum_of
from litho.flow.facts import read_estimate, read_facts
from litho.flow.fidelity import read_fidelities
from litho.flow.formats import FORMATS, formats_table, read_formats
from litho.flow.hardware import target_of
from litho.flow.layers import LAYERS, read_layers
from litho.flow.modules import modules_table, part_of
from litho.flow.multipliers import multipliers_table
from litho.flow.operations import ops_of
from litho.flow.waves import drawings_of, tracks_of
from litho.formats import Scale
from litho.hw import Estimate, find_device
from litho.ir import Graph, Node, draw, load
from litho.report import (
    Drawing,
    Fidelity,
    Layer,
    Log,
    Page,
    Result,
    SoftwarePage,
    Table,
    read_result,
    render_page,
    render_software,
    slowest,
)

__all__ = ["log_of", "page_of", "page_text"]

_LOG_LINES, _LOG_CHARACTERS = 200, 20_000  # of the end of a log


def page_text(folder: Path, result: Result | None = None) -> str:
    """Give the HTML of the run in `folder`; its record is read there unless given.

    Raises `DataError` for a folder that does not hold a finished run.
    """
    record = result or read_result(folder / "result.json")
    if record.verification is None:
        return render_software(software_page_of(folder, record))
    return render_page(page_of(folder, record))


def software_page_of(folder: Path, result: Result) -> SoftwarePage:
    """Give the page of the run without hardware in `folder`."""
    facts = _facts(folder, ("title", "stages"))
    return SoftwarePage(
        title=facts["title"],
        result=result,
        formats=formats_table(read_formats(folder / FORMATS)),
        stages=_stages(facts["stages"]),
        config=(folder / "config.toml").read_text(),
        command="litho run config.toml",
        compressed=_compressed(folder),
    )


def _compressed(folder: Path) -> Table | None:
    return read_layers(folder / LAYERS) if (folder / LAYERS).is_file() else None


def page_of(folder: Path, result: Result | None = None) -> Page:
    """Give the page of the run with hardware in `folder`; its record is read there unless given.

    Raises `DataError` for a folder that does not hold a finished run.
    """
    record = result or read_result(folder / "result.json")
    text = folder / "config.toml"
    config = load_config(text)
    facts = _facts(folder, ("title", "stages", "estimates", "fidelity"))
    graph = load(folder, ops_of(config))
    manifest = _manifest(folder)
    estimates = {name: read_estimate(table) for name, table in facts["estimates"].items()}
    assert record.timing is not None, "a run with hardware has its cycles"
    layers = _layers(graph, manifest, estimates, read_fidelities(facts["fidelity"]))
    return Page(
        title=facts["title"],
        result=record,
        device=find_device(target_of(config).device),
        share=target_of(config).share,
        layers=layers,
        multipliers=multipliers_table(
            graph,
            manifest["timing"]["interval_cycles"],
            {layer.name: layer.estimate for layer in layers if layer.estimate},
        ),
        between=sum_of(estimates[_name(item)] for item in manifest["modules"] if _is_between(item)),
        compared=f"{facts['fidelity']['samples']} samples of {facts['fidelity']['data']}",
        modules=modules_table(manifest),
        parts=tuple(part_of(item) for item in manifest["modules"]),
        stages=_stages(facts["stages"]),
        config=text.read_text(),
        command="litho run config.toml",
        drawing=draw(graph, {layer.name: layer.remarks for layer in layers}, slowest(layers)),
        waves=_waves(folder, graph),
        logs=tuple(log_of(path) for path in sorted((folder / "logs").glob("*.log"))),
        compressed=_compressed(folder),
    )


def _facts(folder: Path, names: tuple[str, ...]) -> dict[str, Any]:
    try:
        return {name: read_facts(folder / "logs", name) for name in names}
    except (OSError, ValueError) as error:
        raise _unfinished(folder, error) from error


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads((folder / "design" / "manifest.json").read_text())
    except (OSError, ValueError) as error:
        raise _unfinished(folder, error) from error
    return found


def _unfinished(folder: Path, error: Exception) -> DataError:
    return DataError(
        f"a run must have left its facts in {folder}, and has not: {error}; run `litho run` again"
    )


def _stages(seconds: Mapping[str, float]) -> Table:
    rows = tuple((name, f"{value:.2f}") for name, value in seconds.items())
    return Table(("stage", "seconds"), rows, ("seconds",))


def _name(module: Mapping[str, Any]) -> str:
    name: str = module["instance"].removeprefix("u_")
    return name


def _is_between(module: Mapping[str, Any]) -> bool:
    return "node" not in module


def _layers(
    graph: Graph,
    manifest: Mapping[str, Any],
    estimates: Mapping[str, Estimate],
    found: Mapping[str, Fidelity],
) -> tuple[Layer, ...]:
    """Give the inputs of the graph, and the nodes that are on the chip."""
    modules = {item["node"]["name"]: item for item in manifest["modules"] if "node" in item}
    inputs = [
        Layer(item.name, "input", "", (_format(graph, "gives", item.name),), found.get(item.name))
        for item in graph.inputs
    ]
    nodes = [
        _layer(graph, node, modules[node.name], estimates, found.get(node.name))
        for node in graph.nodes
        if node.name in modules
    ]
    return (*inputs, *nodes)


def _layer(
    graph: Graph,
    node: Node,
    module: Mapping[str, Any],
    estimates: Mapping[str, Estimate],
    fidelity: Fidelity | None,
) -> Layer:
    lanes = module["node"]["lanes"]
    return Layer(
        node.name,
        node.op,
        str(node.origin),
        (*(_read(graph, node, name) for name in node.inputs), _format(graph, "gives", node.name)),
        fidelity,
        (lanes["in"], lanes["out"]),
        module["interval_cycles"],
        estimates[_name(module)],
    )


def _read(graph: Graph, node: Node, name: str) -> tuple[str, str, str]:
    if not graph.is_constant(name):
        return _format(graph, "takes", name)
    return _format(graph, name.removeprefix(f"{node.origin.path}.").partition(".")[0], name)


def _format(graph: Graph, what: str, name: str) -> tuple[str, str, str]:
    kind = graph.type_of(name)
    return what, f"{kind.format}{_scale(kind.scale)}", " × ".join(map(str, kind.shape))


def _scale(scale: Scale) -> str:
    if scale.is_unit:
        return ""
    return f" · {scale}" if scale.axis is None else f" · {len(scale.multipliers)} scales"


def _waves(folder: Path, graph: Graph) -> tuple[Drawing, ...]:
    recorded = folder / "waves.vcd"
    if not recorded.is_file():
        return ()
    return drawings_of(tracks_of(folder / "design", graph, recorded))


def log_of(path: Path) -> Log:
    """Give the end of the log in the file `path`, of a bounded size."""
    lines = path.read_text(errors="replace").splitlines()
    end = lines[-_LOG_LINES:]
    while end and sum(map(len, end)) > _LOG_CHARACTERS:
        end = end[1:]
    return Log(path.stem, "\n".join(end), len(lines) - len(end))
