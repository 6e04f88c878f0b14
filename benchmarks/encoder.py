"""A transformer encoder in hardware: how well its multipliers are used, and how fast it is proven.

`python benchmarks/encoder.py [--json] [--sentences N] [--encoders N]`. A whole BERT-tiny with drawn
weights gets lanes for an interval, is emitted, built and simulated; its codes and its cycles must
be those of the model. Then lanes are chosen for random encoders, whose multipliers are counted.
"""

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
from transformer import BERT_TINY, Encoder, drawn_codes, encoder, multiplications

from litho.emit import emit, interval_of
from litho.ir import interpret
from litho.ops import registry
from litho.passes.choose_lanes import ChooseLanes
from litho.passes.utilization import Utilization, utilization
from litho.rtl import Stream
from litho.sim import measured, simulate

INTERVAL = 1 << 18
BARS = {"proof_s": 300.0, "utilization": 0.95, "encoder_utilization": 0.85}
WITHIN = 0.1


def proven(folder: Path, sizes: Encoder, interval: int, sentences: int) -> dict[str, float]:
    """Emit, build and simulate an encoder, demand codes and cycles, and give the figures."""
    started = time.perf_counter()
    graph = ChooseLanes(interval=interval)(encoder(sizes), registry())
    folded = time.perf_counter()
    emitted = emit(folder, graph, registry())
    written = time.perf_counter()
    codes = drawn_codes(graph, sentences)
    design = emitted.design
    found = simulate(
        emitted.folder, design.inputs, design.outputs, _on_streams(codes, design.inputs)
    )
    timing = measured(found, design.outputs).timing
    assert timing == emitted.timing, f"measured {timing}, predicted {emitted.timing}"
    wanted = interpret(graph, codes, registry())
    for value, seen in zip(_on_streams(wanted, design.outputs), found.outputs, strict=True):
        assert np.array_equal(value, seen), "codes differ from those of the interpreter"
    use = utilization(graph, timing.interval)
    assert use.products == multiplications(sizes)
    return {
        "lanes_s": folded - started,
        "emit_s": written - folded,
        "build_s": found.build_s,
        "simulate_s": found.simulate_s,
        "proof_s": written - folded + found.build_s + found.simulate_s,
        "sentences": sentences,
        "cycles": found.cycles,
        "latency": timing.latency,
        "interval": timing.interval,
        "multipliers": use.multipliers,
        "utilization": float(use.share),
    }


def random_use(seed: int) -> Utilization:
    """Give how the multipliers of a random encoder are used, at a random interval."""
    draw = np.random.default_rng(seed)
    heads, head = (int(draw.choice(counts)) for counts in ((1, 2, 3, 4), (8, 12, 16, 24, 32)))
    hidden = heads * head
    sequence, ratio = int(draw.integers(8, 129)), int(draw.integers(2, 5))
    sizes = Encoder(1, sequence, hidden, heads, ratio * hidden)
    interval = int(multiplications(sizes) / 2 ** draw.uniform(4, 10))
    # A row of a head is one beat an interval at most.
    graph = ChooseLanes(interval=max(interval, 32 * heads * sequence), within=WITHIN)(
        encoder(sizes, seed), registry()
    )
    return utilization(graph, interval_of(graph, registry()))


def figures(folder: Path, sentences: int, encoders: int) -> dict[str, float]:
    """Give the figures by name."""
    shares = [float(random_use(seed).share) for seed in range(encoders)]
    return {
        **proven(folder / "design", BERT_TINY, INTERVAL, sentences),
        "encoders": encoders,
        "encoder_utilization": statistics.median(shares),
        "encoder_utilization_least": min(shares),
        **{f"bar_{name}": bar for name, bar in BARS.items()},
    }


def _on_streams(
    codes: dict[str, np.ndarray], streams: tuple[Stream, ...]
) -> tuple[np.ndarray, ...]:
    return tuple(
        values.reshape(-1, stream.rows, stream.row)
        for values, stream in zip(codes.values(), streams, strict=True)
    )


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--sentences", type=int, default=128, help="sentences to simulate")
    parser.add_argument("--encoders", type=int, default=25, help="random encoders to fold")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = figures(Path(folder), options.sentences, options.encoders)
    if options.json:
        print(json.dumps(found, indent=2))
        return
    for name, value in found.items():
        print(f"{name:26} {value:.6g}")


if __name__ == "__main__":
    main()
