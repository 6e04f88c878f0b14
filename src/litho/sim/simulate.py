"""Runs a design on vectors."""

import shlex
import shutil
import time
from pathlib import Path

from litho import tools
from litho.errors import ConfigError, MismatchError, ToolError
from litho.rtl import DesignFolder, Stream
from litho.rtl.block import Codes
from litho.sim import _verilator
from litho.sim._vectors import read_codes, read_cycles, write_codes
from litho.sim.records import Simulation, Stalls

__all__ = ["simulate"]

_PATIENCE = 1_000_000


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
    patience: int = _PATIENCE,
) -> Simulation:
    """Run `folder` on codes[samples, rows, row] of each input and give what came out.

    `taps` are streams named as the connections that were brought out; `stall_bits` is the width
    of the port `stall_i`. Without `stalls` all goes at full speed. `reset_at` names a cycle in
    which reset falls; after it everything is sent again. `extra_sources` are files the design
    needs beside its own. No beat moving for `patience` cycles is a failure.

    Raises `MismatchError` when a stream breaks a rule of `docs/stream.md`, gives too many beats
    or stands still, and `ToolError` when the simulator cannot be built or stops by itself.
    """
    if simulator not in ("verilator",):
        raise ConfigError(f"simulator must be verilator or icarus, not {simulator!r}")
    samples = _samples(inputs, codes)
    started = time.perf_counter()
    program = _verilator.build(folder, inputs, outputs, taps, stall_bits, extra_sources)
    built = time.perf_counter()
    vectors = tools.scratch("vectors")
    noise = stalls.seed if stalls else None
    for number, (stream, values) in enumerate(zip(inputs, codes, strict=True)):
        write_codes(vectors / f"source{number}.beats", stream, values, noise)
    plan = _plan(samples, inputs, outputs, taps, stalls, reset_at, patience)
    (vectors / "plan").write_text(plan)
    _verilator.execute(program, folder, vectors)
    cycles = _cycles(vectors, folder, f"{shlex.quote(str(program))} {shlex.quote(str(vectors))}")
    found = Simulation(
        tuple(read_codes(vectors / f"sink{n}.beats", s) for n, s in enumerate(outputs)),
        tuple(read_codes(vectors / f"tap{n}.beats", s) for n, s in enumerate(taps)),
        cycles,
        tuple(read_cycles(vectors / f"source{n}.cycles") for n in range(len(inputs))),
        tuple(read_cycles(vectors / f"sink{n}.cycles") for n in range(len(outputs))),
        built - started,
        time.perf_counter() - built,
        f"{simulator} {tools.find(simulator).version}",
    )
    shutil.rmtree(vectors)
    return found


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


def _plan(
    samples: int,
    inputs: tuple[Stream, ...],
    outputs: tuple[Stream, ...],
    taps: tuple[Stream, ...],
    stalls: Stalls | None,
    reset_at: int | None,
    patience: int,
) -> str:
    held = stalls or Stalls(0, 0.0, 0.0, 0.0)
    pairs = [
        ("seed", held.seed),
        ("patience", patience),
        ("reset_at", -1 if reset_at is None else reset_at),
        ("stalled", int(stalls is not None)),
        ("stall_source", int(held.source * 65536)),
        ("stall_sink", int(held.sink * 65536)),
        ("stall_inner", int(held.inner * 65536)),
        *(("source", samples * stream.beats) for stream in inputs),
        *(("sink", samples * stream.beats) for stream in outputs),
        *(("tap", samples * stream.beats) for stream in taps),
    ]
    return "".join(f"{name} {value}\n" for name, value in pairs)


def _cycles(vectors: Path, folder: DesignFolder, command: str) -> int:
    result = vectors / "result"
    word, _, rest = (result.read_text() if result.is_file() else "").strip().partition(" ")
    if word == "cycles":
        return int(rest)
    repeat = f"to repeat: cd {shlex.quote(str(folder.path))} && {command}"
    if word == "failure":
        raise MismatchError(f"{rest}; {repeat}")
    raise ToolError(f"the simulator must write its result, and wrote none; {repeat}")
