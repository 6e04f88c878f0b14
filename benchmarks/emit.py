"""Seconds to choose lanes for and to emit a 784-256-128-10 MLP of 235 thousand weights.

`python benchmarks/emit.py [--json]`. Each figure is the least of three runs.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from mlp import mlp

from litho.emit import design_of, emit
from litho.hw import find_device
from litho.ops import registry
from litho.passes.choose_lanes import ChooseLanes
from litho.rtl import timing_of

WIDTHS = (784, 256, 128, 10)
BAR_S = 2.0
Made = TypeVar("Made")


def least(work: Callable[[], Made], runs: int = 3) -> tuple[float, Made]:
    """Give the seconds of the quickest of some runs, and what the last one made."""
    seconds = []
    for _ in range(runs):
        started = time.perf_counter()
        made = work()
        seconds.append(time.perf_counter() - started)
    return min(seconds), made


def figures() -> dict[str, float]:
    """Give the figures by name."""
    graph = mlp(WIDTHS)
    device = find_device("ecp5-85k")
    choose_s, folded = least(lambda: ChooseLanes(device=device)(graph, registry()))
    design_s, design = least(lambda: design_of(folded, registry()))
    timing_s, _ = least(lambda: timing_of(design))
    with tempfile.TemporaryDirectory() as folder:
        emit_s, emitted = least(lambda: emit(Path(folder) / "design", folded, registry()))
        size = sum(path.stat().st_size for path in emitted.folder.path.rglob("*") if path.is_file())
    weights = sum(constant.values.size for constant in graph.constants)
    return {
        "weights": weights,
        "choose_lanes_s": choose_s,
        "design_s": design_s,
        "timing_s": timing_s,
        "emit_s": emit_s,
        "bar_s": BAR_S,
        "us_per_weight": emit_s / weights * 1e6,
        "bytes": size,
        "interval_cycles": emitted.timing.interval,
        "latency_cycles": emitted.timing.latency,
    }


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    found = figures()
    if parser.parse_args().json:
        print(json.dumps(found, indent=2))
        return
    for name, value in found.items():
        print(f"{name:16} {value:12.6g}")


if __name__ == "__main__":
    main()
