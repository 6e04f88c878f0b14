"""Latency and interval of a design, from the events of its blocks (`docs/stream.md` section 8)."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from litho.errors import GraphError
from litho.hw import Timing
from litho.rtl.block import Block, Stream, no_resources
from litho.rtl.design import Design
from litho.rtl.events import Flow, Times
from litho.rtl.single import single
from litho.rtl.solver import Moments, earliest, spaced

__all__ = ["arrivals", "is_steady", "least_interval", "schedule_of", "spaced", "timing_of"]


def arrivals(design: Design) -> Mapping[str, Times]:
    """Give, for each connection by name, the cycle in which each beat of one tensor is offered.

    The design's inputs offer their beats as early as they can, the first in cycle 0.
    Raises `GraphError` when the design stands still.
    """
    return {name: moments.offered for name, moments in _first(design).items()}


def _first(design: Design) -> dict[str, Moments]:
    found = earliest(design, None)
    if found is None:
        raise _still(design)
    return found


def _still(design: Design) -> GraphError:
    return GraphError(
        f"design {design.name!r} must not stand still: a beat waits for another that waits for"
        " it; put a buffer on the branches of a fork that meet again"
    )


def least_interval(design: Design) -> int:
    """Give the interval below which no design of these blocks comes, whatever its buffers."""
    streams = [*design.inputs, *design.outputs]
    return max(
        [stream.beats for stream in streams] + [item.block.interval for item in design.instances]
    )


def schedule_of(
    inputs: tuple[Stream, ...], outputs: tuple[Stream, ...], flow: Callable[[], Flow]
) -> Callable[[tuple[Times, ...]], tuple[Times, ...]]:
    """Give the schedule of a block that its event graph says, stalls among its inputs included.

    It is for blocks whose inputs wait for each other, or for what the block holds already.
    """

    def schedule(offered: tuple[Times, ...]) -> tuple[Times, ...]:
        block = Block("", (), inputs, outputs, lambda codes: codes, no_resources, 1, schedule)
        design = single(replace(block, flow=flow))
        starts = {stream.name: times for stream, times in zip(inputs, offered, strict=True)}
        found = earliest(design, None, starts=starts)
        assert found is not None, "a block alone waits for its inputs only"
        return tuple(found[design.out_of("dut", stream.name).name].offered for stream in outputs)

    return schedule


def is_steady(design: Design, interval: int) -> bool:
    """Say whether tensors can follow each other through `design` in `interval` cycles."""
    return earliest(design, interval) is not None


def timing_of(design: Design) -> Timing:
    """Give the latency and the interval of a design, in cycles.

    Raises `GraphError` when the design stands still.
    """
    first = _first(design)
    latency = int(first[design.into("", design.outputs[0].name).name].taken[0])
    low = least_interval(design)
    if is_steady(design, low):
        return Timing(latency, low)
    # In as many cycles as the last event of a tensor takes, tensors do not meet at all.
    high = max(low + 1, *(int(moments.taken[-1]) + 1 for moments in first.values()))
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_steady(design, middle) else (middle, high)
    return Timing(latency, high)
