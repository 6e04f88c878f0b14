"""Seconds to build and to run a simulator: cold, after a change of RTL, and unchanged.

`python benchmarks/simulate.py [--json]`. A 4-8 MLP is built in an empty cache (the simulator's
run-time library is compiled as well), again with other weight widths (new RTL parameters), and
again as it was; then a 64-32-10 MLP runs for its simulated cycles a second.
"""

import argparse
import json
import os
import tempfile
from pathlib import Path

import numpy as np
from mlp import mlp

from litho.emit import emit
from litho.ir import Graph, interpret
from litho.ops import registry
from litho.passes.choose_lanes import ChooseLanes
from litho.sim import Simulation, Stalls, simulate

SMALL = (4, 8)
LARGE = (64, 32, 10)
BARS = {"cold_s": 8.0, "changed_s": 3.0, "unchanged_s": 0.5}


def run(folder: Path, graph: Graph, samples: int, stalls: Stalls | None = None) -> Simulation:
    """Emit and simulate `graph`, and demand the interpreter's codes."""
    emitted = emit(folder, graph, registry())
    item = graph.inputs[0]
    low, high = item.type.codes.low, item.type.codes.high
    codes = np.random.default_rng(0).integers(low, high + 1, (samples, *item.type.shape))
    streams = emitted.design.inputs, emitted.design.outputs
    found = simulate(emitted.folder, *streams, (codes,), stalls=stalls)
    expected = interpret(graph, {item.name: codes}, registry())[graph.outputs[0]]
    assert np.array_equal(expected.reshape(found.outputs[0].shape), found.outputs[0])
    return found


def seconds(found: Simulation) -> float:
    """Give build and run together."""
    return found.build_s + found.simulate_s


def figures(folder: Path) -> dict[str, float | str]:
    """Give the figures by name, with a cache of their own in `folder`."""
    os.environ["LITHO_CACHE"] = str(folder / "cache")
    small, changed = (ChooseLanes(interval=8)(mlp(SMALL, bits), registry()) for bits in (8, 7))
    cold = run(folder / "small", small, 32)
    again = run(folder / "changed", changed, 32)
    same = run(folder / "small", small, 32)
    large = ChooseLanes(interval=128)(mlp(LARGE), registry())
    run(folder / "large", large, 4)
    free = run(folder / "large", large, 20000)
    held = run(folder / "large", large, 5000, Stalls(1))
    return {
        "simulator": cold.simulator,
        "cold_s": seconds(cold),
        "changed_s": seconds(again),
        "unchanged_s": seconds(same),
        **{f"bar_{name}": bar for name, bar in BARS.items()},
        "cycles_per_s": free.cycles / free.simulate_s,
        "cycles_per_s_stalled": held.cycles / held.simulate_s,
        "tensors_per_s": 20000 / free.simulate_s,
    }


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    as_json = parser.parse_args().json
    with tempfile.TemporaryDirectory() as folder:
        found = figures(Path(folder))
    if as_json:
        print(json.dumps(found, indent=2))
        return
    for name, value in found.items():
        print(f"{name:22} {value if isinstance(value, str) else format(value, '.6g')}")


if __name__ == "__main__":
    main()
