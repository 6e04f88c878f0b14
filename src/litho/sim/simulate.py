"""Runs a design on vectors."""

import os
import shlex
import shutil
import time
from pathlib import Path

from litho import tools
from litho.errors import ConfigError, MismatchError, ToolError
from litho.rtl import DesignFolder, Loading, Stream
from litho.rtl.block import Codes
from litho.sim import _icarus, _verilator
from litho.sim._plan import Plan
from litho.sim._vectors import write_codes
from litho.sim.records import Simulation, Stalls, Wave

__all__ = ["PATIENCE", "simulate"]

PATIENCE = 1_000_000
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
    if simulator not in _TOOLS:
        raise ConfigError(f"simulator must be one of {', '.join(_TOOLS)}, not {simulator!r}")
    version = tools.find(_TOOLS[simulator]).version
    samples = _samples(inputs, codes)
    plan = Plan(
        samples, inputs, outputs, taps, stall_bits, stalls, reset_at, patience, wave, loading
    )
    vectors = tools.scratch("vectors")
    given = (*codes, *((loading.codes,) if loading else ()))
    for number, (stream, values) in enumerate(zip(plan.sources, given, strict=True)):
        noise = stalls.seed if stalls else None
        write_codes(vectors / f"source{number}.beats", stream, values, noise)
    backend = _verilator if simulator == "verilator" else _icarus
    started = time.perf_counter()
    program = backend.build(folder, plan, vectors, extra_sources)
    built = time.perf_counter()
    try:
        command = backend.execute(program, folder, plan, vectors)
    finally:
        _keep(vectors / "waves.vcd", wave)
    cycles = _cycles(vectors, f"cd {shlex.quote(str(folder.path))} && {command}")
    results = [backend.read(vectors, "sink", n, s) for n, s in enumerate(outputs)]
    sent = [backend.read_taken(vectors, n) for n in range(len(plan.sources))]
    start = int(sent[-1][-1]) + 1 if plan.waits else 0
    found = Simulation(
        tuple(values for values, _ in results),
        tuple(backend.read(vectors, "tap", n, s)[0] for n, s in enumerate(taps)),
        cycles,
        tuple(times - start for times in sent[: len(inputs)]),
        tuple(times - start for _, times in results),
        built - started,
        time.perf_counter() - built,
        f"{simulator} {version}",
        start,
    )
    shutil.rmtree(vectors)
    return found


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
    result = vectors / "result"
    word, _, rest = (result.read_text() if result.is_file() else "").strip().partition(" ")
    if word == "cycles":
        return int(rest)
    if word == "failure":
        raise MismatchError(f"{rest}; to repeat: {repeat}")
    raise ToolError(f"the simulator must tell how it ended, and did not; to repeat: {repeat}")
