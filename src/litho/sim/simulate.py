"""Runs a design on vectors."""

import os
import shlex
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from litho import tools
from litho.errors import ConfigError, LithoError, MismatchError, ToolError
from litho.rtl import DesignFolder, Loading, Stream
from litho.rtl.block import Codes
from litho.sim import _icarus, _verilator
from litho.sim._plan import Plan
from litho.sim._vectors import write_codes
from litho.sim.records import PATIENCE, Request, Simulation, Stalls, Wave

__all__ = ["simulate", "simulate_all"]

_TOOLS = {"verilator": "verilator", "icarus": "iverilog"}


def simulate(
    folder: DesignFolder,
    inputs: tuple[Stream, ...],
    outputs: tuple[Stream, ...],
    codes: tuple[Codes, ...],
    *,
    taps: tuple[Stream, ...] = (),
    stall_bits: int = 0,
    stalls: Stalls | None = None,
    simulator: str = "verilator",
    reset_at: int | None = None,
    extra_sources: tuple[Path, ...] = (),
    patience: int = PATIENCE,
    wave: Wave | None = None,
    loading: Loading | None = None,
) -> Simulation:
    """Run `folder` on codes[samples, rows, row] of each input and give what came out.

    `taps` are streams named as the connections that were brought out; `stall_bits` is the width
    of the port `stall_i`. Without `stalls` all goes at full speed. `reset_at` names a cycle in
    which reset falls; after it everything is sent again. `extra_sources` are files the design
    needs beside its own. No beat moving for `patience` cycles is a failure. With `wave` the
    simulation is recorded, up to its failure if it fails. `loading` is what fills the memories of a
    design after each reset (`litho.rtl.loading_of`); without `stalls` the inputs are sent when that
    is done, and cycles count from there.

    Raises `MismatchError` when a stream breaks a rule of `docs/stream.md`, gives too many beats
    or stands still, `ToolError` when the simulator cannot be built or stops by itself, and
    `ConfigError` for codes that do not fit their streams. After an error the vectors stay in the
    cache, where the message says.
    """
    request = Request(
        folder,
        inputs,
        outputs,
        codes,
        taps,
        stall_bits,
        stalls,
        simulator,
        reset_at,
        extra_sources,
        patience,
        wave,
        loading,
    )
    return simulate_all((request,))[0]


def simulate_all(requests: Sequence[Request], workers: int = 1) -> tuple[Simulation, ...]:
    """Do what is asked for, `workers` simulations at a time, and give what came out of each.

    They are built one after the other, and begun in their order.
    Raises what `simulate` raises, of the first of `requests` that does; of that one alone the
    vectors stay.
    """
    begun = [_begun(request) for request in requests]
    started = time.perf_counter()
    try:
        tools.run_all(
            [run.job for run in begun],
            workers,
            timeout=max((run.timeout for run in begun if run.timeout), default=None),
            allowed=(0, 1),
        )
    finally:
        for run in begun:
            _keep(run.vectors / "waves.vcd", run.request.wave)
    seconds = time.perf_counter() - started
    found = []
    for place, run in enumerate(begun):
        try:
            found.append(_ended(run, seconds))
        except LithoError:
            for other in begun[place + 1 :]:
                shutil.rmtree(other.vectors)
            raise
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Run:
    """A simulation whose simulator and vectors are there."""

    request: Request
    plan: Plan
    vectors: Path
    job: tools.Job
    timeout: float | None
    build_s: float
    simulator: str


def _begun(request: Request) -> _Run:
    if request.simulator not in _TOOLS:
        raise ConfigError(
            f"simulator must be one of {', '.join(_TOOLS)}, not {request.simulator!r}"
        )
    version = tools.find(_TOOLS[request.simulator]).version
    plan = Plan(
        _samples(request.inputs, request.codes),
        request.inputs,
        request.outputs,
        request.taps,
        request.stall_bits,
        request.stalls,
        request.reset_at,
        request.patience,
        request.wave,
        request.loading,
    )
    vectors = tools.scratch("vectors")
    loaded = (request.loading.codes,) if request.loading else ()
    given = (*request.codes, *loaded)
    for number, (stream, values) in enumerate(zip(plan.sources, given, strict=True)):
        noise = request.stalls.seed if request.stalls else None
        write_codes(vectors / f"source{number}.beats", stream, values, noise)
    backend = _backend(request)
    started = time.perf_counter()
    program = backend.build(request.folder, plan, vectors, request.extra_sources)
    seconds = time.perf_counter() - started
    job = backend.job(program, request.folder, plan, vectors)
    name = f"{request.simulator} {version}"
    return _Run(request, plan, vectors, job, backend.TIMEOUT_S, seconds, name)


def _ended(run: _Run, seconds: float) -> Simulation:
    request, vectors, backend = run.request, run.vectors, _backend(run.request)
    place = shlex.quote(str(request.folder.path))
    cycles = _cycles(vectors, f"cd {place} && {shlex.join(run.job.command)}")
    results = [backend.read(vectors, "sink", n, s) for n, s in enumerate(request.outputs)]
    sent = [backend.read_taken(vectors, n) for n in range(len(run.plan.sources))]
    start = int(sent[-1][-1]) + 1 if run.plan.waits else 0
    found = Simulation(
        tuple(values for values, _ in results),
        tuple(backend.read(vectors, "tap", n, s)[0] for n, s in enumerate(request.taps)),
        cycles,
        tuple(times - start for times in sent[: len(request.inputs)]),
        tuple(times - start for _, times in results),
        run.build_s,
        seconds,
        run.simulator,
        start,
    )
    shutil.rmtree(vectors)
    return found


def _backend(request: Request) -> ModuleType:
    return _verilator if request.simulator == "verilator" else _icarus


def _keep(recorded: Path, wave: Wave | None) -> None:
    """Put what was recorded in its place, where it appears whole or not at all."""
    if wave is None or not recorded.is_file():
        return
    try:
        wave.path.parent.mkdir(parents=True, exist_ok=True)
        temporary = wave.path.with_name(f".{wave.path.name}.{os.getpid()}")
        shutil.copyfile(recorded, temporary)
        temporary.replace(wave.path)
    except OSError as error:
        raise ConfigError(
            f"waves must go to a file that can be written, and {wave.path} cannot:"
            f" {error.strerror}; choose another"
        ) from error


def _samples(inputs: tuple[Stream, ...], codes: tuple[Codes, ...]) -> int:
    counts = []
    for stream, values in zip(inputs, codes, strict=True):
        if values.ndim != 3 or values.shape[1:] != (stream.rows, stream.row):
            raise ConfigError(
                f"codes of input {stream.name!r} must have shape [samples, {stream.rows},"
                f" {stream.row}], not {list(values.shape)}"
            )
        counts.append(len(values))
    if len(set(counts)) != 1 or counts[0] == 0:
        raise ConfigError(f"inputs must have the same number of samples, 1 or more, not {counts}")
    return counts[0]


def _cycles(vectors: Path, repeat: str) -> int:
    result, again = vectors / "result", f"to repeat: {repeat}"
    word, _, rest = (result.read_text() if result.is_file() else "").strip().partition(" ")
    if word == "cycles":
        return int(rest)
    if word == "failure":
        raise MismatchError(f"{rest}; {again}")
    told = tools.first_error(vectors / "simulator.log")
    raise ToolError(f"the simulator must tell how it ended, and did not: {told}; {again}")
