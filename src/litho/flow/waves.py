"""The waves of a design: recorded at full speed, and drawn for the report."""

from pathlib import Path
from typing import Any

from litho.emit import read_manifest
from litho.flow.codes import on_streams
from litho.flow.proof import Bench
from litho.ir import Graph, TensorType
from litho.ir.op import Codes
from litho.report import Drawing, Track, draw_waves, track_of
from litho.rtl import Design, DesignFolder, Stream, loading_of
from litho.sim import Wave, compare, simulate
from litho.sim.waves import read_waves

__all__ = ["drawings_of", "record", "tracks_of"]

_TRACKS = 12  # streams that are drawn at most: the first ones, and the outputs
_CYCLES = 24  # cycles in a drawing


def record(
    folder: DesignFolder,
    design: Design,
    inputs: tuple[Codes, ...],
    expected: tuple[Codes, ...],
    wave: Wave,
    bench: Bench,
) -> None:
    """Write the waves of a run without stalls on codes[samples, *shape] of each input.

    Raises `MismatchError` when an output differs.
    """
    found = simulate(
        folder,
        design.inputs,
        design.outputs,
        on_streams(design.inputs, inputs),
        simulator=bench.simulator,
        wave=wave,
        loading=loading_of(design),
    )
    wanted = on_streams(design.outputs, expected)
    compare(wanted, found.outputs, design.outputs, bench.command)


def tracks_of(design: Path, graph: Graph, waves: Path) -> tuple[Track, ...]:
    """Give what the file `waves`, recorded from cycle 0 on, says of the values of `graph`.

    The streams are those that the manifest in the folder `design` names: the inputs, and the
    output of each node. Raises `DataError` when manifest or waves are not what they must be.
    """
    streams = read_manifest(design, lambda facts: _streams(facts, graph))
    if len(streams) > _TRACKS:
        outputs = [item for item in streams if item[2] in graph.outputs][: _TRACKS // 2]
        others = [item for item in streams if item not in outputs]
        streams = [*others[: _TRACKS - len(outputs)], *outputs]
    recorded = read_waves(waves, [stream.name for stream, _, _ in streams])
    return tuple(
        track_of(wave, stream, kind)
        for wave, (stream, kind, _) in zip(recorded, streams, strict=True)
    )


def _streams(manifest: dict[str, Any], graph: Graph) -> list[tuple[Stream, TensorType, str]]:
    """Give (stream under its wires' name, type, value of the graph), in the order of the flow."""
    wires = {connection["from"]: connection["name"] for connection in manifest["connections"]}
    found = [
        (_stream(facts, wires[facts["name"]]), item.type, item.name)
        for facts, item in zip(manifest["inputs"], graph.inputs, strict=True)
    ]
    for module in manifest["modules"]:
        if "node" not in module:
            continue
        facts, name = module["outputs"][0], module["node"]["name"]
        end = f"{module['instance'].removeprefix('u_')}.{facts['name']}"
        found.append((_stream(facts, wires[end]), graph.type_of(name), name))
    return found


def _stream(facts: dict[str, Any], name: str) -> Stream:
    rest = (facts["bits"], facts["lanes"], facts["row"], facts["rows"], facts["is_signed"])
    return Stream(name, *rest)


def drawings_of(tracks: tuple[Track, ...]) -> tuple[Drawing, ...]:
    """Give the first cycles, and those about the first beat of the last stream."""
    recorded = min(len(track.valid) for track in tracks)
    windows = [("From reset on", 0)]
    beats = tracks[-1].beats
    if beats and beats[0].end > _CYCLES:
        windows.append(("As the first result comes", beats[0].first - _CYCLES // 2))
    return tuple(
        Drawing(title, draw_waves(tracks, first, min(first + _CYCLES, recorded)))
        for title, first in windows
    )
