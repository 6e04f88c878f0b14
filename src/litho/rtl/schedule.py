"""Composes the schedules of blocks into those of a design (`docs/stream.md` section 8)."""

from collections.abc import Mapping

import numpy as np

from litho.hw import Timing
from litho.rtl.block import Times
from litho.rtl.design import Design

__all__ = ["arrivals", "spaced", "timing_of"]


def spaced(wanted: Times) -> Times:
    """Give the earliest cycles not before `wanted` that are strictly increasing."""
    places = np.arange(len(wanted), dtype=np.int64)
    return np.maximum.accumulate(wanted - places) + places


def arrivals(design: Design) -> Mapping[str, Times]:
    """Give, for each connection by name, the cycle in which each beat of one tensor is offered.

    The design's inputs offer their beats in cycles 0, 1, 2, …
    """
    times: dict[str, Times] = {}
    for stream in design.inputs:
        name = design.out_of("", stream.name).name
        times[name] = np.arange(stream.beats, dtype=np.int64)
    for instance in design.instances:
        block = instance.block
        offered = tuple(times[design.into(instance.name, s.name).name] for s in block.inputs)
        for stream, found in zip(block.outputs, block.schedule(offered), strict=True):
            times[design.out_of(instance.name, stream.name).name] = found
    return times


def timing_of(design: Design) -> Timing:
    """Give the latency and the interval of a design, in cycles."""
    times = arrivals(design)
    first = times[design.into("", design.outputs[0].name).name][0]
    beats = max(stream.beats for stream in (*design.inputs, *design.outputs))
    return Timing(int(first), max([beats, *(item.block.interval for item in design.instances)]))
