"""What is asked of every block, each a function that raises when the answer is no."""

from pathlib import Path

import numpy as np

from litho import tools
from litho.errors import MismatchError
from litho.rtl import (
    Block,
    Case,
    DesignFolder,
    loading_of,
    single,
    sources_of,
    spaced,
    write_design,
)
from litho.rtl.block import Codes, Times
from litho.rtl.schedule import schedule_of
from litho.sim import Simulation, Stalls, compare, simulate

__all__ = [
    "STALLS",
    "check_equality",
    "check_lint",
    "check_reference",
    "check_reset",
    "check_schedule",
    "check_second_simulator",
    "check_timing",
    "expected_of",
    "inputs_of",
    "sides_of",
]

STALLS = (
    Stalls(1),
    Stalls(2, source=0.7, sink=0.1),
    Stalls(3, source=0.05, sink=0.7),
    Stalls(4, source=0.0, sink=0.5),
)
"""Both sides stalled, a slow source, a slow sink, a sink that stalls a source that never does."""

_TENSORS = 8
_SLOW_BEATS = 3000  # beats that the second simulator is given at most


def expected_of(case: Case) -> tuple[Codes, ...]:
    """Give what the block must put out: by the case's authority, else by its reference."""
    return case.expected or case.block.evaluate(case.inputs)


def sides_of(case: Case) -> tuple[str, str]:
    """Say in words who gives what is expected of the hardware, and who is compared with it."""
    return "the authority of the case" if case.expected else "the reference", "the hardware"


def inputs_of(case: Case) -> dict[str, Codes]:
    """Give the codes of the inputs by the names of their streams."""
    return {s.name: codes for s, codes in zip(case.block.inputs, case.inputs, strict=True)}


def check_reference(case: Case) -> None:
    """Compare the block's `evaluate` with the authority of the case, and both with the streams.

    Raises `MismatchError` when they differ, or when a code does not fit its stream.
    """
    found = case.block.evaluate(case.inputs)
    for stream, codes in zip(case.block.outputs, found, strict=True):
        if codes.dtype != np.int64:
            raise MismatchError(
                f"evaluate of {case.block.module} must give int64 codes on {stream.name!r}, not"
                f" {codes.dtype}; use integers all the way"
            )
    sides = ("the authority of the case", "the reference")
    compare(expected_of(case), found, case.block.outputs, sides=sides, inputs=inputs_of(case))
    streams = (*case.block.inputs, *case.block.outputs)
    for stream, codes in zip(streams, (*case.inputs, *found), strict=True):
        low = -(1 << (stream.bits - 1)) if stream.is_signed else 0
        if codes.min() < low or codes.max() - low >= 1 << stream.bits:
            raise MismatchError(
                f"stream {stream.name!r} must carry codes of {stream.bits} bits from {low}, and"
                f" case {case.name!r} has {codes.min()} to {codes.max()}"
            )


def check_equality(case: Case, directory: Path, stalls: tuple[Stalls, ...] = STALLS) -> None:
    """Simulate under each of `stalls` and compare every code."""
    folder = write_design(directory, single(case.block))
    for held in stalls:
        _compare(case, _run(case, folder, case.inputs, stalls=held), f"with {held}")


def check_timing(case: Case, directory: Path) -> None:
    """Simulate at full speed; compare the schedule, the latency and the interval."""
    folder = write_design(directory, single(case.block))
    inputs = tuple(np.resize(codes, (_TENSORS, *codes.shape[1:])) for codes in case.inputs)
    found = _run(case, folder, inputs)
    offered = tuple(np.arange(stream.beats, dtype=np.int64) for stream in case.block.inputs)
    _compare_schedule(case, offered, found)
    if case.block.flow_of:
        _demand_at_most(case.block, found)
        return
    # Without stalls every source offers its first beat in cycle 0.
    _demand("latency", case.block.timing.latency, int(found.output_cycles[0][0]))
    for stream, times in zip(case.block.outputs, found.output_cycles, strict=True):
        steps = np.diff(times[:: stream.beats])[-_TENSORS // 2 :]
        for step in steps:
            _demand(f"interval at {stream.name!r}", case.block.timing.interval, int(step))


def _demand_at_most(block: Block, found: Simulation) -> None:
    """See that no tensor comes later than if all before it were of the slowest codes."""
    for stream, times in zip(block.outputs, found.output_cycles, strict=True):
        firsts = times[:: stream.beats]
        latest = block.timing.latency + block.timing.interval * np.arange(len(firsts))
        if (firsts > latest).any():
            tensor = int(np.argmax(firsts > latest))
            raise MismatchError(
                f"{block.module} must offer tensor {tensor} of {stream.name!r} by cycle"
                f" {latest[tensor]}, the bound of its model, not in {firsts[tensor]}"
            )


def check_schedule(case: Case, directory: Path) -> None:
    """Simulate with sources that stall and compare the schedule of the first tensor."""
    folder = write_design(directory, single(case.block))
    for held in (Stalls(5, source=0.5, sink=0.0), Stalls(6, source=0.9, sink=0.0)):
        found = _run(case, folder, case.inputs, stalls=held)
        taken = tuple(
            times[: stream.beats]
            for stream, times in zip(case.block.inputs, found.input_cycles, strict=True)
        )
        _compare_schedule(case, taken, found)


def check_reset(case: Case, directory: Path) -> None:
    """Reset in mid-transfer, then compare every code of what is sent again."""
    folder = write_design(directory, single(case.block))
    cycles = _run(case, folder, case.inputs, stalls=STALLS[0]).cycles
    for at in sorted({1, cycles // 3, cycles // 2, cycles - 1}):
        found = _run(case, folder, case.inputs, stalls=STALLS[0], reset_at=at)
        _compare(case, found, f"after a reset in cycle {at}")


def check_second_simulator(case: Case, directory: Path) -> None:
    """Simulate by Icarus, which has unknown bits, and compare every code."""
    folder = write_design(directory, single(case.block))
    beats = max(stream.beats for stream in (*case.block.inputs, *case.block.outputs))
    count = max(2, _SLOW_BEATS // beats)
    short = Case(
        case.name,
        case.reason,
        case.block,
        tuple(codes[:count] for codes in case.inputs),
        case.expected and tuple(codes[:count] for codes in case.expected),
    )
    found = _run(short, folder, short.inputs, stalls=STALLS[0], simulator="icarus")
    _compare(short, found, "by icarus")


def check_lint(case: Case, directory: Path) -> None:
    """Read the block's module alone with every warning of Verilator on.

    Raises `ToolError` with the first warning, and `MismatchError` for a source that waives one.
    """
    sources = sources_of((case.block,))
    for path in sources:
        if "lint_off" in path.read_text():
            raise MismatchError(f"{path.name} must be clean without waivers, and has a lint_off")
    block = case.block
    log = directory / "lint.log"
    tools.lint(sources, block.module, block.parameters, directory=directory, log=log)


def _run(
    case: Case,
    folder: DesignFolder,
    inputs: tuple[Codes, ...],
    *,
    stalls: Stalls | None = None,
    simulator: str = "verilator",
    reset_at: int | None = None,
) -> Simulation:
    block = case.block
    return simulate(
        folder,
        block.inputs,
        block.outputs,
        inputs,
        stalls=stalls,
        simulator=simulator,
        reset_at=reset_at,
        patience=100_000,
        loading=loading_of(single(block)),
    )


def _compare(case: Case, found: Simulation, how: str) -> None:
    try:
        streams, sides = case.block.outputs, sides_of(case)
        compare(expected_of(case), found.outputs, streams, sides=sides, inputs=inputs_of(case))
    except MismatchError as error:
        raise MismatchError(f"case {case.name!r} {how}: {error}") from error


def _compare_schedule(case: Case, offered: tuple[Times, ...], found: Simulation) -> None:
    """Compare when the first tensor comes; a block that skips does so by what the codes say."""
    block, flow_of = case.block, case.block.flow_of
    schedule = block.schedule
    if flow_of:
        first = tuple(codes[:1] for codes in case.inputs)
        schedule = schedule_of(block.inputs, block.outputs, lambda: flow_of(first))
    starts = tuple(spaced(times) for times in offered)
    schedules = schedule(starts)
    for wanted, latest in zip(schedules, block.schedule(starts), strict=True):
        if (wanted > latest).any():
            raise MismatchError(
                f"{block.module} must offer no beat later than by the schedule of its slowest codes"
            )
    for stream, wanted, times in zip(block.outputs, schedules, found.output_cycles, strict=True):
        given = times[: stream.beats]
        if not np.array_equal(wanted, given):
            beat = int(np.argmax(wanted != given)) if wanted.shape == given.shape else 0
            raise MismatchError(
                f"{block.module} must offer beat {beat} of {stream.name!r} in cycle"
                f" {wanted[beat]} by its schedule, not {given[beat]} as simulated"
            )


def _demand(what: str, wanted: int, given: int) -> None:
    if wanted != given:
        raise MismatchError(f"the {what} must be {wanted} cycles by the model, not {given}")
