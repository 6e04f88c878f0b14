"""Proves a design in simulation: every output code equal, every cycle as computed."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from litho.errors import MismatchError
from litho.flow.codes import on_streams
from litho.flow.taps import Taps
from litho.hw import Timing
from litho.ir.op import Codes
from litho.rtl import Design, DesignFolder, Instrumentation, loading_of, timing_of, write_design
from litho.sim import (
    Request,
    Simulation,
    Stalls,
    Wave,
    compare,
    measured,
    measured_within,
    simulate_all,
)
from litho.tools import kept_on_failure

__all__ = ["Bench", "Proof", "prove", "together"]

_STEADY = 16  # tensors after which a pipeline is full


@dataclass(frozen=True, slots=True)
class Bench:
    """How a design is held up while it is compared, and the command that does it again.

    With `wave` the stalled run is recorded. The samples are shared out among so many simulations,
    each of which holds up streams by a seed of its own: one, where a state goes on from sample to
    sample.
    """

    seed: int
    source: float = 0.25
    sink: float = 0.25
    simulator: str = "verilator"
    command: str = ""
    wave: Wave | None = None
    shares: int = 1


@dataclass(frozen=True, slots=True)
class Proof:
    """What a simulation showed: values equal under stalls, cycles without.

    With blocks that skip zeros of their input, `timing` is that of the samples, and `bound` that of
    the slowest ones there can be.
    `sample` counts the cycles from the offer of a tensor's first beat to its last beat out, both
    counted, with nothing before it in the pipeline.
    """

    simulator: str
    values: int
    mismatches: int
    cycles: int
    build_s: float
    simulate_s: float
    timing: Timing
    sample: int
    bound: Timing | None = None


def prove(
    folder: DesignFolder,
    design: Design,
    inputs: Mapping[str, Codes],
    expected: Mapping[str, Codes],
    bench: Bench,
    taps: Taps | None = None,
) -> Proof:
    """Compare the design in `folder` with codes[samples, *shape] by name, in and out.

    All samples run under random stalls, and at full speed for latency and interval. With `taps`
    the streams inside are compared as well, and held up, in a copy that brings them out; the design
    itself then runs at full speed on a few samples.
    Raises `MismatchError` when a code differs, and when latency or interval is not what the
    schedules of `design` say.
    """
    given = on_streams(design.inputs, tuple(inputs.values()))
    wanted = on_streams(design.outputs, tuple(expected.values()))
    seen = (*wanted, *(taps.wanted if taps else ()))
    some, few = given, wanted
    if taps:
        some, few = (tuple(codes[:_STEADY] for codes in side) for side in (given, wanted))
    some, few = _at_least(_STEADY, some), _at_least(_STEADY, few)
    with _brought_out(folder, design, taps) as watched:
        shares = _held_up(watched, design, given, bench, taps)
        full_speed = Request(
            folder,
            design.inputs,
            design.outputs,
            some,
            simulator=bench.simulator,
            loading=loading_of(design),
        )
        *held_up, free = simulate_all((*shares, full_speed), os.cpu_count() or 1)
    streams = (*design.outputs, *(taps.streams if taps else ()))
    found = tuple(
        np.concatenate(parts)
        for parts in zip(*((*part.outputs, *part.taps) for part in held_up), strict=True)
    )
    values = compare(seen, found, streams, bench.command).values
    compare(few, free.outputs, design.outputs, bench.command)
    timing, bound = _timing(free, design, bench)
    return Proof(
        free.simulator,
        values,
        0,
        sum(part.cycles for part in held_up),
        sum(part.build_s for part in (*held_up, free)),
        free.simulate_s,
        timing,
        _sample(free, design),
        bound,
    )


def _held_up(
    folder: DesignFolder,
    design: Design,
    given: tuple[Codes, ...],
    bench: Bench,
    taps: Taps | None,
) -> tuple[Request, ...]:
    """Give the runs under stalls: each of a share of the samples."""
    shares = zip(*(np.array_split(codes, bench.shares) for codes in given), strict=True)
    return tuple(
        Request(
            folder,
            design.inputs,
            design.outputs,
            share,
            taps=taps.streams if taps else (),
            stall_bits=len(taps.streams) if taps else 0,
            stalls=Stalls(bench.seed + number, bench.source, bench.sink),
            simulator=bench.simulator,
            wave=bench.wave if number == 0 else None,
            loading=loading_of(design),
        )
        for number, share in enumerate(shares)
    )


@contextmanager
def _brought_out(folder: DesignFolder, design: Design, taps: Taps | None) -> Iterator[DesignFolder]:
    """Give the design, or one with taps and stalls on those streams."""
    if taps is None:
        yield folder
        return
    with kept_on_failure("taps") as place:
        yield write_design(place, design, Instrumentation(taps.names, taps.names))


def together(proofs: Sequence[Proof]) -> Proof:
    """Give one proof for those of several simulators, which measured the same timing."""
    return Proof(
        " and ".join(proof.simulator for proof in proofs),
        sum(proof.values for proof in proofs),
        sum(proof.mismatches for proof in proofs),
        sum(proof.cycles for proof in proofs),
        sum(proof.build_s for proof in proofs),
        sum(proof.simulate_s for proof in proofs),
        proofs[0].timing,
        proofs[0].sample,
        proofs[0].bound,
    )


def _timing(free: Simulation, design: Design, bench: Bench) -> tuple[Timing, Timing | None]:
    """Give the timing that a run at full speed shows, and its bound where it depends on codes."""
    computed = timing_of(design)
    if any(item.block.flow_of for item in design.instances):
        return measured_within(free, design.outputs, computed).timing, computed
    found = measured(free, design.outputs).timing
    if found != computed:
        raise MismatchError(
            f"design {design.name!r} must take the cycles that its schedules say, latency"
            f" {computed.latency} and interval {computed.interval}, not {found.latency} and"
            f" {found.interval} as simulated; the schedule of a block is wrong"
            + (f"; to repeat: {bench.command}" if bench.command else "")
        )
    return found, None


def _sample(free: Simulation, design: Design) -> int:
    """Give the cycles of the first tensor."""
    lasts = (
        int(times[stream.beats - 1])
        for stream, times in zip(design.outputs, free.output_cycles, strict=True)
    )
    return max(lasts) + 1


def _at_least(samples: int, codes: tuple[Codes, ...]) -> tuple[Codes, ...]:
    """Give `codes` over and over when there are fewer samples."""
    return tuple(
        values if len(values) >= samples else np.resize(values, (samples, *values.shape[1:]))
        for values in codes
    )
