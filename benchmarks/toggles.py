"""What holding or skipping zeros saves: bits that toggle in a layer, and its cycles, a sample.

`python benchmarks/toggles.py [--json]`. A layer of 64 inputs and 32 outputs, 8 bits each, on codes
of which a part is zero, as behind a ReLU, on as many lanes as a beat has codes; the same codes go
through the layer that multiplies them all, the one that holds and the one that skips.
"""

import argparse
import json
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from litho.formats import Fixed
from litho.ir import TensorType
from litho.ops.casework import block_of, drawn
from litho.ops.linear import OP
from litho.ops.linear.reference import ZEROS, LinearParams, accumulator
from litho.rtl import Block, single, write_design
from litho.sim import Wave, count_toggles, simulate

INPUTS, OUTPUTS, OUT_LANES, SAMPLES = 64, 32, 4, 64
FORM = Fixed(8, 4, is_signed=False)
WEIGHT = Fixed(8, 4)
REGISTERS = {
    "codes": ("*u_core.code_q",),
    "words": ("*u_weights.*data_o",),
    "operands": ("*u_dot.code_q", "*u_dot.word_q"),
    "products": ("*u_dot.product_q",),
    "sums": ("*u_dot.*sum_q",),
    "accumulators": ("*u_dot.*acc_q", "*u_dot.u_results.*data_q", "*u_dot.u_results.*waits_q"),
}


@dataclass(frozen=True)
class Row:
    """One layer on one kind of input: cycles, and toggles of each register a sample."""

    lanes: int
    zeros: float
    zero_beats: float
    mode: str
    cycles: float
    codes: float
    words: float
    operands: float
    products: float
    sums: float
    accumulators: float

    @property
    def all(self) -> float:
        """Toggles of all of these registers."""
        return float(sum(getattr(self, name) for name in REGISTERS))


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    as_json = parser.parse_args().json
    rows = figures()
    if as_json:
        print(json.dumps([asdict(row) for row in rows], indent=2))
        return
    names = tuple(REGISTERS)
    print(f"| lanes | zeros | zero beats | zeros are | cycles | {' | '.join(names)} | all |")
    print("|" + "---|" * (6 + len(names)))
    for row in rows:
        counts = " | ".join(f"{getattr(row, name):,.0f}" for name in (*names, "all"))
        beats = f"{row.zero_beats:.0%} | {row.mode} | {row.cycles:.0f}"
        print(f"| {row.lanes} | {row.zeros:.0%} | {beats} | {counts} |")


def figures() -> list[Row]:
    """Give a row for each way to treat zeros, share of zeros and number of lanes."""
    return [
        row(lanes, zeros, mode) for lanes in (1, 2, 4) for zeros in (0.5, 0.9) for mode in ZEROS
    ]


def row(lanes: int, zeros: float, mode: str) -> Row:
    """Simulate one layer, demand its codes, and count."""
    draw = np.random.default_rng(7)
    codes = draw.integers(1, 256, (SAMPLES, 1, INPUTS))
    codes *= draw.random(codes.shape) >= zeros
    block = layer(lanes, mode)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        wave = Wave(place / "waves.vcd", cycles=100_000)
        written = write_design(place / "design", single(block))
        found = simulate(written, block.inputs, block.outputs, (codes,), wave=wave)
        (wanted,) = block.evaluate((codes,))
        assert np.array_equal(found.outputs[0], wanted), "codes differ"
        counts = {
            name: sum(item.count for match in matches for item in count_toggles(wave.path, match))
            / SAMPLES
            for name, matches in REGISTERS.items()
            if lanes > 1 or name != "sums"
        }
    beats = codes.reshape(SAMPLES, -1, lanes)
    empty = float((beats == 0).all(-1).mean())
    return Row(lanes, zeros, empty, mode, found.cycles / SAMPLES, **{"sums": 0.0, **counts})


def layer(lanes: int, mode: str) -> Block:
    """Give the layer with drawn weights and biases."""
    source = TensorType((1, INPUTS), FORM)
    kind = TensorType((OUTPUTS, INPUTS), WEIGHT)
    weights = drawn(kind, 4, seed=1)[3]
    form = accumulator(source, kind, weights)
    params = LinearParams(form, mode)
    return block_of(OP, params, (source, kind), (lanes, OUT_LANES), (weights,))


if __name__ == "__main__":
    main()
