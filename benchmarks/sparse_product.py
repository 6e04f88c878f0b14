"""The same share of a matrix kept as elements, rows and blocks: words fetched, misses, CPU time.

`python benchmarks/sparse_product.py [--json]`. A matrix of float32, a quarter of it kept by lot,
times a vector: dense, as elements (CSR), as whole rows, and as square blocks (BSR). Words and
misses are counted on the loads that each way needs; times are measured, of one thread.
"""

import argparse
import json
import os
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from itertools import chain
from time import process_time

for _library in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_library] = "1"  # read when NumPy is loaded

import numpy as np  # noqa: E402
from scipy.sparse import bsr_matrix, csr_matrix  # noqa: E402

from litho.sparsity import Block  # noqa: E402

KEPT = 0.25
MATRICES = ((1024, 1024), (128, 16384))  # the vector lies in the first cache, and does not
UNITS = ("element", "row", "block4x4", "block8x8", "block16x16")
LINE, WAYS, SETS = 16, 8, 64  # words of 4 bytes in a line: a first cache of 32 KiB
REPEATS, SECONDS = 9, 0.02

Array = np.ndarray
Product = Callable[[Array], Array]


@dataclass(frozen=True)
class Row:
    """One way to keep a matrix: what it fetches for each product that counts, and its time.

    `values`, `places` and `inputs` are words for each product of a kept weight; `misses` is lines
    of 64 bytes that were not in a cache of 32 KiB, and `microseconds` the CPU time of the matrix
    times a vector. `speed` is the dense one's time over it.
    """

    matrix: str
    shape: str
    values: float
    places: float
    inputs: float
    misses: float
    microseconds: float
    speed: float

    @property
    def words(self) -> float:
        """All words for each product."""
        return self.values + self.places + self.inputs


@dataclass(frozen=True)
class Loads:
    """The loads of a product: how many of each kind, and in `words` where each lies, in order."""

    values: int
    places: int
    inputs: int
    words: Iterator[int]


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    as_json = parser.parse_args().json
    rows = [row for shape in MATRICES for row in figures(shape)]
    if as_json:
        print(json.dumps([{**asdict(row), "words": row.words} for row in rows], indent=2))
        return
    print("| matrix | kept as | values | places | inputs | words | misses | µs | speed |")
    print("|---|---|---|---|---|---|---|---|---|")
    for row in rows:
        counts = " | ".join(f"{n:.3f}" for n in (row.values, row.places, row.inputs, row.words))
        print(
            f"| {row.matrix} | {row.shape} | {counts} | {row.misses:.4f}"
            f" | {row.microseconds:.1f} | {row.speed:.2f} |"
        )


def figures(shape: tuple[int, int]) -> list[Row]:
    """Give a row for the dense matrix of `shape`, and for each unit that is kept of it."""
    draw = np.random.default_rng(0)
    # Small odd numbers: none is zero, and every sum is exact in whatever order it is taken.
    full, vector = (
        (2 * draw.integers(-4, 4, size) + 1).astype(np.float32) for size in (shape, shape[1])
    )
    products = round(KEPT * full.size)
    base = _seconds(lambda x: full @ x, vector)
    found = [_row(shape, "dense", _dense(shape), products, base, base)]
    for name in UNITS:
        unit = Block.parse(name)
        grid = unit.grid(shape)
        order = draw.permutation(grid[0] * grid[1]).reshape(grid)
        units = order < round(KEPT * order.size)
        kept = full * unit.spread(units, shape)
        product, loads = _way(unit, units, kept)
        assert np.array_equal(product(vector), kept @ vector)
        found.append(_row(shape, name, loads, products, _seconds(product, vector), base))
    return found


def _way(unit: Block, units: Array, kept: Array) -> tuple[Product, Loads]:
    """Give the product of a matrix that is `kept` in units, and its loads."""
    size = unit.unit(kept.shape)
    if size == (1, 1):
        elements = csr_matrix(kept)
        return elements.__matmul__, _blocks(units, size)
    if size[1] == kept.shape[1]:
        places = np.flatnonzero(units[:, 0])
        rows = np.ascontiguousarray(kept[places])
        return lambda x: _spread(rows @ x, places, len(kept)), _rows(len(places), kept.shape)
    blocks = bsr_matrix(kept, blocksize=size)
    return blocks.__matmul__, _blocks(units, size)


def _spread(found: Array, places: Array, count: int) -> Array:
    whole = np.zeros(count, found.dtype)
    whole[places] = found
    return whole


# Where arrays begin, in words: apart from each other, and on lines.
_INPUTS, _PLACES, _VALUES = 0, 1 << 24, 1 << 25


def _dense(shape: tuple[int, int]) -> Loads:
    rows, columns = shape
    words = (
        word for at in range(rows * columns) for word in (_VALUES + at, _INPUTS + at % columns)
    )
    return Loads(rows * columns, 0, rows * columns, words)


def _rows(kept: int, shape: tuple[int, int]) -> Loads:
    """Give the loads of whole rows: the place of each, then its weights, each with its input."""
    dense = _dense((kept, shape[1]))
    words = chain((_PLACES + at for at in range(kept)), dense.words)
    return Loads(dense.values, kept, dense.inputs, words)


def _blocks(units: Array, size: tuple[int, int]) -> Loads:
    """Give the loads of blocks, row by row of them: a block's place, its inputs once, its weights.

    A row of blocks has one more place, where its blocks begin.
    """
    high, wide = size
    beside = [np.flatnonzero(row) for row in units]
    count, pointers = sum(map(len, beside)), len(beside)

    def words() -> Iterator[int]:
        at = 0
        for row, columns in enumerate(beside):
            yield _PLACES + count + row
            for column in columns.tolist():
                yield _PLACES + at
                yield from range(_INPUTS + column * wide, _INPUTS + (column + 1) * wide)
                first = _VALUES + at * high * wide
                yield from range(first, first + high * wide)
                at += 1

    return Loads(count * high * wide, count + pointers, count * wide, words())


def _misses(words: Iterator[int]) -> int:
    """Count the lines that are fetched into a cache whose sets forget what was used longest ago."""
    sets: list[OrderedDict[int, None]] = [OrderedDict() for _ in range(SETS)]
    misses = 0
    for word in words:
        line = word // LINE
        held = sets[line % SETS]
        if line in held:
            held.move_to_end(line)
            continue
        misses += 1
        held[line] = None
        if len(held) > WAYS:
            held.popitem(last=False)
    return misses


def _seconds(product: Product, vector: Array) -> float:
    """Give the least time of a product over several repeats, each of many."""
    started = process_time()
    product(vector)
    times = max(1, round(SECONDS / max(process_time() - started, 1e-5)))
    found = []
    for _ in range(REPEATS):
        started = process_time()
        for _ in range(times):
            product(vector)
        found.append((process_time() - started) / times)
    return min(found)


def _row(
    shape: tuple[int, int], name: str, loads: Loads, products: int, seconds: float, base: float
) -> Row:
    counts = (count / products for count in (loads.values, loads.places, loads.inputs))
    misses = _misses(loads.words) / products
    told = f"{shape[0]} x {shape[1]}"
    return Row(told, name, *counts, misses, 1e6 * seconds, base / seconds)


if __name__ == "__main__":
    main()
