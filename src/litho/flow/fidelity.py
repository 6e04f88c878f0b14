"""How far each value of an integer graph lies from the float network's."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from litho.errors import DataError
from litho.ir import Graph
from litho.ir.op import Codes
from litho.report import Fidelity

__all__ = ["fidelities", "fidelity_of", "places_of", "read_fidelity", "record_of"]

_INPUTS, _OUTPUTS = "quantize_inputs", "quantize_outputs"

Place = tuple[str, str]
_Values = np.ndarray[Any, np.dtype[np.float64]]


def places_of(graph: Graph) -> dict[str, Place]:
    """Give (module path, inputs or outputs) for each node whose value a float network has there.

    What quantizes a module's inputs stands for them. The last node of a module stands for its
    outputs; so does the one before it where the last one only quantizes.
    """
    paths = {node.name: node.origin.path for node in graph.nodes}
    return {name: place for name in paths if (place := _place(name, paths)) is not None}


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
    """Give the fidelity of each node whose place is among `floats`, with as many numbers.

    `codes` are [samples, *shape] of each node, `floats` values[samples, …] of each place.
    """
    found = {}
    for name, place in places_of(graph).items():
        kind, values = graph.type_of(name), floats.get(place)
        if values is None or values.shape[1:] != kind.shape[1:]:
            continue
        decoded = kind.codes.decode(codes[name], kind.scale)
        found[name] = fidelity_of(values, np.asarray(decoded).reshape(values.shape))
    return found


def fidelity_of(values: _Values, decoded: _Values) -> Fidelity:
    """Give how far `decoded` lies from the float `values`."""
    error = np.abs(decoded - values)
    noise, signal = float(np.sum(error**2)), float(np.sum(values**2))
    snr = 10 * math.log10(signal / noise) if noise and signal else math.inf if not noise else 0.0
    return Fidelity(snr, float(error.mean()), float(error.max()), float(np.abs(values).max()))


def record_of(found: Mapping[str, Fidelity], samples: int, data: str) -> dict[str, Any]:
    """Give what JSON holds of fidelities on `samples` samples of `data`."""
    return {"data": data, "samples": samples, "values": {n: _table(f) for n, f in found.items()}}


def _table(fidelity: Fidelity) -> dict[str, float]:
    table = {"mean": fidelity.mean, "max": fidelity.max, "reach": fidelity.reach}
    return table if math.isinf(fidelity.snr_db) else {"snr_db": fidelity.snr_db, **table}


def read_fidelity(record: Mapping[str, Any]) -> dict[str, Fidelity]:
    """Give the fidelities that `record_of` wrote down; raises `DataError` for anything else."""
    try:
        return {
            name: Fidelity(**{"snr_db": math.inf, **table})
            for name, table in record["values"].items()
        }
    except (AttributeError, KeyError, TypeError) as error:
        raise DataError(
            f"a run must say how far its layers lie from float, and does not: {error!r};"
            " run `litho run` again"
        ) from error
