"""Depths of buffers, by counting beats."""

from dataclasses import replace

import numpy as np
import pytest
from graphs import relus, residual

from litho.emit import design_of
from litho.emit.buffers import buffered, occupancy, with_buffers
from litho.ops import registry
from litho.rtl import Design, Instance, is_steady, least_interval


def _count(entered: np.ndarray, left: np.ndarray, interval: int) -> int:
    """Count, in each cycle of a long run, the beats that wait."""
    tensors = np.arange(12)[:, None] * interval
    first, last = (entered + tensors).reshape(-1), (left + tensors).reshape(-1)
    cycles = np.arange(int(last.max()) + 1)
    return max(int(((first <= cycle) & (cycle <= last)).sum()) for cycle in cycles)


@pytest.mark.parametrize("seed", range(50))
def test_occupancy_is_the_most_beats_that_wait_in_a_cycle(seed: int) -> None:
    draw = np.random.default_rng(seed)
    beats = int(draw.integers(1, 12))
    interval = beats + int(draw.integers(0, 10))
    entered = np.cumsum(draw.integers(1, 1 + max(1, interval // beats), beats))
    left = np.cumsum(draw.integers(1, 1 + max(1, interval // beats), beats))
    left += max(0, int((entered - left).max())) + int(draw.integers(0, 3 * interval))
    assert occupancy(entered, left, interval) == _count(entered, left, interval)


def test_a_chain_needs_no_buffer() -> None:
    design = design_of(relus((3, 12), 4, 1, 6, 12), registry())
    assert not [item for item in design.instances if "fifo" in item.block.module]


def test_the_buffer_of_a_skip_is_no_deeper_than_it_has_to_be() -> None:
    design = design_of(residual(6, 2), registry())
    interval = least_interval(design)
    held = next(item for item in design.instances if item.block.module == "litho_stream_fifo")
    depth = dict(held.block.parameters)["Depth"]
    kept = [item for item in design.instances if item is not held]
    assert is_steady(design, interval)
    assert depth > 2
    bare = _without(design, held.name, kept)
    assert is_steady(with_buffers(bare, {held.name.removesuffix("_fifo"): depth}), interval)
    assert not is_steady(with_buffers(bare, {held.name.removesuffix("_fifo"): 2}), interval)
    assert buffered(bare).connections == design.connections


def _without(design: Design, name: str, kept: list[Instance]) -> Design:
    """Give a design whose instance `name` is gone, what it took going where it gave."""
    into, out = design.into(name, "in"), design.out_of(name, "out")
    connections = [
        replace(item, target=out.target) if item is into else item
        for item in design.connections
        if item is not out
    ]
    return replace(design, instances=tuple(kept), connections=tuple(connections))
