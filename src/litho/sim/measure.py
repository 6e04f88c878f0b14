"""Latency and interval as they show in a simulation without stalls (`docs/stream.md` section 7)."""

from fractions import Fraction
from pathlib import Path

import numpy as np

from litho.errors import ConfigError, MismatchError
from litho.hw import Measurement, Timing
from litho.rtl import DesignFolder, Loading, Stream
from litho.rtl.block import Codes, Times
from litho.sim.records import Simulation
from litho.sim.simulate import simulate

__all__ = ["measure", "measured", "measured_within"]

_TENSORS = 12
_STEADY = 4
# Where branches meet, tensors may come at unequal steps that repeat every few tensors.
_LONGEST_TURN = 8


def measure(
    folder: DesignFolder,
    inputs: tuple[Stream, ...],
    outputs: tuple[Stream, ...],
    codes: tuple[Codes, ...],
    *,
    simulator: str = "verilator",
    tensors: int = _TENSORS,
    extra_sources: tuple[Path, ...] = (),
    loading: Loading | None = None,
) -> Measurement:
    """Run `folder` at full speed on `tensors` tensors, `codes` over and over, and time it.

    Raises `MismatchError` when the interval has not settled by the last tensors.
    """
    repeated = tuple(np.resize(values, (tensors, *values.shape[1:])) for values in codes)
    found = simulate(
        folder,
        inputs,
        outputs,
        repeated,
        simulator=simulator,
        extra_sources=extra_sources,
        loading=loading,
    )
    return measured(found, outputs)


def measured(simulation: Simulation, outputs: tuple[Stream, ...]) -> Measurement:
    """Give the timing that a simulation without stalls shows.

    The latency is that of the first output stream; the interval is that of the slowest, since
    outputs that have no input in common need not keep step.
    Raises `ConfigError` for too few tensors, `MismatchError` when the interval has not settled.
    """
    intervals = [
        _interval(stream, times)
        for stream, times in zip(outputs, simulation.output_cycles, strict=True)
    ]
    interval = max(intervals)
    if interval.denominator != 1:
        raise MismatchError(
            f"tensors must come at a whole number of cycles on average, not {interval}"
        )
    # Without stalls every source offers its first beat in cycle 0, when all is loaded.
    latency = int(simulation.output_cycles[0][0])
    return Measurement(simulation.simulator, Timing(latency, int(interval)))


def measured_within(
    simulation: Simulation, outputs: tuple[Stream, ...], bound: Timing
) -> Measurement:
    """Give the timing of a design whose blocks skip what their codes let them, and check `bound`.

    The interval is the cycles that a tensor took on average, rounded up.
    Raises `MismatchError` for a tensor that comes later than with the latency and the interval of
    `bound`.
    """
    interval = 1
    for stream, times in zip(outputs, simulation.output_cycles, strict=True):
        firsts = times[:: stream.beats]
        late = np.flatnonzero(firsts > bound.latency + bound.interval * np.arange(len(firsts)))
        if stream is outputs[0] and len(late):
            tensor = int(late[0])
            raise MismatchError(
                f"tensor {tensor} of output {stream.name!r} must come by cycle"
                f" {bound.latency + tensor * bound.interval}, the bound of the schedules, not in"
                f" {firsts[tensor]}"
            )
        interval = max(interval, -(-int(firsts[-1] - firsts[0]) // max(1, len(firsts) - 1)))
    return Measurement(simulation.simulator, Timing(int(simulation.output_cycles[0][0]), interval))


def _interval(stream: Stream, times: Times) -> Fraction:
    """Give the cycles a tensor takes on average, once its steps repeat."""
    firsts = times[:: stream.beats]
    if len(firsts) <= _STEADY:
        raise ConfigError(
            f"a measurement must see {_STEADY + 1} tensors or more, not {len(firsts)}"
        )
    steps = np.diff(firsts)
    for turn in range(1, _LONGEST_TURN + 1):
        last = steps[-(turn + _STEADY) :]
        if len(last) == turn + _STEADY and np.array_equal(last[turn:], last[:-turn]):
            return Fraction(int(steps[-turn:].sum()), turn)
    raise MismatchError(
        f"output {stream.name!r} must give tensors at a steady interval, and its last tensors came"
        f" {', '.join(map(str, steps[-_STEADY:]))} cycles apart; measure with more tensors"
    )
