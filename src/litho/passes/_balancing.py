"""The interval near a wanted one at which multipliers idle least."""

from collections import Counter
from collections.abc import Iterable

import numpy as np

from litho.passes._folding import fewest_for_beats
from litho.rtl.block import Times

__all__ = ["balanced_interval"]


def balanced_interval(sizes: Iterable[tuple[int, int, int]], least: int, most: int) -> int:
    """Give the interval from `least` to `most` with the fewest multipliers times cycles.

    `sizes` are (rows, terms, columns) of the arrays, each folded to the fewest multipliers that
    keep the interval. It only changes where one of them takes another number of beats or groups.
    """
    counts = Counter(sizes)
    tables = {size: _fewest_multipliers(*size) for size in counts}
    found = [cycles[(cycles >= least) & (cycles <= most)] for cycles, _ in tables.values()]
    intervals = np.unique(np.concatenate([*found, [least, most]]))
    spent = np.zeros(len(intervals), dtype=np.int64)
    for size, (cycles, multipliers) in tables.items():
        places = np.searchsorted(cycles, intervals, side="right") - 1
        spent += counts[size] * multipliers[places]
    spent *= intervals
    # Of equal ones the slowest, which needs the least of everything else.
    return int(intervals[np.flatnonzero(spent == spent.min())[-1]])


def _fewest_multipliers(rows: int, terms: int, columns: int) -> tuple[Times, Times]:
    """Give cycles a tensor, rising, and the fewest multipliers that need no more than those."""
    lanes_in, lanes_out = (
        np.array(fewest_for_beats(size), dtype=np.int64) for size in (terms, columns)
    )
    beats, groups = -(-terms // lanes_in), -(-columns // lanes_out)
    cycles = (rows * beats[:, None] * groups).reshape(-1)
    multipliers = (lanes_in[:, None] * lanes_out).reshape(-1)
    order = np.argsort(cycles, kind="stable")
    return cycles[order], np.minimum.accumulate(multipliers[order])
