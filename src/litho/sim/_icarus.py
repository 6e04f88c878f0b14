"""Simulation by Icarus Verilog: a generated bench, four states, beats as text.

Where Verilator's harness draws random bits, this bench drives X: on data while valid is low. An
unknown bit in a code that is taken, or an unknown valid, is a failure.
"""

from pathlib import Path

import numpy as np

from litho import tools
from litho.errors import MismatchError
from litho.rtl import DesignFolder, Stream
from litho.rtl.block import Codes, Times
from litho.rtl.packing import unpack
from litho.sim._icarus_bench import bench
from litho.sim._plan import Plan

__all__ = ["TIMEOUT_S", "build", "job", "read", "read_taken"]

TIMEOUT_S = 3600.0


def build(folder: DesignFolder, plan: Plan, vectors: Path, extra_sources: tuple[Path, ...]) -> Path:
    """Compile the bench with the design into `vectors` and give the program."""
    (vectors / "bench.sv").write_text(bench(folder.top, plan))
    sources = (
        *(str(path.absolute()) for path in extra_sources),
        *folder.sources,
        str(vectors / "bench.sv"),
    )
    program, log = vectors / "simulator", vectors / "compile.log"
    tools.compile_bench(folder.path, sources, "litho_bench", program, log)
    return program


def job(program: Path, folder: DesignFolder, plan: Plan, vectors: Path) -> tools.Job:
    """Give the run of a compiled bench; its outcome is told in `result`."""
    for number, stream in enumerate(plan.sources):
        _write_hex(vectors, number, stream)
    return tools.bench_job(
        program, (f"+vectors={vectors}",), folder.path, vectors / "simulator.log"
    )


def _write_hex(vectors: Path, number: int, stream: Stream) -> None:
    width = -(-stream.width // 8)
    beats = np.fromfile(vectors / f"source{number}.beats", np.uint8).reshape(-1, width)
    lines = [row[::-1].tobytes().hex() for row in beats]
    (vectors / f"source{number}.hex").write_text("\n".join(lines) + "\n")


def read_taken(vectors: Path, number: int) -> Times:
    """Give the cycles in which the beats of source `number` were taken."""
    return np.array((vectors / f"source{number}.taken").read_text().split(), np.int64)


def read(vectors: Path, kind: str, number: int, stream: Stream) -> tuple[Codes, Times]:
    """Give the codes and the cycles of what came out of sink or tap `number`.

    Raises `MismatchError` for an unknown bit outside padding.
    """
    path = vectors / f"{kind}{number}.text"
    text = np.array(path.read_text().split()).reshape(-1, 2)
    times = text[:, 1].astype(np.int64)
    characters = text[:, 0].astype(f"S{stream.width}").view("S1").reshape(-1, stream.width)
    bits = characters[:, ::-1].reshape(
        -1, stream.rows, stream.beats_per_row * stream.lanes, stream.bits
    )
    bits = np.ascontiguousarray(bits[:, :, : stream.row])
    unknown = np.argwhere((bits != b"0") & (bits != b"1"))
    if len(unknown):
        sample, row, code, bit = (int(place) for place in unknown[0])
        raise MismatchError(
            f"stream {stream.name!r} must give known bits, and bit {bit} of code {code} is unknown"
            f" (sample {sample}, row {row})"
        )
    words = np.packbits((bits == b"1").reshape(-1, stream.bits), axis=1, bitorder="little")
    codes = unpack(words, stream.bits, 1, stream.is_signed)
    return codes.reshape(-1, stream.rows, stream.row), times
