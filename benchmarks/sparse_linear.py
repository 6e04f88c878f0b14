"""Cycles of a layer that skips blocks of zeros, beside the dense one of as many multipliers.

`python benchmarks/sparse_linear.py [--json]`. A layer of 128 inputs and 512 outputs with a quarter
of its blocks, drawn; predicted and measured intervals, and throughput for each multiplier.
"""

import argparse
import json
import tempfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from litho.formats import Fixed
from litho.hw import find_family
from litho.ir import Constant, TensorType
from litho.ir import Lanes as NodeLanes
from litho.ops.casework import block_of, drawn
from litho.ops.linear import OP as LINEAR
from litho.ops.linear.reference import LinearParams, accumulator
from litho.ops.sparse_linear import OP as SPARSE
from litho.ops.sparse_linear.reference import SparseLinearParams
from litho.ops.sparse_linear.work import plan_of
from litho.rtl import Block, single, write_design
from litho.sim import measure
from litho.sparsity import Block as Unit

INPUTS, OUTPUTS, KEPT = 128, 512, 0.25
FORM = Fixed(8, 4)
FAMILY = find_family("xc7")


@dataclass(frozen=True)
class Row:
    """One layer: what is skipped, its lanes, and its cycles a row.

    `gain` is the throughput for each multiplier, against that of the dense layer of these lanes.
    """

    block: str
    lanes: str
    multipliers: int
    predicted: int
    measured: int
    loss: float
    gain: float
    luts: int
    ffs: int


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    as_json = parser.parse_args().json
    rows = list(figures())
    if as_json:
        print(json.dumps([asdict(row) for row in rows], indent=2))
        return
    print("| block | lanes | multipliers | predicted | measured | loss | gain | LUTs | FFs |")
    print("|---|---|---|---|---|---|---|---|---|")
    for row in rows:
        print(
            f"| {row.block} | {row.lanes} | {row.multipliers} | {row.predicted} | {row.measured}"
            f" | {row.loss:.1%} | {row.gain:.2f} | {row.luts} | {row.ffs} |"
        )


def figures() -> list[Row]:
    """Give a row for the dense layer and for each block and lanes."""
    found = []
    for lanes, sizes in (((8, 64), (8, 16)), ((16, 64), (16,)), ((2, 64), (2, 4, 8))):
        dense = _weights(Unit())
        block = _block(None, dense, lanes)
        base = _row("dense", block, lanes, lanes[0] * lanes[1], 0.0)
        found.append(base)
        for size in sizes:
            unit = Unit((size, size))
            codes = _weights(unit)
            block = _block(unit, codes, lanes)
            plan = plan_of(_constant(codes), unit, NodeLanes(*lanes))
            multipliers, loss = plan.column_lanes * lanes[1], plan.shares.loss
            row = _row(str(unit), block, lanes, multipliers, loss)
            gain = base.measured * base.multipliers / (row.measured * multipliers)
            found.append(replace(row, gain=gain))
    return found


def _weights(unit: Unit) -> np.ndarray:
    """Give codes without zeros in the blocks that are kept; a weight is a block when dense."""
    draw = np.random.default_rng(0)
    shape = OUTPUTS, INPUTS
    codes = draw.integers(1, FORM.high + 1, shape) * draw.choice([-1, 1], shape)
    if unit == Unit():
        return codes
    grid = unit.grid(shape)
    order = draw.permutation(grid[0] * grid[1]).reshape(grid)
    return codes * unit.spread(order < KEPT * order.size, shape)


def _constant(codes: np.ndarray) -> Constant:
    return Constant("weight", TensorType(codes.shape, FORM), codes)


def _block(unit: Unit | None, codes: np.ndarray, lanes: tuple[int, int]) -> Block:
    types = TensorType((1, INPUTS), FORM), TensorType(codes.shape, FORM)
    form = accumulator(*types, codes)
    if unit is None:
        return block_of(LINEAR, LinearParams(form), types, lanes, (codes,))
    return block_of(SPARSE, SparseLinearParams(form, unit.size), types, lanes, (codes,))


def _measured(block: Block) -> int:
    stimuli = drawn(TensorType((1, INPUTS), FORM), 8)
    with tempfile.TemporaryDirectory() as folder:
        written = write_design(Path(folder), single(block))
        return measure(written, block.inputs, block.outputs, (stimuli,)).timing.interval


def _row(name: str, block: Block, lanes: tuple[int, int], multipliers: int, loss: float) -> Row:
    cost, measured = block.resources(FAMILY), _measured(block)
    told = f"{lanes[0]} in, {lanes[1]} out"
    return Row(name, told, multipliers, block.interval, measured, loss, 1.0, cost.luts, cost.ffs)


if __name__ == "__main__":
    main()
