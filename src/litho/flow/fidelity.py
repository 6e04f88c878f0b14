"""How far each value of an integer graph lies from the float network's."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from litho.ir import Graph
from litho.ir.op import Codes
from litho.report import Fidelity

__all__ = ["fidelities", "fidelity_of", "places_of", "read_fidelities", "record_of"]

_INPUTS, _OUTPUTS = "quantize_inputs", "quantize_outputs"

Place = tuple[str, str]
_Values = np.ndarray[Any, np.dtype[np.float64]]


def places_of(graph: Graph) -> dict[str, Place]:
    """Give (module path, inputs or outputs) for each value that a float network has there.

    The input of the graph, when it has one alone, is that of the whole network. What quantizes a
    module's inputs stands for them. The last node of a module stands for its outputs; so does the
    one before it where the last one only quantizes.
    """
    paths = {node.name: node.origin.path for node in graph.nodes}
    found = {name: place for name in paths if (place := _place(name, paths)) is not None}
    return {item.name: ("", "inputs") for item in graph.inputs if len(graph.inputs) == 1} | found


def _place(name: str, paths: Mapping[str, str]) -> Place | None:
    path = paths[name]
    module, _, last = path.rpartition(".")
    if last == _INPUTS:
        return module, "inputs"
    if last == _OUTPUTS:
        return module, "outputs"
    end = f"{path}.{_OUTPUTS}".lstrip(".")
    inside = [other for other, found in paths.items() if _is_in(found, path) and found != end]
    return (path, "outputs") if inside[-1] == name else None


def _is_in(path: str, module: str) -> bool:
    return not module or path == module or path.startswith(f"{module}.")


def fidelities(
    graph: Graph, codes: Mapping[str, Codes], floats: Mapping[Place, _Values]
) -> dict[str, Fidelity]:
    """Give the fidelity of each value whose place is among `floats`, finite and in its shape.

    `codes` are [samples, *shape] of each value, `floats` values[samples, …] of each place.
    """
    found = {}
    for name, place in places_of(graph).items():
        kind, values = graph.type_of(name), floats.get(place)
        if values is None or (1, *values.shape[1:]) != kind.shape:
            continue
        if np.isfinite(values).all():
            decoded = kind.codes.decode(codes[name], kind.scale)
            found[name] = fidelity_of(values, np.asarray(decoded).reshape(values.shape))
    return found


def fidelity_of(values: _Values, decoded: _Values) -> Fidelity:
    """Give how far `decoded` lies from the float `values`."""
    error = np.abs(decoded - values)
    return Fidelity(
        signal=float(np.mean(values**2)),
        noise=float(np.mean(error**2)),
        mean=float(error.mean()),
        max=float(error.max()),
        reach=float(np.abs(values).max()),
    )


def record_of(found: Mapping[str, Fidelity], samples: int, data: str) -> dict[str, Any]:
    """Give what JSON holds of fidelities on the first `samples` samples of `data`."""
    values = {name: asdict(fidelity) for name, fidelity in found.items()}
    return {"data": data, "samples": samples, "values": values}


def read_fidelities(record: Mapping[str, Any]) -> dict[str, Fidelity]:
    """Give the fidelities in what `record_of` gave."""
    return {name: Fidelity(**table) for name, table in record["values"].items()}
